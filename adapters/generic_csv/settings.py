"""What the admin states about files: where they lie, how they are written, what they mean. Nothing is inferred here."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from adapters.generic_csv.encoding import ALIASES, Encoding

Semantics = Literal["snapshot", "append"]
OneCharacter = Annotated[str, StringConstraints(min_length=1, max_length=1)]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical(value: Any) -> Any:
    """An encoding's name as this adapter spells it."""
    return ALIASES.get(value.strip().lower(), value.strip().lower()) if isinstance(value, str) else value


class FormatSettings(_Stated):
    """How a file is written. What is left out is inferred from the file; what is stated is verified at each pull."""

    encoding: Annotated[Encoding | None, BeforeValidator(canonical)] = None
    delimiter: OneCharacter | None = None
    quote: Annotated[str, StringConstraints(max_length=1)] | None = None
    """The character around cells that hold a delimiter; an empty text says that quotes are ordinary characters."""
    header_row: int | None = Field(default=None, ge=1)
    """The line (or row of a sheet) with the column names; what stands above it is skipped."""
    sheet: str | None = None
    """The sheet of a workbook; the first one when left out."""

    @field_validator("delimiter", "quote")
    @classmethod
    def _is_no_newline(cls, value: str | None) -> str | None:
        if value in ("\n", "\r", "\0"):
            raise ValueError("must not be a line break or NUL")
        return value

    @model_validator(mode="after")
    def _tells_quote_from_delimiter(self) -> Self:
        if self.quote and self.quote == self.delimiter:
            raise ValueError("quote and delimiter must differ")
        return self

    def overridden_by(self, other: FormatSettings) -> FormatSettings:
        """These settings, with what the other states put in their place."""
        return self.model_copy(update=other.model_dump(exclude_none=True))


class FileOverride(_Stated):
    """Files of a table that are written differently from the rest of it."""

    files: str
    format: FormatSettings


class TableSettings(_Stated):
    """The files of one table, and whether they are all of it (`snapshot`) or additions to it (`append`)."""

    files: str | tuple[str, ...]
    semantics: Semantics = "snapshot"
    format: FormatSettings = FormatSettings()
    overrides: tuple[FileOverride, ...] = ()

    @field_validator("files")
    @classmethod
    def _names_something(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not value or not all(value):
            raise ValueError("must name a file or a pattern")
        return value

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.files,) if isinstance(self.files, str) else self.files

    def format_of(self, path: PurePath) -> FormatSettings:
        """What is stated about one file: the table's format, overridden for that file, later overrides last."""
        stated = self.format
        for override in self.overrides:
            if fnmatch(path.name, override.files) or path.match(override.files):
                stated = stated.overridden_by(override.format)
        return stated


class GenericCsvSettings(_Stated):
    """A folder of exported files, table by table."""

    folder: str = "."
    """Relative to the config file."""
    tables: dict[str, TableSettings] = Field(default_factory=dict)
    """Named like the fact tables that they fill."""

"""What a mapping says: vendor module and field -> fact column. The shape of the YAML, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connector.formats.date import DateFormat
from connector.formats.number import NumberFormat
from kpi_engine.facts import ColumnType

Scalar: TypeAlias = bool | int | float | str | None


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Link(_Strict):
    """How a column that holds another table's id finds it, where the export has no ids."""

    by: Literal["name"]
    """`name`: exact first, then without case, width, spaces and punctuation; an ambiguous name finds nobody."""


class ColumnMapping(_Strict):
    """Where one fact column comes from, and how its cells are read. A bare field name is `{from: name}`."""

    source: tuple[str, ...] = Field(default=(), alias="from")
    """The vendor field; several are joined with `|`, as ids are."""
    values: Mapping[str, Scalar] = Field(default_factory=dict)
    """What the vendor's words mean here; `"*"` stands for every other word."""
    constant: Scalar = None
    """The same for every record, where the vendor has no field for it."""
    default: Scalar = None
    """Taken where the cell is empty."""
    trim: bool = True
    """Spaces around text are dropped; false keeps them."""
    date: DateFormat | None = None
    """How its dates are written, where the table says otherwise."""
    number: NumberFormat | None = None
    """How its numbers are written, where the table says otherwise."""
    link: Link | None = None
    """How the other record is found, where the cell holds no id."""
    missing: str | None = None
    """The text that a link holds when its cell is empty or nobody of that name is known; without it, nothing."""
    type: ColumnType | None = None
    """Of an extra column (`x_…`); the fact tables' own columns have theirs."""

    @model_validator(mode="before")
    @classmethod
    def _field_name_alone(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str | list | tuple) else value

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("values", mode="before")
    @classmethod
    def _words_as_text(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if any(isinstance(word, bool) for word in value):
            raise ValueError("put the vendor's words in quotes: YAML reads a bare Yes, No, On or Off as true or false")
        return {str(word): meaning for word, meaning in value.items()}

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMapping:
        if bool(self.source) == ("constant" in self.model_fields_set):
            raise ValueError("a column needs exactly one of from and constant")
        return self


class ValueFormats(_Strict):
    """How a whole table writes its values, where a column says nothing else."""

    number: NumberFormat = NumberFormat()
    """How numbers are written."""
    date: DateFormat = DateFormat()
    """How dates are written."""


class TableMapping(_Strict):
    """One fact table out of one vendor module."""

    module: str | None = None
    """The vendor's module; left out, it is called like the fact table."""
    id: tuple[str, ...]
    """The vendor field that identifies a record; several are joined with `|`."""
    distinct: bool = False
    """Rows that are the same in every mapped column are one fact (teams out of a list of people)."""
    columns: Mapping[str, ColumnMapping]
    """Fact column -> field, or how it is filled."""
    formats: ValueFormats = ValueFormats()
    """How the whole table writes numbers and dates."""

    @field_validator("id", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


def merged(default: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """One connection's mapping as plain YAML: the adapter's default, overridden field by field by the admin's.

    A column is replaced whole (a constant does not inherit a `from`); a table or column set to null is taken out.
    """
    tables = dict(default)
    for table, theirs in override.items():
        ours = tables.get(table)
        tables[table] = (
            _merged_table(ours, theirs) if isinstance(ours, Mapping) and isinstance(theirs, Mapping) else theirs
        )
    return {table: mapping for table, mapping in tables.items() if mapping is not None}


def _merged_table(default: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    columns = {**_mapping(default.get("columns")), **_mapping(override.get("columns"))}
    formats = {**_mapping(default.get("formats")), **_mapping(override.get("formats"))}
    together = {**default, **override, "columns": {name: how for name, how in columns.items() if how is not None}}
    return {**together, "formats": formats} if formats else together


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

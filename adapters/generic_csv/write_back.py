"""A push, as a conversation: options checked, sources listed, one file written whole, one receipt per change.

The file that is written is never one that is read: not a source of any table, and not one that a table's pattern would
take for a source at the next pull. Writing the same changes twice gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import Annotated, Any, BinaryIO, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from adapters.generic_csv import faults
from adapters.generic_csv.archive import parts
from adapters.generic_csv.cells import DecimalSign
from adapters.generic_csv.dialect import settle
from adapters.generic_csv.encoding import Encoding
from adapters.generic_csv.field_file import FieldFile
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.listing import absolute, list_table, shown
from adapters.generic_csv.report_file import report_bytes
from adapters.generic_csv.settings import GenericCsvSettings, OneCharacter, TableSettings, canonical
from connector.contract import Change, Effect, FileInfo, OpenFile, PushTalk, Receipt, WriteFile, WriteTarget
from connector.errors import ConfigError, Message, Problem


class FieldOptions(BaseModel):
    """Where a copy with our columns goes, and what it is a copy of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: str = Field(min_length=1)
    """Relative to the config file."""
    file: str | None = None
    """Which of the table's files is copied; needed where there are several."""
    decimal: DecimalSign = "."


class ReportOptions(BaseModel):
    """Where the report records go, and how they are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: str = Field(min_length=1)
    encoding: Annotated[Encoding, BeforeValidator(canonical)] = "utf-8-sig"
    """With its byte order mark, because Excel takes a file without one for the system's old encoding."""
    delimiter: OneCharacter = ","
    decimal: DecimalSign = "."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection's files are read and written."""

    base: Path
    """The folder of the config file."""
    folder: Path
    settings: GenericCsvSettings
    limits: Limits


Options = TypeVar("Options", FieldOptions, ReportOptions)


def push(target: WriteTarget, changes: Sequence[Change], *, place: Place) -> PushTalk:
    """Write a target's file.

    Raises:
        ConfigError: the target's options cannot be used.
        RejectedError: the file to copy cannot be read.
    """
    if target.kind == "records":
        yield from _push_records(target, changes, place=place)
    else:
        yield from _push_fields(target, changes, place=place)


def _push_records(target: WriteTarget, changes: Sequence[Change], *, place: Place) -> PushTalk:
    options = _options(ReportOptions, target)
    output = _output(options.output, target, place=place)
    rejected: dict[str, Message] = {}
    chunks = report_bytes(
        target.fields,
        changes,
        encoding=options.encoding,
        delimiter=options.delimiter,
        decimal=options.decimal,
        rejected=rejected,
    )
    yield WriteFile(output, chunks)
    yield from _receipts(changes, rejected)


def _push_fields(target: WriteTarget, changes: Sequence[Change], *, place: Place) -> PushTalk:
    options = _options(FieldOptions, target)
    table = place.settings.tables.get(target.module)
    if table is None:
        raise faults.unknown_module(target.module, known=place.settings.tables)
    output = _output(options.output, target, place=place)
    source = yield from _source(table, options.file, target, place=place)
    handle: BinaryIO = yield OpenFile(source.path)
    with handle:
        field_file = _field_file(handle, source, target, changes, options=options, place=place)
        yield WriteFile(output, field_file.chunks())
    yield from _receipts(changes, field_file.rejections())


def _field_file(
    handle: BinaryIO,
    source: FileInfo,
    target: WriteTarget,
    changes: Sequence[Change],
    *,
    options: FieldOptions,
    place: Place,
) -> FieldFile:
    name = shown(source.path, place.folder)
    found = parts(handle, file=name, limits=place.limits)
    if len(found) > 1 or found[0].kind == "workbook":
        raise faults.not_copied(name)
    stated = place.settings.tables[target.module].format_of(source.path)
    return FieldFile(
        found[0],
        settle(found[0], stated, limits=place.limits),
        target=target,
        changes=changes,
        decimal=options.decimal,
        limits=place.limits,
    )


def _receipts(changes: Iterable[Change], rejected: Mapping[str, Message]) -> Generator[Receipt, None, None]:
    for change in changes:
        if reason := rejected.get(change.id):
            yield Receipt(change.id, "rejected", reason)
        else:
            yield Receipt(change.id, "done")


def _options(model: type[Options], target: WriteTarget) -> Options:
    try:
        return model.model_validate(dict(target.options))
    except ValidationError as exc:
        where = ".".join(("write_back", target.name, "options"))
        raise ConfigError(_problems(exc, where=where)) from exc


def _problems(exc: ValidationError, *, where: str) -> Iterator[Problem]:
    for error in exc.errors():
        place = ".".join((where, *map(str, error["loc"])))
        yield Problem(place, Message("{problem}", problem=error["msg"]))


def _output(output: str, target: WriteTarget, *, place: Place) -> Path:
    """The path to write, after making sure that nothing is read from there."""
    path = Path(os.path.normpath(place.base / output))
    for name, table in place.settings.tables.items():
        if any(_would_read(pattern, path, place.folder) for pattern in table.patterns):
            message = Message("{file} is a source of the table {table}: it is not overwritten", file=output, table=name)
            hint = Message("write to another file, best in a folder of its own")
            raise ConfigError([Problem(".".join(("write_back", target.name, "options.output")), message, hint)])
    return path


def _would_read(pattern: str, path: Path, folder: Path) -> bool:
    """Whether a table's pattern takes this file in, on a file system that may not tell cases apart."""
    full, name = absolute(pattern, folder).casefold(), str(path).casefold()
    return name == full or (fnmatch(name, full) if "**" in full else PurePath(name).match(full))


def _source(
    table: TableSettings, chosen: str | None, target: WriteTarget, *, place: Place
) -> Generator[Effect, Any, FileInfo]:
    """The file to copy: the only one of the table, or the one that the options name."""
    listed: tuple[FileInfo, ...] = yield from list_table(table, place.folder)
    names = {shown(info.path, place.folder): info for info in listed}
    if chosen is None and len(listed) == 1:
        return listed[0]
    fitting = [info for name, info in names.items() if chosen in (name, info.path.name)]
    if len(fitting) != 1:
        raise faults.which_file(target.name, chosen=chosen, present=names)
    return fitting[0]

"""What `init` and `check` are told: each table's columns, how its files are written, how many rows, what is wrong.

Every file is read to its end, so that what is said about it holds for all of it. Whatever would stop a pull becomes a
problem here, and the next table is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from adapters.generic_csv.archive import Part, parts
from adapters.generic_csv.dialect import ambiguous_encoding, examine
from adapters.generic_csv.encoding import infer_encoding
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.listing import list_pattern, list_table, shown
from adapters.generic_csv.reading import open_table
from adapters.generic_csv.rows import BadRow, Table
from adapters.generic_csv.settings import FormatSettings, GenericCsvSettings, TableSettings
from adapters.generic_csv.workbook import WorkbookTable, sheet_names
from connector.contract import Effect, FieldInfo, InspectTalk, ModuleInfo, OpenFile
from connector.errors import AdapterError, Message, Problem

READABLE = frozenset({".csv", ".tsv", ".txt", ".gz", ".zip", ".xlsx", ".xlsm"})


@dataclass(slots=True)
class _Findings:
    """What the files of one table have shown so far."""

    columns: tuple[str, ...] = ()
    format: dict[str, Any] = field(default_factory=dict)
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)


def inspect_folder(settings: GenericCsvSettings, folder: Path, *, limits: Limits) -> InspectTalk:
    """One module per configured table, or per table found in the folder where none is configured."""
    tables = settings.tables or (yield from _discovered(folder, limits=limits))
    for name, table in tables.items():
        findings = _Findings()
        try:
            yield from _inspect_files(table, folder, findings=findings, limits=limits)
        except AdapterError as exc:
            findings.problems.append(Problem(name, exc.message, exc.hint))
        yield _module(name, table, findings)


def _module(name: str, table: TableSettings, findings: _Findings) -> ModuleInfo:
    stated = table.model_dump(mode="json", exclude_defaults=True)
    return ModuleInfo(
        name=name,
        fields=tuple(FieldInfo(column) for column in findings.columns),
        settings={**stated, "semantics": table.semantics, "format": findings.format or stated.get("format", {})},
        problems=tuple(findings.problems),
        rows=findings.rows if findings.columns else None,
    )


# ---- files without settings ------------------------------------------------------------------------------------------


def _discovered(folder: Path, *, limits: Limits) -> Generator[Effect, Any, dict[str, TableSettings]]:
    """A table for each file of the folder that can be read, and for each sheet of a workbook."""
    tables: dict[str, TableSettings] = {}
    for info in (yield from list_pattern("*", folder)):
        if info.path.suffix.lower() not in READABLE:
            continue
        handle: BinaryIO = yield OpenFile(info.path)
        with handle:
            for sheet in _sheets(handle, file=info.path.name, limits=limits):
                stated = FormatSettings(sheet=sheet)
                tables[_free_name(info.path, sheet, taken=tables)] = TableSettings(files=info.path.name, format=stated)
    return tables


def _sheets(handle: BinaryIO, *, file: str, limits: Limits) -> tuple[str | None, ...]:
    """The sheets of a workbook with several; None stands for the one table of any other file."""
    try:
        first = parts(handle, file=file, limits=limits)[0]
        sheets = sheet_names(first, limits=limits) if first.kind == "workbook" else ()
    except AdapterError:
        return (None,)  # what is wrong with it is said when the table itself is looked at
    return sheets if len(sheets) > 1 else (None,)


def _free_name(path: Path, sheet: str | None, *, taken: dict[str, TableSettings]) -> str:
    """A module name out of the file's: `Sales Pipeline.csv.gz` becomes `sales_pipeline`.

    >>> _free_name(Path("Sales Pipeline.csv.gz"), None, taken={})
    'sales_pipeline'
    """
    stem = path.name.partition(".")[0] + (f" {sheet}" if sheet else "")
    name = re.sub(r"\W+", "_", stem.lower()).strip("_") or "table"
    return next(free for free in _numbered(name) if free not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


# ---- one table -------------------------------------------------------------------------------------------------------


def _inspect_files(
    table: TableSettings, folder: Path, *, findings: _Findings, limits: Limits
) -> Generator[Effect, Any, None]:
    for info in (yield from list_table(table, folder)):
        handle: BinaryIO = yield OpenFile(info.path)
        name = shown(info.path, folder)
        with handle:
            for part in parts(handle, file=name, limits=limits):
                _inspect_part(part, table.format_of(info.path), findings=findings, limits=limits)


def _inspect_part(part: Part, stated: FormatSettings, *, findings: _Findings, limits: Limits) -> None:
    stated = _with_likely_encoding(part, stated, findings)
    if part.kind == "text":
        dialect, doubts = examine(part, stated, limits=limits)
        findings.problems.extend(doubts)
        stated = stated.overridden_by(FormatSettings.model_validate(dialect.as_settings()))
    opened = open_table(part, stated, limits=limits)  # as a pull with these settings will
    _compare(opened, _settings(opened, stated), findings)
    bad: list[BadRow] = []
    for batch in opened.batches():
        findings.rows += len(batch.rows)
        bad += batch.bad
    if bad:
        findings.problems.append(_unreadable_rows(opened.name, bad))


def _with_likely_encoding(part: Part, stated: FormatSettings, findings: _Findings) -> FormatSettings:
    """The format with the likeliest encoding; where that is not sure, a pull would stop, and the admin is asked."""
    if part.kind != "text" or stated.encoding is not None:
        return stated
    inferred = infer_encoding(part.open())
    if inferred is None or not inferred.doubtful:
        return stated
    error = ambiguous_encoding(part.name, inferred)
    findings.problems.append(Problem(part.name, error.message, error.hint))
    return stated.overridden_by(FormatSettings(encoding=inferred.encoding))


def _settings(table: Table, stated: FormatSettings) -> dict[str, Any]:
    """What says how this table is written."""
    if isinstance(table, WorkbookTable):
        return {"sheet": table.sheet, "header_row": table.header_line}
    return stated.model_dump(mode="json", exclude_none=True)


def _compare(table: Table, found: dict[str, Any], findings: _Findings) -> None:
    """Keeps what the first file shows; another that differs from it is a problem to settle before the first pull."""
    if not findings.columns:
        findings.columns, findings.format = table.columns, found
        return
    if set(table.columns) != set(findings.columns):
        differing = sorted(set(table.columns) ^ set(findings.columns))
        message = Message(
            "{file}: other columns than the files before it: {names}", file=table.name, names=", ".join(differing)
        )
        findings.problems.append(Problem(table.name, message, Message("name it in a table of its own")))
    if found != findings.format:
        message = Message("{file}: written differently from the files before it", file=table.name)
        hint = Message("state its format under `overrides`: {format}", format=found)
        findings.problems.append(Problem(table.name, message, hint))


def _unreadable_rows(file: str, bad: list[BadRow]) -> Problem:
    message = Message(
        "{file}: {count} rows cannot be read, the first on line {line}: {reason}",
        file=file,
        count=len(bad),
        line=bad[0].position,
        reason=bad[0].reason,
    )
    return Problem(file, message, Message("mend them, or leave them: they go to quarantine"))

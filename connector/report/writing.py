"""The use case: a report for one audience, in one language, as files that are put in their places whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from connector.compute import OpenEngine
from connector.config import Config
from connector.engine.duckdb import DuckDBEngine
from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.report.audience import Audience
from connector.report.document import Document, document
from connector.store import Store
from connector.store.disk import file_errors, make_private_folder, put_in_place, unfinished_file


def _html(report: Document, file: IO[bytes]) -> None:
    from connector.report.as_html import write_html

    write_html(report, file)


def _csv(report: Document, file: IO[bytes]) -> None:
    from connector.report.as_csv import write_csv

    write_csv(report, file)


def _xlsx(report: Document, file: IO[bytes]) -> None:
    from connector.report.as_xlsx import write_xlsx

    write_xlsx(report, file)


def _json(report: Document, file: IO[bytes]) -> None:
    from connector.report.as_json import write_json

    write_json(report, file)


FORMATS: Mapping[str, Callable[[Document, IO[bytes]], None]] = {
    "html": _html,
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
}
"""Each imports what it needs when it is asked for: a report in JSON loads no template engine."""

NAME = "report"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What was written."""

    files: tuple[Path, ...]
    """In the order of the formats."""
    pages: int
    as_of: datetime
    data_as_of: datetime


def report(
    config: Config,
    store: Store,
    *,
    output: Path | None = None,
    formats: Sequence[str] = ("html",),
    audience: Audience = Audience(),
    language: str = "en",
    period: str | None = None,
    engine: OpenEngine = DuckDBEngine,
    progress: Callable[[Message], None] = lambda _: None,
) -> ReportFiles:
    """Write a report. The same store, settings and language give the same bytes.

    Args:
        config: The settings.
        store: The open store; nothing is written to it.
        output: Where to: a path without its ending, or with that of the only format. None: beside the settings.
        formats: Of `FORMATS`.
        audience: Whose report it is.
        language: The reader's.
        period: week, month, quarter, year or all; None: the shortest that was computed for every scope.
        engine: Opens the engine that the twelve months are computed on.
        progress: Told what is being done.

    Raises:
        ConfigError: the format, team, owner or period does not exist.
        ConnectorError: nothing was computed yet.
        StoreError: a file cannot be written, or the store not be read.
    """
    paths = _paths(config, output, formats=formats, audience=audience)
    progress(Message("reading the values"))
    made = document(config, store, audience=audience, language=language, period=period, engine=engine)
    for name, path in paths.items():
        progress(Message("writing {file}", file=path.name))
        _write(made, path, FORMATS[name])
    return ReportFiles(tuple(paths.values()), len(made.readership.pages), made.moments.as_of, made.moments.data_as_of)


def _paths(config: Config, output: Path | None, *, formats: Sequence[str], audience: Audience) -> dict[str, Path]:
    for name in formats:
        if name not in FORMATS:
            message = Message("{format} is not a format of reports", format=name)
            raise ConfigError([Problem("--format", message, did_you_mean(name, FORMATS))])
    base = output or config.folder / (NAME + _suffix(audience))
    if len(formats) == 1 and base.suffix == f".{formats[0]}":
        return {formats[0]: base}
    return {name: base.with_name(f"{base.name}.{name}") for name in formats}


def _suffix(audience: Audience) -> str:
    """A part of the file's name, so that one person's report never takes the place of everybody's."""
    named = audience.team or audience.owner
    return "-" + (re.sub(r"[^\w.-]+", "_", named).strip("._")[:60] or "one") if named else ""


def _write(made: Document, path: Path, write: Callable[[Document, IO[bytes]], None]) -> None:
    with file_errors(path):
        make_private_folder(path.parent)
        with unfinished_file(path) as unfinished:
            with unfinished.open("wb") as file:
                write(made, file)
            put_in_place(unfinished, path)

"""DuckDB in memory, over the columns that the KPIs need, copied out of the SQLite store.

The copy turns every column into what queries see (`kpi_engine.facts`): text, or whole numbers. Afterwards the engine is
closed to the world: it installs no extension, opens no file but its own spill files in a private folder, and its
settings are locked. DuckDB itself is only imported when an engine is opened; it takes longer than most commands.
"""

# ruff: noqa: S608 -- names in the statements come from the data dictionary and are quoted; paths are escaped

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlglot import exp

from connector.errors import ConnectorError, Message, StoreError
from kpi_engine.errors import EngineError
from kpi_engine.facts import FACTS, SCALE, ColumnType, FactTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EXTENSION_PACKAGE = "duckdb_extension_sqlite_scanner"

FIXED: Mapping[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "preserve_insertion_order": False,
}
"""What no setting changes. An extension that DuckDB's makers have not signed is refused, as is usual."""

SEEN_AS: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "{column}",
    ColumnType.DECIMAL: "{column}",
    ColumnType.INTEGER: "{column}",
    ColumnType.BOOLEAN: "{column}",
    ColumnType.MONEY: "{column}",
    ColumnType.REAL: f"TRY_CAST(round_even({{column}} * {SCALE}, 0) AS BIGINT)",
    ColumnType.DATE: (
        "CAST(CASE WHEN TRY_CAST({column} AS DATE) BETWEEN DATE '1000-01-01' AND DATE '9999-12-30' "
        "THEN TRY_CAST({column} AS DATE) - DATE '1970-01-01' END AS INTEGER)"
    ),
    ColumnType.INSTANT: (
        "CASE WHEN TRY_CAST({column} AS TIMESTAMP) BETWEEN TIMESTAMP '1000-01-01' AND TIMESTAMP '9999-12-30' "
        "AND suffix({column}, 'Z') THEN epoch_ms(TRY_CAST({column} AS TIMESTAMP)) // 1000 END"
    ),
}
"""How a stored column is converted; what cannot be read becomes missing instead of stopping the query."""

READERS = 2
"""Tables that are read at the same time."""

SQL_TYPES = {"text": "VARCHAR", "integer": "BIGINT"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the engine may use."""

    memory: str | None = None
    """Such as 2GB; None: four fifths of the machine's."""
    threads: int | None = None
    """None: one per core."""
    spill_folder: Path | None = None
    """Where a private folder for spill files is made; None: the system's folder for temporary files."""


class DuckDBEngine:
    """An in-memory database that is filled once and then only asked. Use it as a context manager."""

    dialect = "duckdb"

    def __init__(self, settings: Settings = Settings()) -> None:
        self.settings = settings
        self._folder: Path | None = None
        self._connection: DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="crm-kpi-", dir=self.settings.spill_folder))  # mode 0700
        try:
            self._connection = _connect(self.settings, spill=self._folder)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory and remove the spill files."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def copy(
        self, store: Path, tables: Mapping[str, Collection[str]], *, facts: Mapping[str, FactTable] = FACTS
    ) -> None:
        """Copy the live rows of these columns, converted, and close the engine to the world. Once per engine.

        No other SQLite library of this process may have the file open: call it inside ``store.lent()``.

        Raises:
            StoreError: the file, a table or a column cannot be read.
        """
        with _reading(store):
            self._run(f"LOAD {_quoted(str(extension_file()))}")
            self._run(f"ATTACH {_quoted(str(store))} AS store (TYPE sqlite, READ_ONLY)")
            self._run_together([_copy_statement(facts[name], columns) for name, columns in tables.items()])
            self._run("DETACH store")
            self.lock()

    def lock(self) -> None:
        """From now on: no files, no network, no change of settings."""
        self._run("SET enable_external_access = false")
        self._run("SET lock_configuration = true")

    def load_rows(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Make a table of these rows, in place of an older one of that name.

        Args:
            name: the table.
            columns: `text` or `integer`, by column.
            rows: values in the order of the columns.

        Raises:
            EngineError: a value does not fit.
        """
        by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
        lists = ", ".join(
            f"unnest(CAST(CAST({_quoted(json.dumps(values))} AS JSON) AS {SQL_TYPES[kind]}[])) AS {_name(column)}"
            for (column, kind), values in zip(columns.items(), by_column, strict=True)
        )  # a literal, as bound parameters make DuckDB import pandas wherever it is installed, which takes 0.4 s
        with _asking():
            self._run(f"CREATE OR REPLACE TABLE {_name(name)} AS SELECT {lists}")

    def query(self, tree: exp.Query) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Raises:
            EngineError: it could not be answered.
        """
        with _asking():
            return self._run(tree.sql(dialect=self.dialect)).fetchall()

    def _run_together(self, statements: Collection[str]) -> None:
        """Statements that do not touch each other: reading SQLite keeps one core busy per table, not more."""
        opened = self._opened()
        with ThreadPoolExecutor(READERS) as pool:
            done = [pool.submit(_run_apart, opened, statement) for statement in statements]
        for each in done:
            each.result()

    def _run(self, statement: str) -> DuckDBPyConnection:
        return self._opened().execute(statement)

    def _opened(self) -> DuckDBPyConnection:
        if self._connection is None:
            raise RuntimeError("the engine is not open")
        return self._connection


def _run_apart(opened: DuckDBPyConnection, statement: str) -> None:
    with closing(opened.cursor()) as cursor:
        cursor.execute(statement)


def extension_file() -> Path:
    """The SQLite extension of this DuckDB's version, from its package: nothing is downloaded.

    Raises:
        ConnectorError: the two packages do not fit together.
    """
    import duckdb

    package = find_spec(EXTENSION_PACKAGE)
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        file = Path(folder, "extensions", f"v{duckdb.__version__}", "sqlite_scanner.duckdb_extension")
        if file.is_file():
            return file
    raise ConnectorError(
        Message("DuckDB {version} has no SQLite extension here", version=duckdb.__version__),
        hint=Message("install the same version of duckdb and of duckdb-extension-sqlite-scanner"),
    )


def _connect(settings: Settings, *, spill: Path) -> DuckDBPyConnection:
    import duckdb

    config = {**FIXED, "temp_directory": str(spill)}
    if settings.memory is not None:
        config["memory_limit"] = settings.memory
    if settings.threads is not None:
        config["threads"] = settings.threads
    try:
        return duckdb.connect(":memory:", config=config)
    except duckdb.Error as exc:
        raise ConnectorError(
            Message("DuckDB does not start: {reason}", reason=_first_line(exc)),
            hint=Message("check the settings for memory and threads"),
        ) from exc


def _copy_statement(table: FactTable, columns: Collection[str]) -> str:
    known = {name: column for name in sorted(columns) if (column := table.column(name))}
    selected = ", ".join(
        f"{SEEN_AS[column.type].format(column=_name(name))} AS {_name(name)}" for name, column in known.items()
    )
    return (
        f"CREATE TABLE {_name(table.name)} AS SELECT {selected} FROM store.{_name(table.name)} WHERE deleted_at IS NULL"
    )


@contextmanager
def _reading(store: Path) -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.Error as exc:
        raise StoreError(
            Message("{path}: the facts cannot be read: {reason}", path=str(store), reason=_first_line(exc)),
            hint=_hint(exc) or Message("run `crm-kpi store verify`"),
        ) from exc


@contextmanager
def _asking() -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.InterruptException as exc:
        raise KeyboardInterrupt from exc
    except duckdb.Error as exc:
        raise EngineError(
            Message("DuckDB could not answer: {reason}", reason=_first_line(exc)), hint=_hint(exc)
        ) from exc


def _hint(error: Exception) -> Message:
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException):
        return Message("give the engine more memory, or compute fewer scopes and periods")
    return Message("")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

"""How we talk to SQLite: which settings, and every failure as a `StoreError`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakSet

from connector.errors import Message, StoreError
from connector.store.failures import store_error

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables."""
BUSY_SECONDS = 1.0
"""How long a reader of somebody else's may hold us up before we say so."""
CACHE_KIB = 32_000

_P = ParamSpec("_P")
_T = TypeVar("_T")


def _translated(method: Callable[_P, _T]) -> Callable[_P, _T]:
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return method(*args, **kwargs)
        except sqlite3.ProgrammingError:
            raise  # a mistake in this program, not a state of the store
        except (OverflowError, UnicodeEncodeError) as error:
            raise StoreError(
                Message("A value cannot be stored: {detail}", detail=str(error)),
                hint=Message("whole numbers have at most 64 bits, and text must be valid Unicode"),
            ) from error
        except sqlite3.DatabaseError as error:
            cursor = cast("_Cursor", args[0])
            raise store_error(error, cast("_Connection", cursor.connection).path) from error

    return call


class _Cursor(sqlite3.Cursor):
    """Rows are read one by one long after `execute` returned, so reading fails in our words too."""

    execute = _translated(sqlite3.Cursor.execute)
    executemany = _translated(sqlite3.Cursor.executemany)
    executescript = _translated(sqlite3.Cursor.executescript)
    fetchone = _translated(sqlite3.Cursor.fetchone)
    fetchmany = _translated(sqlite3.Cursor.fetchmany)
    fetchall = _translated(sqlite3.Cursor.fetchall)
    __next__ = _translated(sqlite3.Cursor.__next__)  # type: ignore[arg-type]  # typeshed has it from Iterator


class _Connection(sqlite3.Connection):
    """Its cursors are ours; sqlite3's own shortcuts would make plain ones."""

    path: Path

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursors: WeakSet[_Cursor] = WeakSet()

    def cursor(self, factory: Any = _Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Close the file itself: SQLite keeps it open, and locked, for as long as a query is read half-way."""
        for cursor in list(self._cursors):
            cursor.close()
        super().close()

    def execute(self, *statement: Any) -> Any:
        return self.cursor().execute(*statement)

    def executemany(self, *statement: Any) -> Any:
        return self.cursor().executemany(*statement)

    def executescript(self, *statement: Any) -> Any:
        return self.cursor().executescript(*statement)

    def backup(self, target: sqlite3.Connection, **options: Any) -> None:
        try:
            super().backup(target, **options)
        except sqlite3.DatabaseError as error:
            raise store_error(error, self.path) from error


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to an existing file, with the settings that were measured to lose nothing.

    Rollback journal and EXTRA: write-ahead logging has the reset bug in the SQLite of many systems, and a lesser
    `synchronous` loses acknowledged transactions in a power cut.

    Raises:
        StoreError: the file cannot be opened, or SQLite is too old.
    """
    _check_library()
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, factory=_Connection)
    except sqlite3.DatabaseError as error:
        raise store_error(error, path) from error
    connection.path = path
    try:
        _configure(connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def settle(connection: sqlite3.Connection) -> None:
    """Read, so that SQLite undoes whatever an interrupted run left in its journal."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _configure(connection: sqlite3.Connection, *, read_only: bool) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        return
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA fullfsync = ON")  # macOS; elsewhere without effect
    connection.execute("PRAGMA checkpoint_fullfsync = ON")


def _check_library() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            Message(
                "SQLite {found} is too old, {needed} or newer is needed",
                found=sqlite3.sqlite_version,
                needed=".".join(map(str, OLDEST_SQLITE)),
            ),
            hint=Message("use a Python that brings a newer SQLite"),
        )

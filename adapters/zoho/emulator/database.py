"""What lies below the modules of the stand-in's memory: the database, its lock, the clock, ids, facts, the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any

import orjson

from connector.errors import ConfigError, Message, Problem

FIRST_NEW_ID = 4_876_877_000_000_000_000
"""Above all ids of the sample company (`identity.py`): what is made later has a greater id, as in Zoho."""

_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS modules (api_name TEXT PRIMARY KEY, meta TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fields (
    module TEXT NOT NULL, api_name TEXT NOT NULL, meta TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (module, api_name)
);
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS deleted_records (
    module TEXT NOT NULL, id TEXT NOT NULL, display_name TEXT, type TEXT NOT NULL, deleted_time TEXT NOT NULL,
    deleted_by TEXT, data TEXT NOT NULL, PRIMARY KEY (module, id)
);
CREATE INDEX IF NOT EXISTS deleted_by_time ON deleted_records (module, deleted_time);
CREATE TABLE IF NOT EXISTS journal (
    number INTEGER PRIMARY KEY, request INTEGER NOT NULL, at TEXT NOT NULL, action TEXT NOT NULL,
    module TEXT NOT NULL, record_id TEXT NOT NULL, data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS workflow_runs (
    number INTEGER PRIMARY KEY, request INTEGER NOT NULL, at TEXT NOT NULL, workflow TEXT NOT NULL,
    module TEXT NOT NULL, record_id TEXT NOT NULL, event TEXT NOT NULL
);
"""


@lru_cache(4_096)
def quoted(name: str) -> str:
    """An identifier for SQL.

    >>> quoted('Order "A"')
    '"Order ""A\"""'
    """
    return '"' + name.replace('"', '""') + '"'


def stamp(moment: datetime) -> str:
    """An instant as it is stored.

    >>> stamp(datetime(2025, 3, 1, 9, 0, 0, 999, tzinfo=UTC))
    '2025-03-01T09:00:00+00:00'
    """
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def utc_now() -> datetime:
    """The clock of a stand-in that was given none."""
    return datetime.now(UTC)


def connected(path: str | Path) -> sqlite3.Connection:
    """The database in a file, or a new one in memory; fast, and safe against everything but a power cut.

    Raises:
        ConfigError: the file cannot be opened, or somebody else keeps something in it.
    """
    try:
        db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=512)
        try:
            _check_ours(db)
            for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -65536", "temp_store = MEMORY"):
                db.execute(f"PRAGMA {pragma}")
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as exc:
        problem = Message("{path} cannot be used: {reason}", path=path, reason=exc)
        hint = Message("name a new file, or one that the stand-in made")
        raise ConfigError([Problem("--state", problem, hint)]) from exc
    return db


def _check_ours(db: sqlite3.Connection) -> None:
    """Nothing is written into a database that is not the stand-in's."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and not {"journal", "workflow_runs", "deleted_records"} <= tables:
        raise sqlite3.DatabaseError("it is another program's database")


class Memory:
    """A SQLite database, one lock for it, and a clock that can be set."""

    def __init__(self, db: sqlite3.Connection, *, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.lock = RLock()
        self.request = 0
        """Number of the request being answered, for the journal; 0 for what happens beside the API."""
        self._clock = clock
        self._depth = 0
        self._fixed: datetime | None = None
        db.executescript(_TABLES)
        self._last_id = self._kept_id = int(self.setting("next_id", FIRST_NEW_ID))

    def close(self) -> None:
        """End the connection; a file keeps everything."""
        with self.lock:
            self.db.close()

    # ---- clock, ids, settings ----------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The stand-in's time, to the second."""
        return (self._fixed or self._clock()).astimezone(UTC).replace(microsecond=0)

    def set_clock(self, moment: datetime | None) -> None:
        """Stop the clock at a moment; None lets it run again."""
        self._fixed = moment

    def advance(self, seconds: float) -> None:
        """Stop the clock this much later than it is."""
        self._fixed = self.now() + timedelta(seconds=seconds)

    def new_id(self) -> str:
        """The next id: 19 digits, greater than every one before."""
        with self.lock:
            if self._last_id == self._kept_id:  # a restart goes on above what may have been given out
                self._kept_id += 1_000
                self.set_setting("next_id", self._kept_id)
            self._last_id += 1
            return str(self._last_id)

    def setting(self, name: str, default: Any = None) -> Any:
        """A fact about the org or this stand-in."""
        row = self.db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return orjson.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a fact."""
        self.db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, orjson.dumps(value).decode()))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested."""
        with self.lock:
            if self._depth == 0:
                self.db.execute("BEGIN")
            self._depth += 1
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self.db.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    self.db.execute("COMMIT")
            finally:
                self._depth -= 1

    # ---- documents: what has no table of its own (roles, profiles, currencies, layouts …) ----------------------------

    def documents(self, kind: str) -> list[dict[str, Any]]:
        """All of a kind, in order."""
        rows = self.db.execute("SELECT data FROM documents WHERE kind = ? ORDER BY position", (kind,))
        return [orjson.loads(data) for (data,) in rows]

    def put_document(self, kind: str, document: Mapping[str, Any]) -> None:
        """Keep one, by its `id`."""
        self.db.execute(
            "INSERT INTO documents SELECT ?, ?, coalesce(max(position), 0) + 1, ? FROM documents WHERE kind = ? "
            "ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data",
            (kind, document["id"], orjson.dumps(document).decode(), kind),
        )

    # ---- the journal -------------------------------------------------------------------------------------------------

    def record(self, action: str, module: str, record_id: str, data: Mapping[str, Any]) -> None:
        """Note a mutation that was accepted."""
        self.db.execute(
            "INSERT INTO journal (request, at, action, module, record_id, data) VALUES (?, ?, ?, ?, ?, ?)",
            (self.request, stamp(self.now()), action, module, record_id, orjson.dumps(dict(data)).decode()),
        )

    def journal(self) -> list[dict[str, Any]]:
        """Every accepted mutation, in order: the truth that a client's own books are compared with."""
        names = ("number", "request", "at", "action", "module", "record_id", "data")
        rows = self.db.execute("SELECT * FROM journal ORDER BY number")
        return [dict(zip(names, row, strict=True)) | {"data": orjson.loads(row[-1])} for row in rows]

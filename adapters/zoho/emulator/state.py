"""The stand-in's memory: one SQLite database with a table per module, one lock, a clock that can be set.

Values are stored as `meta.FieldMeta.sql_type` says: booleans 0 and 1, lookups as ids, arrays as JSON, days as
`YYYY-MM-DD`, instants as UTC with second precision (`2025-03-01T08:00:00+00:00`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

import orjson

from adapters.zoho.emulator import stage_history
from adapters.zoho.emulator.derived import completed
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta, PickValue

__all__ = ["FieldMeta", "ModuleMeta", "PickValue", "State", "quoted", "stamp"]

VISIBLE = '"$approval_state" IS NULL'
"""Condition on the rows that lists show: the others wait for approval, and are counted all the same."""
FIRST_NEW_ID = 4_876_877_000_000_000_000
"""Above all ids of the sample company (`identity.py`): what is made later has a greater id, as in Zoho."""
HIDDEN = (
    FieldMeta("$approval_state", "text", "$approval_state", api_shown=False),
    FieldMeta("$se_module", "text", "$se_module", api_shown=False),
)
"""Columns of every module that are no fields."""

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


class State:
    """All that the stand-in knows. Everything that changes it goes through `transaction`."""

    def __init__(self, db: sqlite3.Connection, *, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.lock = RLock()
        self.request = 0
        """Number of the request being answered, for the journal; 0 for what happens beside the API."""
        self._clock = clock
        self._depth = 0
        self._fixed: datetime | None = None
        db.executescript(_TABLES)
        self._modules: dict[str, ModuleMeta] = {}
        self._fields: dict[str, dict[str, FieldMeta]] = {}
        self._read_meta()
        self._next_id = int(self.setting("next_id", FIRST_NEW_ID))
        self.user_names: dict[str, tuple[str, str]] = {}
        """Name and address by id, for owners; see `read_users`."""
        self.read_users()

    @classmethod
    def open(cls, path: str | Path = ":memory:", *, now: Callable[[], datetime] = utc_now) -> State:
        """The state in a file, or a new one in memory."""
        db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=512)
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -65536", "temp_store = MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        return cls(db, clock=now)

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
            self._next_id += 1
            if self._next_id % 1000 == 1:  # a restart goes on above what may have been given out
                self.set_setting("next_id", self._next_id + 1000)
            return str(self._next_id)

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

    # ---- modules and fields ------------------------------------------------------------------------------------------

    def modules(self) -> dict[str, ModuleMeta]:
        """By api name, in order of creation."""
        return self._modules

    def fields(self, module: str) -> dict[str, FieldMeta]:
        """By api name, in order of creation; with the columns that are no fields (`api_shown` is false)."""
        return self._fields[module]

    def create_module(self, meta: ModuleMeta, fields: Iterable[FieldMeta]) -> ModuleMeta:
        """A new module with its table; ids are given where there are none."""
        with self.transaction():
            named = replace(meta, id=meta.id or self.new_id(), module_name=meta.module_name or meta.api_name)
            named = replace(named, modified_time=named.modified_time or stamp(self.now()))
            self.db.execute(
                "INSERT INTO modules VALUES (?, ?, ?)",
                (named.api_name, orjson.dumps(named.as_json()).decode(), len(self._modules)),
            )
            self._modules[named.api_name] = named
            self._fields[named.api_name] = {}
            self.db.execute(f"CREATE TABLE {quoted(named.api_name)} (id TEXT PRIMARY KEY NOT NULL)")
            shown = list(fields)
            names = {each.api_name for each in shown}
            for each in (*shown, *(hidden for hidden in HIDDEN if hidden.api_name not in names)):
                self.add_field(named.api_name, each)
            self.index(named.api_name)
        return named

    def index(self, module: str) -> None:
        """The order in which incremental readers ask; made after filling, because that is faster."""
        if "Modified_Time" in self._fields[module]:
            self.db.execute(
                f"CREATE INDEX IF NOT EXISTS {quoted(module + ' by time')} ON {quoted(module)} (Modified_Time, id)"
            )
        if "$parent" in self._fields[module]:
            self.db.execute(
                f"CREATE INDEX IF NOT EXISTS {quoted(module + ' by parent')} ON {quoted(module)} ({quoted('$parent')})"
            )

    def drop_index(self, module: str) -> None:
        """Before many rows are loaded."""
        self.db.execute(f"DROP INDEX IF EXISTS {quoted(module + ' by time')}")
        self.db.execute(f"DROP INDEX IF EXISTS {quoted(module + ' by parent')}")

    def add_field(self, module: str, field: FieldMeta) -> FieldMeta:
        """A new field with its column."""
        with self.transaction():
            named = replace(field, id=field.id or self.new_id(), picklist=tuple(map(self._named_value, field.picklist)))
            if named.api_name != "id":
                self.db.execute(f"ALTER TABLE {quoted(module)} ADD COLUMN {quoted(named.api_name)} {named.sql_type}")
            self._keep_field(module, named)
        return named

    def change_field(self, module: str, field: FieldMeta) -> None:
        """Another label, other values, withheld or not: what metadata says; its column stays."""
        self._keep_field(module, field)

    def remove_field(self, module: str, api_name: str) -> None:
        """An admin deletes a field; its values are gone from sight."""
        with self.transaction():
            self.db.execute("DELETE FROM fields WHERE module = ? AND api_name = ?", (module, api_name))
            self.db.execute(f"ALTER TABLE {quoted(module)} DROP COLUMN {quoted(api_name)}")
            del self._fields[module][api_name]

    def _named_value(self, value: PickValue) -> PickValue:
        return value if value.id else replace(value, id=self.new_id())

    def _keep_field(self, module: str, field: FieldMeta) -> None:
        known = self._fields[module]
        place = list(known).index(field.api_name) if field.api_name in known else len(known)
        self.db.execute(
            "INSERT OR REPLACE INTO fields VALUES (?, ?, ?, ?)",
            (module, field.api_name, orjson.dumps(field.as_json()).decode(), place),
        )
        known[field.api_name] = field

    def _read_meta(self) -> None:
        for api_name, meta in self.db.execute("SELECT api_name, meta FROM modules ORDER BY position"):
            self._modules[api_name] = ModuleMeta.from_json(orjson.loads(meta))
            self._fields[api_name] = {}
        for module, api_name, meta in self.db.execute("SELECT module, api_name, meta FROM fields ORDER BY position"):
            self._fields[module][api_name] = FieldMeta.from_json(orjson.loads(meta))

    def read_users(self) -> None:
        """Learn the users' names again, after they changed."""
        if "Users" in self._modules:
            rows = self.db.execute("SELECT id, full_name, email FROM Users")
            self.user_names = {user: (name, email) for user, name, email in rows}

    @property
    def current_user(self) -> str:
        """Whose token everything is done with."""
        return str(self.setting("current_user", ""))

    # ---- records -----------------------------------------------------------------------------------------------------

    def get(self, module: str, record_id: str) -> dict[str, Any] | None:
        """A stored row, column by column; None where there is none."""
        names = list(self._fields[module])
        if "id" not in names:
            names.insert(0, "id")
        columns = ", ".join(map(quoted, names))
        row = self.db.execute(f"SELECT {columns} FROM {quoted(module)} WHERE id = ?", (record_id,)).fetchone()  # noqa: S608
        return dict(zip(names, row, strict=True)) if row else None

    def store(self, module: str, row: Mapping[str, Any]) -> None:
        """A row as it is: no times, no history, no journal."""
        names = [name for name in row if name == "id" or name in self._fields[module]]
        self.load(module, names, [[row[name] for name in names]])

    def load(self, module: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Many rows as they are, streamed."""
        columns, marks = ", ".join(map(quoted, names)), ", ".join("?" * len(names))
        self.db.executemany(f"INSERT INTO {quoted(module)} ({columns}) VALUES ({marks})", rows)  # noqa: S608

    def insert(
        self, module: str, values: Mapping[str, Any], *, by: str | None = None, at: datetime | None = None
    ) -> dict[str, Any]:
        """A new record; returns its stored row.

        Args:
            module: Api name.
            values: In stored form; an `id` may be among them.
            by: The user who did it; the token's where it is not said.
            at: When, where it is not now.
        """
        with self.transaction():
            user, moment = by or self.current_user, stamp(at or self.now())
            row = {
                "id": self.new_id(),
                "Owner": user,
                "Created_By": user,
                "Created_Time": moment,
                "Modified_By": user,
                "Modified_Time": moment,
                **values,
            }
            row = completed(self, module, row, before={})
            self.store(module, row)
            if module == "Deals" and row.get("Stage"):
                stage_history.stage_entered(self, row, at=moment, by=user)
            self.record("insert", module, row["id"], values)
            return self.get(module, row["id"]) or row

    def update(
        self,
        module: str,
        record_id: str,
        changes: Mapping[str, Any],
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Change a record, which moves its Modified_Time; returns its stored row.

        Raises:
            KeyError: there is no such record.
        """
        with self.transaction():
            before = self.get(module, record_id)
            if before is None:
                raise KeyError(record_id)
            user, moment = by or self.current_user, stamp(at or self.now())
            found = completed(self, module, changes, before=before)
            found = {"Modified_By": user, "Modified_Time": moment, **found}
            known = {name: value for name, value in found.items() if name in self._fields[module] and name != "id"}
            self._set(module, record_id, known)
            after = {**before, **known}
            if module == "Deals" and after.get("Stage") != before.get("Stage"):
                stage_history.stage_entered(self, after, at=moment, by=user)
            self.record("update", module, record_id, changes)
            return after

    def delete(
        self, module: str, record_id: str, *, permanent: bool = False, by: str | None = None, at: datetime | None = None
    ) -> bool:
        """Into the recycle bin, or for good; whether there was such a record."""
        with self.transaction():
            row = self.get(module, record_id)
            if row is None:
                return False
            self.db.execute(f"DELETE FROM {quoted(module)} WHERE id = ?", (record_id,))  # noqa: S608
            if module == "Deals":
                stage_history.orphaned(self, record_id)
            name = row.get(self._modules[module].name_field)
            self.db.execute(
                "INSERT OR REPLACE INTO deleted_records VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    module, record_id, None if permanent else name, "permanent" if permanent else "recycle",
                    stamp(at or self.now()), None if permanent else by or self.current_user,
                    orjson.dumps(row).decode(),
                ),
            )  # fmt: skip
            self.record("delete", module, record_id, {"permanent": permanent})
            return True

    def restore(self, module: str, record_id: str, *, touch: bool = False) -> bool:
        """Back out of the bin; whether it was there.

        Args:
            module: Api name.
            record_id: Which one.
            touch: Whether Modified_Time moves; Zoho does not say that it does, so readers may not rely on it.
        """
        with self.transaction():
            found = self.db.execute(
                "SELECT data FROM deleted_records WHERE module = ? AND id = ? AND type = 'recycle'", (module, record_id)
            ).fetchone()
            if found is None:
                return False
            row = orjson.loads(found[0])
            if touch:
                row["Modified_Time"] = stamp(self.now())
            self.store(module, row)
            self.db.execute("DELETE FROM deleted_records WHERE module = ? AND id = ?", (module, record_id))
            if module == "Deals":
                stage_history.adopted(self, record_id)
            self.record("restore", module, record_id, {})
            return True

    def merge(self, module: str, winner: str, loser: str) -> None:
        """Two records become one: what pointed to the loser points to the winner, and the loser is deleted."""
        with self.transaction():
            for child, known in self._fields.items():
                for field in known.values():
                    if field.lookup == module:
                        name = quoted(field.api_name)
                        self.db.execute(
                            f"UPDATE {quoted(child)} SET {name} = ? WHERE {name} = ?",  # noqa: S608
                            (winner, loser),
                        )
            self.delete(module, loser)
            self.update(module, winner, {})

    def _set(self, module: str, record_id: str, values: Mapping[str, Any]) -> None:
        if values:
            changes = ", ".join(f"{quoted(name)} = ?" for name in values)
            self.db.execute(
                f"UPDATE {quoted(module)} SET {changes} WHERE id = ?",  # noqa: S608
                (*values.values(), record_id),
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

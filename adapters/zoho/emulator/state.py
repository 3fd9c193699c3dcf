"""The stand-in's memory: modules, their fields, and their records, a table for each module.

Values are stored as `meta.FieldMeta.sql_type` says: booleans 0 and 1, lookups as ids, arrays as JSON, days as
`YYYY-MM-DD`, instants as UTC with second precision (`2025-03-01T08:00:00+00:00`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from adapters.zoho.emulator import histories
from adapters.zoho.emulator.database import Memory, connected, quoted, stamp, utc_now
from adapters.zoho.emulator.derived import completed
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta, PickValue

__all__ = ["FieldMeta", "ModuleMeta", "PickValue", "State", "quoted", "stamp", "utc_now"]

VISIBLE = '"$approval_state" IS NULL'
"""Condition on the rows that lists show: the others wait for approval, and are counted all the same."""
HIDDEN = (
    FieldMeta("$approval_state", "text", "$approval_state", api_shown=False),
    FieldMeta("$se_module", "text", "$se_module", api_shown=False),
)
"""Columns of every module that are no fields."""


class State(Memory):
    """All that the stand-in knows. Everything that changes it goes through `transaction`."""

    def __init__(self, db: sqlite3.Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(db, clock=clock)
        self._modules: dict[str, ModuleMeta] = {}
        self._fields: dict[str, dict[str, FieldMeta]] = {}
        self._read_meta()
        self.user_names: dict[str, tuple[str, str]] = {}
        """Name and address by id, for owners; see `read_users`."""
        self.read_users()

    @classmethod
    def open(cls, path: str | Path = ":memory:", *, now: Callable[[], datetime] = utc_now) -> State:
        """The state in a file, or a new one in memory."""
        return cls(connected(path), clock=now)

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

    def index_on(self, module: str, field: str) -> None:
        """For finding records by a field: unique ones, and those that upserts match by."""
        name = quoted(f"{module} with {field}")
        self.db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {quoted(module)} ({quoted(field)}, id)")

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
            if named.unique:
                self.index_on(module, named.api_name)
        return named

    def change_field(self, module: str, field: FieldMeta) -> None:
        """Another label, other values, withheld or not: what metadata says; its column stays."""
        self._keep_field(module, field)
        if field.unique:
            self.index_on(module, field.api_name)

    def remove_field(self, module: str, api_name: str) -> None:
        """An admin deletes a field; its values are gone from sight."""
        with self.transaction():
            self.db.execute("DELETE FROM fields WHERE module = ? AND api_name = ?", (module, api_name))
            self.db.execute(f"DROP INDEX IF EXISTS {quoted(f'{module} with {api_name}')}")
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
            histories.noted(self, module, row, before={}, at=moment, by=user)
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
            histories.noted(self, module, after, before=before, at=moment, by=user)
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
            histories.orphaned(self, module, record_id)
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
            histories.adopted(self, module, record_id)
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

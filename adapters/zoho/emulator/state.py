"""The stand-in's memory: the records, a table for each module (`structure.py` has modules and fields).

Values are stored as `meta.FieldMeta.sql_type` says: booleans 0 and 1, lookups as ids, arrays as JSON, days as
`YYYY-MM-DD`, instants as UTC with second precision (`2025-03-01T08:00:00+00:00`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from adapters.zoho.emulator import histories
from adapters.zoho.emulator.database import connected, quoted, stamp, utc_now
from adapters.zoho.emulator.derived import completed
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta, PickValue
from adapters.zoho.emulator.structure import Structure

__all__ = ["FieldMeta", "ModuleMeta", "PickValue", "State", "quoted", "stamp", "utc_now"]

VISIBLE = '"$approval_state" IS NULL'
"""Condition on the rows that lists show: the others wait for approval, and are counted all the same."""


class State(Structure):
    """All that the stand-in knows. Everything that changes it goes through `transaction`."""

    def __init__(self, db: sqlite3.Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(db, clock=clock)
        self.user_names: dict[str, tuple[str, str]] = {}
        """Name and address by id, for owners; see `read_users`."""
        self.read_users()

    @classmethod
    def open(cls, path: str | Path = ":memory:", *, now: Callable[[], datetime] = utc_now) -> State:
        """The state in a file, or a new one in memory."""
        return cls(connected(path), clock=now)

    # ---- people ------------------------------------------------------------------------------------------------------

    def read_users(self) -> None:
        """Learn the users' names again, after they changed."""
        if "Users" in self._modules:
            rows = self.db.execute("SELECT id, full_name, email FROM Users")
            self.user_names = {user: (name, email) for user, name, email in rows}

    def person(self, user: str | None) -> dict[str, Any] | None:
        """Somebody as records name him who made or changed them."""
        return None if user is None else {"name": self.user_names.get(user, (None, None))[0], "id": user}

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

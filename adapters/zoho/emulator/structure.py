"""What the org looks like: modules with their tables, fields with their columns, and the indexes that readers need."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

import orjson

from adapters.zoho.emulator.database import Memory, quoted, stamp
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta, PickValue

HIDDEN = (
    FieldMeta("$approval_state", "text", "$approval_state", api_shown=False),
    FieldMeta("$se_module", "text", "$se_module", api_shown=False),
)
"""Columns of every module that are no fields."""


class Structure(Memory):
    """Modules and fields, kept in the database and known by heart."""

    def __init__(self, db: sqlite3.Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(db, clock=clock)
        self._modules: dict[str, ModuleMeta] = {}
        self._fields: dict[str, dict[str, FieldMeta]] = {}
        self._read_meta()

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
        self.db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {quoted(module)} ({quoted(field)} COLLATE NOCASE, id)")

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

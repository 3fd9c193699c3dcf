"""Is the store whole: its pages, its schema, its counts, and who may read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from sqlite_utils import Database

from connector.errors import Message, Problem, StoreError
from connector.store import coverage, facts
from connector.store.backup import damage
from connector.store.database import Store
from connector.store.disk import PRIVATE_FILE
from connector.store.schema import STORED_AS, create_tables

_RESTORE = Message("restore a backup with `crm-kpi store restore`")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What matters of a table's schema."""

    columns: frozenset[tuple[object, ...]]
    """(name, type, not null, place in the key) of each."""
    indexes: frozenset[tuple[bool, tuple[str, ...]]]
    """(unique, columns) of each."""

    def serves_as(self, expected: _Shape) -> bool:
        """An index that somebody added is no harm."""
        return self.columns == expected.columns and self.indexes >= expected.indexes


def problems(store: Store) -> Iterator[Problem]:
    """Everything that is wrong; damaged pages come alone, since nothing can be concluded from the rest."""
    damaged = [Problem(str(store.path), Message("{detail}", detail=detail), _RESTORE) for detail in _damage(store)]
    if damaged:
        yield from damaged
        return
    yield from _readable_by_others(store)
    yield from _changed_schema(store)
    yield from _wrong_counts(store)


def _damage(store: Store) -> Iterator[str]:
    try:
        yield from damage(store.db.conn)
    except StoreError as error:  # too damaged even to be checked to the end
        yield str(error)


def _readable_by_others(store: Store) -> Iterator[Problem]:
    mode = store.path.stat().st_mode & 0o777
    if mode & ~PRIVATE_FILE:
        yield Problem(
            str(store.path),
            Message("others than its owner may read or write it (mode {mode})", mode=f"{mode:04o}"),
            Message("run `chmod 600 {path}`", path=str(store.path)),
        )


def _changed_schema(store: Store) -> Iterator[Problem]:
    found, expected = _shapes(store.db), _expected_shapes(store)
    for table in sorted(expected):
        if table not in found or not found[table].serves_as(expected[table]):
            yield Problem(
                f"{store.path}: {table}",
                Message("the table is missing, or its columns or indexes were changed"),
                _RESTORE,
            )


def _expected_shapes(store: Store) -> dict[str, _Shape]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        db = Database(connection, recursive_triggers=False, execute_plugins=False)
        create_tables(db)
        expected = _shapes(db)
    for table, extra in facts.extra_columns(store).items():
        added = {(name, STORED_AS[kind], 0, 0) for name, kind in extra.items()}
        expected[table] = replace(expected[table], columns=expected[table].columns | added)
    return expected


def _shapes(db: Database) -> dict[str, _Shape]:
    return {
        table.name: _Shape(
            frozenset((column.name, column.type, column.notnull, column.is_pk) for column in table.columns),
            frozenset((bool(index.unique), tuple(index.columns)) for index in table.indexes),
        )
        for table in db.tables
    }


def _wrong_counts(store: Store) -> Iterator[Problem]:
    for counted in coverage.all(store):
        if counted.arrived != counted.facts + counted.quarantined:
            yield Problem(
                f"{counted.connection}: {counted.module}",
                Message(
                    "{arrived} records arrived, but {facts} became facts and {quarantined} went to quarantine",
                    arrived=counted.arrived,
                    facts=counted.facts,
                    quarantined=counted.quarantined,
                ),
                Message("run `crm-kpi pull` again; if it stays, please report it"),
            )

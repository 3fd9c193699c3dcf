"""Is the store whole: its pages, its schema, its counts, and who may read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from sqlite_utils import Database

from connector.errors import Message, Problem, StoreError
from connector.store import coverage, facts
from connector.store.backup import damage
from connector.store.database import Store
from connector.store.disk import PRIVATE_FILE
from connector.store.schema import STORED_AS, create_tables
from connector.store.statements import quoted

_RESTORE = Message("restore a backup with `crm-kpi store restore`")

Columns = frozenset[tuple[str, str, int, int]]
"""(name, type, not null, place in the key) of each column."""


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
    found, expected = _schema(store.db.conn), _expected_schema(store)
    for table in sorted(expected):
        if found.get(table) != expected[table]:
            yield Problem(
                f"{store.path}: {table}", Message("the table is missing, or its columns were changed"), _RESTORE
            )


def _expected_schema(store: Store) -> dict[str, Columns]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_tables(Database(connection, recursive_triggers=False, execute_plugins=False))
        expected = _schema(connection)
    for table, extra in facts.extra_columns(store).items():
        expected[table] |= {(name, STORED_AS[kind], 0, 0) for name, kind in extra.items()}
    return expected


def _schema(connection: sqlite3.Connection) -> dict[str, Columns]:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        name: frozenset(row[1:4] + row[5:6] for row in connection.execute(f"PRAGMA table_info({quoted(name)})"))
        for (name,) in tables.fetchall()
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

"""SQL made from names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from connector.store import statements


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute('CREATE TABLE "a""b" (k PRIMARY KEY, v, "the ""run""")')
        yield connection


RUN = 'the "run"'


def put(db: sqlite3.Connection, *row: object) -> int:
    before = db.total_changes
    db.execute(statements.upsert('a"b', ("k", "v", RUN), key=("k",), silent=(RUN,)), row)
    return db.total_changes - before


def test_upsert_writes_what_differs(db: sqlite3.Connection) -> None:
    assert [put(db, 1, None, 1), put(db, 1, None, 2), put(db, 1, 0, 3), put(db, 1, None, 4)] == [1, 0, 1, 1]
    assert db.execute('SELECT * FROM "a""b"').fetchall() == [(1, None, 4)]


def test_upsert_of_a_key_alone(db: sqlite3.Connection) -> None:
    statement = statements.upsert('a"b', ("k",), key=("k",))
    for _ in range(2):
        db.execute(statement, (1,))
    assert db.execute('SELECT * FROM "a""b"').fetchall() == [(1, None, None)]


def test_names_are_quoted() -> None:
    assert statements.names(["a", 'b"c'], of="t") == '"t"."a", "t"."b""c"'

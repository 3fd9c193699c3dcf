"""Which ids a snapshot has brought so far: duplicates are found as they come, what is missing at the end is deleted."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from types import TracebackType

from connector.store.database import Store
from connector.store.share import WHOLE, Share
from connector.store.statements import quoted
from kpi_engine.facts import FACTS

_numbers = count(1)
LONGEST_NUMBER = 30
"""Digits of an id; what is longer is no number that a spreadsheet would rewrite."""
_KEPT = 0
"""In place of the page number: the id arrived, but no record of it could be stored."""


class Seen:
    """The ids of one connection and table, or a share of it, in a temporary table: memory stays flat however many.

    Used inside the transaction that stores the snapshot, or over several of them; a rollback forgets what it undoes.
    Ends with `close` or as a context manager.
    """

    def __init__(self, store: Store, connection: str, table: str, *, share: Share = WHOLE) -> None:
        self._store = store
        self._share = share
        self._connection = connection
        self._facts = quoted(FACTS[table].name)
        self._ids = quoted(f"seen_{next(_numbers)}")
        self._page = 0
        store.db.conn.execute(
            f"CREATE TEMP TABLE {self._ids} (id TEXT PRIMARY KEY, page INTEGER NOT NULL) STRICT, WITHOUT ROWID"
        )

    def add(self, ids: Sequence[str]) -> list[int]:
        """Note a page of ids.

        Returns:
            The positions of those that were seen before, on an earlier page or earlier on this one.
        """
        self._page += 1
        if self._note(ids, page=self._page) == len(ids):
            return []
        known = self._on_earlier_pages(ids)
        duplicates = []
        for position, id in enumerate(ids):
            if id in known:
                duplicates.append(position)
            known.add(id)
        return duplicates

    def keep(self, ids: Iterable[str]) -> None:
        """Note ids that did arrive but cannot be stored (quarantined), so that their rows are not taken for deleted.

        A usable record that comes with such an id later is not a duplicate.
        """
        self._note([id for id in ids if id], page=_KEPT)

    def live_count(self) -> int:
        """How many rows of the connection are alive."""
        return self._count("")

    def missing_count(self) -> int:
        """How many of them were not seen."""
        return self._count(f"AND id NOT IN (SELECT id FROM {self._ids})")

    def rewritten(self) -> list[tuple[str, str]]:
        """Ids of facts that did not come, each with one that did and is the same number written another way.

        That is what a spreadsheet does to a column of ids: `007` becomes `7`, and `5` becomes `5.0`.
        """
        gone = {number: id for id in self._missing() if (number := _number(id)) is not None}
        if not gone:
            return []
        came = self._store.db.conn.execute(f"SELECT id FROM {self._ids}")
        return [(gone[number], id) for (id,) in came if (number := _number(id)) in gone]

    def _missing(self) -> Iterator[str]:
        rows = self._store.db.conn.execute(
            f"SELECT id FROM {self._facts} WHERE connection = ? AND deleted_at IS NULL "
            f"AND id NOT IN (SELECT id FROM {self._ids}){self._share.condition}",
            (self._connection, *self._share.parameters),
        )
        return (id for (id,) in rows)

    def tombstone_missing(self, at: str) -> int:
        """Mark as deleted what is alive and was not seen; returns how many."""
        cursor = self._store.writing.execute(
            f"UPDATE {self._facts} SET deleted_at = ? "
            f"WHERE connection = ? AND deleted_at IS NULL AND id NOT IN (SELECT id FROM {self._ids})"
            f"{self._share.condition}",
            (at, self._connection, *self._share.parameters),
        )
        return cursor.rowcount

    def close(self) -> None:
        """Forget the ids."""
        self._store.db.conn.execute(f"DROP TABLE IF EXISTS temp.{self._ids}")

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _note(self, ids: Sequence[str], *, page: int) -> int:
        """Add a page's ids; returns how many were new. One statement a page: three times faster than one an id."""
        connection = self._store.db.conn
        before = connection.total_changes
        text = json.dumps(ids, ensure_ascii=False)
        if "\\u0000" in text:  # SQLite's JSON ends a text there
            connection.executemany(f"INSERT OR IGNORE INTO {self._ids} VALUES (?, ?)", ((id, page) for id in ids))
        else:
            connection.execute(f"INSERT OR IGNORE INTO {self._ids} SELECT value, ? FROM json_each(?)", (page, text))
        return connection.total_changes - before

    def _on_earlier_pages(self, ids: Sequence[str]) -> set[str]:
        execute = self._store.db.conn.execute
        known = set()
        for id in ids:
            (page,) = execute(f"SELECT page FROM {self._ids} WHERE id = ?", (id,)).fetchone()
            if page == _KEPT:
                execute(f"UPDATE {self._ids} SET page = ? WHERE id = ?", (self._page, id))
            elif page < self._page:
                known.add(id)
        return known

    def _count(self, condition: str) -> int:
        statement = (
            f"SELECT count(*) FROM {self._facts} "
            f"WHERE connection = ? AND deleted_at IS NULL {condition}{self._share.condition}"
        )
        parameters = (self._connection, *self._share.parameters)
        return int(self._store.db.conn.execute(statement, parameters).fetchone()[0])


def _number(id: str) -> int | None:
    """The whole number that an id is, however it is written; None for other ids.

    >>> _number("007"), _number("5.0"), _number("5.5"), _number("D5")
    (7, 5, None, None)
    """
    whole, _, rest = id.partition(".")
    if not (whole.isascii() and whole.isdigit()) or rest.strip("0"):
        return None
    return int(whole) if len(whole) <= LONGEST_NUMBER else None

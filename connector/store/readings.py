"""Which records one reading of a module has brought so far, kept until it is whole: a reading may take several runs."""

from __future__ import annotations

from collections.abc import Iterable

from connector.store.database import Store
from connector.store.share import WHOLE, Share
from connector.store.statements import quoted
from kpi_engine.facts import FACTS


class Reading:
    """One reading of a module into a table. What is alive and was not in it, when it was of everything, is deleted.

    All methods are called inside the transaction of what they belong to.
    """

    def __init__(
        self,
        store: Store,
        number: int,
        connection: str,
        module: str,
        table: str,
        *,
        share: Share,
        first: bool,
        run_id: int,
    ) -> None:
        self._store = store
        self._number = number
        self._connection = connection
        self._module = module
        self._table = table
        self._facts = quoted(FACTS[table].name)
        self._share = share
        self.first = first
        """The table was empty when it began, so everything that is alive came with it, and no id has to be kept."""
        self._run_id = run_id

    def note(self, ids: Iterable[str]) -> None:
        """These records were in it."""
        if not self.first:
            rows = ((self._number, id) for id in ids)
            self._store.writing.executemany("INSERT OR IGNORE INTO reading_ids VALUES (?, ?)", rows)

    def live_count(self) -> int:
        """How many rows of the module are alive."""
        return self._count("", ())

    def missing_count(self) -> int:
        """How many of them were not in it."""
        return 0 if self.first else self._count(_NOT_NOTED, (self._number,))

    def tombstone_missing(self, at: str) -> int:
        """Mark as deleted what is alive and was not in it; returns how many."""
        if self.first:
            return 0
        cursor = self._store.writing.execute(
            f"UPDATE {self._facts} SET deleted_at = ? "  # noqa: S608  # our own names
            f"WHERE connection = ? AND deleted_at IS NULL {_NOT_NOTED}{self._share.condition}",
            (at, self._connection, self._number, *self._share.parameters),
        )
        return cursor.rowcount

    def forget_problems_of_missing(self) -> None:
        """Problems of records that were not in it are those of records that there are no more."""
        if self.first:
            return
        place: tuple[str, ...] = (self._connection, self._table)
        whose = ""
        if self._share.column:
            place, whose = (*place, self._module), "AND coalesce(module, ?3) = ?3"
        for name in ("quarantine", "issues"):
            self._store.writing.execute(
                f"DELETE FROM {name} WHERE connection = ?1 AND table_name = ?2 {whose} AND CASE "  # noqa: S608  # ours
                f"WHEN record_id IS NULL THEN coalesce(run_id, 0) < {self._run_id:d} "
                f"ELSE record_id NOT IN (SELECT record_id FROM reading_ids WHERE reading = {self._number:d}) END",
                place,
            )

    def end(self) -> None:
        """It is whole, or another begins: forget it."""
        self._store.writing.execute("DELETE FROM reading_ids WHERE reading = ?", (self._number,))
        self._store.writing.execute("DELETE FROM readings WHERE number = ?", (self._number,))

    def _count(self, condition: str, parameters: tuple[int, ...]) -> int:
        statement = (
            f"SELECT count(*) FROM {self._facts} "  # noqa: S608  # our own names
            f"WHERE connection = ? AND deleted_at IS NULL {condition}{self._share.condition}"
        )
        bound = (self._connection, *parameters, *self._share.parameters)
        return int(self._store.db.conn.execute(statement, bound).fetchone()[0])


_NOT_NOTED = "AND id NOT IN (SELECT record_id FROM reading_ids WHERE reading = ?)"


def begin(
    store: Store, connection: str, module: str, table: str, *, first: bool, run_id: int, share: Share = WHOLE
) -> Reading:
    """Begin a reading; one that never ended is forgotten."""
    earlier = going_on(store, connection, module, table, share=share)
    if earlier is not None:
        earlier.end()
    cursor = store.writing.execute(
        "INSERT INTO readings (connection, module, table_name, first, run_id) VALUES (?, ?, ?, ?, ?)",
        (connection, module, table, first, run_id),
    )
    number = int(cursor.lastrowid or 0)
    return Reading(store, number, connection, module, table, share=share, first=first, run_id=run_id)


def going_on(store: Store, connection: str, module: str, table: str, *, share: Share = WHOLE) -> Reading | None:
    """The reading that an earlier run could not end; None where there is none."""
    row = store.db.conn.execute(
        "SELECT number, first, run_id FROM readings WHERE connection = ? AND module = ? AND table_name = ?",
        (connection, module, table),
    ).fetchone()
    if row is None:
        return None
    number, first, run_id = row
    return Reading(store, number, connection, module, table, share=share, first=bool(first), run_id=run_id)

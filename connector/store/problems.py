"""What could not be used: records in quarantine, and fields that became NULL. Nothing is dropped silently."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from connector.errors import Message
from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import names


class Quarantined(NamedTuple):
    """A record without a usable id or a required column: one row a record."""

    connection: str
    table_name: str
    module: str
    record_id: str | None
    source: str | None
    position: int | None
    field: str | None
    value: str | None
    reason: str
    raw: str | None
    run_id: int | None
    found_at: str
    message: str | None = None
    """The reason as template and values (JSON), to be told in the reader's language; None in rows of older versions."""

    @property
    def told(self) -> Message:
        """The reason, to be told in any language."""
        return told(self.reason, self.message)


class Issue(NamedTuple):
    """One field of one record that could not be read, or was read with a doubt."""

    connection: str
    table_name: str
    record_id: str | None
    source: str | None
    position: int | None
    field: str | None
    value: str | None
    reason: str
    run_id: int | None
    found_at: str
    message: str | None = None
    """The reason as template and values (JSON), to be told in the reader's language; None in rows of older versions."""
    module: str | None = None
    """What it came from; None in rows of older versions."""

    @property
    def told(self) -> Message:
        """The reason, to be told in any language."""
        return told(self.reason, self.message)


def told(reason: str, message: str | None) -> Message:
    """A stored reason; what an older version has stored is told as it was, in English."""
    return Message("{reason}", reason=reason) if message is None else Message.read(message)


@dataclass(frozen=True, slots=True)
class ProblemCounts:
    """How many records of a table are in quarantine, and how many issues its facts have."""

    quarantined: int = 0
    issues: int = 0


def add_quarantine(store: Store, rows: Iterable[Quarantined]) -> None:
    """Put records into quarantine, one row each."""
    _add(store, "quarantine", rows)


def add_issues(store: Store, rows: Iterable[Issue]) -> None:
    """Note fields that could not be read."""
    _add(store, "issues", rows)


def clear_quarantine(
    store: Store,
    connection: str,
    table: str,
    *,
    module: str | None = None,
    source: str | None = None,
    other_than_run: int | None = None,
    record_ids: Iterable[str] | None = None,
) -> int:
    """Let records out of quarantine: all of the table, or those that every given condition names.

    Args:
        store: The open store, inside a transaction.
        connection: Whose records.
        table: The fact table.
        module: Only what came from this module.
        source: Only what came from this file or endpoint.
        other_than_run: Only what another run (an earlier one) found.
        record_ids: Only these records (they arrived again).
    """
    conditions = {"module = ?": module, "source = ?": source, "run_id IS NOT ?": other_than_run}
    return _clear(store, "quarantine", connection, table=table, conditions=conditions, record_ids=record_ids)


def clear_issues(
    store: Store,
    connection: str,
    table: str,
    *,
    module: str | None = None,
    source: str | None = None,
    other_than_run: int | None = None,
    record_ids: Iterable[str] | None = None,
) -> int:
    """Forget issues: all of the table, or those that every given condition names (as in `clear_quarantine`)."""
    conditions = {"module = ?": module, "source = ?": source, "run_id IS NOT ?": other_than_run}
    return _clear(store, "issues", connection, table=table, conditions=conditions, record_ids=record_ids)


def quarantined_count(store: Store, connection: str, table: str, *, module: str) -> int:
    """How many records of a module are in quarantine instead of in this table."""
    statement = "SELECT count(*) FROM quarantine WHERE connection = ? AND table_name = ? AND module = ?"
    return int(store.db.conn.execute(statement, (connection, table, module)).fetchone()[0])


def counts(store: Store, *, connection: str | None = None) -> dict[str, ProblemCounts]:
    """Quarantined records and issues per fact table, of one connection or of all; tables without any are absent."""
    statement = """
        SELECT table_name, sum(quarantined), sum(issues) FROM (
            SELECT table_name, count(*) AS quarantined, 0 AS issues FROM quarantine
            WHERE ?1 IS NULL OR connection = ?1 GROUP BY table_name
            UNION ALL
            SELECT table_name, 0, count(*) FROM issues WHERE ?1 IS NULL OR connection = ?1 GROUP BY table_name
        ) GROUP BY table_name ORDER BY table_name
    """
    return {table: ProblemCounts(*numbers) for table, *numbers in store.db.conn.execute(statement, (connection,))}


def quarantined(store: Store, *, limit: int = -1) -> Iterator[Quarantined]:
    """Records in quarantine, the latest first."""
    for row in _latest(store, "quarantine", limit=limit):
        yield Quarantined(*row)


def issues(store: Store, *, limit: int = -1) -> Iterator[Issue]:
    """Issues, the latest first."""
    for row in _latest(store, "issues", limit=limit):
        yield Issue(*row)


def _add(store: Store, name: str, rows: Iterable[tuple[object, ...]]) -> None:
    columns = columns_of(name, leaving_out=("number",))
    placeholders = ", ".join("?" * len(columns))
    store.writing.executemany(f"INSERT INTO {name} ({names(columns)}) VALUES ({placeholders})", rows)


def _clear(
    store: Store,
    name: str,
    connection: str,
    *,
    table: str,
    conditions: Mapping[str, str | int | None],
    record_ids: Iterable[str] | None,
) -> int:
    given = {condition: value for condition, value in conditions.items() if value is not None}
    statement = " AND ".join((f"DELETE FROM {name} WHERE connection = ? AND table_name = ?", *given))
    parameters = (connection, table, *given.values())
    if record_ids is None:
        return store.writing.execute(statement, parameters).rowcount
    rows = ((*parameters, record_id) for record_id in record_ids)
    return max(store.writing.executemany(f"{statement} AND record_id = ?", rows).rowcount, 0)


def _latest(store: Store, name: str, *, limit: int) -> Iterator[tuple[Any, ...]]:
    columns = names(columns_of(name, leaving_out=("number",)))
    yield from store.db.conn.execute(f"SELECT {columns} FROM {name} ORDER BY number DESC LIMIT ?", (limit,))

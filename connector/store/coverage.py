"""Whether everything arrived: what the vendor counts, what came, and where it went."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import names, upsert

_COLUMNS = columns_of("coverage")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The counts of one module and the fact table that it fills."""

    connection: str
    module: str
    table: str
    vendor_count: int | None
    """How many records the vendor says there are; None where it does not say."""
    arrived: int
    facts: int
    quarantined: int
    deleted: int
    complete: bool
    checked_at: str
    """When these counts were first found."""


def save(store: Store, coverage: Coverage) -> None:
    """Save the counts of one module and table; nothing is written where only the time of checking differs."""
    statement = upsert("coverage", _COLUMNS, key=("connection", "module", "table_name"), silent=("checked_at",))
    store.writing.execute(statement, astuple(coverage))


def all(store: Store) -> Iterator[Coverage]:
    """The counts of every module and table, in order."""
    columns = names(_COLUMNS)
    for row in store.db.conn.execute(f"SELECT {columns} FROM coverage ORDER BY connection, module, table_name"):
        yield Coverage(*row[:8], complete=bool(row[8]), checked_at=row[9])  # type: ignore[misc]  # eight columns

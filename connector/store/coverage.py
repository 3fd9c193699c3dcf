"""Whether everything arrived: what the vendor counts, what came, and where it went."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any

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
    accepted: int | None = None
    """How many may be missing, because an administrator said so."""
    agreed: bool | None = None
    """Whether the counts agreed at the last reading that ended well; `complete` also falls when one did not end."""
    read_whole_at: str | None = None
    """When everything was read last, from the beginning."""
    difference_then: int | None = None
    """By how much they disagreed all the same; None where they agreed."""
    note: str | None = None
    """What the adapter said of how it read, as template and values (JSON)."""

    @property
    def difference(self) -> int | None:
        """How many more the vendor counts than we have; None where it does not count."""
        return None if self.vendor_count is None else self.vendor_count - self.arrived


def save(store: Store, coverage: Coverage) -> None:
    """Save the counts of one module and table; nothing is written where only the time of checking differs."""
    statement = upsert("coverage", _COLUMNS, key=("connection", "module", "table_name"), silent=("checked_at",))
    store.writing.execute(statement, astuple(coverage))


def all(store: Store) -> Iterator[Coverage]:
    """The counts of every module and table, in order."""
    columns = names(_COLUMNS)
    for row in store.db.conn.execute(f"SELECT {columns} FROM coverage ORDER BY connection, module, table_name"):
        yield _coverage(dict(zip(_COLUMNS, row, strict=True)))


def _coverage(row: Mapping[str, Any]) -> Coverage:
    agreed = row["agreed"]
    kept = {("table" if name == "table_name" else name): value for name, value in row.items()}
    return Coverage(**{**kept, "complete": bool(row["complete"]), "agreed": None if agreed is None else bool(agreed)})

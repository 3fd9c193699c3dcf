"""Frozen baselines: where a KPI stood when its target was made, taken once and never again."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from connector.store.database import Store
from connector.store.schema import VALUE_KEY, columns_of
from connector.store.statements import names, upsert

_COLUMNS = columns_of("baselines", leaving_out=("run_id",))
_KEY = ("target_id", "version")


class FrozenBaseline(NamedTuple):
    """One row, in the order of its columns."""

    target_id: str
    version: int
    connection: str
    kpi: str
    scope: str
    scope_id: str
    period: str
    period_start: str
    value: float
    n: int | None
    status: str
    as_of: str
    definition: str

    @property
    def cell(self) -> tuple[str, str, str, str, str, str]:
        """The key of the KPI value that it was taken from."""
        return self.connection, self.kpi, self.scope, self.scope_id, self.period, self.period_start


def frozen(store: Store) -> dict[tuple[str, int], FrozenBaseline]:
    """(target id, version) -> the baseline that was taken for it."""
    rows = store.db.conn.execute(f"SELECT {names(_COLUMNS)} FROM baselines ORDER BY {names(_KEY)}")
    found = map(FrozenBaseline._make, rows)
    return {(each.target_id, each.version): each for each in found}


def freeze(store: Store, baselines: Iterable[FrozenBaseline], run_id: int | None) -> int:
    """Keep these for good; returns how many were kept.

    One that was taken from the same cell before stays as it is, whatever the facts say by now. Where a target is held
    against another cell than before, the new baseline takes the place of the old one.
    """
    before = store.writing.total_changes
    store.writing.executemany(_STATEMENT, ((*each, run_id) for each in baselines))
    return store.writing.total_changes - before


_STATEMENT = upsert(
    "baselines",
    (*_COLUMNS, "run_id"),
    key=_KEY,
    silent=tuple(name for name in (*_COLUMNS, "run_id") if name not in (*_KEY, *VALUE_KEY)),
)

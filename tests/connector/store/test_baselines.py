"""A baseline is taken once: what it was taken from decides, not what it says by now."""

from __future__ import annotations

from typing import Any

from connector.store import Store, baselines
from connector.store.baselines import FrozenBaseline

FIRST = FrozenBaseline(
    *("t", 1, "crm", "win_rate", "owner", "1", "year", "2025-01-01"),
    *(0.8, 40, "ok", "2026-01-05T00:00:00Z", "abc"),
)


def freeze(store: Store, baseline: FrozenBaseline, run_id: int) -> int:
    with store.transaction():
        return baselines.freeze(store, [baseline], run_id)


def stamped(store: Store) -> list[Any]:
    return store.db.conn.execute("SELECT target_id, version, value, run_id FROM baselines ORDER BY 1, 2").fetchall()


def test_it_comes_back_as_it_was_taken(store: Store) -> None:
    assert freeze(store, FIRST, 1) == 1
    assert baselines.frozen(store) == {("t", 1): FIRST}
    assert FIRST.cell == ("crm", "win_rate", "owner", "1", "year", "2025-01-01")


def test_another_value_of_the_same_cell_changes_nothing(store: Store) -> None:
    freeze(store, FIRST, 1)
    assert freeze(store, FIRST._replace(value=0.7, as_of="2026-02-05T00:00:00Z"), 2) == 0
    assert stamped(store) == [("t", 1, 0.8, 1)]


def test_another_cell_takes_its_place(store: Store) -> None:
    freeze(store, FIRST, 1)
    assert freeze(store, FIRST._replace(period_start="2024-01-01", value=0.7), 2) == 1
    assert stamped(store) == [("t", 1, 0.7, 2)]


def test_another_version_has_its_own(store: Store) -> None:
    freeze(store, FIRST, 1)
    assert freeze(store, FIRST._replace(version=2, value=0.7), 2) == 1
    assert stamped(store) == [("t", 1, 0.8, 1), ("t", 2, 0.7, 2)]

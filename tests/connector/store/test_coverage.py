"""Counts of what arrived and where it went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connector.store import Store, coverage
from connector.store.coverage import Coverage

DEALS = Coverage("crm", "deals", "deals", 10, 10, 8, 2, 1, False, "2026-11-21T08:00:00Z")


def save(store: Store, counts: Coverage) -> None:
    with store.transaction():
        coverage.save(store, counts)


def test_counts_come_back_in_order(store: Store) -> None:
    accounts = replace(DEALS, module="accounts", table="accounts", vendor_count=None, complete=True)
    save(store, DEALS)
    save(store, accounts)
    assert list(coverage.all(store)) == [accounts, DEALS]


def test_new_counts_replace_old_ones(store: Store) -> None:
    save(store, DEALS)
    newer = replace(DEALS, facts=10, quarantined=0, complete=True, checked_at="2026-11-22T08:00:00Z")
    save(store, newer)
    assert list(coverage.all(store)) == [newer]


def test_the_same_counts_are_not_written_again(store: Store, path: Path) -> None:
    save(store, DEALS)
    before = path.read_bytes()
    save(store, replace(DEALS, checked_at="2026-11-22T08:00:00Z"))
    assert path.read_bytes() == before

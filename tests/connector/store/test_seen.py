"""Ids of a snapshot: duplicates as they come, what is missing at the end. (Sequences: the model in test_facts.)"""

from __future__ import annotations

import pytest

from connector.store import Store, facts
from connector.store.facts import Seen

AT = "2026-11-21T08:00:00Z"


def put(store: Store, *ids: str) -> None:
    facts.upsert(store, "deals", ("connection", "id", "outcome"), [("crm", id, "won") for id in ids])


def test_duplicates_on_the_page_and_across_pages(store: Store) -> None:
    with Seen(store, "crm", "deals") as seen:
        assert seen.add(["1", "2", "1", "1"]) == [2, 3]
        assert seen.add(["3", "4"]) == []
        assert seen.add(["5", "2", "5", "6", "3"]) == [1, 2, 4]
        assert seen.add([]) == []


def test_a_quarantined_record_is_not_taken_for_deleted(store: Store) -> None:
    with store.transaction(), Seen(store, "crm", "deals") as seen:
        put(store, "1", "2", "3")
        seen.add(["1"])
        seen.keep(["2", "", "new"])
        assert (seen.live_count(), seen.missing_count()) == (3, 1)
        assert seen.tombstone_missing(AT) == 1
        assert seen.missing_count() == 0
    assert list(facts.live_ids(store, "deals", "crm")) == ["1", "2"]


def test_a_usable_record_after_a_quarantined_one_is_no_duplicate_but_the_next_is(store: Store) -> None:
    with Seen(store, "crm", "deals") as seen:
        seen.keep(["1"])
        assert seen.add(["1"]) == []
        assert seen.add(["1"]) == [0]
        seen.keep(["1"])
        assert seen.add(["2", "1"]) == [1]


def test_a_rollback_forgets_what_it_undoes(store: Store) -> None:
    with Seen(store, "crm", "deals") as seen:
        with pytest.raises(ZeroDivisionError):
            _add_and_fail(store, seen)
        assert seen.add(["1"]) == []


def _add_and_fail(store: Store, seen: Seen) -> None:
    with store.transaction():
        seen.add(["1"])
        raise ZeroDivisionError


def test_two_snapshots_at_once(store: Store) -> None:
    with Seen(store, "crm", "deals") as deals, Seen(store, "crm", "accounts") as accounts:
        assert deals.add(["1"]) == accounts.add(["1"]) == []


def test_nothing_is_left_behind(store: Store) -> None:
    with Seen(store, "crm", "deals"):
        assert store.db.execute("SELECT count(*) FROM temp.sqlite_schema").fetchone() != (0,)
    assert store.db.execute("SELECT count(*) FROM temp.sqlite_schema").fetchone() == (0,)


def test_a_hundred_thousand_ids(store: Store) -> None:
    ids = [f"{number * 7919 % 100_003:06d}" for number in range(100_000)]
    with Seen(store, "crm", "deals") as seen:
        pages = [ids[start : start + 2_000] for start in range(0, len(ids), 2_000)]
        assert not any(seen.add(page) for page in pages)
        assert seen.add(ids[99_990:]) == list(range(10))

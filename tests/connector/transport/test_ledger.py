"""Credits: charged before they are spent, counted over 24 hours, corrected by the vendor's word."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import BudgetSpent
from connector.transport.ledger import WINDOW, WORD_HOLDS, Ledger

NOON = datetime(2025, 6, 30, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def test_no_limit_of_ours_is_counted_all_the_same() -> None:
    ledger = Ledger(None, (), Clock())
    ledger.charge(1_000_000)
    assert ledger.spent_in_window() == 1_000_000
    assert ledger.can_go_on_at() is None


def test_what_would_go_over_is_refused_and_not_taken() -> None:
    ledger = Ledger(10, (), Clock())
    ledger.charge(8)
    with pytest.raises(BudgetSpent, match="8 of the 10 credits"):
        ledger.charge(3)
    ledger.charge(2)
    assert ledger.spent_in_window() == 10


def test_what_costs_nothing_is_never_refused() -> None:
    ledger = Ledger(0, (), Clock())
    ledger.charge(0)
    assert ledger.unsaved() == []


def test_earlier_runs_count_for_24_hours() -> None:
    clock = Clock()
    ledger = Ledger(10, [(NOON - WINDOW - 2 * MINUTE, 5), (NOON - 23 * 60 * MINUTE, 6)], clock)
    assert ledger.spent_in_window() == 6
    with pytest.raises(BudgetSpent) as caught:
        ledger.charge(5)
    assert str(caught.value).endswith("it can go on at 2025-06-30 13:01 UTC")
    clock.at = NOON + 61 * MINUTE
    ledger.charge(5)
    assert ledger.spent_in_window() == 5


def test_it_says_when_as_much_as_is_needed_is_free() -> None:
    spent = [(NOON - timedelta(hours=20), 4), (NOON - timedelta(hours=10), 4), (NOON - timedelta(hours=1), 2)]
    ledger = Ledger(10, spent, Clock())
    start = NOON.replace(second=0)
    assert ledger.can_go_on_at(1) == start + timedelta(hours=4) + MINUTE
    assert ledger.can_go_on_at(5) == start + timedelta(hours=14) + MINUTE
    assert ledger.can_go_on_at(11) is None


def test_what_is_older_than_24_hours_keeps_nobody_waiting() -> None:
    spent = [(NOON - WINDOW - 2 * MINUTE, 10)]
    assert Ledger(10, spent, Clock()).can_go_on_at() is None


def test_a_clock_that_ran_ahead_does_not_stop_us_for_years() -> None:
    clock = Clock()
    ledger = Ledger(10, [(NOON + timedelta(days=3650), 10)], clock)
    with pytest.raises(BudgetSpent):
        ledger.charge(1)
    clock.at += WINDOW + MINUTE
    ledger.charge(10)


def test_the_vendors_word_corrects_what_we_think() -> None:
    clock = Clock()
    ledger = Ledger(1_000, (), clock, kept_back=100)
    ledger.note_left(103)
    ledger.charge(3)
    with pytest.raises(BudgetSpent, match=r"the vendor says .* it can go on at 2025-06-30 13:00 UTC"):
        ledger.charge(1)
    assert ledger.can_go_on_at() == NOON.replace(second=0) + WORD_HOLDS
    ledger.note_left(105)
    ledger.charge(5)
    clock.at += WORD_HOLDS
    ledger.charge(1)


def test_the_vendors_word_does_not_hold_when_the_clock_went_back() -> None:
    clock = Clock()
    ledger = Ledger(None, (), clock)
    ledger.note_left(0)
    clock.at -= timedelta(days=400)
    ledger.charge(1)


def test_the_vendors_generosity_does_not_widen_our_budget() -> None:
    ledger = Ledger(10, [(NOON, 10)], Clock())
    ledger.note_left(50_000)
    with pytest.raises(BudgetSpent, match="10 of the 10"):
        ledger.charge(1)


def test_what_was_spent_is_handed_out_once() -> None:
    clock = Clock()
    ledger = Ledger(None, [(NOON, 7)], clock)
    ledger.charge(1)
    ledger.charge(2)
    clock.at += MINUTE
    ledger.charge(4)
    entries = ledger.unsaved()
    assert entries == [("2025-06-30T12:00Z", 3), ("2025-06-30T12:01Z", 4)]
    assert ledger.unsaved() == []
    ledger.put_back(entries)
    ledger.charge(1)
    assert ledger.unsaved() == [("2025-06-30T12:00Z", 3), ("2025-06-30T12:01Z", 5)]


def test_minutes_are_told_in_utc() -> None:
    beijing = datetime.fromisoformat("2025-06-30T20:00:30+08:00")
    ledger = Ledger(None, (), Clock(beijing))
    ledger.charge(1)
    assert ledger.unsaved() == [("2025-06-30T12:00Z", 1)]


class Interrupted(Counter[datetime]):
    """Lets other threads in at the worst moment: between the look at what is spent and the spending."""

    def total(self) -> int:
        spent = super().total()
        time.sleep(0)
        return spent


def test_threads_cannot_spend_more_than_there_is() -> None:
    ledger = Ledger(300, (), Clock())
    ledger._spent = Interrupted()

    def spend(_: int) -> bool:
        try:
            ledger.charge(1)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        afforded = sum(pool.map(spend, range(500)))
    assert (afforded, ledger.spent_in_window()) == (300, 300)


@given(steps=st.lists(st.tuples(st.integers(0, 600), st.integers(1, 30)), max_size=60), allowed=st.integers(1, 100))
def test_no_24_hours_ever_cost_more_than_is_allowed(steps: Sequence[tuple[int, int]], allowed: int) -> None:
    clock = Clock()
    ledger = Ledger(allowed, (), clock)
    taken: list[tuple[datetime, int]] = []
    for minutes, credits in steps:
        clock.at += minutes * MINUTE
        try:
            ledger.charge(credits)
        except BudgetSpent:
            at = ledger.can_go_on_at(credits)
            assert (at is None) == (credits > allowed)
        else:
            taken.append((clock.at, credits))
    for end, _ in taken:
        assert sum(credits for at, credits in taken if end - WINDOW < at <= end) <= allowed

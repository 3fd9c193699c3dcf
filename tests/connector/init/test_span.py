"""From when to when files reach."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.init.span import PLACEHOLDER_GAP, Span, likely
from kpi_engine.period import Calendar


@pytest.mark.parametrize(
    ("last", "archive"), [(date(2025, 6, 30), False), (date(2025, 3, 30), False), (date(2025, 3, 29), True)]
)
def test_what_ended_more_than_a_quarter_ago_is_an_archive(last: date, archive: bool) -> None:
    assert Span(date(2024, 1, 1), last).is_archive(date(2025, 6, 30)) is archive


@pytest.mark.parametrize(
    ("month", "since", "until"),
    [
        (1, date(2024, 1, 1), date(2025, 7, 1)),
        (4, date(2023, 4, 1), date(2025, 7, 1)),
        (2, date(2024, 2, 1), date(2025, 8, 1)),
    ],
)
def test_whole_fiscal_periods(month: int, since: date, until: date) -> None:
    span, calendar = Span(date(2024, 3, 31), date(2025, 6, 30)), Calendar("UTC", month)
    assert (span.since(calendar), span.until(calendar)) == (since, until)


def test_placeholders_are_no_days() -> None:
    days = [date(1970, 1, 1), date(2000, 1, 1), date(2024, 5, 3), date(2024, 5, 2)]
    assert likely(days) == [date(2024, 5, 2), date(2024, 5, 3)]
    assert likely([]) == []


@given(st.sets(st.dates(min_value=date(2000, 1, 1), max_value=date(2030, 1, 1)), min_size=1))
def test_what_is_left_has_no_hole_in_it(days: set[date]) -> None:
    left = likely(days)
    assert left == sorted(left)
    assert set(left) <= days
    assert all(after - before <= PLACEHOLDER_GAP for before, after in pairwise(left))
    dense = max(days) - min(days) <= timedelta(days=365 * 3)
    assert not dense or set(left) == days

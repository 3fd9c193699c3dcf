"""Periods as people write them, and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.targets.period_label import label, read_grain, read_period
from kpi_engine.errors import KpiError
from kpi_engine.period import Calendar, Grain, Period

UTC = Calendar("UTC")
FISCAL = Calendar("UTC", fiscal_year_starts=4, week_starts=6)


@pytest.mark.parametrize(
    ("written", "starts", "grain", "start", "end"),
    [
        (2026, None, "year", "2026-01-01", "2027-01-01"),
        ("2026", None, "year", "2026-01-01", "2027-01-01"),
        (2026.0, None, "year", "2026-01-01", "2027-01-01"),
        ("2026-Q3", None, "quarter", "2026-07-01", "2026-10-01"),
        ("2026q3", None, "quarter", "2026-07-01", "2026-10-01"),
        ("2026-02", None, "month", "2026-02-01", "2026-03-01"),
        ("2026-W07", None, "week", "2026-02-09", "2026-02-16"),
        ("2026-W53", None, "week", "2026-12-28", "2027-01-04"),
        ("quarter", "2026-07-01", "quarter", "2026-07-01", "2026-10-01"),
        ("Month", datetime(2026, 7, 1), "month", "2026-07-01", "2026-08-01"),  # noqa: DTZ001  # as openpyxl gives it
        ("2026-Q3", "2026-07-01", "quarter", "2026-07-01", "2026-10-01"),
    ],
)
def test_what_is_meant(written: Any, starts: Any, grain: str, start: str, end: str) -> None:
    wanted = Period(Grain(grain), date.fromisoformat(start), date.fromisoformat(end))
    assert read_period(written, starts, calendar=UTC) == wanted


@pytest.mark.parametrize(
    ("written", "starts", "message", "hint"),
    [
        ("2026-Q5", None, "is not a period", "2026-Q1"),
        ("2026-13", None, "is not a period", "2026-01"),
        ("2025-W53", None, "is not a period", "2026-W07"),
        ("0000", None, "is not a period", ""),
        ("soon", None, "is not a period", ""),
        (datetime(2026, 1, 1), None, "is a day: is the month, the quarter or the year meant?", "2026-01"),  # noqa: DTZ001
        ("quarter", None, "which quarter? its first day is missing", ""),
        ("quarter", "2026-08-15", "no quarter begins on 2026-08-15: it would overlap two", "begins on 2026-07-01"),
        ("quarter", "mid-August", "is not a date", "2026-01-31"),
        ("2026-Q3", "2026-08-01", "2026-Q3 begins on 2026-07-01, not on 2026-08-01", ""),
        ("all", None, "needs a period that ends", ""),
    ],
)
def test_what_is_refused(written: Any, starts: Any, message: str, hint: str) -> None:
    with pytest.raises(KpiError) as refused:
        read_period(written, starts, calendar=UTC)
    assert message in str(refused.value.message)
    assert hint in str(refused.value.hint)


def test_a_fiscal_year_is_called_by_the_year_in_which_it_begins() -> None:
    assert read_period(2026, None, calendar=FISCAL).key == "2026-04-01"
    assert read_period("2026-Q4", None, calendar=FISCAL).key == "2027-01-01"


@given(
    st.sampled_from([grain for grain in Grain if grain is not Grain.ALL]),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sampled_from([UTC, FISCAL]),
)
def test_a_label_is_read_as_the_same_period_again(grain: Grain, day: date, calendar: Calendar) -> None:
    period = calendar.period_of(grain, day)
    assert read_period(label(period, calendar=calendar), None, calendar=calendar) == period


def test_a_review_cadence() -> None:
    assert read_grain("Month") is Grain.MONTH
    with pytest.raises(KpiError) as refused:
        read_grain("monthly")
    assert "did you mean month?" in str(refused.value.hint)

"""Windows that end today: without gaps, without overlaps, as long as the periods that they stand for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.gap.window import TrailingCalendar
from kpi_engine.period import Calendar, Grain

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
GRAINS = st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR])


@given(DAYS, DAYS, GRAINS)
def test_every_day_lies_in_its_window_and_windows_meet(ends: date, day: date, grain: Grain) -> None:
    windows = TrailingCalendar("UTC", ends=ends)
    period = windows.period_of(grain, day)
    assert period.start is not None
    assert period.end is not None
    assert period.start <= day < period.end
    assert windows.period_of(grain, period.start) == period
    assert windows.period_of(grain, period.end - timedelta(days=1)) == period
    earlier = windows.previous(period)
    assert earlier is not None
    assert earlier.end == period.start


@given(DAYS, GRAINS)
def test_the_latest_window_ends_where_it_should(ends: date, grain: Grain) -> None:
    windows = TrailingCalendar("UTC", ends=ends)
    assert windows.period_of(grain, ends - timedelta(days=1)).end == ends


@pytest.mark.parametrize(
    ("grain", "start"),
    [("week", "2026-09-24"), ("month", "2026-09-01"), ("quarter", "2026-07-01"), ("year", "2025-10-01")],
)
def test_on_the_last_day_of_a_period_the_window_is_the_period(grain: str, start: str) -> None:
    windows = TrailingCalendar.of(Calendar("UTC", fiscal_year_starts=10, week_starts=3), ends=date(2026, 10, 1))
    period = windows.period_of(Grain(grain), date(2026, 9, 30))
    assert period.start is not None
    assert period.start.isoformat() == start
    own = Calendar("UTC", fiscal_year_starts=10, week_starts=3).period_of(Grain(grain), date(2026, 9, 30))
    assert own == period


def test_short_months_lose_no_day() -> None:
    windows = TrailingCalendar("UTC", ends=date(2026, 3, 31))
    march = windows.period_of(Grain.MONTH, date(2026, 3, 30))
    assert (march.start, march.end) == (date(2026, 2, 28), date(2026, 3, 31))
    before = windows.previous(march)
    assert before is not None
    assert (before.start, before.end) == (date(2026, 1, 31), date(2026, 2, 28))


@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_a_year_earlier(grain: str) -> None:
    windows = TrailingCalendar("UTC", ends=date(2026, 8, 18))
    period = windows.period_of(Grain(grain), date(2026, 8, 17))
    earlier = windows.prior_year(period)
    assert earlier is not None
    assert earlier.end == (date(2025, 8, 19) if grain == "week" else date(2025, 8, 18))


def test_all_of_time_is_no_window() -> None:
    windows = TrailingCalendar("UTC", ends=date(2026, 8, 18))
    forever = windows.period_of(Grain.ALL, date(2026, 1, 1))
    assert (forever.start, windows.previous(forever), windows.prior_year(forever)) == (None, None, None)


def test_zone_and_working_days_stay_the_organisations() -> None:
    calendar = Calendar("Asia/Shanghai", holidays="CN", week_starts=6)
    windows = TrailingCalendar.of(calendar, ends=date(2026, 8, 18))
    assert windows.working_days(date(2026, 2, 1), date(2026, 3, 1)) == calendar.working_days(
        date(2026, 2, 1), date(2026, 3, 1)
    )
    assert windows.start_of_day(date(2026, 1, 1)) == calendar.start_of_day(date(2026, 1, 1))

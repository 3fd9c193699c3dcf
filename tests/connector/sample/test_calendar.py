"""Days as numbers, and the working hours of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sample.calendar import Calendar, month_start, quarter_start

CALENDARS = {zone: Calendar(date(2025, 12, 1), months=36, zone=zone) for zone in ("America/Chicago", "Asia/Shanghai")}


@given(st.sampled_from(sorted(CALENDARS)), st.integers(0, 3_000), st.integers(0, 65_535))
def test_work_is_done_in_local_working_hours(zone: str, day: int, draw: int) -> None:
    calendar = CALENDARS[zone]
    second = calendar.at_work([day], [draw])[0]
    local = datetime.fromisoformat(calendar.instant(second)).astimezone(ZoneInfo(zone))
    assert local.date() == calendar.days[day]
    assert time(8, 30) <= local.time() < time(16, 30)


@given(st.integers(0, 300_000_000))
def test_instants_are_those_of_datetime(second: int) -> None:
    calendar = CALENDARS["America/Chicago"]
    moment = datetime.combine(calendar.origin, time(), tzinfo=UTC) + timedelta(seconds=second)
    assert calendar.instant(second) == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_has_not_happened_has_no_time() -> None:
    calendar = CALENDARS["Asia/Shanghai"]
    assert calendar.known_instants([calendar.now - 1, calendar.now, -1]) == ["2025-11-30T15:59:59Z", None, None]
    assert calendar.known_dates([calendar.today - 1, calendar.today, -1]) == ["2025-11-30", None, None]


def test_working_days_skip_weekends_forward() -> None:
    calendar = CALENDARS["Asia/Shanghai"]
    saturday = calendar.number(date(2025, 11, 29))
    assert [calendar.texts[calendar.workday[saturday + step]] for step in range(3)] == ["2025-12-01"] * 3


def test_a_timeline_is_ascending_whole_and_as_dense_as_its_seasons() -> None:
    calendar = CALENDARS["America/Chicago"]
    timeline = calendar.timeline((100,) * 11 + (300,), weekend=0)
    assert len(timeline) == 65_536
    assert all(early <= late for early, late in pairwise(timeline))
    assert (calendar.days[timeline[0]], calendar.days[timeline[-1]]) == (date(2022, 6, 1), date(2025, 11, 28))
    assert all(calendar.days[day].weekday() < 5 for day in timeline)
    months = [calendar.days[day].strftime("%Y-%m") for day in timeline]
    assert 2.5 < months.count("2024-12") / months.count("2024-11") < 3.6  # 22 working days beside 21


@pytest.mark.parametrize(
    ("months", "expected"), [(0, date(2025, 2, 1)), (-2, date(2024, 12, 1)), (11, date(2026, 1, 1))]
)
def test_month_start(months: int, expected: date) -> None:
    assert month_start(date(2025, 2, 28), months) == expected


def test_quarter_start() -> None:
    assert quarter_start(date(2025, 12, 31)) == date(2025, 10, 1)

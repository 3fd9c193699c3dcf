"""What should be reached by now: working days, glide paths, and the ends of periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.gap.algebra import attainment_of, progress_from
from kpi_engine.gap.pace import Course, course, expected_at, pace_index
from kpi_engine.period import Calendar
from kpi_engine.target import AtLeast, AtMost, Within

Q1, Q2 = date(2026, 1, 1), date(2026, 4, 1)
SHANGHAI = Calendar("Asia/Shanghai", holidays="CN")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def course_at(text: str, *, data: str | None = None, calendar: Calendar = Calendar("UTC")) -> Course:
    return course(Q1, Q2, calendar=calendar, as_of=at(text), data_as_of=at(data or text))


@pytest.mark.parametrize(
    ("moment", "elapsed"),
    [
        ("2026-01-01T00:00:00Z", 0.0),
        ("2026-01-02T00:00:00Z", 1 / 64),  # Thursday 1 January counts: no country is named
        ("2026-01-02T12:00:00Z", 1.5 / 64),
        ("2026-01-03T12:00:00Z", 2 / 64),  # a Saturday adds nothing
        ("2026-01-05T00:00:00Z", 2 / 64),
        ("2026-02-16T00:00:00Z", 32 / 64),
        ("2026-03-31T23:59:58Z", pytest.approx(1, abs=1e-6)),
    ],
)
def test_a_running_period_by_working_days(moment: str, elapsed: float) -> None:
    found = course_at(moment)
    assert (found.elapsed, found.started, found.finished, found.stale) == (elapsed, True, False, False)


def test_holidays_and_moved_working_days_count() -> None:
    """China's spring festival of 2026, from 15 to 23 February: a week in which nothing is expected of anybody."""
    worked = SHANGHAI.working_days(Q1, Q2)
    assert worked < 64
    before, after = (course_at(f"2026-02-{day}T00:00:00+08:00", calendar=SHANGHAI).elapsed for day in ("16", "24"))
    assert before == after == SHANGHAI.working_days(Q1, date(2026, 2, 16)) / worked


@pytest.mark.parametrize(
    ("moment", "data", "expected"),
    [
        ("2025-12-31T23:59:59Z", None, Course(0.0, started=False, finished=False)),
        ("2026-03-31T23:59:59Z", None, Course(1.0, started=True, finished=True)),
        ("2026-04-01T00:00:00Z", None, Course(1.0, started=True, finished=True)),
        ("2026-05-01T00:00:00Z", "2026-03-20T00:00:00Z", Course(1.0, started=True, finished=True, stale=True)),
        ("2026-02-16T00:00:00Z", "2026-02-11T00:00:00Z", Course(29 / 64, started=True, finished=False, stale=True)),
        ("2026-02-16T00:00:00Z", "2026-02-14T00:00:00Z", Course(32 / 64, started=True, finished=False)),
        ("2026-02-16T00:00:00Z", "2026-02-20T00:00:00Z", Course(32 / 64, started=True, finished=False)),
    ],
)
def test_beginnings_ends_and_old_facts(moment: str, data: str | None, expected: Course) -> None:
    assert course_at(moment, data=data) == expected


def test_days_begin_where_the_company_is() -> None:
    assert not course_at("2025-12-31T15:59:59Z", calendar=SHANGHAI).started
    assert course_at("2025-12-31T16:00:00Z", calendar=SHANGHAI).started


def test_a_week_without_working_days_goes_by_calendar_days() -> None:
    free = Calendar("UTC", extra_holidays=frozenset(date(2026, 1, day) for day in range(5, 12)))
    found = course(
        date(2026, 1, 5),
        date(2026, 1, 12),
        calendar=free,
        as_of=at("2026-01-08T00:00:00Z"),
        data_as_of=at("2026-01-08T00:00:00Z"),
    )
    assert found.elapsed == 3 / 7


def test_all_time_has_no_end() -> None:
    moment = at("2026-01-08T00:00:00Z")
    found = course(None, None, calendar=Calendar("UTC"), as_of=moment, data_as_of=moment)
    assert found == Course(None, started=True, finished=False)


@given(st.integers(0, 90 * 86_400), st.integers(0, 90 * 86_400))
def test_time_only_goes_on(one: int, other: int) -> None:
    first, second = (at("2026-01-01T00:00:00Z") + timedelta(seconds=offset) for offset in sorted((one, other)))
    shares = [
        course(Q1, Q2, calendar=Calendar("UTC"), as_of=moment, data_as_of=moment).elapsed for moment in (first, second)
    ]
    assert shares[0] is not None
    assert shares[1] is not None
    assert 0 <= shares[0] <= shares[1] <= 1


shares = st.floats(0.01, 1)
levels = st.floats(-1000, 1000)


@given(shares, st.floats(0.1, 1e6))
def test_who_has_done_what_is_expected_is_on_pace(elapsed: float, target: float) -> None:
    for goal in (AtLeast(value=target), AtMost(value=target)):
        expected = expected_at(elapsed, goal, flow=True, baseline=None)
        assert expected is not None
        assert pace_index(expected, elapsed, goal, flow=True, baseline=None) == pytest.approx(1)


@given(shares, levels, st.floats(0.1, 1000))
def test_a_level_on_its_glide_path_is_on_pace(elapsed: float, baseline: float, way: float) -> None:
    for goal in (AtLeast(value=baseline + way), AtMost(value=baseline - way)):
        expected = expected_at(elapsed, goal, flow=False, baseline=baseline)
        assert expected is not None
        assert pace_index(expected, elapsed, goal, flow=False, baseline=baseline) == pytest.approx(1, abs=1e-6)


@given(levels, st.floats(0.1, 1000), levels)
def test_no_colour_jumps_on_the_last_day(baseline: float, way: float, actual: float) -> None:
    """At the end the pace is what the finished period is measured by."""
    rising = AtLeast(value=baseline + way)
    assert pace_index(actual, 1.0, rising, flow=False, baseline=baseline) == pytest.approx(
        progress_from(baseline, rising, actual), rel=1e-9, abs=1e-9
    )
    for goal in (AtLeast(value=way), AtMost(value=way)):
        assert pace_index(actual, 1.0, goal, flow=True, baseline=None) == pytest.approx(
            attainment_of(goal, actual), rel=1e-9, abs=1e-9
        )


def test_ranges_have_no_pace_of_their_own() -> None:
    goal = Within(low=3, high=5)
    assert expected_at(0.5, goal, flow=False, baseline=None) is None
    assert pace_index(2.5, 0.5, goal, flow=False, baseline=None) == 0.5


def test_before_the_first_working_day_nothing_is_expected() -> None:
    assert expected_at(0.0, AtLeast(value=10), flow=True, baseline=None) == 0
    assert pace_index(0, 0.0, AtLeast(value=10), flow=True, baseline=None) is None

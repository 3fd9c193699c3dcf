"""How much of a period is over, what should be reached by then, and how the actual stands to it (3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kpi_engine.gap.algebra import Reached, attainment_of, progress_from, sign
from kpi_engine.period import Calendar
from kpi_engine.target import AtLeast, AtMost, Within

STALE_AFTER = timedelta(days=3)
"""Facts that are older than the report by more say nothing about today: a long weekend is no fault, a week is."""

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Course:
    """Where in its period a target stands at one moment."""

    elapsed: float | None
    """The share of the period's working days that is over, 0 to 1; None for the period `all`, which has no end."""
    started: bool
    finished: bool
    stale: bool = False
    """The facts do not reach near enough to the moment of the report, or not to the end of a finished period."""


def course(
    start: date | None,
    end: date | None,
    *,
    calendar: Calendar,
    as_of: datetime,
    data_as_of: datetime,
    stale_after: timedelta = STALE_AFTER,
) -> Course:
    """The course of a period, by working days; today counts by the part of it that has passed (3.2, e(t)).

    A period is over in its last second, so that `--as-of 2025-12-31` judges the finished year.

    Args:
        start: the period's first day; None for `all`.
        end: the day after its last.
        calendar: says which days are worked.
        as_of: the moment of the report.
        data_as_of: the moment up to which the facts reach: nothing can have been counted after it.
        stale_after: how much older than the report the facts may be.

    >>> utc, noon = Calendar("UTC"), datetime.fromisoformat("2025-01-15T12:00:00+00:00")
    >>> now = course(date(2025, 1, 1), date(2025, 2, 1), calendar=utc, as_of=noon, data_as_of=noon)
    >>> now.elapsed == 10.5 / 23, now.finished, now.stale
    (True, False, False)
    """
    moment = min(as_of, data_as_of)
    late = as_of - data_as_of > stale_after
    if start is None or end is None:
        return Course(elapsed=None, started=True, finished=False, stale=late)
    over = calendar.start_of_day(end) - _SECOND
    if as_of >= over:
        return Course(elapsed=1.0, started=True, finished=True, stale=data_as_of < over)
    if as_of < calendar.start_of_day(start):
        return Course(elapsed=0.0, started=False, finished=False)
    return Course(
        elapsed=_elapsed(start, end, calendar=calendar, moment=moment), started=True, finished=False, stale=late
    )


def _elapsed(start: date, end: date, *, calendar: Calendar, moment: datetime) -> float:
    """Working days passed over working days in all; calendar days where none is worked (a week of holidays)."""
    today = max(calendar.local_date(moment), start)
    count = calendar.working_days if calendar.working_days(start, end) else _days
    worked_today = count(today, today + _DAY)
    passed = count(start, today) + worked_today * _part_of_day(today, calendar=calendar, moment=moment)
    return passed / count(start, end)


def _days(start: date, end: date) -> int:
    return (end - start).days


def _part_of_day(today: date, *, calendar: Calendar, moment: datetime) -> float:
    midnight, next_midnight = calendar.start_of_day(today), calendar.start_of_day(today + _DAY)
    return max(0.0, (moment - midnight) / (next_midnight - midnight))


def expected_at(elapsed: float | None, goal: Reached, *, flow: bool, baseline: float | None) -> float | None:
    """What should be reached when this share of the period is over (3.2).

    A flow by its share of the target, E = T·e. A level never: it goes from its baseline to the target in a straight
    line, E = B + (T - B)·e, and without a way to go it should be at the target all the time. A range has nothing to
    expect but itself.

    >>> expected_at(0.25, AtLeast(value=120), flow=True, baseline=None)
    30.0
    >>> round(expected_at(0.25, AtLeast(value=0.9), flow=False, baseline=0.8), 9)
    0.825
    >>> expected_at(0.25, AtLeast(value=0.9), flow=False, baseline=None)
    0.9
    """
    if isinstance(goal, Within) or elapsed is None:
        return None
    if flow:
        return goal.value * elapsed
    if baseline is None or progress_from(baseline, goal, baseline) is None:
        return goal.value
    return baseline + (goal.value - baseline) * elapsed


def pace_index(
    actual: float, elapsed: float | None, goal: Reached, *, flow: bool, baseline: float | None
) -> float | None:
    """How the actual stands to what is expected by now: 1 is just in time, above is ahead, in both directions (3.2).

    A flow to be reached: A/E, as earned value's schedule performance index. Everything else by its distance from the
    expected in shares of the whole way, 1 + s(A - E)/W: the ratio would say "a hundred times too slow" on the first
    morning. W is the target for a flow that must stay below it, the way from baseline to target for a level, and for a
    level without a way to go the pace is simply its attainment. So at the end of the period the pace is the finished
    period's own measure, and no colour jumps on the last day.

    >>> pace_index(24, 0.25, AtLeast(value=120), flow=True, baseline=None)
    0.8
    >>> pace_index(2, 0.125, AtMost(value=16), flow=True, baseline=None)
    1.0
    >>> round(pace_index(0.84, 0.5, AtLeast(value=0.9), flow=False, baseline=0.8), 9)
    0.9
    >>> pace_index(60.0, 0.5, AtLeast(value=80), flow=False, baseline=None)
    0.75
    """
    if elapsed is None or isinstance(goal, Within):
        return attainment_of(goal, actual)
    if flow:
        return _pace_of_flow(actual, elapsed, goal)
    progress = progress_from(baseline, goal, actual)
    return attainment_of(goal, actual) if progress is None else 1 + progress - elapsed


def _pace_of_flow(actual: float, elapsed: float, goal: AtLeast | AtMost) -> float | None:
    if goal.value <= 0 or elapsed == 0:
        return None
    expected = goal.value * elapsed
    if isinstance(goal, AtLeast):
        return actual / expected
    return 1 + sign(goal) * (actual - expected) / goal.value

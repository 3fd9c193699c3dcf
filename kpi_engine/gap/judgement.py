"""One target and the value of its cell -> one row of `gaps`."""

from __future__ import annotations

from typing import NamedTuple

from kpi_engine.gap.algebra import Reached, attainment_of, gap_to, nearest, progress_from, sign
from kpi_engine.gap.pace import Course, expected_at, pace_index
from kpi_engine.gap.rag import Rag, band
from kpi_engine.gap.status import FROM_VALUE, GapStatus
from kpi_engine.gap.steady import BASIS, Before, basis, steadied
from kpi_engine.target import AtLeast, ByChange, Target, Within


class Actual(NamedTuple):
    """What a gap needs of a KPI value."""

    value: float | None
    status: str
    """As in KPI values."""
    ci_low: float | None = None
    ci_high: float | None = None
    unit: str = ""
    currency: str = ""


class Gap(NamedTuple):
    """The columns of `gaps`, in their order. A tuple, because there are many of them."""

    target_id: str
    """Empty where a cell among others with targets has none."""
    connection: str
    kpi: str
    scope: str
    scope_id: str
    period: str
    period_start: str
    period_end: str = ""
    actual: float | None = None
    target: float | None = None
    """Of a range the nearer bound."""
    baseline: float | None = None
    unit: str = ""
    currency: str = ""
    gap: float | None = None
    """Favourable above zero, in the unit of the KPI; shares for percentages: 0.05 is five percentage points."""
    attainment: float | None = None
    progress: float | None = None
    expected: float | None = None
    pace: float | None = None
    """Of a running period only."""
    forecast: float | None = None
    """With `p_hit` for the forecasts to come."""
    p_hit: float | None = None
    rag: Rag = Rag.GREY
    status: GapStatus = GapStatus.OK
    target_low: float | None = None
    target_high: float | None = None
    """Both bounds of a range; an open side has none."""
    trailing: float | None = None
    """The value of a window as long as the period that ends now, by which a running level is judged."""
    green_from: float | None = None
    amber_from: float | None = None
    """The thresholds of the colours."""
    judged: Rag | None = None
    """The colour by itself: `rag` keeps the one before for one more evaluation."""
    judged_at: str | None = None
    """Since when it is that colour, ISO text."""


def gap(
    target: Target,
    actual: Actual | None,
    *,
    course: Course,
    flow: bool,
    window: Actual | None = None,
    before: Before | None = None,
    at: str = "",
) -> Gap:
    """How a target stands.

    Args:
        target: in force: a change that has become a number, or that has no baseline yet.
        actual: the value of its cell; None: there is no such value.
        course: of the target's period.
        flow: whether the KPI piles up while the period runs.
        window: of a level in a running period the value of as long a time up to now (3.2); None: it is judged by the
            period's own.
        before: how it was judged the last time; None: never.
        at: the moment of this evaluation, ISO text.
    """
    trailing = window if _is_judged_by(window, actual, course=course, flow=flow) else None
    status = _status(target, actual, course, trailing)
    value = actual.value if actual is not None and course.started else None
    row = _row(target, actual, value=value, status=status)
    if isinstance(target.goal, ByChange):
        return row
    seen = trailing or actual
    numbers = _numbers(target, target.goal, value, seen=seen, course=course, flow=flow)
    judged = seen is not None and value is not None and status is GapStatus.OK
    colour = _rag(target, target.goal, seen, numbers, course=course, flow=flow) if judged else Rag.GREY
    same = before if before is not None and before.basis == basis(*(getattr(row, name) for name in BASIS)) else None
    rag, by_itself, since = steadied(colour, same, at=at, running=not course.finished)
    return row._replace(
        gap=None if value is None else gap_to(target.goal, value),
        attainment=numbers.attainment,
        progress=numbers.progress,
        expected=numbers.expected,
        pace=None if course.finished else numbers.pace,
        trailing=None if trailing is None else trailing.value,
        rag=rag,
        judged=by_itself,
        judged_at=since,
    )


def _is_judged_by(window: Actual | None, actual: Actual | None, *, course: Course, flow: bool) -> bool:
    """Whether a window of the period's length stands for its value: of a level that still moves (3.2)."""
    if flow or course.finished or window is None or actual is None:
        return False
    return window.value is not None and FROM_VALUE[window.status] is GapStatus.OK


def unset(cell: tuple[str, str, str, str, str, str], actual: Actual, *, period_end: str) -> Gap:
    """The row of a cell whose neighbours have targets and that has none: a state of its own, never 0 %."""
    return Gap(
        "",
        *cell,
        period_end=period_end,
        actual=actual.value,
        unit=actual.unit,
        currency=actual.currency,
        status=GapStatus.TARGET_NOT_SET,
    )


def _row(target: Target, actual: Actual | None, *, value: float | None, status: GapStatus) -> Gap:
    goal = target.goal
    low, high = (goal.low, goal.high) if isinstance(goal, Within) else (None, None)
    return Gap(
        target.id,
        *target.cell,
        period_end=target.end.isoformat() if target.end else "",
        actual=value,
        target=None if isinstance(goal, ByChange) else nearest(goal, value),
        baseline=None if target.baseline is None else target.baseline.value,
        unit=target.unit.value,
        currency=target.currency or ("" if actual is None else actual.currency),
        status=status,
        target_low=low,
        target_high=high,
        green_from=target.thresholds.green,
        amber_from=target.thresholds.amber,
    )


def _status(target: Target, actual: Actual | None, course: Course, trailing: Actual | None) -> GapStatus:
    """What stands in the way of a judgement, the weightiest first."""
    if not course.started:
        return GapStatus.NOT_STARTED
    if actual is None:
        return GapStatus.NOT_COMPUTED
    if actual.value is None:
        return FROM_VALUE[actual.status]
    if isinstance(target.goal, ByChange):
        return GapStatus.BASELINE_MISSING
    of_value = FROM_VALUE[actual.status]
    if of_value is GapStatus.INSUFFICIENT_N and trailing is not None:
        of_value = GapStatus.OK  # the window has enough
    if of_value is not GapStatus.OK:
        return of_value
    return GapStatus.STALE if course.stale else GapStatus.OK


class _Numbers(NamedTuple):
    """How a value stands to a goal, as far as it can be said."""

    attainment: float | None
    progress: float | None
    expected: float | None
    pace: float | None


def _numbers(
    target: Target, goal: Reached, value: float | None, *, seen: Actual | None, course: Course, flow: bool
) -> _Numbers:
    baseline = None if target.baseline is None else target.baseline.value
    expected = expected_at(course.elapsed, goal, flow=flow, baseline=baseline)
    if value is None:
        return _Numbers(None, None, expected, None)
    assert seen is not None
    assert seen.value is not None
    return _Numbers(
        attainment_of(goal, value, counted=target.attainment),
        progress_from(baseline, goal, value),
        expected,
        None if course.finished else pace_index(seen.value, course.elapsed, goal, flow=flow, baseline=baseline),
    )


def _rag(target: Target, goal: Reached, actual: Actual | None, numbers: _Numbers, *, course: Course, flow: bool) -> Rag:
    """The colour (3.8); a red that cannot be told from chance is amber (3.4)."""
    assert actual is not None
    assert actual.value is not None
    if flow and not course.finished and isinstance(goal, AtLeast) and gap_to(goal, actual.value) >= 0:
        return Rag.BLUE  # what piles up cannot become less any more; a rate that is reached today may be lost tomorrow
    score = numbers.pace if not course.finished else _final_score(numbers, flow=flow)
    if score is None:
        return Rag.GREEN if _is_reached(goal, actual.value, numbers.expected) else Rag.RED
    colour = band(score, target.thresholds)
    return Rag.AMBER if colour is Rag.RED and _is_within_noise(goal, actual, numbers.expected) else colour


def _final_score(numbers: _Numbers, *, flow: bool) -> float | None:
    """The measure of a finished period, of which 1 is the target: progress for what has a way to go (levels and ratios
    with a baseline), attainment for all else (3.1)."""
    if numbers.attainment is None or (numbers.progress is not None and not flow):
        return numbers.progress
    return numbers.attainment


def _is_reached(goal: Reached, value: float, expected: float | None) -> bool:
    """Where no share can be taken (a target of 0 or below) there is no amber: it is reached by now, or not."""
    if isinstance(goal, Within) or expected is None:
        return gap_to(goal, value) >= 0
    return sign(goal) * (value - expected) >= 0


def _is_within_noise(goal: Reached, actual: Actual, expected: float | None) -> bool:
    """Whether the value's 95 % interval holds what is aimed at by now."""
    aim = nearest(goal, actual.value) if expected is None else expected
    if actual.ci_low is None or actual.ci_high is None or aim is None:
        return False
    return actual.ci_low <= aim <= actual.ci_high

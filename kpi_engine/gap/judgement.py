"""One target and the value of its cell -> one row of `gaps`."""

from __future__ import annotations

from typing import NamedTuple

from kpi_engine.gap.algebra import Reached, attainment_of, gap_to, nearest, progress_from, sign
from kpi_engine.gap.pace import Course, expected_at, pace_index
from kpi_engine.gap.rag import Rag, band
from kpi_engine.gap.status import FROM_VALUE, GapStatus
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


def gap(target: Target, actual: Actual | None, *, course: Course, flow: bool) -> Gap:
    """How a target stands.

    Args:
        target: in force: a change that has become a number, or that has no baseline yet.
        actual: the value of its cell; None: there is no such value.
        course: of the target's period.
        flow: whether the KPI piles up while the period runs.
    """
    status = _status(target, actual, course)
    value = actual.value if actual is not None and course.started else None
    row = _row(target, actual, value=value, status=status)
    if isinstance(target.goal, ByChange):
        return row
    standing = _Standing(target, target.goal, course, flow)
    if actual is None or value is None:
        return row._replace(expected=standing.expected)
    return row._replace(
        gap=gap_to(target.goal, value),
        attainment=standing.attainment(value),
        progress=progress_from(standing.baseline, target.goal, value),
        expected=standing.expected,
        pace=None if course.finished else standing.pace(value),
        rag=standing.rag(actual, value) if status is GapStatus.OK else Rag.GREY,
    )


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
    )


def _status(target: Target, actual: Actual | None, course: Course) -> GapStatus:
    """What stands in the way of a judgement, the weightiest first."""
    if not course.started:
        return GapStatus.NOT_STARTED
    if actual is None:
        return GapStatus.NOT_COMPUTED
    if actual.value is None:
        return FROM_VALUE[actual.status]
    if isinstance(target.goal, ByChange):
        return GapStatus.BASELINE_MISSING
    if FROM_VALUE[actual.status] is not GapStatus.OK:
        return FROM_VALUE[actual.status]
    return GapStatus.STALE if course.stale else GapStatus.OK


class _Standing:
    """A goal with numbers, at one moment of its period."""

    __slots__ = ("baseline", "course", "expected", "flow", "goal", "target")

    def __init__(self, target: Target, goal: Reached, course: Course, flow: bool) -> None:
        self.target = target
        self.goal = goal
        self.course = course
        self.flow = flow
        self.baseline = None if target.baseline is None else target.baseline.value
        self.expected = expected_at(course.elapsed, goal, flow=flow, baseline=self.baseline)

    def attainment(self, value: float) -> float | None:
        return attainment_of(self.goal, value, counted=self.target.attainment)

    def pace(self, value: float) -> float | None:
        return pace_index(value, self.course.elapsed, self.goal, flow=self.flow, baseline=self.baseline)

    def rag(self, actual: Actual, value: float) -> Rag:
        """The colour (3.8); a red that cannot be told from chance is amber (3.4)."""
        if self._is_done_early(value):
            return Rag.BLUE
        score = self._score(value)
        if score is None:
            return Rag.GREEN if self._is_reached(value) else Rag.RED
        colour = band(score, self.target.thresholds)
        return Rag.AMBER if colour is Rag.RED and self._is_within_noise(actual, value) else colour

    def _is_done_early(self, value: float) -> bool:
        """What piles up cannot become less any more; a rate that is reached today may be lost tomorrow."""
        may_be = self.flow and not self.course.finished and isinstance(self.goal, AtLeast)
        return may_be and gap_to(self.goal, value) >= 0

    def _score(self, value: float) -> float | None:
        """The measure of which 1 is the target: the pace while the period runs; then progress for what has a way to
        go (levels and ratios with a baseline), and attainment for all else (3.1, 3.8)."""
        if not self.course.finished:
            return self.pace(value)
        progress = progress_from(self.baseline, self.goal, value)
        attainment = self.attainment(value)
        if attainment is None or (progress is not None and not self.flow):
            return progress
        return attainment

    def _is_reached(self, value: float) -> bool:
        """Where no share can be taken (a target of 0 or below) there is no amber: it is reached by now, or not."""
        if isinstance(self.goal, Within) or self.expected is None:
            return gap_to(self.goal, value) >= 0
        return sign(self.goal) * (value - self.expected) >= 0

    def _is_within_noise(self, actual: Actual, value: float) -> bool:
        """Whether the value's 95 % interval holds what is aimed at by now."""
        aim = nearest(self.goal, value) if self.expected is None else self.expected
        if actual.ci_low is None or actual.ci_high is None or aim is None:
            return False
        return actual.ci_low <= aim <= actual.ci_high

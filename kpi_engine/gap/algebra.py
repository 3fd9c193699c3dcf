"""The formulas of a gap, each with its section in the project's KPI reference (3.1 gap, attainment, progress).

A actual, T target, B baseline; `sign` is +1 where more is better and -1 where less is.
"""

from __future__ import annotations

from typing import assert_never

from kpi_engine.target import AtLeast, AtMost, Within

Reached = AtLeast | AtMost | Within
"""The goals that have numbers; a change from a baseline has become one of them by now."""


def sign(goal: AtLeast | AtMost) -> int:
    """The good direction.

    >>> sign(AtLeast(value=1)), sign(AtMost(value=1))
    (1, -1)
    """
    return 1 if isinstance(goal, AtLeast) else -1


def gap_to(goal: Reached, actual: float) -> float:
    """How far from the goal, in the KPI's own unit, favourable above zero: G = s(A - T); 0 inside a range (3.1).

    Percentages are shares, so 0.05 is five percentage points.

    >>> gap_to(AtLeast(value=100), 90), gap_to(AtMost(value=35), 40), gap_to(Within(low=2, high=4), 5)
    (-10.0, -5.0, -1.0)
    """
    match goal:
        case AtLeast() | AtMost():
            return sign(goal) * (actual - goal.value)
        case Within():
            outside = outside_by(goal, actual)
            return -outside if outside else 0.0
        case _:
            assert_never(goal)


def outside_by(goal: Within, actual: float) -> float:
    """The distance to the nearer bound; 0 inside the range, its bounds included (3.1).

    >>> [outside_by(Within(low=2, high=4), actual) for actual in (1.5, 2, 4, 7)]
    [0.5, 0.0, 0.0, 3.0]
    """
    below = goal.low - actual if goal.low is not None else 0.0
    above = actual - goal.high if goal.high is not None else 0.0
    return max(below, above, 0.0)


def attainment_of(goal: Reached, actual: float, *, counted: str = "mirror") -> float | None:
    """How much of the goal is reached, 1 being all of it (3.1).

    Upwards A/T. Downwards `mirror` 2 - A/T, whose steps are equal, or `inverse` T/A, which explodes near 0. None where
    T is 0 or below: there it would turn its sign. Of a range max(0, 1 - d/w), d being the distance to it.

    >>> attainment_of(AtLeast(value=120), 90), attainment_of(AtLeast(value=0), 5)
    (0.75, None)
    >>> attainment_of(AtMost(value=40), 50), attainment_of(AtMost(value=40), 50, counted="inverse")
    (0.75, 0.8)
    >>> attainment_of(Within(low=2, high=4), 4.25), attainment_of(Within(low=2, high=4), 9)
    (0.75, 0.0)
    """
    match goal:
        case Within():
            return max(0.0, 1 - outside_by(goal, actual) / goal.width)
        case _ if goal.value <= 0:
            return None
        case AtLeast():
            return actual / goal.value
        case AtMost():
            if counted == "inverse":
                return goal.value / actual if actual > 0 else None
            return 2 - actual / goal.value
        case _:
            assert_never(goal)


def progress_from(baseline: float | None, goal: Reached, actual: float) -> float | None:
    """The share of the way from the baseline that is done: P = (A - B)/(T - B), in both directions alike (3.1).

    0 at the baseline, 1 at the target, below 0 where it has become worse. None without a baseline, for a range, and
    where the target is no better than the baseline: then there is no way to go.

    >>> progress_from(0.8, AtLeast(value=0.9), 0.8), progress_from(50, AtMost(value=35), 41)
    (0.0, 0.6)
    >>> progress_from(0.9, AtLeast(value=0.9), 0.8), progress_from(100, AtLeast(value=90), 95)
    (None, None)
    """
    if baseline is None or isinstance(goal, Within) or sign(goal) * (goal.value - baseline) <= 0:
        return None
    return (actual - baseline) / (goal.value - baseline)


def nearest(goal: Reached, actual: float | None) -> float | None:
    """The one number that a column called *target* can hold: of a range the bound that is nearer to the actual.

    >>> nearest(AtMost(value=35), None), nearest(Within(low=2, high=6), 5), nearest(Within(low=2), None)
    (35.0, 6.0, 2.0)
    """
    if not isinstance(goal, Within):
        return goal.value
    bounds = [bound for bound in (goal.low, goal.high) if bound is not None]
    return bounds[0] if actual is None else min(bounds, key=lambda bound: abs(bound - actual))

"""The algebra of gaps: golden numbers by hand, laws by Hypothesis."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_engine.gap.algebra import attainment_of, gap_to, nearest, progress_from
from kpi_engine.target import AtLeast, AtMost, Within

numbers = st.floats(-1e6, 1e6)
positive = st.floats(1e-3, 1e6)


@pytest.mark.parametrize(
    ("goal", "baseline", "actual", "gap", "attainment", "progress"),
    [
        pytest.param(AtLeast(value=0.9), 0.8, 0.87, -0.03, 0.87 / 0.9, 0.7, id="satisfaction 80 to 90 %"),
        pytest.param(AtLeast(value=0.9), 0.75, 0.885, -0.015, 0.885 / 0.9, 0.9, id="satisfaction 75 to 90 %"),
        pytest.param(AtMost(value=7), 10, 8, -1, 6 / 7, 2 / 3, id="response time -30 %"),
        pytest.param(AtMost(value=4), 5, 3.8, 0.2, 1.05, 1.2, id="delivery time -20 %"),
        pytest.param(AtLeast(value=100), None, 90, -10, 0.9, None, id="a sum without a baseline"),
        pytest.param(AtLeast(value=50), 20, 10, -40, 0.2, -1 / 3, id="worse than at the start"),
        pytest.param(AtLeast(value=-10), -40, -25, -15, None, 0.5, id="a loss that shrinks"),
        pytest.param(AtLeast(value=0), -40, 5, 5, None, 1.125, id="a target of nothing"),
        pytest.param(AtLeast(value=90), 95, 92, 2, 92 / 90, None, id="a target below the baseline has no way to go"),
        pytest.param(Within(low=3, high=5), 1, 4, 0, 1, None, id="inside the range"),
        pytest.param(Within(low=3, high=5), 1, 2.5, -0.5, 0.5, None, id="half the half-width below it"),
        pytest.param(Within(low=3, high=5, tolerance=2), 1, 6, -1, 0.5, None, id="above it, tolerance stated"),
        pytest.param(Within(low=0.9), None, 0.81, -0.09, 0.9, None, id="a guard-rail at 90 %"),
        pytest.param(Within(high=4), None, 5, -1, 0.75, None, id="a guard-rail above"),
    ],
)
def test_golden(
    goal: AtLeast | AtMost | Within,
    baseline: float | None,
    actual: float,
    gap: float,
    attainment: float | None,
    progress: float | None,
) -> None:
    found = (gap_to(goal, actual), attainment_of(goal, actual), progress_from(baseline, goal, actual))
    for number, wanted in zip(found, (gap, attainment, progress), strict=True):
        assert number == (wanted if wanted is None else pytest.approx(wanted, rel=1e-12, abs=1e-15))


def test_inverse_attainment_by_choice() -> None:
    assert attainment_of(AtMost(value=7), 8, counted="inverse") == 7 / 8
    assert attainment_of(AtMost(value=7), 0, counted="inverse") is None
    assert attainment_of(AtLeast(value=7), 8, counted="inverse") == 8 / 7


@given(numbers, numbers)
def test_the_two_directions_are_mirror_images(target: float, actual: float) -> None:
    assert gap_to(AtLeast(value=target), actual) == -gap_to(AtMost(value=target), actual)
    assert gap_to(AtLeast(value=target), actual) == gap_to(AtMost(value=-target), -actual)


@given(numbers, numbers, numbers)
def test_progress_is_the_same_upside_down(baseline: float, target: float, actual: float) -> None:
    assume(target > baseline)
    upwards = progress_from(baseline, AtLeast(value=target), actual)
    assert upwards == progress_from(-baseline, AtMost(value=-target), -actual)


@given(numbers, numbers)
def test_progress_begins_at_0_and_ends_at_1(baseline: float, target: float) -> None:
    assume(target != baseline)
    goal = AtLeast(value=target) if target > baseline else AtMost(value=target)
    assert progress_from(baseline, goal, baseline) == 0
    assert progress_from(baseline, goal, target) == 1


@given(st.integers(-1000, 1000), st.integers(1, 1000), st.integers(-1000, 1000), st.integers(1, 50), st.integers(-9, 9))
def test_progress_knows_no_units(baseline: int, way: int, actual: int, scale: int, shift: int) -> None:
    """In hours or in minutes, in Celsius or in Fahrenheit: the same share of the way."""
    one = progress_from(baseline, AtLeast(value=baseline + way), actual)
    goal = AtLeast(value=(baseline + way) * scale + shift)
    assert progress_from(baseline * scale + shift, goal, actual * scale + shift) == pytest.approx(one, rel=1e-9)


@given(positive, numbers)
def test_attainment_and_gap_agree_on_what_is_reached(target: float, actual: float) -> None:
    for goal in (AtLeast(value=target), AtMost(value=target)):
        attainment = attainment_of(goal, actual)
        assert attainment is not None
        assert attainment == pytest.approx(1 + gap_to(goal, actual) / target, rel=1e-9, abs=1e-9)


@given(numbers, positive, numbers)
def test_a_range_is_a_plateau(low: float, width: float, actual: float) -> None:
    goal = Within(low=low, high=low + width)
    inside = goal.low <= actual <= goal.high  # type: ignore[operator]  # both are set
    attainment = attainment_of(goal, actual)
    assert attainment is not None
    assert (gap_to(goal, actual) == 0) == inside == (attainment == 1) or math.isclose(attainment, 1)
    assert 0 <= attainment <= 1
    assert gap_to(goal, actual) <= 0


@given(numbers, st.floats(1, 1e6), numbers, st.floats(0, 1))
def test_a_range_has_no_cliffs(low: float, width: float, actual: float, step: float) -> None:
    """A small step changes the gap by no more than the step, and attainment by no more than its share of the width."""
    goal = Within(low=low, high=low + width)
    here, there = attainment_of(goal, actual), attainment_of(goal, actual + step)
    assert here is not None
    assert there is not None
    assert abs(gap_to(goal, actual + step) - gap_to(goal, actual)) <= step + 1e-6
    assert abs(there - here) <= step / goal.width + 1e-6


@given(positive, numbers)
def test_a_guard_rail_is_a_target_without_praise(bound: float, actual: float) -> None:
    """Below a lower bound it is attained like a target of that height; above it, it is just attained."""
    kept, wanted = attainment_of(Within(low=bound), actual), attainment_of(AtLeast(value=bound), actual)
    assert kept is not None
    assert wanted is not None
    assert kept == pytest.approx(max(0.0, min(1.0, wanted)), rel=1e-9, abs=1e-12)


@given(numbers, positive, numbers)
def test_the_nearest_bound_is_the_one_that_matters(low: float, width: float, actual: float) -> None:
    goal = Within(low=low, high=low + width)
    bound = nearest(goal, actual)
    assert bound in (goal.low, goal.high)
    if gap_to(goal, actual) < 0:
        assert abs(actual - bound) == pytest.approx(-gap_to(goal, actual), rel=1e-12)

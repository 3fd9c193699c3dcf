"""Targets stated as a change: what is meant, what is refused, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.definition import Better, Unit
from kpi_engine.errors import KpiError
from kpi_engine.target import AtLeast, AtMost, Baseline, ByChange, NoTarget, Target, Within, in_force, parse_change


@pytest.mark.parametrize(
    ("text", "unit", "better", "baseline", "target"),
    [
        ("-30%", Unit.HOURS, Better.LOWER, 10.0, 7.0),
        ("−20 %", Unit.DAYS, Better.LOWER, 5.0, 4.0),
        ("+12.5%", Unit.MONEY, Better.HIGHER, 800.0, 900.0),
        ("+10pp", Unit.PERCENT, Better.HIGHER, 0.75, 0.85),
        ("- 2 pp", Unit.PERCENT, Better.LOWER, 0.05, 0.03),
        ("x1.5", Unit.PERCENT, Better.HIGHER, 0.5, 0.75),
        ("×2", Unit.COUNT, Better.HIGHER, 12.0, 24.0),
        ("-100%", Unit.COUNT, Better.LOWER, 12.0, 0.0),
    ],
)
def test_what_a_change_leads_to(text: str, unit: Unit, better: Better, baseline: float, target: float) -> None:
    assert parse_change(text, unit=unit, better=better).applied_to(baseline) == pytest.approx(target, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "better", "message", "hint"),
    [
        ("+30%", Unit.PERCENT, Better.HIGHER, "two ways: the baseline x1.3, or the baseline +30pp", "x1.3 or +30pp"),
        ("-5 %", Unit.PERCENT, Better.LOWER, "two ways: the baseline x0.95, or the baseline -5pp", "x0.95 or -5pp"),
        ("+10pp", Unit.HOURS, Better.HIGHER, "percentage points are for percentages, and this KPI is in hours", "-30%"),
        ("+30%", Unit.HOURS, Better.LOWER, "would be for the worse", "turn the sign"),
        ("-5pp", Unit.PERCENT, Better.HIGHER, "would be for the worse", "turn the sign"),
        ("0%", Unit.HOURS, Better.LOWER, "changes nothing", "`low` or `high`"),
        ("-130%", Unit.HOURS, Better.LOWER, "below nothing", "-100%"),
        ("-30", Unit.HOURS, Better.LOWER, "is not a change", "-30%"),
        ("x2%", Unit.HOURS, Better.LOWER, "is not a change", "x1.3"),
        ("a third", Unit.HOURS, Better.LOWER, "is not a change", "x1.3"),
        ("-30%", Unit.TIMES, Better.RANGE, "best within a range", "low and high"),
    ],
)
def test_what_is_refused(text: str, unit: Unit, better: Better, message: str, hint: str) -> None:
    with pytest.raises(KpiError) as refused:
        parse_change(text, unit=unit, better=better)
    assert message in str(refused.value.message)
    assert hint in str(refused.value.hint)


def test_both_readings_are_named_in_numbers_where_the_baseline_is_known() -> None:
    with pytest.raises(KpiError, match=r"104 % \(x1.3\) or 110 % \(\+30pp\)"):
        parse_change("+30%", unit=Unit.PERCENT, better=Better.HIGHER, baseline=0.8)


def target(**more: Any) -> Target:
    return Target(**{"id": "t", "kpi": "k", "unit": Unit.HOURS, "period": "year", "goal": AtMost(value=7)} | more)


def by_change(text: str, unit: Unit = Unit.HOURS, better: Better = Better.LOWER) -> ByChange:
    return ByChange(change=parse_change(text, unit=unit, better=better), better=better)


def test_a_change_is_held_against_the_frozen_baseline() -> None:
    standing = in_force(target(goal=by_change("-30%")), Baseline(value=10))
    assert standing.goal == AtMost(value=7.0)
    assert standing.baseline == Baseline(value=10)


def test_a_stated_baseline_is_stronger_than_one_that_was_taken() -> None:
    stated = target(goal=by_change("-30%"), baseline=Baseline(value=20))
    assert in_force(stated, Baseline(value=10)).goal == AtMost(value=14.0)


def test_upwards_a_change_becomes_at_least() -> None:
    rising = target(goal=by_change("+10pp", Unit.PERCENT, Better.HIGHER), unit=Unit.PERCENT)
    goal = in_force(rising, Baseline(value=0.8)).goal
    assert isinstance(goal, AtLeast)
    assert goal.value == pytest.approx(0.9)


def test_without_a_baseline_there_is_no_target() -> None:
    with pytest.raises(NoTarget, match="no baseline yet"):
        in_force(target(goal=by_change("-30%")), None)


@pytest.mark.parametrize("value", [0.0, -5.0])
def test_no_share_is_taken_of_nothing(value: float) -> None:
    with pytest.raises(NoTarget, match="no share can be taken"):
        in_force(target(goal=by_change("-30%")), Baseline(value=value))


def test_points_can_be_added_to_anything() -> None:
    rising = target(goal=by_change("+10pp", Unit.PERCENT, Better.HIGHER), unit=Unit.PERCENT)
    assert in_force(rising, Baseline(value=-0.05)).goal == AtLeast(value=0.05)


@pytest.mark.parametrize("goal", [AtMost(value=7), Within(low=1, high=2)])
def test_other_goals_stay_and_get_their_baseline(goal: AtMost | Within) -> None:
    standing = in_force(target(goal=goal), Baseline(value=10))
    assert (standing.goal, standing.baseline) == (goal, Baseline(value=10))


@given(st.floats(0.001, 1e9), st.integers(1, 99))
def test_a_cut_leaves_what_was_not_cut(baseline: float, percent: int) -> None:
    change = parse_change(f"-{percent}%", unit=Unit.HOURS, better=Better.LOWER)
    assert change.applied_to(baseline) == pytest.approx(baseline * (100 - percent) / 100, rel=1e-9)

"""What a target may say at all."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kpi_engine.target import AtLeast, Target, Thresholds, Within


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        ({}, "needs a lower or an upper bound"),
        ({"low": 3, "high": 2}, "above the upper one"),
        ({"low": 2, "high": 2}, "needs a tolerance"),
        ({"low": 0}, "needs a tolerance"),
        ({"low": 2, "tolerance": 0}, "greater than 0"),
        ({"low": float("nan")}, "finite"),
    ],
)
def test_ranges_that_are_none(bounds: dict[str, float], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Within(**bounds)


def test_a_point_with_a_tolerance_is_a_range() -> None:
    assert Within(low=2, high=2, tolerance=0.5).width == 0.5


@pytest.mark.parametrize("amber", [1.0, 1.2])
def test_thresholds_are_ordered(amber: float) -> None:
    with pytest.raises(ValidationError, match="amber must begin below green"):
        Thresholds(green=1.0, amber=amber)


def test_unknown_keys_are_refused_and_nothing_changes_afterwards() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Target(id="t", kpi="k", unit="count", goal=AtLeast(value=1), period="year", colour="red")
    target = Target(id="t", kpi="k", unit="count", goal=AtLeast(value=1), period="year")
    with pytest.raises(ValidationError, match="frozen"):
        target.kpi = "other"


def test_the_goal_is_told_by_its_kind() -> None:
    target = Target.model_validate(
        {"id": "t", "kpi": "k", "unit": "count", "goal": {"kind": "at_most", "value": 3}, "period": "all"}
    )
    assert target.cell == ("", "k", "organisation", "", "all", "")

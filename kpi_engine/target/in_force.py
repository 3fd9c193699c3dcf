"""A target as it stands: with its frozen baseline, and with a number for what was stated as a change from it."""

from __future__ import annotations

from kpi_engine.definition import Better
from kpi_engine.errors import KpiError
from kpi_engine.message import Message
from kpi_engine.target.model import AtLeast, AtMost, Baseline, ByChange, Target


class NoTarget(KpiError):
    """A relative target has nothing to be held against yet."""


def in_force(target: Target, frozen: Baseline | None) -> Target:
    """The target with its baseline, and with a number for a goal that was stated as a change.

    A baseline that the target itself states is stronger than one that was taken from the values.

    Raises:
        NoTarget: it is a change, and there is no baseline, or one of which no share can be taken.
    """
    baseline = target.baseline or frozen
    goal = target.goal
    if not isinstance(goal, ByChange):
        return target if baseline is target.baseline else target.model_copy(update={"baseline": baseline})
    if baseline is None:
        raise NoTarget(Message("{target} has no baseline yet", target=target.id))
    if goal.change.needs_positive_baseline and baseline.value <= 0:
        raise NoTarget(
            Message("{target}: no share can be taken of a baseline of {value}", target=target.id, value=baseline.value),
            hint=Message("give the target as a number"),
        )
    value = goal.change.applied_to(baseline.value)
    reached = AtLeast(value=value) if goal.better is Better.HIGHER else AtMost(value=value)
    return target.model_copy(update={"goal": reached, "baseline": baseline})

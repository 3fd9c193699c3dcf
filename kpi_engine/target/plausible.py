"""Is a target within reach? The change that it asks for beside the KPI's own changes over as long a time (3.6, A/R)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from kpi_engine.definition import Compare
from kpi_engine.statistics.student import share_below
from kpi_engine.target.model import AtLeast, AtMost

FEWEST = 4
"""Fewer changes than this say nothing about the next one."""
STRETCH, FAR = 0.9, 0.99
"""Shares of what may be expected: above the first a target is a stretch, above the second it is out of reach (3.6)."""


class Reach(StrEnum):
    """How far out a target lies."""

    USUAL = "usual"
    STRETCH = "stretch"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Asked:
    """The change that a target asks for, and those that there were; all as shares, or differences for percentages."""

    change: float
    seen: tuple[float, ...]
    """In ascending order."""
    share: float
    """How likely a change would stay below it."""

    @property
    def reach(self) -> Reach:
        """How far out it lies."""
        if self.share > FAR:
            return Reach.FAR
        return Reach.STRETCH if self.share > STRETCH else Reach.USUAL

    @property
    def usual(self) -> float:
        """The change in the middle of those that there were."""
        return median(self.seen)


def asked(
    goal: AtLeast | AtMost, base: float, *, seen: Iterable[tuple[float, float]], compare: Compare
) -> Asked | None:
    """What a target asks for.

    Changes in per cent are judged by their logarithms, so that twice and half are equally far.

    Args:
        goal: the number to reach.
        base: where the KPI stood.
        seen: (before, after) of the past, each over as long a time as from the base to the goal.
        compare: how two values of this KPI are compared.

    Returns:
        None where there is too little to go by.

    >>> past = [(100, 104), (104, 99), (99, 106), (106, 110), (110, 108)]
    >>> asked(AtLeast(value=150), 108, seen=past, compare=Compare.PERCENT).reach.value
    'far'
    >>> asked(AtLeast(value=112), 108, seen=past, compare=Compare.PERCENT).reach.value
    'usual'
    """
    step = _ratio if compare is Compare.PERCENT else _difference
    wanted = step(base, goal.value)
    steps = [each for each in (step(*pair) for pair in seen) if each is not None]
    if wanted is None or len(steps) < FEWEST:
        return None
    sign = 1 if isinstance(goal, AtLeast) else -1
    share = share_below(sign * wanted, [sign * each for each in steps])
    back = math.expm1 if compare is Compare.PERCENT else float
    return Asked(back(wanted), tuple(sorted(back(each) for each in steps)), share)


def _ratio(before: float, after: float) -> float | None:
    return math.log(after / before) if before > 0 and after > 0 else None


def _difference(before: float, after: float) -> float:
    return after - before


def pairs(values: Sequence[float | None], apart: int) -> list[tuple[float, float]]:
    """(before, after) of values that lie so many periods apart; where one is not known there is none.

    >>> pairs([1.0, 2.0, None, 4.0, 5.0], 2)
    [(2.0, 4.0)]
    """
    both = zip(values, values[apart:], strict=False)
    return [(before, after) for before, after in both if before is not None and after is not None]

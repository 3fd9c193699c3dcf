"""What may be asked of a KPI: does it pile up over a period, do people's numbers add up, can it be negative."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_engine.definition import (
    Better,
    Count,
    CountOf,
    Definition,
    Derived,
    Duration,
    Mean,
    Ratio,
    Snapshot,
    Sum,
    Unit,
)
from kpi_engine.query.measure import proportion


@dataclass(frozen=True, slots=True)
class Nature:
    """What follows from a KPI's kind for its targets."""

    unit: Unit
    better: Better
    flow: bool
    """It piles up while the period runs, so that a part of the period is worth a part of the target (3.2). Levels and
    ratios do not: half of a year is no half of a satisfaction."""
    lasting: bool
    """It is measured over a time, so that it can be measured over the time up to now. What stands at a moment (a
    pipeline) has that in its period already."""
    additive: bool
    """The numbers of a team's members add up to the team's (the column "add-o" of 2.3)."""
    negative: bool
    """It can be below zero."""
    largest: float | None
    """It can never be above: a share of rows."""


def nature(definition: Definition) -> Nature:
    """What may be asked of this KPI.

    >>> from kpi_engine.catalog import shipped
    >>> kpis = {each.id: nature(each) for each in shipped()}
    >>> kpis["won_amount"].flow, kpis["pipeline_value"].flow, kpis["win_rate"].flow
    (True, False, False)
    >>> kpis["pipeline_value"].lasting, kpis["win_rate"].lasting
    (False, True)
    >>> kpis["won_amount"].additive, kpis["pipeline_value"].additive, kpis["win_rate"].additive
    (True, True, False)
    >>> kpis["win_rate"].largest, kpis["order_amount_growth"].largest
    (1.0, None)
    """
    return Nature(
        unit=definition.unit,
        better=definition.better,
        flow=isinstance(definition, Count | Sum),
        lasting=not isinstance(definition, Snapshot),
        additive=_additive(definition),
        negative=_can_be_negative(definition),
        largest=1.0 if proportion(definition) else None,
    )


def _additive(definition: Definition) -> bool:
    """A row has one owner, so rows and sums add up; what is counted once in several places (distinct) does not."""
    match definition:
        case Count():
            return definition.distinct is None
        case Sum():
            return True
        case Snapshot():
            return not isinstance(definition.measure, CountOf) or definition.measure.count == "rows"
        case _:
            return False


def _can_be_negative(definition: Definition) -> bool:
    match definition:
        case Derived() | Mean():
            return True
        case Sum():
            return definition.minus is not None
        case Ratio():
            return not proportion(definition) and not _counts_only(definition)
        case Count() | Duration() | Snapshot():
            return False
        case _:
            return definition.unit is not Unit.DAYS and definition.unit is not Unit.HOURS


def _counts_only(ratio: Ratio) -> bool:
    return isinstance(ratio.numerator, CountOf) and isinstance(ratio.denominator, CountOf)

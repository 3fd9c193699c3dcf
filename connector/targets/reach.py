"""Targets that ask for a change such as the KPI has hardly ever made: a slip of the pen, or a plan that needs more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from connector.config import Config
from connector.errors import Message, Problem
from connector.store import Store, gaps
from connector.targets.entry import Entry
from kpi_engine.definition import Compare, Definition, Unit
from kpi_engine.period import Calendar, Grain, Period
from kpi_engine.target import AtLeast, AtMost, Target
from kpi_engine.target.plausible import Asked, Reach, asked, pairs

LONGEST = 120
"""Baselines further back than so many periods are not compared."""

_A_YEAR: Mapping[Grain, int] = {Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1}


class _Base(NamedTuple):
    """Where a KPI stood, and how many periods before the target's that was."""

    value: float
    apart: int


def far_fetched(config: Config, store: Store, entries: Iterable[Entry], targets: Iterable[Target]) -> Iterator[Problem]:
    """Of each target out of the usual what it asks for, beside what there was.

    Args:
        config: The settings.
        store: The open store, with values.
        entries: As the files say them.
        targets: The same, in force.
    """
    judged = [(entry, target) for entry, target in zip(entries, targets, strict=True) if _is_reachable(target)]
    definitions = {each.id: each for each in config.definitions}
    past = gaps.series(store, (target.cell for _, target in judged))
    calendar = config.calendar()
    for entry, target in judged:
        history = _History(past.get(target.cell[:5], {}), calendar, target)
        definition = definitions[target.kpi]
        found = history.asked(definition)
        if found is not None and found.reach is not Reach.USUAL:
            yield entry.problem("target", _said(found, definition), hint=_HINT)


_HINT = Message(
    "keep it where it is meant, with what will make the difference; else look at its number, unit and period"
)


def _is_reachable(target: Target) -> bool:
    return isinstance(target.goal, AtLeast | AtMost) and target.start is not None


class _History:
    """The sound values of one cell before a target's period."""

    def __init__(self, rows: Mapping[str, float | None], calendar: Calendar, target: Target) -> None:
        assert target.start is not None
        self._target = target
        self._calendar = calendar
        before = [(start, value) for start, value in sorted(rows.items()) if start < target.start.isoformat()]
        self._starts = [date.fromisoformat(start) for start, _ in before]
        self._values: Sequence[float | None] = [value for _, value in before]

    def asked(self, definition: Definition) -> Asked | None:
        """What the target asks for; None where there is too little to compare it with."""
        base, goal = self._base(), self._target.goal
        if base is None or not isinstance(goal, AtLeast | AtMost):
            return None
        return asked(goal, base.value, seen=pairs(self._values, base.apart), compare=definition.compare)

    def _base(self) -> _Base | None:
        """The baseline; without one the same period a year before, else the latest that is known."""
        baseline = self._target.baseline
        if baseline is not None:
            same = baseline.period is self._target.period and baseline.start is not None
            apart = self._periods_since(baseline.start) if same else 1
            return None if apart is None else _Base(baseline.value, apart)
        known = {self._periods_since(start): value for start, value in zip(self._starts, self._values, strict=True)}
        found = {apart: value for apart, value in known.items() if apart is not None and value is not None}
        apart = _A_YEAR[self._target.period]
        apart = apart if apart in found else min(found, default=0)
        return _Base(found[apart], apart) if apart else None

    def _periods_since(self, start: date | None) -> int | None:
        """How many periods the target's lies after the one that begins then; None: not a whole number, or too many."""
        period: Period | None = Period(self._target.period, self._target.start, self._target.end)
        for apart in range(1, LONGEST + 1):
            period = None if period is None else self._calendar.previous(period)
            if period is None or period.start == start:
                return None if period is None else apart
        return None


def _said(found: Asked, definition: Definition) -> Message:
    numbers = {
        "asked": _change(found.change, definition),
        "count": len(found.seen),
        "low": _change(found.seen[0], definition),
        "high": _change(found.seen[-1], definition),
        "usual": _change(found.usual, definition),
    }
    if found.reach is Reach.FAR:
        return Message(
            "it asks for {asked}: not 1 in 100 changes would be as large, going by the {count} over as long a time "
            "before, from {low} to {high}, in the middle {usual}",
            **numbers,
        )
    return Message(
        "it asks for {asked}: not 1 in 10 changes would be as large, going by the {count} over as long a time before, "
        "from {low} to {high}, in the middle {usual}",
        **numbers,
    )


def _change(change: float, definition: Definition) -> str:
    if definition.compare is Compare.PERCENT:
        return f"{change * 100:+.1f} %"
    return f"{change * 100:+.1f} pp" if definition.unit is Unit.PERCENT else f"{change:+,.4g}"

"""Owners' targets, added up the team tree, beside what the teams themselves were set (3.6 *tree*, 3.7 over-assignment).

Only targets of additive KPIs are added: what is a rate for a team is no sum of its members' rates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kpi_engine.period import Grain
from kpi_engine.target.model import AtLeast, AtMost, Target

TOLERANCE = 0.001
"""A difference of less than this share of the parent's target is rounding."""


class Node(NamedTuple):
    """A place in the tree that numbers add up: a person, a team, the organisation."""

    connection: str
    scope: str
    scope_id: str


ORGANISATION = Node("", "organisation", "")
Slice = tuple[str, Grain, date | None]
"""A KPI in a period: only targets of one slice add up to each other."""


@dataclass(frozen=True, slots=True)
class RollUp:
    """The targets below one place, added up."""

    kpi: str
    period: Grain
    start: date | None
    node: Node
    own: float | None
    """What the place itself was set; None: nothing, and the sum is all that there is."""
    total: float
    """The sum of the targets right below it; a team there without a target counts with its own sum."""
    parts: tuple[Node, ...]
    """What was added."""
    without: tuple[Node, ...]
    """The places right below it that have no target: *target not set*, not 0."""

    @property
    def difference(self) -> float | None:
        """Sum less own target: above zero is over-assignment."""
        return None if self.own is None else self.total - self.own

    @property
    def share(self) -> float | None:
        """Sum over own target, k = ΣTᵢ/T of 3.7; None without one, or with one of 0."""
        return self.total / self.own if self.own else None

    @property
    def matches(self) -> bool:
        """Whether there is nothing to explain."""
        return self.own is None or abs(self.total - self.own) <= TOLERANCE * abs(self.own)


def roll_up(targets: Iterable[Target], *, above: Mapping[Node, Node], additive: Collection[str]) -> tuple[RollUp, ...]:
    """Every place that has targets below it, slice by slice.

    Args:
        targets: those in force; ranges and changes without a baseline have no number to add.
        above: each person, team … and the place right above it; what is not named here is below nothing.
        additive: the KPIs whose numbers add up.

    >>> ann, bob, north = Node("crm", "owner", "1"), Node("crm", "owner", "2"), Node("crm", "team", "N")
    >>> def goal(node, value):
    ...     return Target(id=node.scope_id, kpi="won_amount", unit="money", goal=AtLeast(value=value), period="year",
    ...         connection=node.connection, scope=node.scope, scope_id=node.scope_id)
    >>> tree = {ann: north, bob: north, north: ORGANISATION}
    >>> team, company = roll_up([goal(ann, 60), goal(bob, 50), goal(north, 100)], above=tree, additive=["won_amount"])
    >>> team.total, team.difference, team.share, team.matches
    (110.0, 10.0, 1.1, False)
    >>> company.total, company.own
    (100.0, None)
    """
    by_slice: dict[Slice, dict[Node, Target]] = defaultdict(dict)
    for target in targets:
        if target.kpi in additive and _number(target) is not None:
            by_slice[target.kpi, target.period, target.start][_node(target)] = target
    below = _turned(above)
    return tuple(found for key, placed in by_slice.items() for found in _Sums(key, placed, above, below).all())


def _turned(above: Mapping[Node, Node]) -> dict[Node, list[Node]]:
    """Each place, and those right below it."""
    below: dict[Node, list[Node]] = {}
    for node, parent in above.items():
        below.setdefault(parent, []).append(node)
    return below


def _node(target: Target) -> Node:
    return Node(target.connection, target.scope, target.scope_id)


def _number(target: Target) -> float | None:
    return target.goal.value if isinstance(target.goal, AtLeast | AtMost) else None


class _Sums:
    """The sums of one slice. A place is visited once, so that a tree that bites its own tail still ends."""

    def __init__(
        self,
        key: Slice,
        placed: Mapping[Node, Target],
        above: Mapping[Node, Node],
        below: Mapping[Node, list[Node]],
    ) -> None:
        self._key = key
        self._placed = placed
        self._ids = {target.id: node for node, target in placed.items()}
        if any(target.parent for target in placed.values()):
            stated = {node: self._parent(node, above) for node in dict.fromkeys((*above, *placed))}
            below = _turned({node: parent for node, parent in stated.items() if parent is not None})
        self._below = below
        self._totals: dict[Node, float | None] = {}
        self._found: list[RollUp] = []

    def _parent(self, node: Node, above: Mapping[Node, Node]) -> Node | None:
        """The place that a target's own `parent` names, else the one above it in the tree."""
        target = self._placed.get(node)
        stated = self._ids.get(target.parent) if target is not None and target.parent else None
        return stated or above.get(node)

    def all(self) -> Iterator[RollUp]:
        """From the teams up to the organisation."""
        for node in list(self._below):
            self._total(node)
        yield from self._found

    def _total(self, node: Node) -> float | None:
        """The sum below a place; None where nothing below it has a target."""
        if node in self._totals:
            return self._totals[node]
        self._totals[node] = None
        counted = {child: self._contribution(child) for child in self._below.get(node, ())}
        parts = {child: number for child, number in counted.items() if number is not None}
        if not parts:
            return None
        self._note(node, parts, without=tuple(child for child in counted if child not in parts))
        self._totals[node] = sum(parts.values())
        return self._totals[node]

    def _contribution(self, child: Node) -> float | None:
        total = self._total(child)
        target = self._placed.get(child)
        return total if target is None else _number(target)

    def _note(self, node: Node, parts: Mapping[Node, float], *, without: tuple[Node, ...]) -> None:
        kpi, period, start = self._key
        own = self._placed.get(node)
        self._found.append(
            RollUp(
                kpi=kpi,
                period=period,
                start=start,
                node=node,
                own=None if own is None else _number(own),
                total=sum(parts.values()),
                parts=tuple(parts),
                without=without,
            )
        )

"""The parts of a definition, each with its place in the file, so that rules and queries need not know every kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from kpi_engine.definition import (
    Aggregate,
    Count,
    CountOf,
    Definition,
    Derived,
    Duration,
    Mean,
    Percentile,
    Predicate,
    Ratio,
    Snapshot,
    Sum,
    SumOf,
)

OnFacts: TypeAlias = Count | Sum | Mean | Percentile | Ratio | Snapshot | Duration
"""Every kind but the derived one."""

EXCLUDING = frozenset({"is_not", "not_in", "filled"})
"""Operators that a missing value may pass."""

Named: TypeAlias = tuple[str, str]
"""A place in a definition, and the column named there."""


def on_facts(definitions: Iterable[Definition]) -> list[OnFacts]:
    """The definitions that are computed from facts, in order; the derived ones left out."""
    return [definition for definition in definitions if not isinstance(definition, Derived)]


def columns_read(definition: OnFacts, *, essential: bool = False) -> frozenset[str]:
    """The columns whose values make the KPI, however it is split.

    Args:
        definition: any that counts facts.
        essential: only those without which it has no answer: not a column that is subtracted (missing counts as 0),
            nor one that a condition only excludes values of.

    >>> from kpi_engine.catalog import shipped
    >>> {one.id: sorted(columns_read(one)) for one in on_facts(shipped()) if one.id == "won_amount"}
    {'won_amount': ['amount', 'closed_on', 'outcome']}
    """
    named = (
        *times(definition),
        *measures(definition, subtracted=not essential),
        *counted(definition),
        *weights(definition),
    )
    asked = (one for _, one in predicates(definition) if not (essential and one.operator in EXCLUDING))
    return frozenset((*(name for _, name in named), *(one.column for one in asked)))


def times(definition: OnFacts) -> Iterator[Named]:
    """The columns that place a row in time."""
    yield "time", definition.time
    if isinstance(definition, Duration):
        yield "start", definition.start
    if isinstance(definition, Snapshot):
        yield "until", definition.until


def measures(definition: OnFacts, *, subtracted: bool = True) -> Iterator[Named]:
    """The columns that are added, subtracted, averaged or ranked; weights are a matter of their own."""
    match definition:
        case Sum(sum=name, minus=minus):
            yield from _summed("", name, minus if subtracted else None)
        case Mean(mean=name):
            yield "mean", name
        case Percentile(of=name):
            yield "of", name
        case Ratio() | Snapshot():
            for place, aggregate in aggregates(definition):
                if isinstance(aggregate, SumOf):
                    yield from _summed(f"{place}.", aggregate.sum, aggregate.minus if subtracted else None)
        case Count() | Duration():
            pass
        case _:
            assert_never(definition)


def aggregates(definition: Ratio | Snapshot) -> Iterator[tuple[str, Aggregate]]:
    """The sums and counts inside a definition."""
    if isinstance(definition, Ratio):
        yield "numerator", definition.numerator
        yield "denominator", definition.denominator
    else:
        yield "measure", definition.measure


def columns(definition: OnFacts) -> Iterator[Named]:
    """Every column that a definition names outside its conditions."""
    yield from times(definition)
    yield from measures(definition)
    yield from dimensions(definition)
    yield from weights(definition)
    yield from counted(definition)


def dimensions(definition: OnFacts) -> Iterator[Named]:
    """The columns by which a KPI may be split."""
    for at, name in enumerate(definition.dimensions):
        yield f"dimensions[{at}]", name


def weights(definition: OnFacts) -> Iterator[Named]:
    """The columns that weight a sum."""
    if isinstance(definition, Snapshot) and definition.weight_percent is not None:
        yield "weight_percent", definition.weight_percent


def counted(definition: OnFacts) -> Iterator[Named]:
    """Columns whose different values are counted."""
    if isinstance(definition, Count):
        for place in ("distinct", "first_per"):
            name = getattr(definition, place)
            if name is not None:
                yield place, name
    if isinstance(definition, Ratio | Snapshot):
        for place, aggregate in aggregates(definition):
            if isinstance(aggregate, CountOf) and aggregate.count != "rows":
                yield f"{place}.count", aggregate.count


def predicates(definition: OnFacts) -> Iterator[tuple[str, Predicate]]:
    """Every condition of a definition."""
    yield from _numbered("where", definition.where)
    if isinstance(definition, Ratio | Snapshot):
        for place, aggregate in aggregates(definition):
            yield from _numbered(f"{place}.where", aggregate.where)
    if isinstance(definition, Snapshot):
        yield from _numbered("standing", definition.standing)
    if isinstance(definition, Ratio) and definition.requires is not None:
        yield from _numbered("requires.rows", definition.requires.rows)
        yield from _numbered("requires.have", definition.requires.have)


def _summed(place: str, name: str, minus: str | None) -> Iterator[Named]:
    yield f"{place}sum", name
    if minus is not None:
        yield f"{place}minus", minus


def _numbered(place: str, conditions: Iterable[Predicate]) -> Iterator[tuple[str, Predicate]]:
    for at, condition in enumerate(conditions):
        yield f"{place}[{at}]", condition

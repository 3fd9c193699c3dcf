"""Rules about what each kind can and cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from kpi_engine import parts
from kpi_engine.definition import (
    Aggregate,
    Count,
    CountOf,
    Definition,
    Duration,
    Mean,
    Percentile,
    Ratio,
    Snapshot,
    Sum,
    SumOf,
    Unit,
)
from kpi_engine.errors import Problem
from kpi_engine.facts import Column, ColumnType, FactTable
from kpi_engine.message import Message
from kpi_engine.parts import OnFacts
from kpi_engine.rules.context import Context


def counts_count_one_thing(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """`distinct` and `first_per` are answers to two questions."""
    for definition in definitions:
        if isinstance(definition, Count) and definition.distinct is not None and definition.first_per is not None:
            yield Problem(f"{definition.id} first_per", Message("give either distinct or first_per, not both"))


def only_sums_are_weighted(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """A count has nothing to weight."""
    for definition in definitions:
        if isinstance(definition, Snapshot) and definition.weight_percent and isinstance(definition.measure, CountOf):
            yield Problem(f"{definition.id} weight_percent", Message("only a sum can be weighted"))


def ends_are_two(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """What begins and ends with the same column lasts no time."""
    for definition in parts.on_facts(definitions):
        for place, name in parts.times(definition):
            if place != "time" and name == definition.time:
                yield Problem(f"{definition.id} {place}", Message("{column} is already the time", column=name))


def statistics_are_shares(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """The median is 0.5, not 50."""
    for definition in definitions:
        if isinstance(definition, Duration) and definition.statistic != "mean" and not 0 < definition.statistic < 1:
            message = Message("{value} is not a percentile", value=definition.statistic)
            yield Problem(f"{definition.id} statistic", message, Message("write mean, or a share such as 0.5"))


def units_fit(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """A KPI's unit is one that its kind and its column can have."""
    for definition, table in context.with_table(definitions):
        allowed = _units(definition, table)
        if allowed and definition.unit not in allowed:
            message = Message("this KPI cannot be in {unit}", unit=definition.unit.value)
            yield Problem(
                f"{definition.id} unit", message, Message("one of: {words}", words=", ".join(sorted(allowed)))
            )


_PLAIN_UNITS = frozenset({Unit.COUNT, Unit.DAYS, Unit.HOURS, Unit.POINTS, Unit.TIMES})


def _units(definition: OnFacts, table: FactTable) -> frozenset[Unit]:
    """The units that the KPI may have; empty where its column is unknown."""
    match definition:
        case Count():
            return frozenset({Unit.COUNT})
        case Sum(sum=name) | Mean(mean=name) | Percentile(of=name):
            return _units_of_column(table.column(name))
        case Snapshot(measure=SumOf(sum=name)):
            return _units_of_column(table.column(name))
        case Snapshot():
            return frozenset({Unit.COUNT})
        case Duration(time=name):
            return _units_of_duration(table.column(name))
        case Ratio(numerator=above, denominator=below):
            return _units_of_ratio(_is_money(above, table), _is_money(below, table))
        case _:
            assert_never(definition)


def _units_of_column(column: Column | None) -> frozenset[Unit]:
    if column is None:
        return frozenset()
    return frozenset({Unit.MONEY}) if column.type is ColumnType.MONEY else _PLAIN_UNITS


def _units_of_duration(column: Column | None) -> frozenset[Unit]:
    """Between dates there are only days; between instants there are hours too."""
    if column is None:
        return frozenset()
    return frozenset({Unit.DAYS} if column.type is ColumnType.DATE else {Unit.DAYS, Unit.HOURS})


def _units_of_ratio(above_is_money: bool, below_is_money: bool) -> frozenset[Unit]:
    """Money over a number is money; two of a kind may be a share."""
    if above_is_money == below_is_money:
        return _PLAIN_UNITS | {Unit.PERCENT}
    return frozenset({Unit.MONEY}) if above_is_money else _PLAIN_UNITS


def _is_money(aggregate: Aggregate, table: FactTable) -> bool:
    column = table.column(aggregate.sum) if isinstance(aggregate, SumOf) else None
    return column is not None and column.type is ColumnType.MONEY

"""Rules about tables and columns: that they exist, and are of a type that can do what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kpi_engine import parts
from kpi_engine.definition import Definition, Duration
from kpi_engine.errors import Problem, did_you_mean
from kpi_engine.facts import ColumnType
from kpi_engine.message import Message
from kpi_engine.parts import Named, OnFacts
from kpi_engine.rules.context import Context

A = {
    ColumnType.TEXT: Message("a text"),
    ColumnType.INTEGER: Message("a whole number"),
    ColumnType.BOOLEAN: Message("true or false"),
    ColumnType.MONEY: Message("an amount of money"),
    ColumnType.REAL: Message("a real number"),
    ColumnType.DATE: Message("a date"),
    ColumnType.INSTANT: Message("an instant"),
    ColumnType.DECIMAL: Message("an exchange rate"),
}
"""What a column is, in words."""

TIMES = frozenset({ColumnType.DATE, ColumnType.INSTANT})
NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.MONEY, ColumnType.REAL})
GROUPS = frozenset({ColumnType.TEXT, ColumnType.BOOLEAN})


def tables_are_known(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """A KPI counts facts that exist."""
    for definition in parts.on_facts(definitions):
        if definition.table not in context.facts:
            yield Problem(
                f"{definition.id} table",
                Message("there is no fact table {table}", table=definition.table),
                did_you_mean(definition.table, context.facts),
            )


def columns_are_known(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """Every column that a KPI names is one of its table."""
    for definition, table in context.with_table(definitions):
        in_conditions = ((f"{place}.column", each.column) for place, each in parts.predicates(definition))
        for place, name in (*parts.columns(definition), *in_conditions):
            if table.column(name) is None:
                yield Problem(
                    f"{definition.id} {place}",
                    Message("{table} has no column {column}", table=table.name, column=name),
                    did_you_mean(name, table.column_names),
                )


def times_are_times(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """Periods and durations need dates or instants."""
    yield from _typed(definitions, context, parts.times, types=TIMES, wanted=Message("a date or an instant"))


def measures_are_numbers(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """Only numbers can be added, averaged and ranked."""
    yield from _typed(definitions, context, parts.measures, types=NUMBERS, wanted=Message("a number"))


def weights_are_real(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """A weight is a real column in per cent."""
    types = frozenset({ColumnType.REAL})
    yield from _typed(definitions, context, parts.weights, types=types, wanted=A[ColumnType.REAL])


def dimensions_are_groups(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """A KPI is split by words or by yes and no; a number or a time would make a group of every row."""
    wanted = Message("a text, or true or false")
    yield from _typed(definitions, context, parts.dimensions, types=GROUPS, wanted=wanted)


def _typed(
    definitions: Iterable[Definition],
    context: Context,
    named: Callable[[OnFacts], Iterable[Named]],
    *,
    types: frozenset[ColumnType],
    wanted: Message,
) -> Iterator[Problem]:
    """The columns named that are not of one of the types."""
    for definition, table in context.with_table(definitions):
        for place, name in named(definition):
            column = table.column(name)
            if column is not None and column.type not in types:
                message = Message(
                    "{column} is {type}, and not {wanted}", column=name, type=A[column.type], wanted=wanted
                )
                yield Problem(f"{definition.id} {place}", message)


def durations_run_between_two_of_a_kind(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """Between a date and an instant there is no duration: the date has no hour."""
    for definition, table in context.with_table(definitions):
        if not isinstance(definition, Duration):
            continue
        start, end = table.column(definition.start), table.column(definition.time)
        if start and end and {start.type, end.type} == TIMES:
            message = Message(
                "{start} is {one} and {end} is {other}",
                start=start.name,
                one=A[start.type],
                end=end.name,
                other=A[end.type],
            )
            yield Problem(f"{definition.id} start", message, Message("use two dates or two instants"))

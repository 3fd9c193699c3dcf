"""Rules about conditions: a column is compared with values that it can have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import assert_never

from kpi_engine import parts
from kpi_engine.definition import Definition, Predicate, Scalar
from kpi_engine.errors import NO_HINT, Problem, did_you_mean
from kpi_engine.facts import SCALE, Column, ColumnType
from kpi_engine.message import Message
from kpi_engine.rules.columns import NUMBERS, TIMES, A
from kpi_engine.rules.context import Context

Finding = tuple[Message, Message]
"""What is wrong, and a hint."""

_ORDERED = NUMBERS | TIMES
_ORDERINGS = frozenset({"at_least", "at_most", "above", "below"})
_LARGEST = 2**63 - 1

_WRITTEN = {
    ColumnType.TEXT: Message("write a text; a number or true in quotes"),
    ColumnType.INTEGER: Message("write a whole number, without quotes"),
    ColumnType.BOOLEAN: Message("write true or false, without quotes"),
    ColumnType.MONEY: Message("write an amount, without quotes"),
    ColumnType.REAL: Message("write a number, without quotes"),
    ColumnType.DATE: Message("write a date such as 2017-03-01"),
    ColumnType.INSTANT: Message("write an instant such as 2017-03-01T08:00:00Z"),
    ColumnType.DECIMAL: Message("an exchange rate can only be asked for with filled"),
}


def conditions_fit_their_columns(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """Operators and values are of the column's type, and of its vocabulary where it has one."""
    for definition, table in context.with_table(definitions):
        for place, predicate in parts.predicates(definition):
            column = table.column(predicate.column)
            for message, hint in _findings(predicate, column) if column else ():
                yield Problem(f"{definition.id} {place}", message, hint)


def _findings(predicate: Predicate, column: Column) -> Iterator[Finding]:
    operator, value = predicate.operator, getattr(predicate, predicate.operator)
    values = value if isinstance(value, tuple) else (value,)
    if operator == "filled":
        return
    if operator in _ORDERINGS and column.type not in _ORDERED:
        message = Message("{column} is {type} and has no order", column=column.name, type=A[column.type])
        yield message, Message("use is, is_not, in, not_in or filled")
    elif not values:
        yield Message("the list of values is empty"), NO_HINT
    else:
        for each in values:
            yield from _misfit(column, each)


def _misfit(column: Column, value: Scalar) -> Iterator[Finding]:
    if not _fits(column.type, value):
        yield Message("{value} cannot be in {column}", value=repr(value), column=column.name), _WRITTEN[column.type]
    elif column.values and value not in column.values:
        hint = did_you_mean(str(value), column.values)
        yield Message("{value} cannot be in {column}", value=repr(value), column=column.name), hint


def _fits(kind: ColumnType, value: Scalar) -> bool:
    match kind:
        case ColumnType.TEXT:
            return isinstance(value, str)
        case ColumnType.BOOLEAN:
            return isinstance(value, bool)
        case ColumnType.INTEGER:
            return _is_number(value) and not isinstance(value, float) and abs(int(value)) <= _LARGEST
        case ColumnType.MONEY | ColumnType.REAL:
            return _is_number(value) and abs(float(value)) * SCALE <= _LARGEST
        case ColumnType.DATE:
            return isinstance(value, str) and _is_date(value)
        case ColumnType.INSTANT:
            return isinstance(value, str) and _is_instant(value)
        case ColumnType.DECIMAL:
            return False
        case _:
            assert_never(kind)


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False

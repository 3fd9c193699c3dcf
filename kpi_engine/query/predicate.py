"""Typed predicates -> conditions in three-valued logic: true, false, or unknown because a value is missing.

Unknown is what makes a row `excluded`, so a condition is never folded to false before it was counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from fractions import Fraction

from sqlglot import exp

from kpi_engine.definition import Predicate, Scalar
from kpi_engine.errors import MissingFact
from kpi_engine.facts import SCALE, Column, ColumnType, FactTable
from kpi_engine.message import Message
from kpi_engine.period import epoch_day, epoch_second
from kpi_engine.query import tree

INNER = "f"
"""The fact table's alias where conditions are evaluated."""

_SCALED = (ColumnType.MONEY, ColumnType.REAL)
_COMPARISONS: dict[str, type[exp.Binary]] = {
    "at_least": exp.GTE,
    "at_most": exp.LTE,
    "above": exp.GT,
    "below": exp.LT,
}


def condition(predicates: Iterable[Predicate], *, table: FactTable) -> exp.Expr:
    """All predicates together, on the columns of the fact table under the alias `INNER`.

    >>> from kpi_engine.facts import FACTS
    >>> big = Predicate(column="amount", at_least=10_000)
    >>> condition([Predicate(column="outcome", **{"is": "won"}), big], table=FACTS["deals"]).sql()
    '"f"."outcome" = \\'won\\' AND "f"."amount" >= 100000000'
    """
    return tree.every(_condition(predicate, table=table) for predicate in predicates)


def fact_column(table: FactTable, name: str) -> Column:
    """The column of that name.

    Raises:
        MissingFact: the table has none; `rules.check` says so first, with more help.
    """
    column = table.column(name)
    if column is None:
        raise MissingFact(Message("{table} has no column {column}", table=table.name, column=name))
    return column


def _condition(predicate: Predicate, *, table: FactTable) -> exp.Expr:
    column = fact_column(table, predicate.column)
    name, value = tree.column(column.name, of=INNER), getattr(predicate, predicate.operator)
    match predicate.operator:
        case "is_":
            return exp.EQ(this=name, expression=_literal(column, value))
        case "in_":
            return exp.In(this=name, expressions=[_literal(column, one) for one in value])
        case "is_not":
            return _or_missing(exp.NEQ(this=name, expression=_literal(column, value)), name)
        case "not_in":
            among = exp.In(this=name, expressions=[_literal(column, one) for one in value])
            return _or_missing(exp.Not(this=among), name)
        case "filled":
            return tree.is_known(name) if value else tree.is_null(name)
        case operator:
            return _COMPARISONS[operator](this=name, expression=_literal(column, value, operator=operator))


def _or_missing(holds: exp.Expr, name: exp.Column) -> exp.Expr:
    return exp.paren(tree.some([holds, tree.is_null(name.copy())]))


def _literal(column: Column, value: Scalar, *, operator: str = "is_") -> exp.Expr:
    """The value as queries see the column: money and reals in ten-thousandths, dates in days, instants in seconds."""
    match column.type:
        case ColumnType.DATE:
            return tree.number(epoch_day(date.fromisoformat(str(value))))
        case ColumnType.INSTANT:
            return tree.number(epoch_second(_instant(str(value))))
        case ColumnType.TEXT | ColumnType.DECIMAL:
            return tree.text(str(value))
        case _:
            scale = SCALE if column.type in _SCALED else 1
            return tree.number(
                _whole(Fraction(str(value if not isinstance(value, bool) else int(value))) * scale, operator)
            )


def _whole(value: Fraction, operator: str) -> int:
    """The whole number that compares like `value` with whole numbers; for equality the nearest one.

    >>> _whole(Fraction(5, 2), "at_least"), _whole(Fraction(5, 2), "above"), _whole(Fraction(5, 2), "is_")
    (3, 2, 2)
    """
    match operator:
        case "at_least" | "below":
            return math.ceil(value)
        case "at_most" | "above":
            return math.floor(value)
        case _:
            return round(value)


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def implied(wide: Iterable[Predicate], *, by: Iterable[Predicate]) -> bool:
    """Whether rows that pass `by` surely pass `wide`: then the one are among the other, and their share a proportion.

    Cautious: False where it would take more than looking at pairs of predicates.

    >>> won = [Predicate(column="outcome", **{"is": "won"})]
    >>> closed = [Predicate(column="outcome", **{"in": ("won", "lost")})]
    >>> implied(closed, by=won), implied(won, by=closed)
    (True, False)
    """
    narrow = tuple(by)
    return all(any(_implies(one, predicate) for one in narrow) for predicate in wide)


def _implies(narrow: Predicate, wide: Predicate) -> bool:
    if narrow == wide:
        return True
    if narrow.column != wide.column:
        return False
    allowed = _allowed(narrow)
    match wide.operator:
        case "filled":
            return bool(wide.filled) and narrow.operator not in ("is_not", "not_in", "filled")
        case "in_" | "is_" if allowed is not None:
            return allowed <= (_allowed(wide) or frozenset())
        case "is_not" if allowed is not None:
            return wide.is_not not in allowed
        case "not_in" if allowed is not None:
            return not allowed & frozenset(wide.not_in or ())
        case _:
            return False


def _allowed(predicate: Predicate) -> frozenset[Scalar] | None:
    """The values that it lets through, where it lists them."""
    match predicate.operator:
        case "is_":
            return None if predicate.is_ is None else frozenset((predicate.is_,))
        case "in_":
            return frozenset(predicate.in_ or ())
        case _:
            return None

"""The SQL that queries are made of: sqlglot nodes, the few that we use, and the one place that checks them.

sqlglot does not refuse what a dialect cannot do; it silently writes something invalid or approximate. So a query may
hold the node types of `ALLOWED` and no others, and a test executes each of them on every engine that we claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from kpi_engine.errors import EngineError
from kpi_engine.message import Message

ALLOWED: frozenset[type[exp.Expr]] = frozenset(
    {
        # a query and its clauses
        exp.Select,
        exp.With,
        exp.CTE,
        exp.From,
        exp.Join,
        exp.Where,
        exp.Group,
        exp.GroupingSets,
        exp.Order,
        exp.Ordered,
        exp.Limit,
        exp.Alias,
        exp.TableAlias,
        # names and values
        exp.Table,
        exp.Column,
        exp.Identifier,
        exp.Literal,
        exp.Null,
        exp.Star,
        exp.Paren,
        exp.Tuple,
        exp.Cast,
        exp.DataType,
        # conditions
        exp.And,
        exp.Or,
        exp.Not,
        exp.Is,
        exp.In,
        exp.EQ,
        exp.NEQ,
        exp.GT,
        exp.GTE,
        exp.LT,
        exp.LTE,
        exp.Case,
        exp.If,
        exp.Boolean,
        exp.Coalesce,
        # integer arithmetic and text
        exp.Add,
        exp.Sub,
        exp.Mul,
        exp.IntDiv,
        exp.Mod,
        exp.Neg,
        exp.Abs,
        exp.DPipe,
        # aggregates
        exp.Filter,
        exp.Count,
        exp.Distinct,
        exp.Sum,
        exp.Min,
        exp.ArrayAgg,
        exp.ArraySort,
        exp.Grouping,
    }
)
"""No dates, no time zones, no floats: those differ between engines, or add up differently on two threads."""

TYPES = (exp.DataType.Type.BIGINT, exp.DataType.Type.INT128, exp.DataType.Type.TEXT)
"""What may be cast to; INT128 holds any product of two BIGINTs."""

TRUE, FALSE = exp.true(), exp.false()


def checked(query: exp.Select) -> exp.Select:
    """The same query, once every node of it is known to mean the same on every engine.

    Raises:
        EngineError: it holds something else; a mistake of ours, and it concerns this query only.
    """
    for node in query.walk():
        known_type = not isinstance(node, exp.DataType) or node.this in TYPES
        if type(node) not in ALLOWED or not known_type:
            raise EngineError(Message("a query holds {node}, which is not on the list", node=type(node).__name__))
    return query


def column(name: str, *, of: str) -> exp.Column:
    """One column of the table or alias `of`; both names are quoted, whatever they are called."""
    return exp.column(name, table=of, quoted=True)


def named(expression: exp.Expr, name: str) -> exp.Expr:
    """One output column."""
    return exp.alias_(expression, name, quoted=True)


def text(value: str) -> exp.Literal:
    """A text literal; sqlglot escapes it."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """An integer literal."""
    return exp.Neg(this=exp.Literal.number(-value)) if value < 0 else exp.Literal.number(value)


def table(name: str, *, alias: str) -> exp.Expr:
    """A table under a short name."""
    return exp.to_table(f'"{name}"').as_(alias, quoted=True)


def every(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """All of them: unknown where one is unknown and none is false."""
    wanted = [condition for condition in conditions if condition != TRUE]
    return exp.and_(*wanted) if wanted else TRUE.copy()


def some(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """At least one of them."""
    return exp.or_(*conditions)


def is_null(expression: exp.Expr) -> exp.Expr:
    """Whether it is missing."""
    return exp.Is(this=exp.paren(expression), expression=exp.null())


def is_known(expression: exp.Expr) -> exp.Expr:
    """Whether it is there."""
    return exp.Not(this=is_null(expression))


def or_false(condition: exp.Expr) -> exp.Expr:
    """The condition, with unknown as false."""
    return exp.Coalesce(this=condition, expressions=[exp.false()])


def or_true(condition: exp.Expr) -> exp.Expr:
    """The condition, with unknown as true."""
    return exp.Coalesce(this=condition, expressions=[exp.true()])


def negated(condition: exp.Expr) -> exp.Expr:
    """The opposite; unknown stays unknown."""
    return exp.Not(this=exp.paren(condition))


def when(condition: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The value where the condition holds, missing elsewhere."""
    return exp.Case().when(condition, value)


def choose(condition: exp.Expr, value: exp.Expr, *, otherwise: exp.Expr) -> exp.Expr:
    """One of two values."""
    return exp.Case().when(condition, value).else_(otherwise)


def filtered(aggregate: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """The aggregate over the rows for which the condition is true."""
    if condition == TRUE:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def count_rows(condition: exp.Expr) -> exp.Expr:
    """How many rows fulfil the condition."""
    return filtered(exp.Count(this=exp.Star()), condition)


def scaled_product(left: exp.Expr, right: exp.Expr, *, divisor: int) -> exp.Expr:
    """``left * right / divisor`` in whole numbers, a half going to the even neighbour; missing where one is missing.

    Written with absolute values, as engines differ in how they divide negative numbers.
    """
    product = exp.Mul(this=exp.cast(left, exp.DataType.Type.INT128), expression=right)
    size = exp.Abs(this=exp.paren(product))
    quotient = exp.paren(exp.IntDiv(this=size, expression=number(divisor)))
    doubled = exp.Mul(this=exp.paren(exp.Mod(this=size.copy(), expression=number(divisor))), expression=number(2))
    is_odd = exp.NEQ(this=exp.Mod(this=quotient.copy(), expression=number(2)), expression=number(0))
    goes_up = some(
        [
            exp.GT(this=doubled, expression=number(divisor)),
            exp.and_(exp.EQ(this=doubled.copy(), expression=number(divisor)), is_odd),
        ]
    )
    rounded = exp.Add(this=quotient, expression=choose(goes_up, number(1), otherwise=number(0)))
    is_negative = exp.LT(this=product.copy(), expression=number(0))
    return choose(is_negative, exp.Neg(this=exp.paren(rounded)), otherwise=rounded.copy())

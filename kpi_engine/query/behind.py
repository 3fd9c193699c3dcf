"""One value by hand: the query of a single cell, and the query for the rows behind it."""

from __future__ import annotations

from sqlglot import exp

from kpi_engine.query import tree
from kpi_engine.query.aggregate import Part
from kpi_engine.query.measure import ROW
from kpi_engine.query.passes import PERIOD, Pass

ROW_COLUMNS = ("connection", "id", "numerator", "denominator", "excluded")
"""What `rows_query` gives: which row, what it adds to each part (missing: nothing), and whether it is left out."""


def cell_query(one: Pass, *, member: tuple[str, str], period: int) -> exp.Select:
    """The pass, for one cell only.

    Args:
        one: a pass of one scope.
        member: connection and scope id of the cell.
        period: its number.
    """
    return tree.checked(one.query().where(*_in_cell(one, member, period)))


def rows_query(one: Pass, *, member: tuple[str, str], period: int, limit: int) -> exp.Select:
    """The rows that a cell counts or excludes, by id.

    Args:
        one: a pass of one scope and one definition, whose rows carry their ids.
        member: connection and scope id of the cell.
        period: its number.
        limit: at most so many rows.
    """
    [measures] = one.measures.values()
    excluded = tree.FALSE if measures.excluded is None else measures.excluded
    denominator = exp.null() if measures.denominator is None else _contribution(measures.denominator)
    keys = [tree.column(name, of=ROW) for name in ("connection", "id")]
    shown = (*keys, _contribution(measures.numerator), denominator, _flag(excluded))
    select = exp.select(*(tree.named(one, name) for one, name in zip(shown, ROW_COLUMNS, strict=True)))
    concerned = [tree.or_false(part.condition) for part in measures.parts]
    query = one.placed(select).where(*_in_cell(one, member, period), tree.some([*concerned, excluded]))
    return tree.checked(query.order_by(*(exp.Ordered(this=key) for key in keys)).limit(limit))


def _contribution(part: Part) -> exp.Expr:
    """What the row adds."""
    return tree.when(part.condition, tree.number(1) if part.measure is None else part.measure)


def _flag(condition: exp.Expr) -> exp.Expr:
    return tree.choose(condition, tree.number(1), otherwise=tree.number(0))


def _in_cell(one: Pass, member: tuple[str, str], period: int) -> list[exp.Expr]:
    wanted = dict(zip(("connection", "key"), member, strict=True))
    same = [exp.EQ(this=key, expression=tree.text(wanted[name])) for name, key in one.keys().items()]
    return [exp.EQ(this=tree.column("id", of=PERIOD), expression=tree.number(period)), *same]

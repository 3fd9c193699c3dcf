"""What a definition asks of each row: which rows count, what is added up, and which rows must be reported as excluded.

Three aliases: ``f`` is the fact table, where conditions and raw measures are evaluated once per row; ``r`` is the
result of that, placed in periods; ``x`` is the exchange rate that belongs to the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import assert_never

from sqlglot import exp

from kpi_engine.definition import (
    Aggregate,
    Count,
    CountOf,
    Definition,
    Duration,
    Mean,
    Percentile,
    Predicate,
    Ratio,
    Snapshot,
    Sum,
    SumOf,
)
from kpi_engine.facts import SCALE, ColumnType, FactTable
from kpi_engine.parts import OnFacts
from kpi_engine.query import tree
from kpi_engine.query.aggregate import How, Measures, Part
from kpi_engine.query.fx import RATE_SCALE
from kpi_engine.query.predicate import INNER, condition, fact_column, implied

ROW, RATE = "r", "x"
SEPARATOR = "\x1f"
"""Between a connection and an id; neither holds a control character."""


@dataclass(frozen=True, slots=True)
class Money:
    """How a table's amounts become the organisation's currency."""

    currency: str
    foreign: bool = False
    """Whether the table holds any other currency; if not, nothing is joined or multiplied."""
    at_period: bool = False
    """Stocks take the rate of the period's end, flows the rate of the row's own date."""


@dataclass(frozen=True, slots=True)
class First:
    """The first row ever of each group: the column that tells groups apart, and the rows that count."""

    group: str
    within: exp.Expr


@dataclass
class RowColumns:
    """The expressions that a query evaluates once per row, each once however many KPIs use it."""

    table: FactTable
    names: dict[exp.Expr, str] = field(default_factory=dict)
    firsts: dict[First, str] = field(default_factory=dict)
    certain: set[exp.Expr] = field(default_factory=set)
    """The columns of ``r`` that are never missing, and so need not be looked at for it."""

    def keep(self, expression: exp.Expr) -> exp.Expr:
        """The column of ``r`` that will hold the expression."""
        if expression == tree.TRUE:
            return expression
        column = tree.column(self.names.setdefault(expression, f"v{len(self.names)}"), of=ROW)
        if self._is_certain(expression):
            self.certain.add(column)
        return column

    def _is_certain(self, expression: exp.Expr) -> bool:
        """Cautious: only where it takes no more than looking at the columns. A stored date may be unreadable."""
        used = [self.table.column(column.name) for column in expression.find_all(exp.Column)]
        is_plain = expression.find(exp.Case, exp.Null) is None
        return is_plain and all(one and not one.nullable and one.type in _ALWAYS_READABLE for one in used)

    def is_first(self, first: First) -> exp.Expr:
        """Whether a row of ``f`` is its group's first."""
        alias = self.firsts.setdefault(first, f"first{len(self.firsts)}")
        return tree.is_known(tree.column("id", of=alias))


_ALWAYS_READABLE = (ColumnType.TEXT, ColumnType.INTEGER, ColumnType.BOOLEAN, ColumnType.MONEY)


@dataclass(frozen=True, slots=True)
class _Compiler:
    definition: OnFacts
    table: FactTable
    rows: RowColumns
    money: Money

    def condition(self, *predicates: Iterable[Predicate]) -> exp.Expr:
        return tree.every(condition(group, table=self.table) for group in predicates)

    def fact(self, name: str) -> exp.Column:
        return tree.column(fact_column(self.table, name).name, of=INNER)

    def raw(self, name: str, minus: str | None = None) -> exp.Expr:
        if minus is None:
            return self.fact(name)
        less = exp.Coalesce(this=self.fact(minus), expressions=[tree.number(0)])
        return exp.Sub(this=self.fact(name), expression=less)

    def is_foreign(self, *names: str) -> bool:
        is_money = any(fact_column(self.table, name).type is ColumnType.MONEY for name in names)
        return self.money.foreign and is_money and self.table.column("currency") is not None

    def converted(self, raw: exp.Expr) -> exp.Expr:
        """The amount in the organisation's currency; missing where no rate is known."""
        foreign, rate = is_foreign(self.money.currency), tree.column("rate", of=RATE)
        if self.money.at_period:
            return _exchange(self.rows.keep(raw), self.rows.keep(foreign), rate)
        return self.rows.keep(_exchange(raw, foreign, rate))

    def total(self, raw: exp.Expr, *names: str, within: exp.Expr) -> tuple[Part, tuple[exp.Expr, ...]]:
        """A sum, and the condition under which a row of it lacks an exchange rate."""
        if not self.is_foreign(*names):
            return Part(How.SUM, self.rows.keep(within), self.rows.keep(raw)), ()
        part = Part(How.SUM, self.rows.keep(within), self.converted(raw))
        assert part.missing is not None  # it has a measure
        return part, (tree.every([part.missing, tree.is_known(self.rows.keep(raw))]),)

    def aggregate(self, aggregate: Aggregate, *, within: exp.Expr) -> tuple[Part, tuple[exp.Expr, ...]]:
        match aggregate:
            case SumOf(sum=name, minus=minus):
                return self.total(self.raw(name, minus), *filter(None, (name, minus)), within=within)
            case CountOf(count="rows"):
                return Part(How.ROWS, self.rows.keep(within)), ()
            case CountOf(count=name):
                return Part(How.DISTINCT, self.rows.keep(within), self.rows.keep(self.identity(name))), ()

    def identity(self, name: str) -> exp.Expr:
        """What makes two values of the column the same thing: ids mean something in their own connection only."""
        column = fact_column(self.table, name)
        if name != "id" and not column.links:
            return self.fact(name)
        connection = exp.DPipe(this=self.fact("connection"), expression=tree.text(SEPARATOR))
        return exp.DPipe(this=connection, expression=self.fact(name))


def compile_measures(definition: OnFacts, *, table: FactTable, rows: RowColumns, money: Money) -> Measures:
    """What the definition asks of each row; registers in `rows` what must be evaluated per row.

    Raises:
        MissingFact: it names a column that the table does not have.
    """
    measures = _compiled(_Compiler(definition, table, rows, money), definition)
    return replace(measures, certain=frozenset((*rows.certain, tree.TRUE)))


def _compiled(compiler: _Compiler, definition: OnFacts) -> Measures:
    match definition:
        case Count():
            return _count(compiler, definition)
        case Sum(sum=name, minus=minus):
            return _single(compiler, SumOf(sum=name, minus=minus))
        case Mean(mean=name):
            return _single(compiler, SumOf(sum=name))
        case Percentile(of=name):
            return _as_list(_single(compiler, SumOf(sum=name)))
        case Ratio():
            return _ratio(compiler, definition)
        case Snapshot():
            return _snapshot(compiler, definition)
        case Duration():
            return _duration(compiler, definition)
        case _:
            assert_never(definition)


def _single(compiler: _Compiler, aggregate: Aggregate) -> Measures:
    within = compiler.condition(compiler.definition.where)
    part, missing_rate = compiler.aggregate(aggregate, within=within)
    return Measures(base=part.condition, numerator=part, missing_rate=missing_rate)


def _as_list(measures: Measures) -> Measures:
    part = Part(How.LIST, measures.numerator.condition, measures.numerator.measure)
    return Measures(base=measures.base, numerator=part, missing_rate=measures.missing_rate)


def _count(compiler: _Compiler, definition: Count) -> Measures:
    counted = CountOf(count=definition.distinct or "rows")
    if definition.first_per is None:
        return _single(compiler, counted)
    passes = compiler.condition(definition.where)
    no_group = tree.is_null(compiler.fact(definition.first_per))
    is_first = compiler.rows.is_first(First(definition.first_per, passes))
    part, _ = compiler.aggregate(counted, within=is_first)
    unknown = compiler.rows.keep(tree.some([tree.is_null(passes), tree.every([passes, no_group])]))
    return Measures(base=part.condition, numerator=part, unknown=(unknown,), passes=compiler.rows.keep(passes))


def _ratio(compiler: _Compiler, definition: Ratio) -> Measures:
    base = compiler.condition(definition.where)
    judged, unusable = _requirement(compiler, definition)
    usable = tree.TRUE if unusable is None else tree.negated(unusable)
    sides = [
        compiler.aggregate(side, within=tree.every([compiler.condition(definition.where, side.where), usable]))
        for side in (definition.numerator, definition.denominator)
    ]
    (numerator, rate_above), (denominator, rate_below) = sides
    keep = compiler.rows.keep
    return Measures(
        base=keep(base),
        numerator=numerator,
        denominator=denominator,
        unknown=() if unusable is None else (keep(unusable),),
        judged=None if judged is None else keep(judged),
        unusable=None if unusable is None else keep(unusable),
        missing_rate=tuple(dict.fromkeys((*rate_above, *rate_below))),
    )


def _requirement(compiler: _Compiler, definition: Ratio) -> tuple[exp.Expr | None, exp.Expr | None]:
    """Which rows are judged, and which of those are not usable; both without unknowns."""
    if definition.requires is None:
        return None, None
    judged = tree.or_false(compiler.condition(definition.where, definition.requires.rows))
    lacks = tree.negated(tree.or_false(compiler.condition(definition.requires.have)))
    return judged, tree.every([judged, lacks])


def standing(definition: Snapshot, *, table: FactTable) -> exp.Expr:
    """Whether a row without an end still stands; known for every row that has one."""
    ended = tree.is_known(tree.column(definition.until, of=INNER))
    return tree.some([ended, exp.paren(condition(definition.standing, table=table))])


def _snapshot(compiler: _Compiler, definition: Snapshot) -> Measures:
    base = [compiler.condition(definition.where), exp.paren(standing(definition, table=compiler.table))]
    within = tree.every([*base, compiler.condition(definition.measure.where)])
    part, missing_rate = _weighted(compiler, definition, within=within)
    return Measures(base=compiler.rows.keep(tree.every(base)), numerator=part, missing_rate=missing_rate)


def _weighted(compiler: _Compiler, definition: Snapshot, *, within: exp.Expr) -> tuple[Part, tuple[exp.Expr, ...]]:
    measure = definition.measure
    if definition.weight_percent is None or not isinstance(measure, SumOf):
        return compiler.aggregate(measure, within=within)
    weight = compiler.fact(definition.weight_percent)
    raw = tree.scaled_product(exp.paren(compiler.raw(measure.sum, measure.minus)), weight, divisor=100 * SCALE)
    return compiler.total(raw, *filter(None, (measure.sum, measure.minus)), within=within)


def _duration(compiler: _Compiler, definition: Duration) -> Measures:
    spent = exp.Sub(this=compiler.fact(definition.time), expression=compiler.fact(definition.start))
    measure = tree.when(exp.GTE(this=spent, expression=tree.number(0)), spent.copy())
    how = How.SUM if definition.statistic == "mean" else How.LIST
    within = compiler.rows.keep(compiler.condition(definition.where))
    return Measures(base=within, numerator=Part(how, within, compiler.rows.keep(measure)))


def is_foreign(currency: str) -> exp.Expr:
    """Whether a row is in another currency; one without a currency is in the organisation's own.

    >>> is_foreign("EUR").sql()
    'NOT COALESCE("f"."currency", \\'\\') IN (\\'\\', \\'EUR\\')'
    """
    given = exp.Coalesce(this=tree.column("currency", of=INNER), expressions=[tree.text("")])
    return exp.Not(this=exp.In(this=given, expressions=[tree.text(""), tree.text(currency)]))


def _exchange(amount: exp.Expr, foreign: exp.Expr, rate: exp.Expr) -> exp.Expr:
    return tree.choose(foreign, tree.scaled_product(exp.paren(amount), rate, divisor=RATE_SCALE), otherwise=amount)


def proportion(definition: Definition) -> bool:
    """Whether the value is a share of rows of which each either belongs or not: then it has a Wilson interval.

    >>> from kpi_engine.catalog import shipped
    >>> {one.id: proportion(one) for one in shipped() if one.kind == "ratio"}
    {'win_rate': True, 'win_rate_value': False}
    """
    if not isinstance(definition, Ratio):
        return False
    sides = (definition.numerator, definition.denominator)
    if not all(isinstance(side, CountOf) and side.count == "rows" for side in sides):
        return False
    above, below = (definition.where + side.where for side in sides)
    return implied(below, by=above)

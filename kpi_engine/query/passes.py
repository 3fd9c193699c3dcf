"""Passes: the queries that compute many KPIs at once.

KPIs that share a fact table and the time column that places its rows share a pass: the table is read once, each row
meets the periods it lies in, and every number is one aggregate of the same grouping. Integers are aggregated, the
division comes last and elsewhere.

The shape of every pass::

    WITH r AS (SELECT time, group key, conditions and measures of each row FROM facts AS f …)
    SELECT is total, connection, key, period, aggregates … FROM r JOIN spine AS p ON … GROUP BY … ORDER BY …

Queries are built in place (``copy=False``): sqlglot otherwise copies the whole query at each step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from kpi_engine.definition import Snapshot
from kpi_engine.facts import ColumnType, FactTable
from kpi_engine.parts import OnFacts
from kpi_engine.period import Grain
from kpi_engine.query import fx, scope, spine, tree
from kpi_engine.query.aggregate import Measures
from kpi_engine.query.measure import RATE, ROW, First, Money, RowColumns, compile_measures, standing
from kpi_engine.query.predicate import INNER, fact_column

PERIOD = "p"
KEYS = 4
"""Columns before the aggregates: whether a total, connection, scope id, period number."""


@dataclass(frozen=True)
class Place:
    """How a table's rows get their periods: by one time column, or by all the moments at which they stood."""

    table: FactTable
    time: str
    until: str | None = None
    standing: Snapshot | None = None
    """Any one of the snapshots of this place: they agree on what standing means."""

    @property
    def key(self) -> tuple[str, ...]:
        stands = () if self.standing is None else (str(self.until), repr(self.standing.standing))
        return (self.table.name, self.time, *stands)


def place_of(definition: OnFacts, *, table: FactTable) -> Place:
    """Where the definition's rows belong."""
    if isinstance(definition, Snapshot):
        return Place(table, definition.time, definition.until, definition)
    return Place(table, definition.time)


@dataclass(frozen=True)
class Pass:
    """One query: KPIs of one place, at some grains, for the organisation and one other scope, or one of them."""

    place: Place
    definitions: tuple[OnFacts, ...]
    scopes: tuple[str, ...]
    """One scope, or the organisation and the owners."""
    grains: tuple[Grain, ...]
    money: Money
    identified: bool = False
    """Whether rows carry their id, for a person who checks a number."""

    @cached_property
    def _compiled(self) -> tuple[Mapping[str, Measures], RowColumns]:
        rows = RowColumns(self.place.table)
        money = replace(self.money, at_period=self.place.standing is not None)
        measures = {
            definition.id: compile_measures(definition, table=self.place.table, rows=rows, money=money)
            for definition in self.definitions
        }
        return measures, rows

    @property
    def measures(self) -> Mapping[str, Measures]:
        """What each definition asks of a row, by its id."""
        return self._compiled[0]

    @cached_property
    def _slots(self) -> tuple[Mapping[exp.Expr, int], Mapping[str, Mapping[str, int]]]:
        slots: dict[exp.Expr, int] = {}
        roles = {
            kpi: {
                role: KEYS + slots.setdefault(aggregate, len(slots))
                for role, aggregate in measures.aggregates().items()
            }
            for kpi, measures in self.measures.items()
        }
        return slots, roles

    @property
    def positions(self) -> Mapping[str, Mapping[str, int]]:
        """By KPI and role, the position of the number in a result row."""
        return self._slots[1]

    def query(self) -> exp.Select:
        """One row per group and period that has any row: the keys, then the aggregates."""
        select = exp.select(
            *(tree.named(key, name) for name, key in self._output_keys().items()),
            *(tree.named(aggregate, f"a{position}") for aggregate, position in self._slots[0].items()),
        )
        select = self.placed(select)
        select.set("group", self._group())
        by_keys = (exp.Ordered(this=tree.number(n + 1)) for n in range(KEYS))
        return tree.checked(select.order_by(*by_keys, copy=False))

    def unplaced_query(self) -> exp.Select:
        """One row: for each definition, how many rows pass its filters (or might) but have no time."""
        counts = (tree.count_rows(measures.candidate) for measures in self.measures.values())
        select = exp.select(*(tree.named(count, f"a{n}") for n, count in enumerate(counts)))
        return tree.checked(self._with_rows(select.from_(tree.table(ROW, alias=ROW)), placed=False))

    def placed(self, select: exp.Select) -> exp.Select:
        """The selection FROM rows in their periods; filters and groups are the caller's. Changes what it is given."""
        periods = spine.TABLE if self.place.until else spine.DAYS_TABLES[self._time_type]
        bound = select.from_(tree.table(ROW, alias=ROW)).join(
            tree.table(periods, alias=PERIOD), on=self._in_period(), copy=False
        )
        if self._is_team:
            above = _same("t", ROW, "team_id", "key")
            bound = bound.join(tree.table(scope.TEAM_TREE, alias="t"), on=above, join_type="left", copy=False)
        if self._converts_at_period:
            bound = bound.join(
                tree.table(fx.TABLE, alias=RATE), on=self._rate_of_period(), join_type="left", copy=False
            )
        grains = [tree.text(grain.value) for grain in self.grains]
        bound = bound.where(exp.In(this=tree.column("grain", of=PERIOD), expressions=grains), copy=False)
        return self._with_rows(bound, placed=True)

    def _with_rows(self, select: exp.Select, *, placed: bool) -> exp.Select:
        for first, alias in self._compiled[1].firsts.items():
            earliest = f"{alias}_time"
            select = select.with_(earliest, as_=self._earliest(first), copy=False)
            select = select.with_(alias, as_=self._first_ids(first, earliest), copy=False)
        return select.with_(ROW, as_=self._row_query(placed=placed), copy=False)

    # ---- the keys -----------------------------------------------------------------------------------------------

    @property
    def _scope(self) -> str:
        return next((name for name in self.scopes if name != scope.ORGANISATION), scope.ORGANISATION)

    @property
    def _is_team(self) -> bool:
        return self._scope == scope.TEAM

    def keys(self) -> Mapping[str, exp.Expr]:
        """Connection and scope id of a placed row, where the scope has them."""
        if self._scope == scope.ORGANISATION:
            return {}
        key: exp.Expr = tree.column("key", of=ROW)
        if self._is_team:
            key = exp.Coalesce(this=tree.column("ancestor_id", of="t"), expressions=[key])
        own = {"connection": tree.column("connection", of=ROW)} if scope.has_connection(self._scope) else {}
        return own | {"key": key}

    def _output_keys(self) -> dict[str, exp.Expr]:
        keys = self.keys()
        total = tree.number(int(not keys))
        if len(self.scopes) > 1:
            total = exp.Grouping(expressions=[keys["key"]])
        return {
            "total": total,
            "connection": keys.get("connection", tree.text("")),
            "key": keys.get("key", tree.text("")),
            "period": tree.column("id", of=PERIOD),
        }

    def _group(self) -> exp.Group:
        period, keys = tree.column("id", of=PERIOD), list(self.keys().values())
        if len(self.scopes) == 1:
            return exp.Group(expressions=[period, *keys])
        sets = [exp.Tuple(expressions=[period]), exp.Tuple(expressions=[period.copy(), *keys])]
        return exp.Group(expressions=[exp.GroupingSets(expressions=sets)])

    # ---- the rows -----------------------------------------------------------------------------------------------

    def _row_query(self, *, placed: bool) -> exp.Select:
        """``r``: one row per fact that has a place (or none), with everything that is evaluated per row."""
        select = exp.select(
            *(tree.named(tree.column(name, of=INNER), name) for name in self._plain_columns()),
            tree.named(tree.column(self.place.time, of=INNER), "time"),
            *([tree.named(self._end(), "until")] if self.place.until else []),
            *(tree.named(key, "key") for key in self._row_key()),
            *(tree.named(expression, name) for expression, name in self._compiled[1].names.items()),
        ).from_(tree.table(self.place.table.name, alias=INNER))
        if self._is_team and self.place.table.column("owner_id"):
            owner = _same(scope.USERS, INNER, "id", "owner_id")
            select = select.join(tree.table("users", alias=scope.USERS), on=owner, join_type="left", copy=False)
        if self._converts and not self._converts_at_period:
            select = select.join(tree.table(fx.TABLE, alias=RATE), on=self._rate_of_row(), join_type="left", copy=False)
        for alias in self._compiled[1].firsts.values():
            select = select.join(
                tree.table(alias, alias=alias), on=_same(alias, INNER, "id"), join_type="left", copy=False
            )
        return select.where(*self._has_place(placed), copy=False)

    def _plain_columns(self) -> list[str]:
        names = ["connection"] if self.identified or scope.has_connection(self._scope) else []
        names += ["id"] if self.identified else []
        return [*names, *(["currency"] if self._converts_at_period else [])]

    def _row_key(self) -> list[exp.Expr]:
        if self._scope == scope.ORGANISATION:
            return []
        return [scope.group_key(self._scope, table=self.place.table)]

    def _end(self) -> exp.Expr:
        until = tree.column(str(self.place.until), of=INNER)
        return exp.Coalesce(this=until, expressions=[tree.number(spine.NEVER)])

    def _has_place(self, placed: bool) -> list[exp.Expr]:
        time = tree.column(self.place.time, of=INNER)
        conditions = [tree.is_known(time) if placed else tree.is_null(time)]
        if self.place.standing is not None:
            conditions.append(tree.or_true(standing(self.place.standing, table=self.place.table)))
        return conditions

    def _in_period(self) -> exp.Expr:
        time = tree.column("time", of=ROW)
        first, last = self._bounds(self.place.time)
        before_end = exp.LT(this=time, expression=last)
        if self.place.until is None:
            same_day = exp.EQ(this=self._day(time), expression=tree.column("day", of=PERIOD))
            return tree.every([same_day, exp.GTE(this=time.copy(), expression=first), before_end])
        _, ends = self._bounds(self.place.until)
        return tree.every([before_end, exp.GTE(this=tree.column("until", of=ROW), expression=ends)])

    @property
    def _time_type(self) -> ColumnType:
        return fact_column(self.place.table, self.place.time).type

    def _day(self, time: exp.Expr) -> exp.Expr:
        if self._time_type is ColumnType.DATE:
            return time.copy()
        shifted = exp.Add(this=time.copy(), expression=tree.number(spine.SHIFT_DAYS * spine.DAY_SECONDS))
        days = exp.IntDiv(this=exp.paren(shifted), expression=tree.number(spine.DAY_SECONDS))
        return exp.Sub(this=exp.paren(days), expression=tree.number(spine.SHIFT_DAYS))

    def _bounds(self, name: str) -> tuple[exp.Column, exp.Column]:
        first, last = spine.BOUNDS[fact_column(self.place.table, name).type]
        return tree.column(first, of=PERIOD), tree.column(last, of=PERIOD)

    # ---- first rows of a group ----------------------------------------------------------------------------------

    def _earliest(self, first: First) -> exp.Select:
        """When each group begins."""
        keys = [tree.column(name, of=INNER) for name in ("connection", first.group)]
        time = tree.column(self.place.time, of=INNER)
        earliest = exp.select(*keys, tree.named(exp.Min(this=time), "time"))
        source = earliest.from_(tree.table(self.place.table.name, alias=INNER))
        return source.where(first.within, tree.is_known(time), tree.is_known(keys[1])).group_by(*keys)

    def _first_ids(self, first: First, earliest: str) -> exp.Select:
        """The row with which each group begins: of several at the same time the one of the smallest id."""
        keys = [tree.column(name, of=INNER) for name in ("connection", first.group)]
        smallest = tree.named(exp.Min(this=tree.column("id", of=INNER)), "id")
        ids = exp.select(keys[0], smallest).from_(tree.table(self.place.table.name, alias=INNER))
        time = exp.EQ(this=tree.column("time", of=earliest), expression=tree.column(self.place.time, of=INNER))
        begins = tree.every([_same(earliest, INNER, first.group), time])
        return ids.join(tree.table(earliest, alias=earliest), on=begins).where(first.within).group_by(*keys)

    # ---- exchange rates -----------------------------------------------------------------------------------------

    @property
    def _converts(self) -> bool:
        return self.money.foreign and any(measures.missing_rate for measures in self.measures.values())

    @property
    def _converts_at_period(self) -> bool:
        return self._converts and self.place.standing is not None

    def _rate_of_row(self) -> exp.Expr:
        is_date = fact_column(self.place.table, self.place.time).type is ColumnType.DATE
        first, last = ("from_day", "to_day") if is_date else ("from_second", "to_second")
        time = tree.column(self.place.time, of=INNER)
        return tree.every(
            [
                exp.EQ(this=tree.column("currency", of=RATE), expression=tree.column("currency", of=INNER)),
                exp.GTE(this=time, expression=tree.column(first, of=RATE)),
                exp.LT(this=time.copy(), expression=tree.column(last, of=RATE)),
            ]
        )

    def _rate_of_period(self) -> exp.Expr:
        """The rate of the period's last day."""
        last_day = exp.Sub(this=tree.column("to_day", of=PERIOD), expression=tree.number(1))
        return tree.every(
            [
                exp.EQ(this=tree.column("currency", of=RATE), expression=tree.column("currency", of=ROW)),
                exp.GTE(this=last_day, expression=tree.column("from_day", of=RATE)),
                exp.LT(this=last_day.copy(), expression=tree.column("to_day", of=RATE)),
            ]
        )


def _same(left: str, right: str, name: str, other: str | None = None) -> exp.Expr:
    """Whether two tables speak of the same thing of the same connection."""
    names = [("connection", "connection"), (name, other or name)]
    return tree.every(
        exp.EQ(this=tree.column(one, of=left), expression=tree.column(two, of=right)) for one, two in names
    )

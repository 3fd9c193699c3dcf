"""Before the passes: what must be known about the facts, and the small tables that the queries join."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from kpi_engine.definition import Definition, Derived
from kpi_engine.errors import EngineError, KpiError, MissingFact
from kpi_engine.evaluate.derived import earlier_periods, inputs_of, with_inputs
from kpi_engine.evaluate.request import Engine, Request, TooManyPeriods
from kpi_engine.facts import ColumnType
from kpi_engine.message import Message
from kpi_engine.parts import on_facts
from kpi_engine.period import EPOCH, Grain, Period, epoch_day, epoch_second
from kpi_engine.query import fx, scope, spine
from kpi_engine.query.measure import Money
from kpi_engine.query.passes import Place
from kpi_engine.query.plan import fact_table, first_query, foreign_query, listing, missing_columns, places
from kpi_engine.query.predicate import fact_column
from kpi_engine.query.spine import Spine

_MEMBERS = {scope.OWNER: "users", scope.TEAM: "teams"}
EPOCH_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)

Failed = Callable[[str, KpiError], None]
"""Told the id of a KPI that could not be computed, and why."""


@dataclass
class Preparation:
    """What the passes and the cells of one request share."""

    engine: Engine
    request: Request
    failed: Failed
    known: Mapping[str, Definition] = field(init=False)
    definitions: list[Definition] = field(init=False)
    """Inputs first; those that cannot be computed left out."""
    unusable: set[str] = field(default_factory=set)
    """KPIs of which it is known before any pass that they have no values."""
    unanswerable: frozenset[str] = frozenset()
    """KPIs whose facts nobody fills."""
    reported: set[str] = field(default_factory=set)
    money: dict[str, Money] = field(default_factory=dict)
    firsts: dict[str, date | None] = field(default_factory=dict)
    """By KPI, the day of the first fact of its table."""
    spine: Spine = field(init=False)

    def __post_init__(self) -> None:
        self.known = {one.id: one for one in (*self.request.inputs, *self.request.definitions)}
        self.definitions = [one for one in self._resolved() if self._profiled(one)]
        self.unanswerable = self._unanswerable()
        self._load_rates()
        self._load_teams()
        self.spine = Spine.of(self._needed_periods())
        self._load_spine()

    def fail(self, kpi: str, error: KpiError) -> None:
        """Report once that a KPI, or some cells of it, cannot be computed; and go on."""
        if kpi not in self.reported:
            self.reported.add(kpi)
            self.failed(kpi, error)

    # ---- definitions --------------------------------------------------------------------------------------------

    def _resolved(self) -> list[Definition]:
        """The wanted definitions with their inputs, those without an answer to "made of what?" left out."""
        ordered: dict[str, Definition] = {}
        for definition in self.request.definitions:
            try:
                ordered |= {one.id: one for one in with_inputs([definition], self.known)}
            except KpiError as exc:
                self.unusable.add(definition.id)
                self.fail(definition.id, exc)
        return list(ordered.values())

    def _profiled(self, definition: Definition) -> bool:
        """Note what the definition's table holds; False where that cannot be found out."""
        if isinstance(definition, Derived):
            given = [self.firsts[name] for name in inputs_of(definition) if name in self.firsts]
            self.firsts[definition.id] = min((first for first in given if first), default=None)
            return True
        try:
            [place] = places([definition], facts=self.request.facts)
            self.money.setdefault(place.table.name, self._money(place))
            self.firsts[definition.id] = self._first(place)
        except (EngineError, MissingFact) as exc:
            self.unusable.add(definition.id)
            self.fail(definition.id, exc)
            return False
        return True

    def _unanswerable(self) -> frozenset[str]:
        filled, facts = self.request.filled, self.request.facts
        if filled is None:
            return frozenset()
        return frozenset(one.id for one in self.definitions if missing_columns(one, filled, facts=facts))

    def _money(self, place: Place) -> Money:
        known = self.money.get(place.table.name)
        if known is not None:
            return known
        if place.table.column("currency") is None:
            return Money(self.request.currency)
        [(rows,)] = self.engine.query(foreign_query(place.table, self.request.currency))
        return Money(self.request.currency, foreign=rows > 0)

    def _first(self, place: Place) -> date | None:
        key = (place.table.name, place.time)
        if key not in self._firsts_of_columns:
            is_date = fact_column(place.table, place.time).type is ColumnType.DATE
            cut = epoch_day(self.cut) if is_date else epoch_second(self.request.as_of) + 1
            [(first,)] = self.engine.query(first_query(place, cut=cut))
            self._firsts_of_columns[key] = None if first is None else self._day(first, is_date=is_date)
        return self._firsts_of_columns[key]

    @cached_property
    def _firsts_of_columns(self) -> dict[tuple[str, str], date | None]:
        return {}

    def _day(self, number: int, *, is_date: bool) -> date:
        if is_date:
            return EPOCH + timedelta(days=number)
        return self.request.calendar.local_date(EPOCH_INSTANT + timedelta(seconds=number))

    @cached_property
    def cut(self) -> date:
        """The first day that is not counted."""
        return spine.cut_day(self.request.calendar, self.request.as_of)

    # ---- periods ------------------------------------------------------------------------------------------------

    def listed(self, definition: Definition, name: str, grain: Grain) -> tuple[Period, ...]:
        """The periods for which the definition has values in a scope at a grain.

        Raises:
            TooManyPeriods: more than allowed.
        """
        if not scope.is_asked(name, grain):
            return ()
        if grain is Grain.ALL:
            return (Period(grain, None, None),)
        until = min(self.request.until or self.cut, self.cut)
        since = self.request.since or self.firsts.get(definition.id) or self.cut - timedelta(days=1)
        periods = self._periods(grain, since, until)
        if len(periods) > self.request.max_periods:
            raise _too_many(len(periods), name, grain, since, self.request.max_periods)
        return periods

    def _periods(self, grain: Grain, since: date, until: date) -> tuple[Period, ...]:
        key = (grain, since, until)
        if key not in self._listed:
            self._listed[key] = self.request.calendar.periods(grain, since, until)
        return self._listed[key]

    @cached_property
    def _listed(self) -> dict[tuple[Grain, date, date], tuple[Period, ...]]:
        return {}

    def needed(self, definition: Definition, period: Period) -> frozenset[Period]:
        """The periods whose aggregates the definition needs for this one."""
        return frozenset(
            earlier_periods(definition, period, known=self.known, calendar=self.request.calendar, cut=self.cut)
        )

    def _needed_periods(self) -> set[Period]:
        return {
            needed
            for name, grains in self.request.scopes.items()
            for grain in grains
            for definition in self.definitions
            for period in self.listed(definition, name, grain)
            for needed in self.needed(definition, period)
        }

    def unplaced(self, counts: Mapping[str, int]) -> Mapping[str, int]:
        """By KPI, the rows and records that could belong to any period: without a time, or in quarantine."""
        return {
            one.id: counts.get(one.id, 0) + self.request.quarantined.get(one.table, 0)
            for one in on_facts(self.definitions)
        }

    # ---- small tables -------------------------------------------------------------------------------------------

    def _load_spine(self) -> None:
        calendar, as_of = self.request.calendar, self.request.as_of
        self.engine.load_rows(spine.TABLE, spine.COLUMNS, self.spine.rows(calendar, as_of))
        first = min((first for first in self.firsts.values() if first), default=self.cut)
        for time, name in spine.DAYS_TABLES.items():
            rows = self.spine.days(time, calendar, as_of, first=first)
            self.engine.load_rows(name, spine.DAYS_COLUMNS, rows)

    def _load_rates(self) -> None:
        if not any(money.foreign for money in self.money.values()):
            return
        rates = self.engine.query(fx.rates_query(self.request.currency))
        self.engine.load_rows(fx.TABLE, fx.COLUMNS, fx.ranges(rates, self.request.calendar))

    def _load_teams(self) -> None:
        if scope.TEAM in self.request.scopes:
            rows = scope.team_tree(self._listing("teams", ("connection", "id", "parent_id")))
            self.engine.load_rows(scope.TEAM_TREE, scope.TEAM_TREE_COLUMNS, rows)

    def members(self, name: str) -> set[tuple[str, str]]:
        """Whoever has values in the scope without having any row: (connection, scope id)."""
        if name == scope.ORGANISATION:
            return {("", "")}
        if name not in _MEMBERS:
            return set()
        return {(connection, one) for connection, one in self._listing(_MEMBERS[name], ("connection", "id"))}

    def _listing(self, name: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        fact_table(self.request.facts, name)
        return self.engine.query(listing(name, columns))


def _too_many(count: int, name: str, grain: Grain, since: date, limit: int) -> TooManyPeriods:
    return TooManyPeriods(
        Message(
            "{count} periods ({grain}) for the scope {scope} since {since}; the limit is {limit}",
            count=count,
            grain=grain.value,
            scope=name,
            since=since.isoformat(),
            limit=limit,
        ),
        hint=Message("set kpis.since to a later day, or leave this grain out of the scope"),
    )

"""Facts -> values: what every KPI is for every scope and period, computed from the store as it stands.

The same facts, definitions and `as_of` give the same bytes: no clock is read, and `as_of` is the upper bound of the
last pull that brought news. So a run without news writes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from connector.config import Config
from connector.config.connections import facts_of, filled_columns
from connector.engine.duckdb import DuckDBEngine
from connector.errors import ConnectorError, Message
from connector.store import Store, computed, coverage, facts, freshness, problems, runs, values, withheld
from connector.store.gaps import Cell
from kpi_engine.errors import KpiError
from kpi_engine.evaluate import DatedValue, Engine, Request, Value, evaluate, needed_columns
from kpi_engine.evaluate.derived import with_inputs
from kpi_engine.facts import FACTS, FactTable
from kpi_engine.gap import Actual, TrailingCalendar
from kpi_engine.period import Calendar, Grain

Progress = Callable[[Message], None]


class FactEngine(Engine, Protocol):
    """An engine that fetches facts out of the store's file by itself."""

    def copy(self, store: Path, tables: Mapping[str, Collection[str]], *, facts: Mapping[str, FactTable] = ...) -> None:
        """Take the live rows of these columns."""


OpenEngine = Callable[[], AbstractContextManager[FactEngine]]


@dataclass(frozen=True, slots=True)
class ComputeReport:
    """What one computation did."""

    as_of: datetime
    kpis: int
    cells: int
    """Values there are now."""
    changed: int
    """Values that are new, gone, or differ from those before."""
    statuses: Mapping[str, int]
    """Status -> how many values have it."""
    incomplete: tuple[str, ...]
    """Tables of which the vendor has more than arrived; their KPIs are not written back."""
    failed: Mapping[str, Message] = field(default_factory=dict)
    """KPIs that could not be computed, and why; their values say `error`, and the others are not touched by it."""


def compute(
    config: Config,
    store: Store,
    *,
    run_id: int,
    as_of: datetime | None = None,
    again: bool = True,
    engine: OpenEngine = DuckDBEngine,
    progress: Progress = lambda _: None,
) -> ComputeReport:
    """Compute all KPIs of the settings and make `kpi_values` hold just these.

    Args:
        config: The settings.
        store: The open store.
        run_id: Stamped on the values that change.
        as_of: The moment of the report; None: that up to which the facts reach.
        again: Compute also where the values that there are rest on the same facts and settings.
        engine: Opens the engine that queries run on.
        progress: Told what is being done.

    Raises:
        ConnectorError: nothing was pulled yet.
        StoreError: the facts cannot be read, or the values not be written; the values are as before.
        KpiError: more periods were asked for than allowed.
    """
    request = request_of(config, store, as_of=as_of)
    basis = _basis(request, store)
    if not again and computed.basis(store) == basis:
        return _as_it_was(request, store)
    _make_room(store, request.facts)
    with engine() as opened:
        progress(Message("reading the facts"))
        with store.lent() as path:
            needed = needed_columns(request.definitions, request.scopes, facts=request.facts)
            opened.copy(path, needed, facts=request.facts)
        progress(Message("computing {kpis} KPIs", kpis=len(request.definitions)))
        tally = _Tally()
        with store.transaction():
            found = evaluate(opened, request, failed=tally.fail)
            changed = values.write(store, tally.counted(found), run_id)
            failed = _failing(request, tally.failed)
            computed.note(store, basis, as_of=request.as_of.isoformat(), run_id=run_id, failed=failed)
    return ComputeReport(
        as_of=request.as_of,
        kpis=len(request.definitions),
        cells=tally.statuses.total(),
        changed=changed,
        statuses=dict(sorted(tally.statuses.items())),
        incomplete=tuple(sorted(request.incomplete)),
        failed=tally.failed,
    )


def _failing(request: Request, failed: Collection[str]) -> set[str]:
    """The KPIs that failed, and those that are made of one."""
    known = {one.id: one for one in request.definitions}
    sound = [one for one in request.definitions if one.id not in failed]
    made_of = {one.id: {each.id for each in with_inputs([one], known)} for one in sound}
    return {*failed, *(kpi for kpi, inputs in made_of.items() if not inputs.isdisjoint(failed))}


def _as_it_was(request: Request, store: Store) -> ComputeReport:
    found = values.statuses(store)
    return ComputeReport(
        as_of=request.as_of,
        kpis=len(request.definitions),
        cells=sum(found.values()),
        changed=0,
        statuses=found,
        incomplete=tuple(sorted(request.incomplete)),
    )


def _basis(request: Request, store: Store) -> str:
    """Names all that values rest on: the facts by the last run that changed one, and everything that is asked."""
    said = [
        version("crm-kpi"),
        runs.news_mark(store),
        [definition.model_dump(mode="json") for definition in request.definitions],
        [_told(request.calendar), repr(request.scopes), request.as_of.isoformat(), request.data_as_of],
        [request.currency, str(request.since), str(request.until), repr(sorted(request.assumptions.items()))],
        [sorted(request.incomplete), sorted(request.quarantined.items())],
        [[table, sorted(columns)] for table, columns in sorted((request.filled or {}).items())],
        [[name, [repr(column) for column in table.columns]] for name, table in sorted(request.facts.items())],
    ]
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _told(calendar: Calendar) -> list[object]:
    """Days in order: a set shows them in another one in each process."""
    days = (calendar.extra_holidays, calendar.extra_working_days)
    plain = (calendar.timezone, calendar.fiscal_year_starts, calendar.week_starts, calendar.holidays)
    return [*plain, *(sorted(map(str, each)) for each in days)]


def _make_room(store: Store, tables: Mapping[str, FactTable]) -> None:
    """Extra columns that the settings name and no pull has brought yet are there, and empty: that is no error."""
    known = facts.extra_columns(store)
    for name, table in tables.items():
        extra = {column.name: column.type for column in table.columns if FACTS[name].column(column.name) is None}
        if extra.keys() - known.get(name, {}).keys():
            with store.transaction():
                facts.ensure_columns(store, name, extra)


def request_of(config: Config, store: Store, *, as_of: datetime | None = None) -> Request:
    """The evaluation that these settings ask for, over these facts."""
    data_as_of = runs.data_as_of(store)
    if data_as_of is None:
        raise ConnectorError(
            Message("there are no facts to compute from yet"), hint=Message("run `crm-kpi pull`, or `crm-kpi run`")
        )
    return Request(
        definitions=config.definitions,
        calendar=config.calendar(),
        scopes=config.kpis.scopes,
        as_of=(as_of or datetime.fromisoformat(data_as_of)).astimezone(UTC),
        data_as_of=data_as_of,
        currency=config.organisation.currency,
        since=config.kpis.since,
        until=config.kpis.until,
        assumptions={
            name: tuple(DatedValue(number.valid_from, number.value) for number in numbers)
            for name, numbers in config.assumptions.items()
        },
        incomplete=_incomplete(store, config.connections),
        quarantined={table: counts.quarantined for table, counts in problems.counts(store).items()},
        facts=facts_of(config.connections),
        filled=filled_columns(config.connections, _withheld(store)),
    )


def windows(
    config: Config,
    store: Store,
    cells: Collection[Cell],
    *,
    engine: OpenEngine = DuckDBEngine,
    progress: Progress = lambda _: None,
) -> dict[Cell, Actual]:
    """Cells of running periods -> the same KPIs over windows of those lengths, up to the moment of the values.

    Raises:
        StoreError: the facts cannot be read.
    """
    moment = freshness.values_as_of(store)
    if not cells or moment is None:
        return {}
    request = _windowed(request_of(config, store, as_of=datetime.fromisoformat(moment)), cells)
    _make_room(store, request.facts)
    progress(Message("computing {kpis} KPIs for windows that end today", kpis=len(request.definitions)))
    with engine() as opened:
        with store.lent() as path:
            needed = needed_columns(request.inputs, request.scopes, facts=request.facts)
            opened.copy(path, needed, facts=request.facts)
        places = {cell[:5] for cell in cells}
        found = {value[:5]: _actual(value) for value in evaluate(opened, request) if value[:5] in places}
    return {cell: found[cell[:5]] for cell in cells if cell[:5] in found}


def _windowed(request: Request, cells: Collection[Cell]) -> Request:
    """The same evaluation for these KPIs and scopes only, of periods that end with the moment's day."""
    today = request.calendar.local_date(request.as_of)
    tomorrow = today + timedelta(days=1)
    kpis = {kpi for _, kpi, *_ in cells}
    wanted = [each for each in request.definitions if each.id in kpis]
    grains: dict[str, set[str]] = {}
    for _, _, scope, _, grain, _ in cells:
        grains.setdefault(scope, set()).add(grain)
    return replace(
        request,
        definitions=wanted,
        inputs=with_inputs(wanted, {each.id: each for each in request.definitions}),
        calendar=TrailingCalendar.of(request.calendar, ends=tomorrow),
        scopes={scope: tuple(map(Grain, sorted(found))) for scope, found in sorted(grains.items())},
        since=today,
        until=tomorrow,
    )


def _actual(value: Value) -> Actual:
    return Actual(value.value, value.status.value, value.ci_low, value.ci_high, value.unit, value.currency)


def _withheld(store: Store) -> set[tuple[str, str, str]]:
    return {(each.connection, each.module, each.field) for each in withheld.all(store)}


def _incomplete(store: Store, connections: Collection[str]) -> frozenset[str]:
    return frozenset(each.table for each in coverage.all(store) if not each.complete and each.connection in connections)


@dataclass(frozen=True, slots=True)
class _Tally:
    """Counts values on their way into the store: there are too many to keep."""

    statuses: Counter[str] = field(default_factory=Counter)
    failed: dict[str, Message] = field(default_factory=dict)

    def fail(self, kpi: str, error: KpiError) -> None:
        self.failed[kpi] = error.message

    def counted(self, found: Iterable[Value]) -> Iterator[Value]:
        for value in found:
            self.statuses[value.status.value] += 1
            yield value

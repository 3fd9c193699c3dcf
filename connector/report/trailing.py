"""The last twelve months of every KPI: what a number of four deals in a quarter is read beside.

A median of twelve months does not follow from four medians of quarters, so it is computed from the facts, by the same
engine: the twelve months up to the end of the running one are the *year* of a calendar whose year begins with the month
after it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from connector.compute import OpenEngine, request_of
from connector.config import Config
from connector.report.cells import Cell
from connector.report.people import Place
from connector.report.span import Moments, Span
from connector.store import Store
from kpi_engine.definition import Definition, Snapshot
from kpi_engine.evaluate import Request, Value, evaluate, needed_columns
from kpi_engine.period import Grain


@dataclass(frozen=True)
class Trailing:
    """What the last twelve months were."""

    start: date | None
    end: date | None
    cells: Mapping[tuple[Place, str], Cell]

    def of(self, place: Place, kpi: str) -> Cell | None:
        """The KPI of a place; None for what stands at a moment (a pipeline), which has no twelve months."""
        return self.cells.get((place, kpi))


NONE = Trailing(None, None, {})
"""Where the facts are no longer those that the values rest on: two truths on one page help nobody."""


def trailing(
    config: Config,
    store: Store,
    *,
    moments: Moments,
    spans: Collection[Span],
    places: Collection[Place],
    engine: OpenEngine,
) -> Trailing:
    """The twelve months up to the end of the month in which the shown periods end, for these places.

    Raises:
        StoreError: the facts cannot be read.
    """
    day = _last_day(moments, spans)
    request = _shifted(request_of(config, store, as_of=moments.as_of), {place.scope for place in places}, day=day)
    with engine() as opened:
        with store.lent() as path:
            opened.copy(path, needed_columns(request.inputs, request.scopes, facts=request.facts), facts=request.facts)
        wanted = frozenset(places)
        found = {}
        for value in evaluate(opened, request):
            place = Place(value.scope, value.connection, value.scope_id)
            if place in wanted:
                found[place, value.kpi] = _cell(value)
    period = request.calendar.period_of(Grain.YEAR, day)
    return Trailing(period.start, period.end, found)


def _last_day(moments: Moments, spans: Collection[Span]) -> date:
    """Today, or the last day shown where the report ends before."""
    ends = [span.latest.end - timedelta(days=1) for span in spans if span.latest.end is not None]
    return min(moments.today, max(ends, default=moments.today))


def _shifted(request: Request, scopes: Collection[str], *, day: date) -> Request:
    calendar = replace(request.calendar, fiscal_year_starts=day.month % 12 + 1)
    return replace(
        request,
        definitions=[each for each in request.definitions if not _stands(each)],
        inputs=request.definitions,
        calendar=calendar,
        scopes=dict.fromkeys(sorted(scopes), (Grain.YEAR,)),
        since=day,
        until=day + timedelta(days=1),
    )


def _stands(definition: Definition) -> bool:
    return isinstance(definition, Snapshot)


def _cell(value: Value) -> Cell:
    return Cell(
        start=value.period_start,
        end=value.period_end,
        value=value.value,
        numerator=value.numerator,
        denominator=value.denominator,
        n=value.n,
        low=value.ci_low,
        high=value.ci_high,
        status=value.status.value,
        excluded=value.excluded,
        unit=value.unit,
        currency=value.currency,
    )

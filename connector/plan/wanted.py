"""What the CRM should show, out of `kpi_values` and `gaps`: fields on records, and report records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from connector.config import Config, FieldSource, FieldsTarget, RecordsTarget
from connector.config.references import RECORD_SCOPES
from connector.config.write_back import REPORT_FIELDS, mapping_of
from connector.contract import Cell
from connector.store import Store, facts, freshness, gaps, values
from kpi_engine.definition import Unit
from kpi_engine.evaluate import Status
from kpi_engine.period import Calendar, Grain, Period
from kpi_engine.query.scope import ORGANISATION

NUMBERS = ("value", "ci_low", "ci_high", "gap", "attainment", "progress", "expected", "pace", "trailing")
"""The judgement; shown with status `ok` only. Counts are shown always: they say why there is no judgement. So are the
target and its colour, which is grey then."""

Row = Mapping[str, Any]
Cells = Mapping[str, Mapping[str, Cell]]
"""Record id -> field -> what should be in it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one target's records should hold."""

    cells: Cells
    held_back: Mapping[str, tuple[str, ...]]
    """Record id -> fields whose facts are incomplete: the CRM keeps what it holds until they are complete."""
    incomplete: frozenset[tuple[str, str]] = frozenset()
    """KPI and scope whose facts are incomplete."""

    def is_incomplete(self, kpi: str, scope: str) -> bool:
        """Whether a value that the KPI does not have is no reason to take one back."""
        return lacks_facts(self.incomplete, kpi, scope)


def wanted_fields(config: Config, store: Store, target: FieldsTarget) -> Wanted:
    """The numbers on the live records of one module; every field is there, empty where there is no number.

    In the order that what is acknowledged is kept in, so that the two are compared without a look at each field.
    """
    as_of = freshness.values_as_of(store)
    _, share = mapping_of(config, target)
    names = sorted(target.fields)
    live = facts.live_ids(store, RECORD_SCOPES[target.scope], target.connection, share=share)
    cells: dict[str, dict[str, Cell]] = {record_id: dict.fromkeys(names) for record_id in live}
    if as_of is None:
        return Wanted(cells, {})
    for name, source in target.fields.items():
        period = shown_period(config.calendar(), source, as_of=datetime.fromisoformat(as_of), until=config.kpis.until)
        for record_id, unit, status, content in _parts(store, target, source, period=period):
            if record_id in cells:
                cells[record_id][name] = cell(source.show, content, unit=unit, status=status)
    incomplete = freshness.incomplete_kpis(store)
    held_back = tuple(
        name for name, source in target.fields.items() if lacks_facts(incomplete, source.kpi, target.scope)
    )
    return Wanted(cells, dict.fromkeys(cells, held_back) if held_back else {}, incomplete)


def lacks_facts(incomplete: AbstractSet[tuple[str, str]], kpi: str, scope: str) -> bool:
    """What the organisation's value lacks, every scope's lacks, also where it has no value to say so."""
    return not incomplete.isdisjoint({(kpi, scope), (kpi, ORGANISATION)})


def _parts(
    store: Store, target: FieldsTarget, source: FieldSource, *, period: Period
) -> Iterable[tuple[str, str, str, Cell]]:
    parts = gaps.parts if source.show in gaps.PARTS else values.parts
    return parts(
        store,
        source.show,
        connection=target.connection,
        kpi=source.kpi,
        scope=target.scope,
        period=source.period.value,
        period_start=period.key,
    )


def shown_period(calendar: Calendar, source: FieldSource, *, as_of: datetime, until: date | None) -> Period:
    """The period that contains the moment of the data (or the last day computed), or one some periods before it."""
    today = calendar.local_date(as_of)
    period = calendar.period_of(source.period, today if until is None else min(today, _day_before(until)))
    for _ in range(source.periods_back):
        period = calendar.previous(period) or period
    return period


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def cell(part: str, content: Cell, *, unit: str, status: str) -> Cell:
    """One part of a value as a CRM field holds it; a number that is not `ok` is no number.

    >>> cell("value", 3.0, unit="count", status="ok")
    3
    >>> cell("value", 0.75, unit="percent", status="insufficient_n") is None
    True
    """
    if part in NUMBERS and status != Status.OK:
        return None
    if unit == Unit.COUNT and isinstance(content, float) and content.is_integer():
        return int(content)
    return content


def wanted_records(config: Config, store: Store, target: RecordsTarget) -> Wanted:
    """One report record per value."""
    titles = _Titles(config, store)
    cells: dict[str, Mapping[str, Cell]] = {}
    names = sorted(REPORT_FIELDS)
    incomplete = freshness.incomplete_kpis(store)
    held_back: dict[str, tuple[str, ...]] = {}
    for row in _chosen(config, store, target):
        record_id = report_record_id(row)
        cells[record_id] = {name: titles.cell(row, name) for name in names}
        if lacks_facts(incomplete, row["kpi"], row["scope"]):
            held_back[record_id] = REPORT_FIELDS
    return Wanted(cells, held_back, incomplete)


def _chosen(config: Config, store: Store, target: RecordsTarget) -> Iterator[Row]:
    """The target's connection's own values, and those across connections; by key, so that nothing else is read."""
    kpis = target.kpis if target.kpis is not None else tuple(each.id for each in config.definitions)
    scopes = target.scopes if target.scopes is not None else tuple(config.kpis.scopes)
    for connection, kpi, scope in product(("", target.connection), kpis, scopes):
        for row in values.read(store, connection=connection, kpi=kpi, scope=scope):
            if target.periods is None or Grain(row["period"]) in target.periods:
                yield row


def report_record_id(row: Row) -> str:
    """`win_rate|team|T3|quarter|2025-01-01`: the same value has the same record for ever."""
    return "|".join(row[name] for name in ("kpi", "scope", "scope_id", "period", "period_start"))


class _Titles:
    """Report records with names for people beside the ids."""

    def __init__(self, config: Config, store: Store) -> None:
        language = config.organisation.language.lower().replace("-", "_")
        self._kpis = {each.id: getattr(each.names, language) for each in config.definitions}
        self._records = {
            (scope, connection): dict(facts.names(store, table, connection))
            for scope, table in RECORD_SCOPES.items()
            for connection in config.connections
        }

    def cell(self, row: Row, name: str) -> Cell:
        if name == "kpi_name":
            return str(self._kpis.get(row["kpi"], row["kpi"]))
        if name == "scope_name":
            return self._records.get((row["scope"], row["connection"]), {}).get(row["scope_id"])
        return cell(name, row[name], unit=row["unit"], status=row["status"])

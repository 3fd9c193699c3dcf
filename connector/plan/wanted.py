"""What the CRM should show, out of `kpi_values`: fields on records, and report records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connector.config import Config, FieldSource, FieldsTarget, RecordsTarget
from connector.config.references import RECORD_SCOPES
from connector.config.write_back import REPORT_FIELDS
from connector.contract import Cell
from connector.store import Store, facts, freshness, values
from kpi_engine.definition import Unit
from kpi_engine.evaluate import Status
from kpi_engine.period import Calendar, Grain, Period

NUMBERS = ("value", "ci_low", "ci_high")
"""The judgement; shown with status `ok` only. Counts are shown always: they say why there is no judgement."""

Row = Mapping[str, Any]
Cells = Mapping[str, Mapping[str, Cell]]
"""Record id -> field -> what should be in it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one target's records should hold."""

    cells: Cells
    held_back: Mapping[str, tuple[str, ...]]
    """Record id -> fields whose facts are incomplete: the CRM keeps what it holds until they are complete."""
    incomplete: frozenset[str] = frozenset()
    """KPIs whose facts are incomplete: a value that they do not have is no reason to take one back."""


def wanted_fields(config: Config, store: Store, target: FieldsTarget) -> Wanted:
    """The numbers on the live records of one module; every field is there, empty where there is no number."""
    as_of = freshness.values_as_of(store)
    live = facts.live_ids(store, RECORD_SCOPES[target.scope], target.connection)
    cells: dict[str, dict[str, Cell]] = {record_id: dict.fromkeys(target.fields) for record_id in live}
    if as_of is None:
        return Wanted(cells, {})
    for name, source in target.fields.items():
        period = shown_period(config.calendar(), source, as_of=datetime.fromisoformat(as_of), until=config.kpis.until)
        for row in _rows(store, target, source, period=period):
            if row["scope_id"] in cells:
                cells[row["scope_id"]][name] = cell(row, source.show)
    incomplete = freshness.incomplete_kpis(store)
    held_back = tuple(name for name, source in target.fields.items() if source.kpi in incomplete)
    return Wanted(cells, dict.fromkeys(cells, held_back) if held_back else {}, incomplete)


def _rows(store: Store, target: FieldsTarget, source: FieldSource, *, period: Period) -> Iterable[Row]:
    return values.read(
        store,
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


def cell(row: Row, part: str) -> Cell:
    """One part of a value as a CRM field holds it; a number that is not `ok` is no number.

    >>> cell({"value": 3.0, "unit": "count", "status": "ok"}, "value")
    3
    >>> cell({"value": 0.75, "unit": "percent", "status": "insufficient_n"}, "value") is None
    True
    """
    if part in NUMBERS and row["status"] != Status.OK:
        return None
    content: Cell = row[part]
    whole = isinstance(content, float) and content.is_integer() and row["unit"] == Unit.COUNT
    return int(content) if whole and content is not None else content


def wanted_records(config: Config, store: Store, target: RecordsTarget) -> Wanted:
    """One report record per value."""
    titles = _Titles(config, store)
    cells: dict[str, Mapping[str, Cell]] = {}
    incomplete = freshness.incomplete_kpis(store)
    held_back: dict[str, tuple[str, ...]] = {}
    for row in _chosen(store, target):
        record_id = report_record_id(row)
        cells[record_id] = {name: titles.cell(row, name) for name in REPORT_FIELDS}
        if row["kpi"] in incomplete:
            held_back[record_id] = REPORT_FIELDS
    return Wanted(cells, held_back, incomplete)


def _chosen(store: Store, target: RecordsTarget) -> Iterable[Row]:
    """The target's connection's own values, and those across connections."""
    grains = None if target.periods is None else {Grain(grain).value for grain in target.periods}
    for row in values.read(store):
        if (
            row["connection"] in ("", target.connection)
            and (target.kpis is None or row["kpi"] in target.kpis)
            and (target.scopes is None or row["scope"] in target.scopes)
            and (grains is None or row["period"] in grains)
        ):
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
        return cell(row, name)

"""A sheet to fill in: a row per KPI, person and period, with names, units and the last value as help."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connector.config import Config
from connector.errors import ConnectorError, Message
from connector.formats.spreadsheet import harmless
from connector.store import Store, freshness, gaps
from connector.store.gaps import Cell
from connector.targets.directory import Directory, Named
from connector.targets.fields import FIELDS, HELP_ONLY
from connector.targets.period_label import label
from connector.targets.workbook import SHEET
from kpi_engine.definition import Definition, Unit
from kpi_engine.period import Calendar, Grain, Period
from kpi_engine.target import ORGANISATION, Node

COLUMNS = (
    *("kpi", "kpi_name", "scope", "of", "name", "connection", "period", "unit", "currency"),
    *("last_period", "last_value", "target", "low", "high", "change", "baseline_period", "objective", "note"),
)
SCOPES = (ORGANISATION.scope, "team", "owner")
USUAL_GRAINS = (Grain.QUARTER, Grain.MONTH, Grain.YEAR, Grain.WEEK)
"""The period that a target is usually for: the first of these that is computed."""
MOST_ROWS = 1_000_000
_TO_FILL_IN = frozenset(("target", "low", "high", "change", "baseline_period", "objective", "note"))

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """The sheet before it is written: rows of `COLUMNS`, only what is filled."""

    rows: tuple[Row, ...]
    made_at: datetime
    """The moment of the values; a sheet that is made again is the same sheet."""


def template(
    config: Config,
    store: Store,
    *,
    definitions: Sequence[Definition],
    language: str,
    scopes: Sequence[str] = (),
    periods: Sequence[Period] = (),
) -> Template:
    """The rows of a sheet to fill in.

    Args:
        config: The settings.
        store: The open store, with values.
        definitions: The KPIs that targets are wanted for.
        language: Of the KPIs' names.
        scopes: For whom; none: organisation, teams and owners, as far as they are computed.
        periods: By when; none: the next quarter (or what else is computed) after the values.

    Raises:
        ConnectorError: nothing was computed yet, or the sheet would be too long.
    """
    as_of = freshness.values_as_of(store)
    if as_of is None:
        raise ConnectorError(Message("there are no values yet"), hint=Message("run `crm-kpi run` first"))
    made_at = datetime.fromisoformat(as_of)
    maker = _Maker(config, store, config.calendar().local_date(made_at), language)
    drafts = [
        draft
        for scope in scopes or [each for each in SCOPES if each in config.kpis.scopes]
        for period in maker.periods(scope, periods)
        for draft in maker.drafts(definitions, scope, period)
    ]
    if len(drafts) > MOST_ROWS:
        raise ConnectorError(
            Message("the sheet would have {rows} rows", rows=len(drafts)),
            hint=Message("choose with --kpi, --scope and --period"),
        )
    return Template(tuple(maker.rows(drafts)), made_at)


@dataclass(frozen=True, slots=True)
class _Draft:
    definition: Definition
    node: Node
    name: str
    period: Period
    last: Period | None


class _Maker:
    """Makes rows."""

    def __init__(self, config: Config, store: Store, today: date, language: str) -> None:
        self._config = config
        self._store = store
        self._today = today
        self._language = language.lower().replace("-", "_")
        self._calendar: Calendar = config.calendar()
        self._directory = Directory(store, config.connections)

    def periods(self, scope: str, asked: Sequence[Period]) -> list[Period]:
        """Those asked for that are computed for the scope; not asked: the one after today's."""
        computed = self._config.kpis.scopes.get(scope, ())
        if asked:
            return [period for period in asked if period.grain in computed]
        grain = next((each for each in USUAL_GRAINS if each in computed), None)
        now = None if grain is None else self._calendar.period_of(grain, self._today)
        return [] if now is None or now.end is None else [self._calendar.period_of(now.grain, now.end)]

    def drafts(self, definitions: Iterable[Definition], scope: str, period: Period) -> Iterator[_Draft]:
        last = self._calendar.previous(self._calendar.period_of(period.grain, self._today))
        for definition in definitions:
            for node, name in self._nodes(scope):
                yield _Draft(definition, node, name, period, last)

    def _nodes(self, scope: str) -> Iterator[tuple[Node, str]]:
        """The places of a scope that targets may be set for; people who have left are none."""
        if scope == ORGANISATION.scope:
            yield ORGANISATION, self._config.organisation.name
            return
        for named in self._directory.register(scope).records:
            node = Node(named.connection, scope, named.id)
            if scope != "owner" or node in self._directory.above:
                yield node, _name(named)

    def rows(self, drafts: Sequence[_Draft]) -> Iterator[Row]:
        values = gaps.values_at(self._store, (_cell(draft) for draft in drafts if draft.last), columns=("value",))
        for draft in drafts:
            yield {name: value for name, value in self._row(draft, values).items() if value not in ("", None)}

    def _row(self, draft: _Draft, values: Mapping[Cell, tuple[Any, ...]]) -> Row:
        unit = draft.definition.unit
        (last_value,) = values.get(_cell(draft), (None,))
        return {
            "kpi": draft.definition.id,
            "kpi_name": getattr(draft.definition.names, self._language),
            "scope": draft.node.scope,
            "of": draft.node.scope_id,
            "name": draft.name,
            "connection": draft.node.connection if len(self._config.connections) > 1 else "",
            "period": label(draft.period, calendar=self._calendar),
            "unit": unit.value,
            "currency": self._config.organisation.currency if unit is Unit.MONEY else "",
            "last_period": label(draft.last, calendar=self._calendar) if draft.last else "",
            "last_value": last_value,
        }


def _name(named: Named) -> str:
    return named.name if named.name != named.id else ""


def _cell(draft: _Draft) -> Cell:
    last = draft.last or draft.period
    return (*draft.node[:1], draft.definition.id, *draft.node[1:], last.grain.value, last.key)


# ---- writing -------------------------------------------------------------------------------------------------------


def write_csv(sheet: Template) -> bytes:
    """As spreadsheets read it: UTF-8 with a mark, and no name that could be taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in sheet.rows:
        writer.writerow([_csv_cell(name, row) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(name: str, row: Row) -> str:
    value = row.get(name, "")
    if isinstance(value, str):
        return harmless(value)
    return f"{value * 100:.2f} %" if row["unit"] == Unit.PERCENT else f"{value:.10g}"


NUMBER_FORMATS = {Unit.PERCENT: "0.00%", Unit.MONEY: "#,##0.00", Unit.COUNT: "#,##0"}
_WIDTHS = {"kpi": 24, "kpi_name": 28, "of": 20, "name": 24, "objective": 30, "note": 30}


def write_xlsx(sheet: Template, *, translate: Callable[[str], str] = str) -> bytes:
    """A workbook: the rows, with what each column means beside its heading; names are texts, never formulas."""
    from xlsxwriter import Workbook

    content = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    workbook = Workbook(content, as_text)
    workbook.set_properties({"created": sheet.made_at.replace(tzinfo=None)})
    _XlsxWriter(workbook, translate).write(sheet)
    workbook.close()
    return content.getvalue()


class _XlsxWriter:
    def __init__(self, workbook: Any, translate: Callable[[str], str]) -> None:
        self._sheet = workbook.add_worksheet(SHEET)
        self._translate = translate
        self._heading = workbook.add_format({"bold": True, "bg_color": "#DDDDDD", "bottom": 1})
        self._help = workbook.add_format({"font_color": "#666666", "num_format": "@"})
        self._text = workbook.add_format({"num_format": "@"})
        self._numbers = {
            unit: workbook.add_format({"num_format": NUMBER_FORMATS.get(unit, "0.00"), "bg_color": "#FFF8DC"})
            for unit in Unit
        }
        self._help_numbers = {
            unit: workbook.add_format({"num_format": NUMBER_FORMATS.get(unit, "0.00"), "font_color": "#666666"})
            for unit in Unit
        }

    def write(self, sheet: Template) -> None:
        self._headings(len(sheet.rows))
        for number, row in enumerate(sheet.rows, start=1):
            for column, name in enumerate(COLUMNS):
                self._cell(number, column, name, row)

    def _headings(self, rows: int) -> None:
        for column, name in enumerate(COLUMNS):
            self._sheet.set_column(column, column, _WIDTHS.get(name, 14))
            self._sheet.write_string(0, column, name, self._heading)
            self._sheet.write_comment(0, column, FIELDS[name].render(self._translate), {"x_scale": 2})
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, rows, len(COLUMNS) - 1)

    def _cell(self, number: int, column: int, name: str, row: Row) -> None:
        value, unit = row.get(name), Unit(row["unit"])
        if isinstance(value, int | float):
            self._sheet.write_number(number, column, value, self._help_numbers[unit])
        elif name in ("target", "low", "high"):
            self._sheet.write_blank(number, column, None, self._numbers[unit])
        elif name in _TO_FILL_IN:
            self._sheet.write_blank(number, column, None, self._text)
        elif value is not None:
            self._sheet.write_string(number, column, value, self._help if name in HELP_ONLY else self._text)

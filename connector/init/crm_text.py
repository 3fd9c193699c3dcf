"""The settings file for a CRM that says itself what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from connector.config.layout import as_key, flow, scalar
from connector.errors import Message
from connector.init.proposal import ColumnFill, TableFill
from connector.init.readiness import SURE, Readiness, State
from connector.init.text import CompanyDraft, Pen
from kpi_engine.definition import Definition

CERTAIN = 0.995
"""From here on, a proposal's confidence is not worth a remark."""
ON_ACCOUNTS = ("won_amount", "order_amount", "pipeline_value", "win_rate")
"""What a rep wants to see on a customer, in this order, where the CRM has the facts for it."""
_NONE = Message("this CRM has no module for it")
IN_REPORTS = ("won_amount", "win_rate", "sales_cycle", "order_amount", "pipeline_value")
"""What report records are made of, where the CRM has the facts for it."""


@dataclass(frozen=True, slots=True)
class CrmDraft:
    """What is known about the company and its CRM."""

    company: CompanyDraft
    connection: str
    adapter: str
    settings: Mapping[str, Any]
    """As they are to stand in the file: secrets by name only."""
    tables: Sequence[TableFill]
    default: Mapping[str, Any]
    """The adapter's own mapping, which holds where the file says nothing."""
    readiness: Sequence[Readiness]
    refused: Mapping[str, Message] = field(default_factory=dict)
    """Module -> why it may not be read."""


def settings_text(draft: CrmDraft, translate: Callable[[str], str]) -> str:
    """The whole file; comments in the reader's language."""
    return "\n".join(_Writer(Pen(translate), draft).lines()) + "\n"


class _Writer:
    def __init__(self, pen: Pen, draft: CrmDraft) -> None:
        self._pen = pen
        self._draft = draft

    def lines(self) -> Iterator[str]:
        yield from self._pen.head(self._draft.company)
        yield f"  {self._draft.connection}:"
        yield f"    adapter: {self._draft.adapter}"
        yield "    settings:"
        for name, value in self._draft.settings.items():
            yield f"      {as_key(name)}: {flow(value, references=True)}"
        yield from mapping_lines(self._draft.tables, self._draft.default, self._pen, refused=self._draft.refused)
        yield ""
        yield from self._pen.kpis(self._draft.company)
        yield ""
        yield from self._pen.targets()
        yield ""
        yield from self._write_back()

    # ---- write-back ----

    def _write_back(self) -> Iterator[str]:
        note = Message("Where KPIs are written. Nothing is, before somebody has looked at `crm-kpi plan` and agreed.")
        yield from self._pen.comment(note)
        shown = _ready(self._draft.readiness, ON_ACCOUNTS)
        reported = _ready(self._draft.readiness, IN_REPORTS)
        module = next((each.module for each in self._draft.tables if each.table == "accounts"), None)
        if not reported:
            yield "# write_back:"
            return
        yield "write_back:"
        yield "  targets:"
        if shown and module:
            yield self._pen.line("    - name: accounts", Message("the customer's numbers beside the customer's name"))
            yield f"      connection: {self._draft.connection}"
            yield "      kind: fields"
            yield f"      module: {scalar(module)}"
            yield "      scope: account"
            yield "      fields:"
            for kpi in shown:
                yield f"        {field_name(kpi)}: {{kpi: {kpi.id}, period: year}}"
        yield self._pen.line("    - name: report", Message("one record per number"))
        yield f"      connection: {self._draft.connection}"
        yield "      kind: records"
        yield "      module: KPI_Reports"
        yield f"      kpis: {flow([kpi.id for kpi in reported])}"
        yield "      scopes: [organisation, team]"
        yield "      periods: [quarter]"


def mapping_lines(
    tables: Sequence[TableFill],
    default: Mapping[str, Any],
    pen: Pen,
    *,
    refused: Mapping[str, Message] = MappingProxyType({}),
) -> Iterator[str]:
    """The section `mapping` of a connection.

    Args:
        tables: What the CRM has for the facts.
        default: The adapter's own mapping, of which is taken out what the CRM has not.
        pen: Writes.
        refused: Module -> why it may not be read.
    """
    by_table: dict[str, list[TableFill]] = {}
    for fill in tables:
        by_table.setdefault(fill.table, []).append(fill)
    yield "    mapping:"
    for table, fills in by_table.items():
        yield f"      {table}:"
        if len(fills) == 1:
            yield pen.line(f"        module: {scalar(fills[0].module)}", _counted(fills[0]))
            yield from _table_lines(fills[0], default, pen, " " * 8)
            continue
        for fill in fills:
            yield pen.line(f"        - module: {scalar(fill.module)}", _counted(fill))
            yield from _table_lines(fill, default, pen, " " * 10)
    for table in default:
        if table not in by_table:
            why = next((refused[module] for module in _modules_of(default[table], table) if module in refused), _NONE)
            yield pen.line(f"      {table}: null", why)


def _modules_of(default: Any, table: str) -> list[str]:
    """The modules that an adapter's own mapping reads for a table."""
    return [str(each.get("module", table)) for each in (default if isinstance(default, list) else [default])]


def _table_lines(fill: TableFill, default: Mapping[str, Any], pen: Pen, space: str) -> Iterator[str]:
    yield f"{space}id: {scalar(fill.id)}"
    yield f"{space}columns:"
    for name, column in fill.columns.items():
        said = _plain(column.mapping)
        if column.confidence < SURE:
            yield pen.line(f"{space}  # {name}: {flow(said)}", _remark(column))
        else:
            yield from pen.entry(f"{space}  {name}:", said, _remark(column), indent=len(space) + 4)
    for name, remedy in fill.missing.items():
        ours = name in _columns_of(default.get(fill.table), fill.module)
        yield pen.line(f"{space}  {name}: null" if ours else f"{space}  # {name}:", remedy)


def field_name(kpi: Definition) -> str:
    """What the field of a KPI is called: ASCII, whatever the language of its label.

    >>> from kpi_engine.catalog import shipped
    >>> field_name(next(each for each in shipped() if each.id == "won_amount"))
    'KPI_Won_Amount'
    """
    return "KPI_" + "_".join(word.capitalize() for word in kpi.id.split("_"))


def _ready(readiness: Sequence[Readiness], wanted: Sequence[str]) -> list[Definition]:
    found = {each.kpi.id: each.kpi for each in readiness if each.state is not State.IMPOSSIBLE}
    return [found[kpi] for kpi in wanted if kpi in found]


def _counted(proposal: TableFill) -> Message:
    if proposal.records is None:
        return Message("")
    if not proposal.since:
        return Message("{count} records", count=proposal.records)
    return Message("{count} records, the oldest of {day}", count=proposal.records, day=proposal.since)


def _remark(column: ColumnFill) -> Message:
    percent = round(100 * column.confidence)
    if column.confidence >= CERTAIN:
        return column.why
    if not column.why:
        return Message("please check: {percent} % sure", percent=percent)
    return Message("please check, {percent} % sure: {why}", percent=percent, why=column.why)


def _plain(mapping: Mapping[str, Any]) -> Any:
    """A bare field name where nothing else is to be said."""
    return mapping["from"] if set(mapping) == {"from"} else dict(mapping)


def _columns_of(default: Any, module: str) -> Mapping[str, Any]:
    """What the adapter's own mapping fills of a table from a module."""
    tables = default if isinstance(default, list) else [default]
    for table in tables:
        if isinstance(table, Mapping) and table.get("module", module) == module:
            return table.get("columns") or {}
    return {}

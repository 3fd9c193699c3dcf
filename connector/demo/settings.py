"""The settings file of the demo, written for a person to read and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector.config.layout import flow, scalar
from connector.errors import Message
from connector.sample import Sample, csv_mapping, csv_tables

Translate = Callable[[str], str]
HOLIDAYS: Mapping[str, str] = {"en": "US", "zh-CN": "CN"}
GROSS_MARGIN = 0.35
_TITLE = Message("The sample company of `crm-kpi demo`. Change what you like, then run in this folder: crm-kpi run")


def marker(translate: Translate) -> str:
    """The first line, by which a demo is known."""
    return f"# {_TITLE.render(translate)}"


def settings_text(sample: Sample, translate: Translate) -> str:
    """The whole file; comments in the reader's language."""
    return "\n".join(_Writer(sample, translate).lines()) + "\n"


class _Writer:
    def __init__(self, sample: Sample, translate: Translate) -> None:
        self._sample = sample
        self._translate = translate

    def lines(self) -> Iterator[str]:
        yield marker(self._translate)
        yield from self._comment(Message("Every setting is described in docs/config.md."))
        for part in (self._organisation, self._store, self._connection, self._kpis, self._targets, self._write_back):
            yield ""
            yield from part()

    def _organisation(self) -> Iterator[str]:
        words = self._sample.company.words
        yield "organisation:"
        yield f"  name: {scalar(words.company)}"
        yield self._line(f"  timezone: {words.zone}", Message("where days begin and end"))
        yield f"  currency: {words.currency}"
        yield "  fiscal_year_starts: january"
        yield "  week_starts: monday"
        yield self._line(f"  holidays: {HOLIDAYS[words.language]}", Message("public holidays, for working days"))
        yield f"  language: {words.language}"

    def _store(self) -> Iterator[str]:
        yield self._line("store: crm-kpi.sqlite", Message("the facts and the values; an SQLite file"))

    def _connection(self) -> Iterator[str]:
        yield "connections:"
        yield "  crm:"
        yield "    adapter: generic_csv"
        yield "    settings:"
        yield "      folder: data"
        yield self._line("      tables:", Message("one file for each table of facts"))
        yield from _block(csv_tables(self._sample), indent=8)
        yield self._line("    mapping:", Message("column of the facts: column of the file"))
        for table, mapping in csv_mapping(self._sample).items():
            yield f"      {table}:"
            yield f"        id: {scalar(mapping['id'])}"
            yield "        columns:"
            yield from _block(mapping["columns"], indent=10)

    def _kpis(self) -> Iterator[str]:
        calendar = self._sample.company.calendar
        yield from self._comment(Message("Numbers that no CRM holds, each from a day on."))
        yield "assumptions:"
        yield f"  gross_margin: [{{from: {calendar.first}, value: {GROSS_MARGIN}}}]"
        yield ""
        yield from self._comment(Message("Which KPIs are computed, and for whom; see `crm-kpi kpi list`."))
        yield "kpis:"
        yield self._line("  # enabled: [win_rate, won_amount]", Message("left out, all that ship"))
        yield self._line(f"  since: {calendar.since}", Message("the export is whole from here on"))
        yield self._line(
            f"  until: {calendar.until}", Message("the sample ends here; take this line out for data of your own")
        )
        yield "  scopes:"
        yield "    organisation: [month, quarter, year]"
        yield "    team: [quarter, year]"
        yield "    owner: [quarter, year]"
        yield "    account: [year]"
        yield "    product: [quarter, year]"

    def _targets(self) -> Iterator[str]:
        yield from self._comment(Message("What each KPI should be, for whom, by when: a sheet to open and change."))
        yield "targets:"
        yield "  files: [targets/*.csv, targets/*.xlsx, targets/*.yaml]"
        yield self._line("  green: 1.0", Message("where green begins, as a share of the target"))
        yield self._line("  amber: 0.9", Message("where amber begins; everything below is red"))

    def _write_back(self) -> Iterator[str]:
        yield from self._comment(Message("Where the numbers are written: here into copies of the export's files."))
        yield "write_back:"
        yield "  targets:"
        yield self._line("    - name: accounts", Message("the customer's numbers beside the customer's name"))
        yield "      connection: crm"
        yield "      kind: fields"
        yield "      module: accounts"
        yield "      scope: account"
        yield "      fields:"
        yield "        KPI_Won_Amount: {kpi: won_amount, period: year}"
        yield "        KPI_Order_Amount: {kpi: order_amount, period: year}"
        yield "        KPI_Pipeline: {kpi: pipeline_value, period: year}"
        yield "      options: {output: out/accounts.csv}"
        yield self._line("    - name: people", Message("each person's number, target and gap of the quarter"))
        yield "      connection: crm"
        yield "      kind: fields"
        yield "      module: users"
        yield "      scope: owner"
        yield "      fields:"
        yield "        KPI_Won_Amount: {kpi: won_amount, period: quarter}"
        yield "        KPI_Target: {kpi: won_amount, period: quarter, show: target}"
        yield "        KPI_Gap: {kpi: won_amount, period: quarter, show: gap}"
        yield "        KPI_State: {kpi: won_amount, period: quarter, show: rag}"
        yield "      options: {output: out/users.csv}"
        yield self._line("    - name: report", Message("one line per number"))
        yield "      connection: crm"
        yield "      kind: records"
        yield "      kpis: [win_rate, won_amount, sales_cycle, order_amount]"
        yield "      scopes: [organisation, team]"
        yield "      periods: [quarter, year]"
        yield "      options: {output: out/kpi_report.csv}"

    def _line(self, text: str, remark: Message) -> str:
        return f"{text}  # {remark.render(self._translate)}"

    def _comment(self, message: Message) -> Iterator[str]:
        yield f"# {message.render(self._translate)}"


def _block(values: Mapping[str, Any], *, indent: int) -> Iterator[str]:
    for name, value in values.items():
        yield f"{' ' * indent}{name}: {flow(value)}"

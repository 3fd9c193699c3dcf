"""The settings file of the demo, written for a person to read and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from connector.config.layout import scalar
from connector.errors import Message
from connector.init.text import Pen
from connector.sample import Sample

Translate = Callable[[str], str]
HOLIDAYS: Mapping[str, str] = {"en": "US", "zh-CN": "CN"}
GROSS_MARGIN = 0.35
TITLE = Message("The sample company of `crm-kpi demo`. Change what you like, then run in this folder: crm-kpi run")


def marker(translate: Translate) -> str:
    """The first line, by which a demo is known."""
    return f"# {TITLE.render(translate)}"


class Source(Protocol):
    """Where the demo's records come from, and go to."""

    def connection(self, pen: Pen) -> Iterator[str]:
        """The section `connections`."""

    def write_back(self, pen: Pen) -> Iterator[str]:
        """The section `write_back`."""


def settings_text(sample: Sample, source: Source, translate: Translate) -> str:
    """The whole file; comments in the reader's language."""
    return "\n".join(_Writer(sample, source, Pen(translate)).lines()) + "\n"


class _Writer:
    def __init__(self, sample: Sample, source: Source, pen: Pen) -> None:
        self._sample = sample
        self._source = source
        self._pen = pen

    def lines(self) -> Iterator[str]:
        yield from self._pen.comment(TITLE)
        yield from self._pen.comment(Message("Every setting is described in docs/config.md."))
        connection, write_back = self._source.connection(self._pen), self._source.write_back(self._pen)
        for part in (self._organisation(), self._store(), connection, self._kpis(), self._targets(), write_back):
            yield ""
            yield from part

    def _organisation(self) -> Iterator[str]:
        words = self._sample.company.words
        yield "organisation:"
        yield f"  name: {scalar(words.company)}"
        yield self._pen.line(f"  timezone: {words.zone}", Message("where days begin and end"))
        yield f"  currency: {words.currency}"
        yield "  fiscal_year_starts: january"
        yield "  week_starts: monday"
        yield self._pen.line(f"  holidays: {HOLIDAYS[words.language]}", Message("public holidays, for working days"))
        yield f"  language: {words.language}"

    def _store(self) -> Iterator[str]:
        yield self._pen.line("store: crm-kpi.sqlite", Message("the facts and the values; an SQLite file"))

    def _kpis(self) -> Iterator[str]:
        calendar = self._sample.company.calendar
        yield from self._pen.comment(Message("Numbers that no CRM holds, each from a day on."))
        yield "assumptions:"
        yield f"  gross_margin: [{{from: {calendar.first}, value: {GROSS_MARGIN}}}]"
        yield ""
        yield from self._pen.comment(Message("Which KPIs are computed, and for whom; see `crm-kpi kpi list`."))
        yield "kpis:"
        yield self._pen.line("  # enabled: [win_rate, won_amount]", Message("left out, all that ship"))
        yield self._pen.line(f"  since: {calendar.since}", Message("the export is whole from here on"))
        yield self._pen.line(
            f"  until: {calendar.until}", Message("the sample ends here; take this line out for data of your own")
        )
        yield "  scopes:"
        yield "    organisation: [month, quarter, year]"
        yield "    team: [quarter, year]"
        yield "    owner: [quarter, year]"
        yield "    account: [year]"
        yield "    product: [quarter, year]"

    def _targets(self) -> Iterator[str]:
        yield from self._pen.comment(Message("What each KPI should be, for whom, by when: a sheet to open and change."))
        yield "targets:"
        yield "  files: [targets/*.csv, targets/*.xlsx, targets/*.yaml]"
        yield self._pen.line("  green: 1.0", Message("where green begins, as a share of the target"))
        yield self._pen.line("  amber: 0.9", Message("where amber begins; everything below is red"))

"""The settings file that `init` writes: YAML with comments, for a person to correct. What every such file has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.config.layout import as_key, flow, scalar
from connector.errors import Message
from connector.init.span import Span
from kpi_engine.period import Calendar

WIDE = 110
"""A mapping that is longer goes over several lines."""


@dataclass(frozen=True, slots=True)
class CompanyDraft:
    """What is known about the company."""

    name: str
    timezone: str
    timezone_sure: bool
    currency: str | None
    currency_why: Message
    fiscal_year_starts: str
    language: str
    calendar: Calendar
    span: Span | None
    """How far its data reach."""
    today: date


class Pen:
    """Writes lines of YAML; remarks in the reader's language."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate

    def head(self, company: CompanyDraft) -> Iterator[str]:
        """The file as far as the connections."""
        yield from self.comment(Message("Settings of crm-kpi. Correct what is marked, then run: crm-kpi check"))
        yield from self.comment(Message("Every setting is described in docs/config.md."))
        yield ""
        yield from self._organisation(company)
        yield ""
        yield "store: crm-kpi.sqlite"
        yield ""
        yield "connections:"

    def _organisation(self, company: CompanyDraft) -> Iterator[str]:
        yield "organisation:"
        yield f"  name: {scalar(company.name)}"
        doubt = Message("") if company.timezone_sure else Message("please check: where your days begin and end")
        yield self.line(f"  timezone: {company.timezone}", doubt)
        if company.currency is None:
            yield self.line("  currency:", Message("REQUIRED: ISO 4217 code of your money, such as EUR"))
        else:
            yield self.line(f"  currency: {company.currency}", company.currency_why)
        yield f"  fiscal_year_starts: {company.fiscal_year_starts.lower()}"
        yield "  week_starts: monday"
        yield self.line("  # holidays: DE-BY", Message("public holidays, for working days"))
        yield f"  language: {company.language}"

    def kpis(self, company: CompanyDraft) -> Iterator[str]:
        """The section of that name, as far as the data tell."""
        yield from self.comment(Message("Which KPIs are computed, and for whom; left out, all that ship."))
        span, calendar = company.span, company.calendar
        yield "kpis:" if span else "# kpis:"
        if span:
            begin = Message("the data begin on {day}", day=span.first)
            yield self.line(f"  since: {span.since(calendar)}", begin)
        if span and span.is_archive(company.today):
            end = Message("please check: the data end on {day}; take this line out when newer ones come", day=span.last)
            yield self.line(f"  until: {span.until(calendar)}", end)
        scopes = "scopes: {organisation: [month, quarter, year], team: [quarter], owner: [quarter], account: [year]}"
        yield f"  # {scopes}" if span else f"#   {scopes}"

    def targets(self) -> Iterator[str]:
        """Where targets are read from, commented out."""
        yield from self.comment(Message("What each KPI should be, for whom, by when: a sheet to fill in."))
        yield "# targets:"
        yield "#   files: [targets/*.csv, targets/*.xlsx, targets/*.yaml]"

    def line(self, text: str, remark: Message) -> str:
        """A line and what is to be said about it."""
        return f"{text}  # {self._said(remark)}" if remark else text

    def entry(self, start: str, value: Any, remark: Message, *, indent: int) -> Iterator[str]:
        """A setting on one line, or on several where it is wide; what is in it is indented by `indent`."""
        line = f"{start} {flow(value)}"
        if not isinstance(value, Mapping) or len(line) <= WIDE:
            yield self.line(line, remark)
            return
        yield self.line(start, remark)
        for key, inner in value.items():
            yield from _block(key, inner, indent=indent)

    def comment(self, message: Message, *, indent: int = 0) -> Iterator[str]:
        """A line of its own."""
        yield f"{' ' * indent}# {self._said(message)}"

    def _said(self, message: Message) -> str:
        """One line that YAML takes for a remark, whatever a file's name or a column's words contain."""
        line = " ".join(message.render(self._translate).split())
        return "".join(filter(str.isprintable, line))


def _block(key: str, value: Any, *, indent: int) -> Iterator[str]:
    space = " " * indent
    if not isinstance(value, Mapping):
        yield f"{space}{key}: {flow(value)}"
        return
    yield f"{space}{key}:"
    for name, inner in value.items():
        yield from _block(as_key(name), inner, indent=indent + 2)

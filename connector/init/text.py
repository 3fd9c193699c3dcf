"""The settings file that `init` writes: YAML with comments, for a person to correct."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.config.layout import flow, scalar
from connector.errors import Message
from connector.formats.infer import Format
from connector.formats.number import NumberFormat
from connector.init.columns import ColumnProposal, TableProposal, Trust
from connector.init.span import Span
from kpi_engine.period import Calendar

_LABELS = {
    Trust.SURE: Message("{why}"),
    Trust.GUESS: Message("please check: {why}"),
    Trust.ASK: Message("REQUIRED: {why}"),
}
WIDE = 110
"""A mapping that is longer goes over several lines."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known about the company and its files."""

    name: str
    timezone: str
    timezone_sure: bool
    currency: str | None
    currency_why: Message
    fiscal_year_starts: str
    language: str
    calendar: Calendar
    span: Span | None
    today: date
    adapter: str
    folder: str
    tables: Mapping[str, TableProposal]
    left_out: tuple[str, ...]


def settings_text(draft: Draft, translate: Callable[[str], str]) -> str:
    """The whole file; comments in the reader's language."""
    return "\n".join(_Writer(translate).lines(draft)) + "\n"


class _Writer:
    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate

    def lines(self, draft: Draft) -> Iterator[str]:
        yield from self._comment(Message("Settings of crm-kpi. Correct what is marked, then run: crm-kpi check"))
        yield from self._comment(Message("Every setting is described in docs/config.md."))
        yield ""
        yield from self._organisation(draft)
        yield ""
        yield "store: crm-kpi.sqlite"
        yield ""
        yield "connections:"
        yield "  crm:"
        yield f"    adapter: {draft.adapter}"
        yield from self._settings(draft)
        yield from self._mapping(draft)
        yield ""
        yield from self._kpis(draft)
        yield ""
        yield from self._examples(draft)

    def _organisation(self, draft: Draft) -> Iterator[str]:
        yield "organisation:"
        yield f"  name: {scalar(draft.name)}"
        doubt = Message("") if draft.timezone_sure else Message("please check: where your days begin and end")
        yield self._line(f"  timezone: {draft.timezone}", doubt)
        if draft.currency is None:
            yield self._line("  currency:", Message("REQUIRED: ISO 4217 code of your money, such as EUR"))
        else:
            yield self._line(f"  currency: {draft.currency}", draft.currency_why)
        yield f"  fiscal_year_starts: {draft.fiscal_year_starts.lower()}"
        yield "  week_starts: monday"
        yield self._line("  # holidays: DE-BY", Message("public holidays, for working days"))
        yield f"  language: {draft.language}"

    def _settings(self, draft: Draft) -> Iterator[str]:
        yield "    settings:"
        yield f"      folder: {scalar(draft.folder)}"
        yield "      tables:"
        for name, proposal in draft.tables.items():
            yield f"        {name}: {flow(_without_nothing(proposal.look.module.settings))}"
        for left_out in draft.left_out:
            yield from self._comment(Message("{file} is left out: it is like no fact table", file=left_out), indent=8)

    def _mapping(self, draft: Draft) -> Iterator[str]:
        yield "    mapping:"
        for proposal in draft.tables.values():
            yield from self._table(proposal)

    def _table(self, proposal: TableProposal) -> Iterator[str]:
        yield f"      {proposal.table}:"
        yield self._line(f"        id: {scalar(proposal.id)}", proposal.why)
        if proposal.distinct:
            yield "        distinct: true"
        yield "        columns:" if proposal.columns else "        columns: {}"
        for column in proposal.columns:
            yield from self._column(column)
        if proposal.unused and not proposal.distinct:
            names = ", ".join(proposal.unused)
            yield from self._comment(Message("not used: {names}", names=names), indent=10)

    def _column(self, column: ColumnProposal) -> Iterator[str]:
        start = f"          {column.column}:"
        if column.readings:
            yield from self._choice(column)
        elif not column.source and column.constant is None:
            yield self._line(start, Message(_LABELS[Trust.ASK].template, why=column.why))
        else:
            yield from self._mapped(start, column)

    def _choice(self, column: ColumnProposal) -> Iterator[str]:
        """What can be read in several ways: the line is left incomplete, so that nothing runs on a guess."""
        formats = " / ".join(map(format_text, column.readings))
        yield from self._comment(Message("REQUIRED: choose one format: {formats}", formats=formats), indent=10)
        kind = "number" if isinstance(column.readings[0], NumberFormat) else "date"
        yield f"          {column.column}: {flow({'from': column.source, kind: ''})}"

    def _mapped(self, start: str, column: ColumnProposal) -> Iterator[str]:
        doubt = Message(_LABELS[column.trust].template, why=column.why) if column.why else Message("")
        said = _said(column)
        line = f"{start} {flow(said)}"
        if isinstance(said, str) or len(line) <= WIDE:
            yield self._line(line, doubt)
            return
        yield self._line(start, doubt)
        for key, value in said.items():
            yield from _block(key, value, indent=12)

    def _kpis(self, draft: Draft) -> Iterator[str]:
        yield from self._comment(Message("Which KPIs are computed, and for whom; left out, all that ship."))
        span, calendar = draft.span, draft.calendar
        yield "kpis:" if span else "# kpis:"
        if span:
            begin = Message("the files begin on {day}", day=span.first)
            yield self._line(f"  since: {span.since(calendar)}", begin)
        if span and span.is_archive(draft.today):
            end = Message(
                "please check: the files end on {day}; take this line out when newer ones come", day=span.last
            )
            yield self._line(f"  until: {span.until(calendar)}", end)
        scopes = "scopes: {organisation: [month, quarter, year], team: [quarter], owner: [quarter], account: [year]}"
        yield f"  # {scopes}" if span else f"#   {scopes}"

    def _examples(self, draft: Draft) -> Iterator[str]:
        yield from self._comment(Message("What each KPI should be, for whom, by when: a sheet to fill in."))
        yield "# targets:"
        yield "#   files: [targets/*.csv, targets/*.xlsx, targets/*.yaml]"
        if "accounts" in draft.tables:
            yield ""
            yield from self._comment(Message("Where KPIs are written: here into a copy of the accounts' file."))
            yield "# write_back:"
            yield "#   targets:"
            yield "#     - name: accounts"
            yield "#       connection: crm"
            yield "#       kind: fields"
            yield "#       module: accounts"
            yield "#       scope: account"
            yield "#       fields: {KPI_Won_Amount: {kpi: won_amount, period: year}}"
            yield "#       options: {output: out/accounts.csv}"

    def _line(self, text: str, remark: Message) -> str:
        return f"{text}  # {self._said(remark)}" if remark else text

    def _comment(self, message: Message, *, indent: int = 0) -> Iterator[str]:
        yield f"{' ' * indent}# {self._said(message)}"

    def _said(self, message: Message) -> str:
        """One line, whatever a file's name or a column's words contain."""
        return " ".join(message.render(self._translate).split())


def _said(column: ColumnProposal) -> str | dict[str, Any]:
    """A column's mapping as plain data; a bare name where nothing else is to be said."""
    if column.constant is not None:
        return {"constant": column.constant}
    more: dict[str, Any] = {}
    if column.link:
        more["link"] = {"by": "name"}
    if column.values:
        more["values"] = dict(column.values)
    if isinstance(column.format, NumberFormat):
        more["number"] = number_settings(column.format)
    elif column.format:
        more["date"] = column.format.pattern
    return {"from": column.source, **more} if more else column.source


def number_settings(style: NumberFormat) -> dict[str, Any]:
    """What has to be said about a number format."""
    return style.model_dump(mode="json", exclude_defaults=True)


def format_text(style: Format) -> str:
    """A format as it stands in a settings file."""
    return flow(number_settings(style)) if isinstance(style, NumberFormat) else scalar(style.pattern)


def _without_nothing(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without those that state nothing."""
    kept = {name: _without_nothing(value) if isinstance(value, Mapping) else value for name, value in settings.items()}
    return {name: value for name, value in kept.items() if value not in (None, {}, [], ())}


def _block(key: str, value: Any, *, indent: int) -> Iterator[str]:
    space = " " * indent
    if not isinstance(value, Mapping):
        yield f"{space}{key}: {flow(value)}"
        return
    yield f"{space}{key}:"
    for name, inner in value.items():
        yield from _block(scalar(str(name)), inner, indent=indent + 2)

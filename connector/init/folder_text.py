"""The settings file for a folder of exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.config.layout import flow, scalar
from connector.errors import Message
from connector.formats.infer import Format
from connector.formats.number import NumberFormat
from connector.init.columns import ColumnProposal, TableProposal, Trust
from connector.init.text import CompanyDraft, Pen

_LABELS = {
    Trust.SURE: Message("{why}"),
    Trust.GUESS: Message("please check: {why}"),
    Trust.ASK: Message("REQUIRED: {why}"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known about the company and its files."""

    company: CompanyDraft
    adapter: str
    folder: str
    tables: Mapping[str, TableProposal]
    left_out: tuple[str, ...]


def settings_text(draft: Draft, translate: Callable[[str], str]) -> str:
    """The whole file; comments in the reader's language."""
    return "\n".join(_Writer(Pen(translate)).lines(draft)) + "\n"


class _Writer:
    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    def lines(self, draft: Draft) -> Iterator[str]:
        yield from self._pen.head(draft.company)
        yield "  crm:"
        yield f"    adapter: {draft.adapter}"
        yield from self._settings(draft)
        yield from self._mapping(draft)
        yield ""
        yield from self._pen.kpis(draft.company)
        yield ""
        yield from self._pen.targets()
        yield from self._write_back(draft)

    def _settings(self, draft: Draft) -> Iterator[str]:
        yield "    settings:"
        yield f"      folder: {scalar(draft.folder)}"
        yield "      tables:"
        for name, proposal in draft.tables.items():
            yield f"        {name}: {flow(_without_nothing(proposal.look.module.settings))}"
        for left_out in draft.left_out:
            yield from self._pen.comment(
                Message("{file} is left out: it is like no fact table", file=left_out), indent=8
            )

    def _mapping(self, draft: Draft) -> Iterator[str]:
        yield "    mapping:"
        for proposal in draft.tables.values():
            yield from self._table(proposal)

    def _table(self, proposal: TableProposal) -> Iterator[str]:
        yield f"      {proposal.table}:"
        yield self._pen.line(f"        id: {scalar(proposal.id)}", proposal.why)
        if proposal.distinct:
            yield "        distinct: true"
        yield "        columns:" if proposal.columns else "        columns: {}"
        for column in proposal.columns:
            yield from self._column(column)
        if proposal.unused and not proposal.distinct:
            names = ", ".join(proposal.unused)
            yield from self._pen.comment(Message("not used: {names}", names=names), indent=10)

    def _column(self, column: ColumnProposal) -> Iterator[str]:
        start = f"          {column.column}:"
        if column.readings:
            yield from self._choice(column)
        elif not column.source and column.constant is None:
            yield self._pen.line(start, Message(_LABELS[Trust.ASK].template, why=column.why))
        else:
            yield from self._mapped(start, column)

    def _choice(self, column: ColumnProposal) -> Iterator[str]:
        """What can be read in several ways: the line is left incomplete, so that nothing runs on a guess."""
        formats = " / ".join(map(format_text, column.readings))
        yield from self._pen.comment(Message("REQUIRED: choose one format: {formats}", formats=formats), indent=10)
        kind = "number" if isinstance(column.readings[0], NumberFormat) else "date"
        yield f"          {column.column}: {flow({'from': column.source, kind: ''})}"

    def _mapped(self, start: str, column: ColumnProposal) -> Iterator[str]:
        doubt = Message(_LABELS[column.trust].template, why=column.why) if column.why else Message("")
        yield from self._pen.entry(start, _said(column), doubt, indent=12)

    def _write_back(self, draft: Draft) -> Iterator[str]:
        if "accounts" in draft.tables:
            yield ""
            yield from self._pen.comment(Message("Where KPIs are written: here into a copy of the accounts' file."))
            yield "# write_back:"
            yield "#   targets:"
            yield "#     - name: accounts"
            yield "#       connection: crm"
            yield "#       kind: fields"
            yield "#       module: accounts"
            yield "#       scope: account"
            yield "#       fields: {KPI_Won_Amount: {kpi: won_amount, period: year}}"
            yield "#       options: {output: out/accounts.csv}"


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

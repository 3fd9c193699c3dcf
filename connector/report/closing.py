"""The end of a report: what is missing and why, and what each KPI means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.report.document import Document
from connector.report.missing import Trouble
from connector.report.nouns import counted_rows, noun_of_table
from connector.report.people import NOBODY
from connector.report.reader import Reader
from connector.report.sentence import Sentence
from connector.report.status import STATUSES
from connector.report.text import isolated, one_line


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status that cells of this report have."""

    word: str
    count: str
    why: str
    remedy: str
    kpis: str


@dataclass(frozen=True, slots=True)
class TableView:
    """A small table."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A KPI, explained."""

    name: str
    question: str
    formula: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Everything behind the last page."""

    title: str
    notes: tuple[str, ...]
    statuses_title: str
    statuses: tuple[StatusView, ...]
    tables: tuple[TableView, ...]
    meaning: str
    glossary: tuple[Meaning, ...]


def closing(document: Document) -> Closing:
    """The end of a report; its pages have been read by now."""
    reader = document.reader
    statuses = tuple(_statuses(document))
    tables = tuple(_tables(document))
    return Closing(
        title=reader.say(Sentence("What is missing, and why")),
        notes=tuple(_notes(document, nothing=not statuses and not tables)),
        statuses_title=reader.say(Sentence("Numbers to be read with care")),
        statuses=statuses,
        tables=tables,
        meaning=reader.say(Sentence("What the KPIs mean")),
        glossary=tuple(
            Meaning(
                name=reader.kpi(each),
                question=reader.translate(each.question),
                formula=reader.say(Sentence("Formula: {formula}", formula=reader.translate(each.formula))),
            )
            for each in document.definitions
        ),
    )


def _notes(document: Document, *, nothing: bool) -> Iterator[str]:
    say = document.reader.say
    if nothing:
        yield say(Sentence("Nothing: everything arrived, could be read and could be computed."))
    if document.readership.silent:
        people = document.people
        silent = sorted({people.name(place) for place in document.readership.silent} - {NOBODY})
        names = document.reader.listed(map(isolated, silent))
        yield say(Sentence("No numbers at all, and so no page: {names}.", names=names))
    if not document.readership.whole:
        for table, count in document.missing.quarantined.items():
            records = counted_rows(noun_of_table(table), count, written=document.reader.count(count))
            yield say(
                Sentence("In the whole company {records} could not be read; some may belong here.", records=records)
            )


def _statuses(document: Document) -> Iterator[StatusView]:
    reader = document.reader
    found = document.tally.by_status()
    names = {each.id: reader.kpi(each) for each in document.definitions}
    for status, told in STATUSES.items():
        if status in found:
            cells = sum(found[status].values())
            yield StatusView(
                word=reader.say(told.word),
                count=reader.say(Sentence("{count} numbers", count=reader.count(cells))),
                why=reader.say(told.why),
                remedy=reader.say(told.remedy),
                kpis=reader.listed(names[kpi] for kpi in found[status]),
            )


def _tables(document: Document) -> Iterator[TableView]:
    reader, missing = document.reader, document.missing
    if document.tally.excluded:
        yield _excluded(document)
    if document.readership.whole and missing.quarantine:
        yield _troubles(
            reader,
            Sentence("Records that no number counts"),
            Sentence(
                "They have no usable id or lack a column that is needed. `crm-kpi status --quarantine` lists them."
            ),
            missing.quarantine,
        )
    if missing.issues:
        yield _troubles(
            reader,
            Sentence("Values that could not be read"),
            Sentence("The field was left empty, the record counts."),
            missing.issues,
        )
    if missing.withheld:
        yield _withheld(document)
    if missing.coverage:
        yield _coverage(document)


def _excluded(document: Document) -> TableView:
    reader = document.reader
    names = {each.id: reader.kpi(each) for each in document.definitions}
    return TableView(
        title=reader.say(Sentence("Rows left out")),
        note=reader.say(
            Sentence("They belong to a shown period, or may, but lack a date, an amount or what a condition asks for.")
        ),
        heads=(reader.say(Sentence("KPI")), reader.say(Sentence("Rows, at most"))),
        rows=tuple((names[kpi], reader.count(count)) for kpi, count in document.tally.excluded.items()),
    )


def _troubles(reader: Reader, title: Sentence, note: Sentence, troubles: Sequence[Trouble]) -> TableView:
    heads = (Sentence("Table"), Sentence("Field"), Sentence("Records"), Sentence("For example"))
    return TableView(
        title=reader.say(title),
        note=reader.say(note),
        heads=tuple(reader.say(head) for head in heads),
        rows=tuple(
            (
                reader.say(noun_of_table(each.table).title),
                each.field,
                reader.count(each.count),
                one_line(reader.say(each.reason)),
            )
            for each in troubles
        ),
    )


def _withheld(document: Document) -> TableView:
    reader = document.reader
    heads = (Sentence("Table"), Sentence("Field"), Sentence("Connection"))
    return TableView(
        title=reader.say(Sentence("Fields that the CRM does not show us")),
        note=reader.say(Sentence("Numbers that rest on them are not computed: withheld is not the same as empty.")),
        heads=tuple(reader.say(head) for head in heads),
        rows=tuple(
            (reader.say(noun_of_table(each.table).title), one_line(each.field), each.connection)
            for each in document.missing.withheld
        ),
    )


def _coverage(document: Document) -> TableView:
    reader = document.reader
    heads = (
        Sentence("Connection"),
        Sentence("Table"),
        Sentence("Announced"),
        Sentence("Arrived"),
        Sentence("Usable"),
        Sentence("Complete"),
    )
    return TableView(
        title=reader.say(Sentence("Whether everything arrived")),
        note="",
        heads=tuple(reader.say(head) for head in heads),
        rows=tuple(
            (
                each.connection,
                reader.say(noun_of_table(each.table).title),
                "–" if each.vendor_count is None else reader.count(each.vendor_count),
                reader.count(each.arrived),
                reader.count(each.facts),
                reader.say(Sentence("yes") if each.complete else Sentence("no")),
            )
            for each in document.missing.coverage
        ),
    )

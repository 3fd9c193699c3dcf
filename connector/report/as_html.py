"""HTML: one file that needs no network and no script, and is written page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import IO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from connector.report.closing import Closing, closing
from connector.report.document import Document
from connector.report.judged import ColourCount, tally
from connector.report.nouns import noun_of_table
from connector.report.people import ORGANISATION
from connector.report.sentence import Sentence
from connector.report.view import Link, Views


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the first page."""

    title: str
    """Of the window."""
    heading: str
    lines: tuple[str, ...]
    tally: tuple[ColourCount, ...]
    notices: tuple[str, ...]
    links: tuple[Link, ...]
    first: str
    skip: str
    contents: str
    missing: str


def write_html(document: Document, file: IO[bytes]) -> None:
    """The report as one HTML file."""
    for part in _parts(document):
        file.write(part.encode("utf-8"))


def _parts(document: Document) -> Iterator[str]:
    views = Views(document)
    environment = _environment()
    style = (resources.files("connector.report") / "templates" / "style.css").read_text("utf-8")
    head = environment.get_template("head.jinja2")
    # Both style sheets are our own: what comes from elsewhere is escaped letter by letter in `_css_text`.
    yield head.render(
        head=_head(views), language=document.reader.language, style=Markup(style), labels=Markup(_labels(views))
    )
    template = environment.get_template("page.jinja2")
    for page in document.pages():
        yield template.render(page=views.page(page))
    tail: Closing = closing(document)
    yield environment.get_template("tail.jinja2").render(tail=tail)


@cache
def _environment() -> Environment:
    # Escaping is switched on as such: the usual chooser goes by the file's ending and does not know .jinja2.
    return Environment(
        loader=PackageLoader("connector.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _head(views: Views) -> Head:
    document, say = views.document, views.reader.say
    top = document.top
    about = views.title(ORGANISATION if top is None else top)
    anchors = [views.anchors[place] for place in document.readership.pages]
    return Head(
        title=" – ".join(filter(None, (about, document.organisation))),
        heading=document.organisation or about,
        lines=tuple(_freshness(document)),
        tally=tally(views.reader, [each for gaps in document.source.gaps.values() for each in gaps]),
        notices=tuple(_notices(document)),
        links=tuple(_links(views)),
        first=anchors[0] if anchors else "missing",
        skip=say(Sentence("To the numbers")),
        contents=say(Sentence("Contents")),
        missing=say(Sentence("What is missing, and why")),
    )


def _freshness(document: Document) -> Iterator[str]:
    """From when the data is, and whose report it is."""
    reader, moments = document.reader, document.moments
    facts, computed = reader.moment(moments.data_as_of), reader.moment(moments.as_of)
    zone = reader.timezone
    yield reader.say(
        Sentence("Numbers as of {moment} ({zone}); data pulled {pulled}", moment=computed, zone=zone, pulled=facts)
    )


def _notices(document: Document) -> Iterator[str]:
    say = document.reader.say
    if document.stale:
        yield say(
            Sentence("Newer data has been pulled since; `crm-kpi compute` and a new report bring it into the numbers.")
        )
    if document.redefined:
        names = document.reader.listed(map(document.reader.kpi, document.redefined))
        yield say(Sentence("Defined anew since these numbers were computed: {kpis}.", kpis=names))
    if document.missing.incomplete:
        tables = document.reader.listed(
            document.reader.say(noun_of_table(table).title) for table in document.missing.incomplete
        )
        yield say(Sentence("Not everything arrived of: {tables}. Numbers on them are incomplete.", tables=tables))


def _links(views: Views) -> Iterator[Link]:
    people = views.document.people
    for place in views.document.readership.pages:
        depth = sum(1 for _ in people.ancestors(place))
        yield Link(views.anchors[place], views.title(place), depth)


def _labels(views: Views) -> str:
    """On a phone a row is a card, and each number carries the head of its column; said once for all pages."""
    rules = []
    for scope, span in sorted(views.document.source.spans.items()):
        for at, column in enumerate(views.columns(span)[1:-1], start=2):
            text = _css_text(column.short or column.name)
            rules.append(f".{scope} .k td:nth-child({at})::before{{content:{text}}}")
    return "@media (max-width:760px){" + "\n".join(rules) + "}"


def _css_text(text: str) -> str:
    """A string in a style sheet; only letters, digits and spaces of the text can stand as they are.

    >>> _css_text('Q4 "2025"</style>')
    '"Q4 \\\\22 2025\\\\22 \\\\3c \\\\2f style\\\\3e "'
    """
    return '"' + "".join(each if each.isalnum() or each == " " else f"\\{ord(each):x} " for each in text) + '"'

"""A page as the templates take it: every number a text in the reader's language, every chart its coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from connector.report import chart
from connector.report.cells import Cell
from connector.report.document import Document
from connector.report.judged import ColourCount, TargetView, in_line, tally, with_bullet
from connector.report.page import Line, Page
from connector.report.people import NOBODY, ORGANISATION, Place
from connector.report.picture import Pictures, SparklineView, TrendView
from connector.report.sentence import Sentence
from connector.report.span import Shown, Span
from connector.report.text import isolated
from connector.report.wording import Beside, CellText, cell_text


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, what is said about it in small, and its short form for a phone."""

    name: str
    note: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One KPI."""

    name: str
    cells: tuple[CellText, ...]
    """The period before, the latest one, twelve months."""
    target: TargetView | None
    spark: SparklineView | None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the contents, or a member of a team."""

    anchor: str
    name: str
    depth: int = 0
    tally: tuple[ColourCount, ...] = ()


@dataclass(frozen=True, slots=True)
class PageView:
    """One page."""

    scope: str
    anchor: str
    title: str
    crumb: str
    up: str
    """Leads back to the contents; empty where there are none."""
    with_targets: bool
    """Whether anybody has a target; else the column is left out."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    silent: str
    targets: tuple[TargetView, ...]
    targets_title: str
    targets_key: str
    trends: tuple[TrendView, ...]
    trends_title: str
    trends_key: str
    members: tuple[Link, ...]
    members_title: str


class Views:
    """Makes the views of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.reader = document.reader
        self.anchors = {place: f"p{at}" for at, place in enumerate(document.readership.pages)}
        self.with_targets = bool(document.source.gaps)
        self.pictures = Pictures(self.reader)

    # Words -------------------------------------------------------------------------------------------------------

    def title(self, place: Place) -> str:
        """What a page is called."""
        if place == ORGANISATION:
            return self.reader.say(Sentence("The whole company"))
        if place.id == NOBODY:
            words = {"owner": Sentence("Without an owner"), "team": Sentence("Without a team")}
            return self.reader.say(words[place.scope])
        return self.document.people.name(place)

    def period(self, shown: Shown) -> str:
        """What a period is called."""
        return self.reader.period(shown.grain, shown.start, shown.end)

    def columns(self, span: Span) -> tuple[Column, ...]:
        """The heads of a table of KPIs."""
        say, trailing = self.reader.say, self.document.source.trailing
        dates = ""
        if trailing.start and trailing.end:
            dates = self.reader.days(trailing.start, min(trailing.end, _day_after(self.document.moments.today)))
        return (
            Column(say(Sentence("KPI"))),
            Column(self.period(span.before) if span.before else "–"),
            Column(self.period(span.latest), self._elapsed(span.latest), self._to_date(span.latest)),
            Column(say(Sentence("Last 12 months")), dates),
            *((Column(say(Sentence("Target"))),) if self.with_targets else ()),
            Column(say(Sentence("Trend")), self._trend_note(span)),
        )

    def _elapsed(self, shown: Shown) -> str:
        if shown.finished or shown.elapsed is None:
            return ""
        return self.reader.say(Sentence("to date, {share} elapsed", share=self.reader.share(shown.elapsed)))

    def _to_date(self, shown: Shown) -> str:
        name = self.period(shown)
        return name if shown.finished else self.reader.say(Sentence("{period} to date", period=name))

    def _trend_note(self, span: Span) -> str:
        shown = span.periods[-chart.MOST_POINTS :]
        return f"{self.period(shown[0])} – {self.period(shown[-1])}" if len(shown) > 1 else ""

    # Pages -------------------------------------------------------------------------------------------------------

    def page(self, page: Page) -> PageView:
        """One page."""
        say = self.reader.say
        return PageView(
            scope=page.place.scope,
            anchor=self.anchors[page.place],
            title=self.title(page.place),
            crumb=self._crumb(page),
            up=say(Sentence("Contents")) if len(self.anchors) > 1 else "",
            with_targets=self.with_targets,
            columns=self.columns(page.span),
            rows=tuple(self._row(page, line) for line in page.lines),
            empty=say(Sentence("There is nothing to show yet.")),
            silent=self._silent(page),
            targets=tuple(self._targets(page)),
            targets_title=say(Sentence("Targets")),
            targets_key=say(Sentence("bar: actual · thick mark: target · dashed mark: where it should stand today")),
            trends=tuple(self.pictures.trends(page)) if page.place == ORGANISATION else (),
            trends_title=say(Sentence("Trends")),
            trends_key=say(
                Sentence("dashed end: the running period · blue band: 95 % interval · dashed line across: target")
            ),
            members=tuple(self._members(page)),
            members_title=say(Sentence("Members")),
        )

    def _crumb(self, page: Page) -> str:
        kinds = {"team": Sentence("Team"), "owner": Sentence("Person")}
        if page.place.scope not in kinds or page.place.id == NOBODY:
            return ""
        kind = self.reader.say(kinds[page.place.scope])
        return kind if page.above is None else f"{kind} · {self.document.people.name(page.above)}"

    def _silent(self, page: Page) -> str:
        if not page.silent:
            return ""
        names = self.reader.listed(map(self.reader.kpi, page.silent))
        return self.reader.say(Sentence("Nothing on record here for: {kpis}.", kpis=names))

    def _targets(self, page: Page) -> Iterator[TargetView]:
        for definition in self.document.definitions:
            own = (each for each in page.gaps if each.is_set and each.kpi == definition.id)
            yield from (with_bullet(self.reader, each, definition) for each in own)

    def _members(self, page: Page) -> Iterator[Link]:
        for place in page.members:
            gaps = self.document.source.gaps.get(place, ())
            yield Link(self.anchors[place], self.title(place), tally=tally(self.reader, gaps))

    # Lines -------------------------------------------------------------------------------------------------------

    def _row(self, page: Page, line: Line) -> Row:
        return Row(
            name=self.reader.kpi(line.definition),
            cells=self.cells(page, line),
            target=None if line.target is None else in_line(self.reader, line.target, page.span),
            spark=self.pictures.sparkline(page, line),
        )

    def cells(self, page: Page, line: Line) -> tuple[CellText, ...]:
        """The period before, the latest one, twelve months, in words."""
        shown = (line.before, line.latest, line.trailing)
        return tuple(self._cell(page, line, *each) for each in zip(shown, line.beside, strict=True))

    def _cell(self, page: Page, line: Line, cell: Cell | None, beside: Cell | None) -> CellText:
        if cell is None and line.trailing is None:
            return CellText("nothing", "")
        compared = Beside(self._who(page), beside, line.beside[2]) if page.beside else None
        whole = page.place == ORGANISATION
        return cell_text(self.reader, line.definition, cell, beside=compared, whole=whole)

    def _who(self, page: Page) -> Sentence:
        """What a page is compared with, in a word; a team above a team by its name."""
        if page.beside is None or page.beside == ORGANISATION:
            return Sentence("company")
        if page.beside == page.above and page.place.scope == "owner":
            return Sentence("team")
        return Sentence("{name}", name=isolated(self.document.people.name(page.beside)))


def _day_after(day: date) -> date:
    return day + timedelta(days=1)

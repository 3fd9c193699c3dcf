"""One page: a place, its KPIs line by line, its targets. What is known, before anybody formats it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.report.audience import Readership
from connector.report.cells import Cell, Cells, cells_of
from connector.report.gaps import Gaps, TargetGap, most_telling
from connector.report.people import People, Place
from connector.report.span import Moments, Shown, Span
from connector.report.trailing import Trailing
from connector.store import Store
from kpi_engine.definition import Definition


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI of one place."""

    definition: Definition
    cells: tuple[Cell, ...]
    """All its periods, in order."""
    before: Cell | None
    latest: Cell | None
    trailing: Cell | None
    """The last twelve months."""
    beside: tuple[Cell | None, Cell | None, Cell | None]
    """The same three of the team (or company) that it is compared with."""
    target: TargetGap | None

    @property
    def says_nothing(self) -> bool:
        """No row ever, and nobody set a target."""
        silent = all(cell.says_nothing for cell in (*self.cells, *filter(None, (self.trailing,))))
        return silent and (self.target is None or not self.target.is_set)


@dataclass(frozen=True, slots=True)
class Page:
    """One place."""

    place: Place
    name: str
    span: Span
    above: Place | None
    """The team that it is in."""
    beside: Place | None
    """What it is compared with."""
    lines: tuple[Line, ...]
    silent: tuple[Definition, ...]
    """KPIs that have nothing at all to say here."""
    gaps: tuple[TargetGap, ...]
    """Its targets, and where one is missing beside those of others."""
    members: tuple[Place, ...]
    """The pages of who is in this team, and of its subteams."""


@dataclass(frozen=True)
class Source:
    """Everything that pages are made of; the values themselves stay in the store until their page is wanted."""

    store: Store
    definitions: Sequence[Definition]
    moments: Moments
    people: People
    readership: Readership
    spans: dict[str, Span]
    trailing: Trailing
    gaps: Gaps

    def pages(self) -> Iterator[Page]:
        """The pages in their order; those who have no values at all are left out."""
        beside = self._beside()
        for place, cells in cells_of(self.store, self.readership.pages, self.spans):
            yield self._page(place, cells, beside=beside)

    def _beside(self) -> dict[Place, Cells]:
        """The values that others are compared with: a few teams and the company, kept for all pages."""
        places = sorted(set(self.readership.compared.values()))
        return dict(cells_of(self.store, places, self.spans))

    def _page(self, place: Place, cells: Cells, *, beside: dict[Place, Cells]) -> Page:
        span, other = self.spans[place.scope], self.readership.compared.get(place)
        gaps = self.gaps.get(place, ())
        lines = [
            self._line(definition, place, cells[definition.id], beside=beside.get(other, {}) if other else {})
            for definition in self.definitions
            if definition.id in cells
        ]
        return Page(
            place=place,
            name=self.people.name(place),
            span=span,
            above=self._above(place),
            beside=other,
            lines=tuple(line for line in lines if not line.says_nothing),
            silent=tuple(line.definition for line in lines if line.says_nothing),
            gaps=tuple(gaps),
            members=tuple(each for each in self.readership.pages if self.people.above.get(each) == place),
        )

    def _above(self, place: Place) -> Place | None:
        """The team that it is in; what is above the team that a report is for, is not this audience's."""
        above = self.people.above.get(place)
        is_theirs = self.readership.whole or place.scope == "owner" or above in self.readership.places
        return above if is_theirs else None

    def _line(self, definition: Definition, place: Place, cells: tuple[Cell, ...], *, beside: Cells) -> Line:
        span, other = self.spans[place.scope], self.readership.compared.get(place)
        theirs = beside.get(definition.id, ())
        return Line(
            definition=definition,
            cells=cells,
            before=_of(cells, span.before),
            latest=_of(cells, span.latest),
            trailing=self.trailing.of(place, definition.id),
            beside=(
                _of(theirs, span.before),
                _of(theirs, span.latest),
                self.trailing.of(other, definition.id) if other else None,
            ),
            target=most_telling(self.gaps.get(place, ()), definition.id, span=span, today=self.moments.today),
        )


def _of(cells: tuple[Cell, ...], period: Shown | None) -> Cell | None:
    """The cell of a period; compared by both ends, as the two scopes may be shown by different lengths."""
    if period is None:
        return None
    end = "" if period.end is None else period.end.isoformat()
    # The wanted ones are the last.
    return next((cell for cell in reversed(cells) if (cell.start, cell.end) == (period.key, end)), None)

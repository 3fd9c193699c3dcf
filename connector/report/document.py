"""A report before it has a form: what every format is written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from connector.compute import OpenEngine
from connector.config import Config
from connector.errors import ConnectorError, Message
from connector.report.audience import Audience, Readership, readership
from connector.report.cells import computed_places
from connector.report.gaps import read_gaps
from connector.report.missing import Missing, Tally, missing
from connector.report.page import Page, Source
from connector.report.people import People, Place, read_people
from connector.report.reader import Reader
from connector.report.span import Moments, spans
from connector.report.trailing import NONE as NO_TRAILING
from connector.report.trailing import trailing
from connector.store import Store, runs
from kpi_engine.definition import Definition
from kpi_engine.evaluate import fingerprint


@dataclass(frozen=True)
class Document:
    """One report for one audience in one language."""

    organisation: str
    currency: str
    reader: Reader
    moments: Moments
    source: Source
    missing: Missing
    stale: bool
    """A later pull brought facts that the values do not have yet."""
    redefined: tuple[Definition, ...]
    """KPIs whose definition is no longer the one that their values were computed by."""
    tally: Tally = field(default_factory=Tally)
    """Filled while pages are read: what is missing is told after them."""

    @property
    def readership(self) -> Readership:
        return self.source.readership

    @property
    def people(self) -> People:
        return self.source.people

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(self.source.definitions)

    @property
    def top(self) -> Place | None:
        """The first page: what the report is about; None where nothing was computed."""
        return next(iter(self.readership.pages), None)

    def pages(self) -> Iterator[Page]:
        """The pages in order, read from the store as they are wanted; counted anew each time."""
        self.tally.statuses.clear()
        self.tally.excluded.clear()
        return self.tally.watched(self.source.pages())


def document(
    config: Config, store: Store, *, audience: Audience, language: str, period: str | None, engine: OpenEngine
) -> Document:
    """Everything that a report is made of.

    Raises:
        ConnectorError: nothing was computed yet.
        ConfigError: the team, owner or period does not exist.
    """
    moments = _moments(config, store)
    people = read_people(store)
    who = readership(audience, people, computed_places(store))
    shown = spans(store, moments, scopes=sorted({place.scope for place in who.places}), wanted=period)
    stale = _is_stale(store)
    source = Source(
        store=store,
        definitions=config.definitions,
        moments=moments,
        people=people,
        readership=who,
        spans=dict(shown),
        trailing=NO_TRAILING
        if stale
        else trailing(config, store, moments=moments, spans=shown.values(), places=who.places, engine=engine),
        gaps=read_gaps(store, moments, spans=shown, places=frozenset(who.pages)),
    )
    organisation = config.organisation
    return Document(
        organisation=organisation.name,
        currency=organisation.currency,
        reader=Reader(language, organisation.timezone, organisation.fiscal_year_starts),
        moments=moments,
        source=source,
        missing=missing(store, whole=who.whole),
        stale=stale,
        redefined=tuple(_redefined(config, store)),
    )


def _moments(config: Config, store: Store) -> Moments:
    row = store.db.conn.execute("SELECT max(as_of), max(data_as_of) FROM kpi_values").fetchone()
    if row[0] is None:
        raise ConnectorError(
            Message("there are no KPI values to report yet"), hint=Message("run `crm-kpi run`, or `crm-kpi compute`")
        )
    as_of, data_as_of = (datetime.fromisoformat(text) for text in row)
    return Moments(config.calendar(), as_of, data_as_of)


def _is_stale(store: Store) -> bool:
    """Whether a pull has brought facts that the values do not have yet."""
    computed_from = store.db.conn.execute("SELECT max(data_as_of) FROM kpi_values").fetchone()[0]
    return bool(runs.data_as_of(store) != computed_from)


def _redefined(config: Config, store: Store) -> Iterator[Definition]:
    computed = dict(store.db.conn.execute("SELECT kpi, max(definition) FROM kpi_values GROUP BY kpi"))
    for definition in config.definitions:
        if computed.get(definition.id, fingerprint(definition)) != fingerprint(definition):
            yield definition

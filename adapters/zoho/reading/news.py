"""One run that reads what changed since the last: deletions, records that came back, records that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from adapters.zoho.asking import Asking
from adapters.zoho.metadata import Metadata
from adapters.zoho.reading import cases, coql, counts, deleted, list_pages, planner
from adapters.zoho.reading.counts import Counted
from adapters.zoho.reading.extras import said_pages
from adapters.zoho.reading.memory import Memory, News, checksum, no_later
from adapters.zoho.reading.module import Batch, in_order, raise_unless_refused
from adapters.zoho.reading.planner import Way
from adapters.zoho.reading.recent import Recent
from adapters.zoho.reading.subject import Subject
from connector.contract import Deletions, Finished, PullTalk, State
from connector.errors import AdapterError, AuthError, RejectedError

_NAMES_A_COLUMN: Final = frozenset(("INVALID_QUERY", "INVALID_DATA", "SYNTAX_ERROR", "INVALID_MODULE"))


class ReadAgain(Exception):
    """No error: news are not enough, everything has to be read."""

    def __init__(self, now: datetime | None) -> None:
        super().__init__()
        self.now = now


class NewsRead:
    """What changed since the last run."""

    def __init__(self, subject: Subject, memory: Memory, *, saves: bool = True) -> None:
        """Begin.

        Args:
            subject: The module.
            memory: Of the last run; afterwards, what the next one goes on from.
            saves: Whether a page may be where another run goes on.
        """
        self.memory = replace(memory, in_news=False)
        self._subject = subject
        self._saves = saves
        self._read = subject.read_with(memory.metadata, unmade=memory.unmade)
        self._recent = Recent(None)
        self._now: datetime | None = None
        self._said = memory.in_news
        self._looked_again = False

    def talk(self, state: State) -> PullTalk:
        """All that there is to say; where there is nothing, it ends with the state that it began with.

        Raises:
            ReadAgain: only reading everything brings the news.
        """
        yield from self.changes()
        counted: Counted = yield from counts.count(self._read, self.memory.counted_by)
        yield Finished(
            self._read.module,
            next_state=self.memory.as_state() if self._said else state,
            vendor_count=counted.number,
            counts_fewer=self.memory.counts_fewer,
        )

    def changes(self) -> PullTalk:
        """Records that changed, deletions, records that came back; in this order the count fits best afterwards.

        Raises:
            ReadAgain: only reading everything brings the news.
        """
        if not self._read.has_stamp:
            raise ReadAgain(None)
        yield from self._changed()
        yield from self._called()
        told: deleted.Told = yield from deleted.deletions(self._read, self.memory.gone, overlap=self._subject.overlap)
        if told.too_many:
            raise ReadAgain(self._now)
        yield from self._gone(told)
        yield from self._back(told.back)

    def _clock(self, at: datetime | None) -> None:
        """Told what time it is, by the first answer.

        The end of a whole reading that took days (it was interrupted) is not due at once: what was deleted meanwhile
        would be missed until the next run.
        """
        self._now = self._now or at
        if self._saves and self.memory.is_due(self._now, days=self._subject.settings.reconcile_days):
            raise ReadAgain(self._now)

    def _point(self) -> State | None:
        return self._midway(self.memory)

    def _midway(self, memory: Memory) -> State | None:
        return replace(memory, in_news=True).as_state() if self._saves else None

    def _gone(self, told: deleted.Told) -> PullTalk:
        if told.listed != self.memory.gone.listed:
            self._said = True
            self.memory = replace(self.memory, gone=replace(self.memory.gone, listed=told.listed))
        if told.deleted:
            self._said = True
            self.memory = replace(self.memory, gone=self.memory.gone.with_more(told.deleted, now=self._now))
            yield Deletions(self._read.module, sorted(told.deleted), next_state=self._point())

    def _back(self, ids: Sequence[str]) -> Asking:
        """Records that left the list of the deleted: those that are there again."""
        for start in range(0, len(ids), list_pages.IDS_AT_ONCE):
            batch = yield from list_pages.whole_by_ids(self._read, ids[start : start + list_pages.IDS_AT_ONCE])
            yield from self._pages(batch, next_state=None)
        if ids:
            self._said = True
            self.memory = replace(self.memory, gone=self.memory.gone.without(ids))

    def _called(self) -> Asking:
        """Cases that did not change themselves, but somebody made a call."""
        if not cases.makes_first_response(self._read):
            return
        try:
            found = yield from cases.called_since(
                self._read, self.memory.calls, overlap=self._subject.overlap, now=self._now
            )
        except (RejectedError, AuthError) as error:
            raise_unless_refused(error)
            raise ReadAgain(self._now) from None
        ids, calls = found
        for start in range(0, len(ids), list_pages.IDS_AT_ONCE):
            batch = yield from list_pages.whole_by_ids(self._read, ids[start : start + list_pages.IDS_AT_ONCE])
            yield from self._pages(batch, next_state=None)
        if calls != self.memory.calls:
            self._said = True
            self.memory = replace(self.memory, calls=calls)

    # ---- changed records ----

    def _changed(self) -> Asking:
        ways = self._ways()
        for way in ways:
            try:
                yield from self._by(way)
            except (RejectedError, AuthError) as error:
                raise_unless_refused(error)
                yield from self._look_again(error)
                if way is ways[-1]:
                    raise
                self._said = True
                self.memory = replace(self.memory, refused=(*self.memory.refused, way.value))
            else:
                break
        if self._said:
            self.memory = replace(self.memory, news=self._remembered())

    def _ways(self) -> tuple[Way, ...]:
        """The ways to try; Bulk Read is too slow for news."""
        read, settings = self._read, self._read.settings
        wanted = settings.way_of(read.module)
        if settings.insists(read.module):
            return (Way.LIST if wanted == Way.LIST.value else Way.COQL,)
        hard = planner.obstacles(read.module, read.fields, read.metadata, refused=self.memory.refused, rows=None)
        lists_first = Way.COQL in hard or (wanted == Way.LIST.value and Way.LIST not in hard)
        return (Way.LIST, Way.COQL) if lists_first else (Way.COQL, Way.LIST)

    def _by(self, way: Way) -> Asking:
        news = self.memory.news
        start = news.starts(self._subject.overlap)
        if way is Way.LIST:
            chain = list_pages.Chain(by_time=True, since=start, clock=self._clock)
            yield from list_pages.read_pages(self._read, self._say, chain)
        else:
            yield from coql.read_news(self._read, self._say, news=news, start=start, clock=self._clock)

    def _say(self, batch: Batch, _: Mapping[str, Any]) -> Asking:
        self._recent.note(batch, self._read.fields)
        new = batch.kept(self._unknown(batch))
        if not new.count:
            return
        yield from self._refreshed(new)
        self._said = True
        moved = replace(self.memory, news=News(no_later(self._recent.newest, self._now)))
        yield from self._pages(new, next_state=self._midway(moved))

    def _pages(self, batch: Batch, *, next_state: State | None) -> Asking:
        """Say records; where what completes them is refused now, what can be had is to be found out anew."""
        try:
            yield from said_pages(self._read, batch, next_state=next_state)
        except (RejectedError, AuthError) as error:
            raise_unless_refused(error)
            raise ReadAgain(self._now) from None

    def _unknown(self, batch: Batch) -> list[bool]:
        """Which records say something that they did not say before."""
        news = self.memory.news
        if news.settled:  # a list says "since" more generously than it was asked
            return [_is_later(news, at, each) for at, each in zip(batch.stamps(), batch.ids, strict=True)]
        if not news.known:
            return [True] * batch.count
        cells = [batch.columns[name] for name in self._read.fields]
        return [
            record_id not in news.known or news.known[record_id] != checksum(column[place] for column in cells)
            for place, record_id in enumerate(batch.ids)
        ]

    def _refreshed(self, batch: Batch) -> Asking:
        """Look at the metadata again, at most once, before records are read by it that may be newer than it is."""
        stages = batch.columns.get("Stage", ()) if self._read.module == "Deals" else ()
        unknown = any(stage is not None and stage not in self.memory.metadata.outcomes for stage in stages)
        if not self._looked_again and (unknown or self.memory.metadata.is_old(self._now)):
            yield from self._look_again(None)

    def _look_again(self, because: AdapterError | None) -> Asking:
        """Read the metadata again.

        Raises:
            RejectedError: a field is gone.
            ReadAgain: records that were read before would look different now.
        """
        if self._looked_again or (because is not None and because.code not in _NAMES_A_COLUMN):
            return
        self._looked_again = True
        fresh: Metadata = yield from self._subject.metadata()
        if fresh.differs(self.memory.metadata):
            raise ReadAgain(self._now)
        self.memory = replace(self.memory, metadata=fresh)
        self._read = self._subject.read_with(fresh, unmade=self.memory.unmade)

    def _remembered(self) -> News:
        before, overlap = self.memory.news, self._subject.overlap
        newest = no_later(max(filter(None, (self._recent.newest, before.at)), default=None), self._now)
        if newest is None:
            return before
        if self._now is not None and self._now > newest + overlap:
            seen = newest == self._recent.newest
            return News(newest, self._recent.newest_id if seen else before.last_id, settled=True)
        return News(newest, "", known=self._recent.known(newest - overlap))


def _is_later(news: News, at: datetime | None, record_id: str) -> bool:
    """Whether a record came after those that were read, be it in the same second."""
    if at is None or news.at is None or at != news.at:
        return at is None or news.at is None or at > news.at
    return news.last_id != "" and in_order(record_id) > in_order(news.last_id)

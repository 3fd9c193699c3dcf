"""One full read of a module, in the way that the planner picks, or the rest of one that an earlier run began."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.zoho import faults
from adapters.zoho.asking import Asking
from adapters.zoho.reading import bulk, coql, counts, extras, list_pages, planner
from adapters.zoho.reading.counts import Counted
from adapters.zoho.reading.memory import Calls, Gone, Memory, News, instant, no_later, written
from adapters.zoho.reading.module import Batch, raise_unless_refused
from adapters.zoho.reading.news import NewsRead, ReadAgain
from adapters.zoho.reading.planner import Plan, Way, Wish
from adapters.zoho.reading.recent import Recent
from adapters.zoho.reading.subject import Subject
from connector.contract import Finished, PullTalk, State, Withheld
from connector.errors import AuthError, Message, RejectedError, UnexpectedResponse


class FullRead:
    """Everything, as a snapshot."""

    def __init__(self, subject: Subject, memory: Memory, *, now: datetime | None = None) -> None:
        """Begin.

        Args:
            subject: The module.
            memory: With fresh metadata; where its `reading` is set, an earlier run is gone on with.
            now: The server's clock before anything was asked.
        """
        self._subject = subject
        self._memory = memory
        self._read = subject.read_with(memory.metadata, unmade=memory.unmade)
        self._midway = memory.reading
        self._now = instant(self._midway["now"]) if self._midway else now
        self._newest = instant(self._midway["newest"]) if self._midway else None
        self._rows: int | None = self._midway["rows"] if self._midway else None
        self._refused: list[str] = []
        self._recent = Recent(None)
        self._arrived = 0

    def talk(self) -> PullTalk:
        """All that there is to say."""
        if self._midway is None:
            yield from self._look_for_unmade()
        yield Withheld(self._read.module, self._read.withheld)
        if self._midway is None:
            yield from self._look()
        self._recent = Recent(self._newest - self._subject.overlap if self._newest else None)
        plan = self._plan()
        way = yield from self._by_the_first_way(plan)
        memory, number = yield from self._agreed(self._remembered())
        exact = self._midway is None and number == self._arrived
        memory = replace(memory, counts_fewer=self._read.module in counts.COUNTS_FEWER and not exact)
        yield Finished(
            self._read.module,
            next_state=memory.as_state(),
            snapshot=True,
            vendor_count=number,
            counts_fewer=memory.counts_fewer,
            note=_note(self._read.module, way, plan),
        )

    def _look_for_unmade(self) -> Asking:
        self._memory = replace(self._memory, unmade=(yield from extras.unmade(self._read)))
        self._read = self._subject.read_with(self._memory.metadata, unmade=self._memory.unmade)
        self._memory = replace(self._memory, made_as=self._read.made_as)

    def _look(self) -> Asking:
        """How many records there are, and where the next run's news begin: both before anything is read."""
        counted: Counted = yield from counts.count(self._read, self._memory.counted_by)
        self._rows, self._now = counted.number, self._now or counted.at
        self._memory = replace(self._memory, counted_by=counted.way)
        self._newest = no_later((yield from self._newest_stamp()), self._now)

    def _agreed(self, memory: Memory) -> Asking:
        """Count again where what arrived is not what was counted; then read what happened meanwhile, and count again.

        The rest of a reading that an earlier run began says neither how many there are nor what became of its
        beginning: after it, what happened meanwhile is always read.

        Returns:
            What is remembered, and how many records Zoho says there are.
        """
        number, in_one_run = self._rows, self._midway is None
        if not in_one_run or (number is not None and number != self._arrived):
            number = (yield from counts.count(self._read, memory.counted_by)).number
        if not self._read.has_stamp or (in_one_run and number in (None, self._arrived)):
            return memory, number
        news = NewsRead(self._subject, memory, saves=False)
        with suppress(ReadAgain):  # more than news can say: the next run notices it, too
            yield from news.changes()
        return news.memory, (yield from counts.count(self._read, memory.counted_by)).number

    def _newest_stamp(self) -> Asking:
        """The newest time of change before anything was read: the next run's news begin there."""
        if not self._read.has_stamp:
            return None
        try:
            return (yield from coql.newest_stamp(self._read))
        except (RejectedError, AuthError) as error:
            raise_unless_refused(error)
            return (yield from list_pages.newest_stamp(self._read))

    def _plan(self) -> Plan:
        read, settings, rows = self._read, self._read.settings, self._rows
        stopped = planner.obstacles(read.module, read.fields, read.metadata, refused=self._memory.refused, rows=rows)
        wish = Wish(settings.way_of(read.module), settings.insists(read.module), settings.bulk_from)
        plan = planner.plan(rows, fields=len(read.fields), wish=wish, obstacles=stopped)
        if self._midway is None:
            return plan
        begun = Way(self._midway["cursor"]["way"])
        rest = tuple(way for way in plan.ways if way is not begun)
        return Plan((begun, *rest), Message("an earlier run began so"))

    def _by_the_first_way(self, plan: Plan) -> Asking:
        """Read by the first way that Zoho lets us go to its end."""
        for way in plan.ways:
            self._arrived = 0
            cursor = self._midway["cursor"] if self._midway and self._midway["cursor"]["way"] == way else None
            try:
                self._arrived = yield from self._by(way, cursor)
            except (RejectedError, AuthError, UnexpectedResponse) as error:
                raise_unless_refused(error)
                if way is plan.ways[-1]:
                    raise
                self._refused.append(way.value)
            else:
                return way
        raise faults.no_way(self._read.module, tried=Message("no way is known"))

    def _by(self, way: Way, cursor: Mapping[str, Any] | None) -> Asking:
        match way:
            case Way.COQL:
                return (yield from self._by_coql(cursor["after"] if cursor else ""))
            case Way.BULK:
                job = bulk.Job.from_state(cursor) if cursor else None
                return (yield from bulk.read_all(self._read, self._say, job=job, remember=self._reading))
            case Way.LIST:
                begun = list_pages.Chain.from_state(cursor) if cursor else None
                chain = begun or list_pages.Chain(by_time=self._read.has_stamp, expects=bool(self._rows))
                return (yield from list_pages.read_pages(self._read, self._say, chain))

    def _by_coql(self, after: str) -> Asking:
        return (yield from coql.read_all(self._read, self._say, after=after, rows=self._rows))

    def _say(self, batch: Batch, cursor: dict[str, Any]) -> Asking:
        self._recent.note(batch, self._read.fields)
        yield from extras.said_pages(self._read, batch, next_state=self._reading(cursor))

    def _reading(self, cursor: dict[str, Any]) -> State:
        """The state in the middle of a full read."""
        begun = {
            "cursor": cursor,
            "now": written(self._now) if self._now else None,
            "newest": written(self._newest) if self._newest else None,
            "rows": self._rows,
        }
        return replace(self._memory, reading=begun).as_state()

    def _remembered(self) -> Memory:
        """What the next run goes on from: what changed since the moment before the first call."""
        newest, now, overlap = self._newest, self._now, self._subject.overlap
        settled = newest is not None and now is not None and now > newest + overlap
        known = self._recent.known(newest - overlap) if newest is not None and not settled else {}
        since = max(filter(None, (newest, now)), default=None)
        return replace(
            self._memory,
            news=News(newest, "", settled, known),
            gone=Gone(since),
            calls=Calls(since),
            full_at=now or newest,
            refused=tuple(self._refused),
            reading=None,
        )


def _note(module: str, way: Way, plan: Plan) -> Message:
    if way is plan.ways[0]:
        return Message("{module} was read by {way}: {why}", module=module, way=way.value, why=plan.why)
    return Message(
        "{module} was read by {way}, as Zoho refused {other}", module=module, way=way.value, other=plan.ways[0].value
    )

"""What a module's conversation remembers from one run to the next, as JSON.

`News` is how far changes were read. Once the server's clock has left the newest record behind by more than the overlap,
nothing older can appear any more, and the next run asks for what comes after it. Until then it reaches back by the
overlap and leaves out what it knows: the records that were there already, each with a checksum of what it said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zlib import crc32

from adapters.zoho.metadata import Metadata
from connector.contract import State

VERSION: Final = 4
"""Of the state and of what becomes of a record; another version has everything read again."""
MOST_KNOWN: Final = 500
"""More recent records than this are not remembered; they arrive once more, which costs calls and changes nothing."""
MOST_GONE: Final = 100
"""The latest deletions are remembered, so that a record that leaves the list of the deleted is noticed: it is back."""


def instant(text: Any) -> datetime | None:
    """A date-time as Zoho writes it; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def written(at: datetime) -> str:
    """A moment as queries and headers want it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def no_later(newest: datetime | None, now: datetime | None) -> datetime | None:
    """The newest record's time of change, or the server's own: a record that is stamped in the future must not hide
    what changes until then."""
    return newest if newest is None or now is None else min(newest, now)


def checksum(values: Iterable[Any]) -> int:
    """Of what a record says; the same in every process."""
    return crc32(repr(tuple(values)).encode())


@dataclass(frozen=True, slots=True)
class News:
    """How far the changes of a module were read."""

    at: datetime | None = None
    """Modified_Time of the newest record that was read; None where there was none."""
    last_id: str = ""
    """The last of that second; empty: all of that second were read."""
    settled: bool = False
    """Nothing as old as that can appear any more."""
    known: Mapping[str, int] = field(default_factory=dict)
    """Records within the overlap: id -> checksum."""

    def starts(self, overlap: timedelta) -> datetime | None:
        """From when on the next run asks."""
        return self.at if self.at is None or self.settled else self.at - overlap

    def as_state(self) -> dict[str, Any]:
        return {
            "at": written(self.at) if self.at else None,
            "id": self.last_id,
            "settled": self.settled,
            "known": dict(self.known),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> News:
        return cls(instant(state["at"]), state["id"], state["settled"], state["known"])


@dataclass(frozen=True, slots=True)
class Gone:
    """How far the list of deleted records was read."""

    at: datetime | None = None
    """From when on the next run asks, before the overlap."""
    known: Mapping[str, str] = field(default_factory=dict)
    """The latest deletions that were said: id -> when."""
    listed: bool = True
    """False: Zoho does not list this module's deletions; only reading everything finds them."""

    def starts(self, overlap: timedelta) -> datetime | None:
        """From when on the next run asks: so early that everything that is remembered is listed again."""
        news = self.news_from(overlap)
        return news if news is None or not self.known else min(news, self._oldest() - timedelta(seconds=1))

    def news_from(self, overlap: timedelta) -> datetime | None:
        """What was deleted earlier was said, though it is not remembered."""
        if self.at is None:
            return None
        return min(self.at - overlap, self._oldest()) if self.known else self.at - overlap

    def _oldest(self) -> datetime:
        return min(map(_moment, self.known.values()))

    def with_more(self, deleted: Mapping[str, str], *, now: datetime | None) -> Gone:
        """After more deletions were said.

        Args:
            deleted: The new ones.
            now: The server's clock before they were asked for: where more were listed than can be remembered, older
                ones are not asked for again.
        """
        timed = [each for each in {**self.known, **deleted}.items() if instant(each[1])]
        together = sorted(timed, key=lambda each: (_moment(each[1]), each[0]))
        known = dict(_of_one_page(together))
        newest = instant(together[-1][1]) if together else None
        reached = now if len(known) < len(together) else None
        return replace(self, at=max(filter(None, (self.at, newest, reached)), default=None), known=known)

    def without(self, ids: Iterable[str]) -> Gone:
        """After records came back, or were forgotten by Zoho too."""
        back = set(ids)
        return replace(self, known={each: at for each, at in self.known.items() if each not in back})

    def as_state(self) -> dict[str, Any]:
        return {"at": written(self.at) if self.at else None, "known": dict(self.known), "listed": self.listed}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Gone:
        return cls(instant(state["at"]), state["known"], state["listed"])


@dataclass(frozen=True, slots=True)
class Calls:
    """How far calls were read, of which cases take the time of their first answer."""

    at: datetime | None = None
    """Modified_Time of the newest."""
    total: int = 0
    """Checksum of those that the next run meets again."""

    def as_state(self) -> dict[str, Any]:
        return {"at": written(self.at) if self.at else None, "total": self.total}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Calls:
        return cls(instant(state["at"]), state["total"])


_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(when: str) -> datetime:
    return instant(when) or _LONG_AGO


def _of_one_page(deleted: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The latest deletions: of whole seconds, and so few that listing them again takes one page."""
    times = [_moment(when) for _, when in deleted]
    for start in range(max(len(deleted) - MOST_GONE, 0), len(deleted)):
        begins = start == 0 or times[start - 1] < times[start]
        if begins and sum(at >= times[start] - timedelta(seconds=1) for at in times) <= 2 * MOST_GONE:
            return deleted[start:]
    return ()


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that is kept."""

    metadata: Metadata
    news: News = News()
    gone: Gone = Gone()
    full_at: datetime | None = None
    """When everything was read for the last time."""
    refused: tuple[str, ...] = ()
    """Ways that Zoho refused for this module; they are tried again with the next full read."""
    unmade: tuple[str, ...] = ()
    """Virtual fields that could not be made; it is tried again with the next full read."""
    calls: Calls = Calls()
    counted_by: str = ""
    """Which way of counting Zoho allows."""
    counts_fewer: bool = True
    """That way may leave out some of what is listed. It does not where a whole reading brought exactly as many."""
    made_as: int = 0
    """Of what decides what is said of a record, beside the record; see `ModuleRead.made_as`."""
    reading: Mapping[str, Any] | None = None
    """Where a full read stands that is not over."""
    in_news: bool = False
    """News were being read: not all that they said is remembered here."""

    def as_state(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "version": VERSION,
            "metadata": self.metadata.as_state(),
            "news": self.news.as_state(),
            "gone": self.gone.as_state(),
            "full_at": written(self.full_at) if self.full_at else None,
            "refused": list(self.refused),
            "unmade": list(self.unmade),
            "calls": self.calls.as_state(),
            "counted_by": self.counted_by,
            "counts_fewer": self.counts_fewer,
            "made_as": self.made_as,
            "reading": dict(self.reading) if self.reading is not None else None,
            "in_news": self.in_news,
        }

    @classmethod
    def from_state(cls, state: State | None) -> Memory | None:
        """Back from JSON; None where there is nothing, or nothing that this version understands."""
        if state is None or state.get("version") != VERSION:
            return None
        return cls(
            metadata=Metadata.from_state(state["metadata"]),
            news=News.from_state(state["news"]),
            gone=Gone.from_state(state["gone"]),
            full_at=instant(state["full_at"]),
            refused=tuple(state["refused"]),
            unmade=tuple(state["unmade"]),
            calls=Calls.from_state(state["calls"]),
            counted_by=state["counted_by"],
            counts_fewer=state["counts_fewer"],
            made_as=state["made_as"],
            reading=state["reading"],
            in_news=state["in_news"],
        )

    def is_due(self, now: datetime | None, *, days: int) -> bool:
        """Whether everything is to be read again; a clock that went backwards by more than a day counts as long ago."""
        if self.full_at is None:
            return True
        return now is not None and not -timedelta(days=1) <= now - self.full_at <= timedelta(days=days)

"""Reading by list pages: 200 records a call, in passes of at most 50 fields.

Records come in the order of changes, and each page is asked for from the second on in which the one before it ended:
whatever changes or leaves meanwhile moves no other record from one page to another. Tokens only lead through a second
that fills a page, and through modules whose records do not say when they changed: Zoho does not say whether a token
counts records from the beginning, so that one is skipped where an earlier one leaves. A chain of them ends after
100,000 records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from adapters.zoho import faults
from adapters.zoho.asking import LIST_FIELDS, LIST_ROWS, Answer, Asking, unreadable
from adapters.zoho.reading.memory import instant, written
from adapters.zoho.reading.module import STAMP, Batch, Clock, ModuleRead, Say
from adapters.zoho.reading.planner import LIST_END
from connector.contract import PAGE_ROWS
from connector.errors import RejectedError

EXPIRED: Final = frozenset(("EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH"))
"""The page token is of no use any more: the chain begins again."""
ENDED: Final = frozenset(("PAGINATION_LIMIT_EXCEEDED", "DISCRETE_PAGINATION_LIMIT_EXCEEDED"))
"""The chain is as long as it may be."""
IDS_AT_ONCE: Final = 100


@dataclass(slots=True)
class Chain:
    """One chain of pages, in all its passes."""

    by_time: bool
    since: datetime | None = None
    """From when on the next page is asked for, or the one where the tokens began."""
    tokens: list[str] = field(default_factory=list)
    """One for each pass, where they lead on."""
    listed: int = 0
    seen: dict[str, Any] = field(default_factory=dict)
    """What came, with its time of change: pages overlap when records move between them."""
    last: datetime | None = None
    """The latest time of change."""
    exact: bool = False
    """Ask from that very second on, not from the one before."""
    excludes: bool = False
    """Zoho does not say whether a second is among what changed "since" it; here it was not."""
    expects: bool = False
    """There should be something on the first page."""
    clock: Clock = lambda _: None
    """Told what the server's clock says, with each page."""

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is new here; by time one that changed once more is."""
        record_id, stamp = record["id"], record.get(STAMP)
        at = instant(stamp)
        if at is not None and (self.last is None or at > self.last):
            self.last = at
        if record_id in self.seen and (not self.by_time or self.seen[record_id] == stamp):
            return False
        self.seen[record_id] = stamp
        return True

    def turned(self, answers: list[Answer], stamps: Sequence[datetime | None]) -> bool:
        """Note where the next page is; whether there is one."""
        self.clock(answers[0].at)
        self.listed += len(answers[0].data)
        more = answers[0].more and self.listed < LIST_END
        if more and self._has_moved_on(stamps):
            self.go_on()
            return True
        tokens = [str(answer.info.get("next_page_token") or "") for answer in answers]
        if more and (not tokens[0] or tokens == self.tokens):
            raise unreadable()  # going on would never end
        self.tokens = [new or old for new, old in zip(tokens, self.tokens or tokens, strict=True)]
        return more

    def _has_moved_on(self, stamps: Sequence[datetime | None]) -> bool:
        """Whether a page that is in order ends in a later second than it was asked from."""
        known = [at for at in stamps if at is not None]
        in_order = self.by_time and len(known) == len(stamps) and known == sorted(known)
        return in_order and self.last is not None and (self.since is None or self.last > self.since)

    def go_on(self) -> None:
        """Ask from the last record's second on."""
        if self.last is None:
            return
        edge = self.last - timedelta(seconds=1)
        self.seen = {each: stamp for each, stamp in self.seen.items() if (instant(stamp) or edge) >= edge}
        self.since, self.exact, self.tokens, self.listed = self.last, not self.excludes, [], 0
        self.expects = True

    def begin_again(self) -> None:
        """Without the tokens."""
        self.tokens, self.listed = [], 0

    def ends_for_good(self) -> bool:
        """Whether there is no going on where a chain of tokens has ended."""
        return not self.by_time or self.last is None or (self.since is not None and self.last <= self.since)

    def misses(self, stamps: Sequence[datetime | None]) -> bool:
        """Whether a first page lacks the second from which on it was asked, of which some records are known."""
        return self.exact and not self.tokens and self.since not in stamps

    def as_state(self) -> dict[str, Any]:
        return {
            "way": "list",
            "by_time": self.by_time,
            "since": written(self.since) if self.since else None,
            "tokens": list(self.tokens),
            "listed": self.listed,
            "exact": self.exact,
            "excludes": self.excludes,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Chain:
        since = datetime.fromisoformat(state["since"]) if state["since"] else None
        return cls(
            state["by_time"],
            since,
            list(state["tokens"]),
            state["listed"],
            exact=state["exact"],
            excludes=state["excludes"],
        )


def passes(fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The fields in groups that one call may ask for; `id` comes without being asked for, and joins them."""
    rest = iter([name for name in fields if name != "id"])
    groups = iter(lambda: tuple(islice(rest, LIST_FIELDS)), ())
    return [("id", *group) for group in groups] or [("id",)]


def read_pages(read: ModuleRead, say: Say, chain: Chain) -> Asking:
    """All records of a chain, and of those that go on from its end; returns how many.

    Raises:
        RejectedError: more than a chain can show has changed in one second, or tokens lead nowhere.
    """
    pages = _Pages(read, say, chain)
    came_before = -1
    while True:
        try:
            yield from pages.of_chain()
            ended = chain.listed >= LIST_END
        except RejectedError as error:
            if error.code in EXPIRED and chain.tokens and pages.came > came_before:
                came_before = pages.came
                chain.begin_again()
                continue
            if error.code not in ENDED:
                raise
            ended = True
        if not ended:
            return pages.count
        if chain.ends_for_good():
            raise faults.too_many_at_once(read.module)
        chain.go_on()


class _Pages:
    """The pages of a chain, said in pages of `PAGE_ROWS`."""

    def __init__(self, read: ModuleRead, say: Say, chain: Chain) -> None:
        self.count = 0
        self._read, self._say, self._chain = read, say, chain
        self._groups = passes(read.fields)
        self._waiting = _Waiting(read, self._groups)

    @property
    def came(self) -> int:
        """Records so far, those that wait among them."""
        return self.count + self._waiting.count

    def of_chain(self) -> Asking:
        """Until there are no more."""
        chain, more = self._chain, True
        while more:
            answers = yield from self._answers()
            stamps = self._read.batch(answers[0], source="", names=self._groups[0]).stamps()
            if chain.misses(stamps):
                chain.exact, chain.excludes = False, True
                continue
            self._waiting.add(answers, chain)
            more = chain.turned(answers, stamps)
            if self._waiting.count and (self._waiting.count > PAGE_ROWS - LIST_ROWS or not more):
                yield from self._waiting.complete()
                batch = self._waiting.taken()
                self.count += batch.count
                yield from self._say(batch, chain.as_state())

    def _answers(self) -> Asking:
        """One page, in all its passes."""
        chain, answers = self._chain, []
        for at, names in enumerate(self._groups):
            token = chain.tokens[at] if chain.tokens else ""
            answer: Answer = yield _page(self._read, chain, names, token=token)
            if (token or chain.expects) and not len(answer.data):
                # "nothing" where there should be something is asked for once more
                answer = yield _page(self._read, chain, names, token=token)
            answers.append(answer)
        chain.expects = False
        return answers


def _page(read: ModuleRead, chain: Chain, names: tuple[str, ...], *, token: str) -> Any:
    query = {"fields": ",".join(names[1:]) or "id", "per_page": str(LIST_ROWS)}
    query |= {"sort_by": STAMP if chain.by_time else "id", "sort_order": "asc"}
    if read.module == "Leads":
        query["converted"] = "both"
    if token:
        query["page_token"] = token
    earlier = timedelta() if chain.exact else timedelta(seconds=1)
    headers = {"If-Modified-Since": written(chain.since - earlier)} if chain.since else {}
    return read.api.get(read.module, query, headers=headers, decode=read.reading(names))


class _Waiting:
    """Records that wait for their page to be full, or for their other fields."""

    def __init__(self, read: ModuleRead, groups: list[tuple[str, ...]]) -> None:
        self._read = read
        self._groups = groups
        self._records: dict[str, list[dict[str, Any] | None]] = {}

    @property
    def count(self) -> int:
        """Records that could be said."""
        return len(self._records)

    def add(self, answers: list[Answer], chain: Chain) -> None:
        """Take the passes of one page."""
        for at, (names, answer) in enumerate(zip(self._groups, answers, strict=True)):
            for record in _rows(self._read, answer, names):
                record_id: str = record["id"]
                if at == 0 and chain.takes(record):
                    self._records.setdefault(record_id, [None] * len(self._groups))
                if record_id in self._records:
                    self._records[record_id][at] = record

    def complete(self) -> Asking:
        """Fetch what the other passes did not bring, because the pages moved in between."""
        for at, names in enumerate(self._groups):
            missing = [record_id for record_id, parts in self._records.items() if parts[at] is None]
            for start in range(0, len(missing), IDS_AT_ONCE):
                found = yield from by_ids(self._read, missing[start : start + IDS_AT_ONCE], names)
                for record in found:
                    self._records[record["id"]][at] = record

    def taken(self) -> Batch:
        """The records in normal form; one that was gone before all of it was read is left out."""
        rows = [{key: cell for part in parts if part for key, cell in part.items()} for parts in self._whole()]
        self._records = {}
        columns = {name: [row.get(name) for row in rows] for name in self._read.fields}
        return self._read.checked(Batch(columns, len(rows), f"{self._read.module} (list)"))

    def _whole(self) -> list[list[dict[str, Any] | None]]:
        return [parts for parts in self._records.values() if None not in parts]


def _rows(read: ModuleRead, answer: Answer, names: tuple[str, ...]) -> list[dict[str, Any]]:
    batch = read.batch(answer, source="", names=names)
    return [dict(zip(batch.columns, cells, strict=True)) for cells in zip(*batch.columns.values(), strict=True)]


def by_ids(read: ModuleRead, ids: list[str], names: tuple[str, ...]) -> Asking:
    """At most a hundred records by their ids; those that are gone are missing."""
    query = {"ids": ",".join(ids), "fields": ",".join(names[1:]) or "id"}
    if read.module == "Leads":
        query["converted"] = "both"
    answer: Answer = yield read.api.get(read.module, query, decode=read.reading(names))
    return _rows(read, answer, names)


def whole_by_ids(read: ModuleRead, ids: Sequence[str]) -> Asking:
    """At most a hundred records with all their fields, in normal form."""
    found: dict[str, dict[str, Any]] = {}
    for names in passes(read.fields):
        for record in (yield from by_ids(read, list(ids), names)):
            found[record["id"]] = {**found.get(record["id"], {}), **record}
    columns = {name: [record.get(name) for record in found.values()] for name in read.fields}
    return read.checked(Batch(columns, len(found), f"{read.module} (ids)"))


def newest_stamp(read: ModuleRead) -> Asking:
    """Modified_Time of the record that changed last; None where there is none."""
    query = {"fields": STAMP, "per_page": "1", "sort_by": STAMP, "sort_order": "desc"}
    if read.module == "Leads":
        query["converted"] = "both"
    answer: Answer = yield read.api.get(read.module, query)
    return next((instant(row.get(STAMP)) for row in answer.rows), None)

"""Listens to several conversations at once, and hands what they say to the one thread that writes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final, NamedTuple, TypeAlias

from connector.contract import Conversation, HttpAccess, PullEvent, PullTalk, State
from connector.errors import Interrupted, Message
from connector.transport import World, converse

HELD_PER_TALK: Final = 1
"""Pages that wait for the writer, beside the one that each listener has at hand: enough to keep both sides busy, few
enough to keep memory flat."""
LOOKS_EVERY_SECONDS: Final = 0.1
"""How soon a listener that cannot hand on notices that nobody writes any more."""


class Heard(NamedTuple):
    """Something that a conversation said, or how it ended."""

    at: int
    """Which of the conversations."""
    said: PullEvent | None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation and where it goes on."""

    conversation: Conversation
    state: State | None
    adapter: str
    http: HttpAccess | None = None

    def events(self, world: World) -> Generator[PullEvent, None, None]:
        """What it says."""
        return converse(self._begin(), adapter=self.adapter, http=self.http, world=world)

    def _begin(self) -> PullTalk:
        yield from self.conversation.talk(self.state)  # inside a generator: `converse` sees it fail, too


Wanted: TypeAlias = Callable[[int], bool]


def listen(
    talks: Sequence[Talk], *, at_once: int, world: World, wanted: Wanted = lambda _: True
) -> Generator[Heard, None, None]:
    """What the conversations say, in whatever order it comes; each ends with a `Heard` without words.

    The caller may stop listening at any time: the conversations are closed then.

    Args:
        talks: The conversations.
        at_once: How many speak at the same time.
        world: Where their effects happen.
        wanted: Whether one of them is still worth listening to; its end comes early where not.
    """
    if at_once <= 1 or len(talks) <= 1:
        for at in range(len(talks)):
            yield from _one(at, talks[at], world, wanted=wanted)
        return
    yield from _Listeners(talks, at_once=at_once, world=world, wanted=wanted)


def _one(at: int, talk: Talk, world: World, *, wanted: Wanted) -> Iterator[Heard]:
    try:
        with closing(talk.events(world)) as events:
            for said in takewhile(lambda _: wanted(at), events):
                yield Heard(at, said)
    except Exception as error:  # noqa: BLE001  # handed on: the writer decides what it means for the module
        yield Heard(at, None, error)
    else:
        yield Heard(at, None)


class _Listeners:
    """Threads that fetch, and the queue between them and the writer."""

    def __init__(self, talks: Sequence[Talk], *, at_once: int, world: World, wanted: Wanted) -> None:
        self._talks = talks
        self._wanted = wanted
        self._next = iter(range(len(talks)))
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._world = replace(world, sleep=self._sleeping(world.sleep))
        at_once = min(at_once, len(talks))
        self._heard: queue.Queue[Heard] = queue.Queue(maxsize=HELD_PER_TALK * at_once)
        self._threads = [threading.Thread(target=self._fetch, daemon=True) for _ in range(at_once)]

    def __iter__(self) -> Iterator[Heard]:
        for thread in self._threads:
            thread.start()
        unfinished = len(self._talks)
        try:
            while unfinished:
                heard = self._heard.get()
                unfinished -= heard.said is None
                yield heard
        finally:
            self._stop.set()
            for thread in self._threads:
                # One that waits for an answer is not waited for: it is a daemon, and nothing that it says is written.
                thread.join(timeout=10 * LOOKS_EVERY_SECONDS)

    def _sleeping(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        def pause(seconds: float) -> None:
            if self._stop.is_set():
                raise Interrupted(Message("stopped"))
            sleep(seconds)

        return pause

    def _fetch(self) -> None:
        while (at := self._take()) is not None:
            for heard in _one(at, self._talks[at], self._world, wanted=self._wanted):
                if not self._hand_on(heard):
                    return

    def _take(self) -> int | None:
        with self._lock:
            return None if self._stop.is_set() else next(self._next, None)

    def _hand_on(self, heard: Heard) -> bool:
        while not self._stop.is_set():
            try:
                self._heard.put(heard, timeout=LOOKS_EVERY_SECONDS)
            except queue.Full:
                continue
            return True
        return False

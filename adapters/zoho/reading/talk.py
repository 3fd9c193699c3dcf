"""A module's conversation: everything the first time and now and then, news in between.

Everything, as a snapshot, in the way that `planner` picks; news by (Modified_Time, id), the list of the deleted, and
the count: three calls where nothing happened. What is remembered between runs is in `memory`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from adapters.zoho.metadata import Metadata
from adapters.zoho.reading import deleted
from adapters.zoho.reading.everything import FullRead
from adapters.zoho.reading.memory import Gone, Memory, instant
from adapters.zoho.reading.news import NewsRead, ReadAgain
from adapters.zoho.reading.subject import Subject
from connector.contract import Deletions, PullTalk, State


def module_talk(subject: Subject) -> Callable[[State | None], PullTalk]:
    """How a module is pulled, from a state or from the beginning."""

    def talk(state: State | None) -> PullTalk:
        memory = Memory.from_state(state)
        if memory is None or state is None:
            yield from _everything(subject)
        elif memory.reading is not None:
            yield from _rest(subject, memory)
        else:
            try:
                if memory.made_as != subject.read_with(memory.metadata, unmade=memory.unmade).made_as:
                    raise ReadAgain(None)
                yield from NewsRead(subject, memory).talk(state)
            except ReadAgain as again:
                yield from _anew(subject, memory, now=again.now)

    return talk


def _rest(subject: Subject, memory: Memory) -> PullTalk:
    """Go on with what an earlier run began, or begin anew where records have come to look different since."""
    metadata: Metadata = yield from subject.metadata()
    same = memory.made_as == subject.read_with(metadata, unmade=memory.unmade).made_as
    if same and not metadata.differs(memory.metadata):
        yield from FullRead(subject, replace(memory, metadata=metadata)).talk()
    else:
        yield from _anew(subject, memory, now=metadata.at)


def _anew(subject: Subject, memory: Memory, *, now: datetime | None) -> PullTalk:
    """Everything. What an earlier run said counts as having come, so what of it was deleted since is said first."""
    begun = memory.reading
    if begun is not None or memory.in_news:
        read = subject.read_with(memory.metadata, unmade=memory.unmade)
        gone = memory.gone if begun is None else Gone(instant(begun["now"]))
        told: deleted.Told = yield from deleted.deletions(read, gone, overlap=subject.overlap)
        if told.deleted:
            yield Deletions(subject.module, sorted(told.deleted))
    yield from _everything(subject, memory, now=now)


def _everything(subject: Subject, before: Memory | None = None, *, now: datetime | None = None) -> PullTalk:
    metadata = yield from subject.metadata()
    memory = Memory(metadata, counted_by=before.counted_by if before else "")
    yield from FullRead(subject, memory, now=now or metadata.at).talk()

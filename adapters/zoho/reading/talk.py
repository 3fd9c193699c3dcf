"""A module's conversation: everything the first time and now and then, news in between.

Everything, as a snapshot, in the way that `planner` picks; news by (Modified_Time, id), the list of the deleted, and
the count: three calls where nothing happened. What is remembered between runs is in `memory`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters.zoho.reading.everything import FullRead
from adapters.zoho.reading.memory import Memory
from adapters.zoho.reading.news import NewsRead, ReadAgain
from adapters.zoho.reading.subject import Subject
from connector.contract import PullTalk, State


def module_talk(subject: Subject) -> Callable[[State | None], PullTalk]:
    """How a module is pulled, from a state or from the beginning."""

    def talk(state: State | None) -> PullTalk:
        memory = Memory.from_state(state)
        if memory is None or state is None:
            yield from _everything(subject)
        elif memory.reading is not None:
            yield from FullRead(subject, memory).talk()
        else:
            try:
                yield from NewsRead(subject, memory).talk(state)
            except ReadAgain as again:
                yield from _everything(subject, memory, now=again.now)

    return talk


def _everything(subject: Subject, before: Memory | None = None, *, now: datetime | None = None) -> PullTalk:
    metadata = yield from subject.metadata()
    memory = Memory(metadata, counted_by=before.counted_by if before else "")
    yield from FullRead(subject, memory, now=now or metadata.at).talk()

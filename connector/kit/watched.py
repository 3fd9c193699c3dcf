"""The world that promises are kept in, watched: conversations led, cut off, made to fail, and kept from the world."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from connector.contract import (
    Adapter,
    Conversation,
    HttpRequest,
    ListFiles,
    OpenFile,
    Page,
    State,
    Unreadable,
    Wait,
    WriteFile,
)
from connector.errors import AdapterError, ConnectorError, Message, Unavailable
from connector.kit.sample import Sample
from connector.transport import converse

EFFECTS = (HttpRequest, ListFiles, OpenFile, Wait, WriteFile)


def led(talk: Generator[Any, Any, None], sample: Sample) -> Iterator[Any]:
    """What a conversation says in the sample's world."""
    return converse(talk, adapter=sample.adapter_name, http=sample.http, world=sample.world)


def everything(sample: Sample) -> Iterator[object]:
    """What all conversations say."""
    for conversation in sample.conversations():
        yield from spoken(conversation, sample)


def spoken(conversation: Conversation, sample: Sample) -> Iterator[object]:
    """What one conversation says from the beginning."""
    return led(conversation.talk(None), sample)


def records(said: object) -> int:
    """How many records it brings."""
    if isinstance(said, Page):
        return said.count
    return 1 if isinstance(said, Unreadable) else 0


def credits_of(sample: Sample) -> int:
    """What reading everything once costs, by what the requests say."""
    costs: list[int] = []

    def counted(talk: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
        answer: Any = None
        try:
            while True:
                said = talk.send(answer)
                costs.append(said.credits if isinstance(said, HttpRequest) else 0)
                answer = yield said
        except StopIteration:
            return
        finally:
            talk.close()

    for conversation in sample.conversations():
        list(led(counted(conversation.talk(None)), sample))
    return sum(costs)


def ends_in_an_error_of_ours(talk: Failing, sample: Sample) -> bool:
    """Whether the failure is handled, handed on, or told in the adapter's own words; a crash is none of these."""
    try:
        list(led(talk.spoken(), sample))
    except AdapterError as error:
        return error.__cause__ is None or isinstance(error.__cause__, ConnectorError)
    return True


class Cutting:
    """An adapter whose conversations break off after a number of words, all together."""

    def __init__(self, adapter: Adapter, *, after: int) -> None:
        self.capabilities = replace(adapter.capabilities, conversations_at_once=1)
        self.was_cut = False
        self._adapter = adapter
        self._left = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        """Conversations that break off."""
        return [replace(each, talk=self._cut(each.talk)) for each in self._adapter.pull(modules)]

    def _cut(self, talk: Callable[[State | None], Generator[Any, Any, None]]) -> Callable[[State | None], Any]:
        def shortened(state: State | None) -> Generator[Any, Any, None]:
            inner = talk(state)
            answer = None
            try:
                while True:
                    said = inner.send(answer)
                    if not isinstance(said, EFFECTS):
                        self._count()
                    answer = yield said
            except StopIteration:
                return
            finally:
                inner.close()

        return shortened

    def _count(self) -> None:
        if self._left == 0:
            self.was_cut = True
        if self.was_cut:
            raise Unavailable(Message("cut off by the conformance test"))
        self._left -= 1


class Failing:
    """A conversation of which one effect fails."""

    def __init__(self, talk: Generator[Any, Any, None], *, at: int) -> None:
        self.failed = False
        self.error = Unavailable(Message("made to fail by the conformance test"))
        self._talk = talk
        self._at = at

    def spoken(self) -> Generator[Any, Any, None]:
        """The conversation until then."""
        answer: Any = None
        effects = 0
        throw = False
        try:
            while True:
                said = self._talk.throw(self.error) if throw else self._talk.send(answer)
                throw = isinstance(said, EFFECTS) and effects == self._at
                effects += isinstance(said, EFFECTS)
                self.failed |= throw
                answer = None if throw else (yield said)
        except StopIteration:
            return
        finally:
            self._talk.close()


def guarded(talk: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
    """The conversation, with the doors to the world shut while its own code runs."""
    answer: Any = None
    try:
        while True:
            with _doors_shut():
                said = talk.send(answer)
                if isinstance(said, WriteFile):
                    said = WriteFile(said.path, list(said.chunks))
            answer = yield said
    except StopIteration:
        return
    finally:
        talk.close()


@contextmanager
def _doors_shut() -> Iterator[None]:
    def shut(*_: Any, **__: Any) -> Any:
        raise AssertionError("the adapter did I/O of its own")

    with ExitStack() as stack:
        for place, name in (
            ("builtins", "open"),
            ("io", "open"),
            ("os", "open"),
            ("os", "scandir"),
            ("os", "stat"),
        ):
            stack.enter_context(patch(f"{place}.{name}", shut))
        stack.enter_context(patch.object(socket.socket, "connect", shut))
        stack.enter_context(patch.object(subprocess, "Popen", shut))
        stack.enter_context(patch.object(time, "sleep", shut))
        yield

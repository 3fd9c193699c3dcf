"""A server on which one organisation after the other is played: each experiment has a stand-in of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from starlette.types import Receive, Scope, Send

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State
from tests.end_to_end.zoho.company import copied


class Stage(StandIn):
    """Answers as the stand-in that is on."""

    def __init__(self, first: State, *, at: datetime) -> None:
        super().__init__(Settings(clock=lambda: at), state=first)
        self.on: StandIn = self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.on is self:
            await super().__call__(scope, receive, send)
        else:
            await self.on(scope, receive, send)


class Theatre:
    """The running server."""

    def __init__(self, served: Served, stage: Stage) -> None:
        self.url = served.url
        self._stage = stage

    @contextmanager
    def playing(self, state: State, *, at: datetime) -> Iterator[Served]:
        """A stand-in with a copy of this state, at a moment that lasts."""
        copy = copied(state, at=at)
        app = StandIn(Settings(clock=lambda: at), state=copy)
        self._stage.on = app
        try:
            yield Served(self.url, app)
        finally:
            self._stage.on = self._stage
            copy.close()


@contextmanager
def theatre(first: State, *, at: datetime) -> Iterator[Theatre]:
    """One server for many experiments."""
    stage = Stage(first, at=at)
    with serve(stage) as served:
        yield Theatre(served, stage)

"""Runs the stand-in: in a thread for tests, in the foreground for people."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import uvicorn

from adapters.zoho.emulator.app import CallMade, StandIn
from adapters.zoho.emulator.faults import Faults
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State
from adapters.zoho.emulator.workflows import workflow_runs

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Served:
    """A stand-in that answers on loopback."""

    url: str
    app: StandIn

    @property
    def state(self) -> State:
        """Its memory; tests play other users with it."""
        return self.app.state

    @property
    def settings(self) -> Settings:
        """With its client id, secret and tokens."""
        return self.app.settings

    @property
    def faults(self) -> Faults:
        """Plan some."""
        return self.app.faults

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Every mutation that was accepted."""
        return self.app.state.journal()

    @property
    def calls(self) -> list[CallMade]:
        """Every request that was answered."""
        return self.app.calls

    @property
    def workflow_runs(self) -> list[dict[str, Any]]:
        """Every rule that fired."""
        return workflow_runs(self.app.state)


@contextmanager
def serve(stand_in: StandIn | Settings | None = None, *, port: int = 0) -> Iterator[Served]:
    """A stand-in in a thread of its own, as long as the block lasts.

    Args:
        stand_in: One that was made, or the settings of a new one.
        port: 0 for any that is free.
    """
    made = not isinstance(stand_in, StandIn)
    app = stand_in if isinstance(stand_in, StandIn) else StandIn(stand_in)
    listener = listening(port)
    try:
        with in_thread(app, listener):
            yield Served(f"http://{HOST}:{listener.getsockname()[1]}", app)
    finally:
        listener.close()
        if made:
            app.state.close()


@contextmanager
def in_thread(app: StandIn, listener: socket.socket) -> Iterator[None]:
    """Answers in a thread of its own, as long as the block lasts."""
    server = uvicorn.Server(_config(app))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="stand-in", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def run(app: StandIn, listener: socket.socket) -> None:
    """In the foreground, until Ctrl-C."""
    uvicorn.Server(_config(app)).run(sockets=[listener])


def listening(port: int) -> socket.socket:
    """A socket on loopback to which clients can connect at once; they wait until the server looks at it.

    Raises:
        OSError: the port is taken.
    """
    # asyncio sends at once (TCP_NODELAY) only on sockets that say they are TCP
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: StandIn) -> uvicorn.Config:
    return uvicorn.Config(
        app, lifespan="off", log_config=None, log_level="critical", access_log=False, http="h11", ws="none",
        loop="asyncio", timeout_graceful_shutdown=1, server_header=False, date_header=False,
    )  # fmt: skip

"""A small org, made once; each test gets a copy of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.zoho.emulator.app import StandIn, opened
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State
from tests.adapters.zoho.emulator.client import Client

NOW = datetime(2025, 12, 1, 18, tzinfo=UTC)
"""Noon in Chicago."""


def _copy(state: State) -> State:
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    state.db.backup(db)
    return State(db, clock=lambda: NOW)


@pytest.fixture(scope="session")
def filled() -> Iterator[State]:
    """The sample company at a tenth of its size. Look only."""
    state = opened(Settings(scale=0.1, clock=lambda: NOW))
    yield state
    state.close()


@pytest.fixture
def stand_in(filled: State) -> Iterator[Callable[..., StandIn]]:
    """Makes stand-ins with a copy of the company."""
    made: list[StandIn] = []

    def make(**settings: Any) -> StandIn:
        app = StandIn(Settings(clock=lambda: NOW, **settings), state=_copy(filled))
        made.append(app)
        return app

    yield make
    for each in made:
        each.state.close()


@pytest.fixture
def client(stand_in: Callable[..., StandIn]) -> Client:
    """Signed in."""
    signed_in = Client(stand_in())
    signed_in.sign_in()
    return signed_in


@pytest.fixture
def state(client: Client) -> State:
    """What the client's stand-in knows."""
    return client.app.state

"""An organisation without records, made once; each test gets a copy, and a connection to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from adapters.zoho.emulator.state import State
from tests.adapters.zoho.reading.organisation import Zoho, copied, without_records, zoho


@pytest.fixture(scope="session")
def pristine() -> Iterator[State]:
    """Look only."""
    state = without_records()
    yield state
    state.close()


@pytest.fixture
def connect(pristine: State, tmp_path: Path) -> Iterator[Callable[..., Zoho]]:
    """Makes connections, each to an organisation of its own."""
    with ExitStack() as ends:

        def connected(**settings: Any) -> Zoho:
            state = copied(pristine)
            ends.callback(state.close)
            return ends.enter_context(zoho(state, tmp_path, **settings))

        yield connected

"""Whatever other people do between runs and in the middle of them: after one quiet run the mirror is the server.

Pages are a few records long here, so that their edges lie everywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from adapters.zoho.emulator import bulk_read
from adapters.zoho.reading import bulk, coql, list_pages
from tests.adapters.zoho.reading.organisation import START, Zoho, deals, loaded, mirrored

_QUIET = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
_THOROUGH = settings(_QUIET, max_examples=150, stateful_step_count=40)
NUMBERS = st.integers(min_value=0, max_value=10_000)


@contextmanager
def small_pages() -> Iterator[None]:
    """Every limit that a page or a chain has, a few hundred times smaller."""
    with ExitStack() as stack:
        for place, name, value in (
            (coql, "FEW", 5),
            (coql, "COQL_ROWS", 7),
            (coql, "coql_limit", lambda _: 7),
            (list_pages, "LIST_ROWS", 4),
            (list_pages, "LIST_END", 36),
            (list_pages, "PAGE_ROWS", 8),
            (bulk, "PAGE_ROWS", 9),
            (bulk_read, "DOWNLOADS", 10**9),
        ):
            stack.enter_context(patch.object(place, name, value))
        yield


class Timeline(RuleBasedStateMachine):
    """Deals, and everything that becomes of them."""

    ORG: ClassVar[Zoho]
    EMPTY: ClassVar[sqlite3.Connection]
    """One server for all examples; each begins with an organisation without records, and signed in."""

    def __init__(self) -> None:
        super().__init__()
        self.org = self.ORG
        with self.org.state.lock:
            self.EMPTY.backup(self.org.state.db)
        self.org.state.set_clock(START)
        self.org.mirrors.clear()
        self.gone: list[str] = []

    def teardown(self) -> None:
        self.org.meanwhile = lambda: None
        assert mirrored(self.org.run()) == self.org.stored()

    # ---- what people do ----

    @initialize(count=st.integers(0, 40))
    def begin(self, count: int) -> None:
        if count:
            loaded(self.org.state, "Deals", deals(count))

    @rule(seconds=st.sampled_from((0, 1, 60, 299, 300, 301, 86_400, 8 * 86_400)))
    def time_passes(self, seconds: int) -> None:
        self.org.later(seconds=seconds)

    @rule(count=st.sampled_from((1, 2, 9)))
    def make(self, count: int) -> None:
        for _ in range(count):
            self.org.state.insert("Deals", {"Deal_Name": "New", "Stage": "Qualification", "Amount": 1.0})

    @rule(number=NUMBERS, late=st.integers(0, 290))
    def make_late(self, number: int, late: int) -> None:
        """A record becomes visible with an earlier time of change."""
        at = self.org.state.now() - timedelta(seconds=late)
        self.org.state.insert("Deals", {"Deal_Name": "Late", "Stage": "Qualification", "Amount": 2.0}, at=at)

    @rule(number=NUMBERS, amount=NUMBERS)
    def change(self, number: int, amount: int) -> None:
        if chosen := self._chosen(number):
            self.org.state.update("Deals", chosen, {"Amount": float(amount)})

    @rule()
    def change_many(self) -> None:
        """More on one second than a page holds."""
        for each in self._ids()[:20]:
            self.org.state.update("Deals", each, {"Amount": 3.0})

    @rule(number=NUMBERS, permanent=st.booleans())
    def delete(self, number: int, permanent: bool) -> None:
        if chosen := self._chosen(number):
            self.org.state.delete("Deals", chosen, permanent=permanent)
            if not permanent:
                self.gone.append(chosen)

    @rule(number=NUMBERS, touch=st.booleans())
    def restore(self, number: int, touch: bool) -> None:
        if self.gone:
            self.org.state.restore("Deals", self.gone.pop(number % len(self.gone)), touch=touch)

    def _ids(self) -> list[str]:
        return [each for (each,) in self.org.state.db.execute('SELECT id FROM "Deals" ORDER BY id')]

    def _chosen(self, number: int) -> str | None:
        ids = self._ids()
        return ids[number % len(ids)] if ids else None

    # ---- runs ----

    @rule()
    def quiet_run(self) -> None:
        assert mirrored(self.org.run()) == self.org.stored()

    @rule(after=st.integers(0, 4))
    def killed_run(self, after: int) -> None:
        self.org.interrupted(after)

    @rule(
        numbers=st.lists(NUMBERS, min_size=1, max_size=4), what=st.sampled_from(("change", "delete", "make", "restore"))
    )
    def busy_run(self, numbers: list[int], what: str) -> None:
        """People work on between the pages."""
        left = list(numbers)

        def work() -> None:
            if left:
                self._work(what, left.pop())

        self.org.meanwhile = work
        self.org.run()
        self.org.meanwhile = lambda: None

    def _work(self, what: str, number: int) -> None:
        self.org.later(seconds=number % 3)
        match what:
            case "change":
                self.change(number, number)
            case "delete":
                self.delete(number, number % 2 == 0)
            case "make":
                self.make(1)
            case _:
                self.restore(number, number % 2 == 0)


@pytest.fixture(params=["coql", "list", "list, tokens count rows", "bulk"])
def timeline(request: pytest.FixtureRequest, connect: Callable[..., Zoho]) -> Iterator[Any]:
    """The test case of one way of reading."""
    way, _, tokens = request.param.partition(", ")
    org = connect(way=way, stand_in={"tokens_count_rows": bool(tokens)})
    org.run()
    with closing(sqlite3.connect(":memory:")) as empty, small_pages():
        org.state.db.backup(empty)
        machine = type("TimelineOfOneWay", (Timeline,), {"ORG": org, "EMPTY": empty})
        yield machine.TestCase


def test_after_a_quiet_run_the_mirror_is_the_server(timeline: Any) -> None:
    timeline.settings = _QUIET
    timeline().runTest()


def test_a_record_that_changes_while_a_full_read_is_interrupted_is_right_after_the_next_run(timeline: Any) -> None:
    (machine,) = (each for each in Timeline.__subclasses__() if each.TestCase is timeline)
    org = machine()
    org.make(count=1)
    org.killed_run(after=2)
    org.change_many()
    org.make(count=1)  # as many come now as were counted then
    org.quiet_run()


def test_what_was_deleted_while_a_full_read_took_days_is_gone_after_the_next_run(timeline: Any) -> None:
    (machine,) = (each for each in Timeline.__subclasses__() if each.TestCase is timeline)
    org = machine()
    org.begin(count=36)
    org.quiet_run()
    org.time_passes(seconds=8 * 86_400)
    org.killed_run(after=4)
    org.delete(number=0, permanent=True)
    org.delete(number=5, permanent=False)
    org.time_passes(seconds=8 * 86_400)
    org.quiet_run()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_after_a_quiet_run_the_mirror_is_the_server_whatever_happened(timeline: Any) -> None:
    timeline.settings = _THOROUGH
    timeline().runTest()

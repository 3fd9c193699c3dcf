"""One failing KPI never stops the others, and says why."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.errors import EngineError
from kpi_engine.evaluate import Status, evaluate
from kpi_engine.message import Message

MARCH = date(2017, 3, 10)


class Failing:
    """An engine that refuses every query that mentions a word."""

    dialect = "duckdb"

    def __init__(self, engine, word):
        self.engine, self.word = engine, word
        self.load_rows = engine.load_rows

    def query(self, tree):
        if self.word in tree.sql(dialect=self.dialect):
            raise EngineError(Message("no"))
        return self.engine.query(tree)


def _evaluated(world, engine, *definitions, **more):
    errors = []
    cells = list(evaluate(engine, world.request(*definitions, **more), failed=lambda *error: errors.append(error)))
    march = {one.kpi: (one.value, one.status) for one in cells if one.period_start == "2017-03-01"}
    return march, [(kpi, str(error)) for kpi, error in errors]


@pytest.fixture
def bad(kpi):
    return kpi("count", id="bad", where=[{"column": "source", "is": "poison"}], no_data="zero")


def test_a_query_that_fails_costs_only_the_guilty_kpi_its_value(world, kpi, bad):
    world.has("deals", {"outcome": "won", "closed_on": MARCH})
    found, errors = _evaluated(world, Failing(world.engine, "poison"), kpi("count"), bad)
    assert found == {"count": (1.0, Status.OK), "bad": (None, Status.ERROR)}
    assert errors == [("bad", "no")]


def test_what_is_made_of_a_failing_kpi_fails_too(world, kpi, bad):
    world.has("deals", {"outcome": "won", "closed_on": MARCH})
    derived = kpi("derived", expression="count + bad")
    found, errors = _evaluated(world, Failing(world.engine, "poison"), kpi("count"), bad, derived)
    assert found["derived"] == (None, Status.ERROR)
    assert found["count"] == (1.0, Status.OK)
    assert errors == [("bad", "no")]


def test_a_table_that_cannot_be_read_at_all(world, kpi):
    world.has("deals", {"outcome": "won", "closed_on": MARCH})
    orders = kpi("count", id="orders_placed", table="orders", time="ordered_on")
    found, errors = _evaluated(world, Failing(world.engine, '"orders"'), kpi("count"), orders)
    assert found == {"count": (1.0, Status.OK), "orders_placed": (None, Status.ERROR)}
    assert errors == [("orders_placed", "no")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"table": "deels"}, "there is no fact table deels"),
        ({"time": "closed_at"}, "deals has no column closed_at"),
        ({"where": [{"column": "sauce", "is": "x"}]}, "deals has no column sauce"),
    ],
    ids=["table", "time", "filter"],
)
def test_a_definition_that_nobody_checked(world, kpi, given, words):
    world.has("deals", {"outcome": "won", "closed_on": MARCH})
    found, errors = _evaluated(world, world.engine, kpi("count", id="typo", **given), kpi("count"))
    assert found["count"] == (1.0, Status.OK)
    assert errors == [("typo", words)]


def test_circles_and_unknown_inputs(world, kpi):
    world.has("deals", {"outcome": "won", "closed_on": MARCH})
    a, b = kpi("derived", id="aa", expression="bb + 1"), kpi("derived", id="bb", expression="aa + 1")
    lost = kpi("derived", id="lost", expression="nowhere * 2")
    found, errors = _evaluated(world, world.engine, a, b, lost, kpi("count"))
    assert found.pop("count") == (1.0, Status.OK)
    assert found == dict.fromkeys(("aa", "bb", "lost"), (None, Status.ERROR))
    assert {kpi for kpi, _ in errors} == {"aa", "bb", "lost"}


def test_facts_that_are_incomplete_keep_their_values_and_say_so(world, kpi):
    world.has("deals", {"outcome": "won", "closed_on": MARCH})
    [march] = [
        one
        for one in world.values(kpi("count", no_data="zero"), incomplete=frozenset({"deals"}))
        if one.period_start == "2017-03-01"
    ]
    assert (march.value, march.status) == (1.0, Status.INCOMPLETE)
    unknown = world.value(kpi("count"), incomplete=frozenset({"deals"}), period="2017-02-01")
    assert (unknown.value, unknown.status) == (None, Status.INCOMPLETE)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("deals", {"organisation", "team", "owner", "account"}),
        ("accounts", {"account"}),
        ("users", {"team"}),
        ("teams", {"team"}),
        ("orders", set()),
    ],
)
def test_what_tells_a_scopes_members_apart_counts_too(world, kpi, table, told):
    """Two accounts were merged: whoever has not read that shows whole deals with the wrong one."""
    world.has("users", {"id": "ann", "team_id": "north"})
    world.has("deals", {"outcome": "won", "closed_on": MARCH, "owner_id": "ann", "account_id": "acme"})
    incomplete = frozenset({table})
    for scope in ("organisation", "team", "owner", "account"):
        statuses = {
            one.status
            for one in world.values(kpi("count"), scope=scope, incomplete=incomplete)
            if one.value is not None
        }
        assert statuses == {Status.INCOMPLETE if scope in told else Status.OK}, scope


def test_facts_that_nobody_fills(world, kpi):
    value = world.value(kpi("count", no_data="zero"), filled={"deals": {"outcome"}})
    assert (value.value, value.status) == (None, Status.NOT_APPLICABLE)

"""An explanation lets a person check one number by hand."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.errors import KpiError
from kpi_engine.evaluate import Cell, RowBehind, explain
from kpi_engine.period import Grain

MARCH = date(2017, 3, 10)
WON = [{"column": "outcome", "is": "won"}]
CLOSED = [{"column": "outcome", "in": ["won", "lost"]}]
CELL = Cell("owner", "ann", "crm", Grain.MONTH, "2017-03-01")


@pytest.fixture
def rate(kpi):
    sides = {"numerator": {"count": "rows", "where": WON}, "denominator": {"count": "rows", "where": CLOSED}}
    return kpi("ratio", unit="percent", **sides)


@pytest.fixture(autouse=True)
def _deals(world):
    world.has("users", {"id": "ann"}, {"id": "bob"})
    mine = {"closed_on": MARCH, "owner_id": "ann"}
    world.has(
        "deals",
        {"id": "w", "outcome": "won", "amount": 5, **mine},
        {"id": "l", "outcome": "lost", "amount": None, **mine},
        {"id": "a", "outcome": "abandoned", **mine},
        {"id": "o", "outcome": "won", **mine, "owner_id": "bob"},
        {"id": "f", "outcome": "won", **mine, "closed_on": date(2017, 2, 1)},
    )


def test_the_rows_behind_are_those_of_the_cell_and_give_its_numbers(world, rate):
    explained = explain(rate, world.request(rate), CELL, engine=world.engine)
    assert explained.rows == (RowBehind("crm", "l", None, 1, False), RowBehind("crm", "w", 1, 1, False))
    assert explained.value.numerator == sum(row.numerator or 0 for row in explained.rows) == 1
    assert explained.value.denominator == sum(row.denominator or 0 for row in explained.rows) == 2


def test_the_sql_can_be_run_as_it_stands_and_gives_the_cells_numbers(world, rate):
    explained = explain(rate, world.request(rate), CELL, engine=world.engine)
    [row] = world.engine._run(explained.sql).fetchall()
    assert {explained.value.numerator, explained.value.denominator} <= set(row)
    assert len(world.engine._run(explained.rows_sql).fetchall()) == 2
    assert "\n" in explained.sql


def test_rows_that_were_left_out_are_shown_as_such(world, kpi):
    amount = kpi("sum", sum="amount", unit="money")
    explained = explain(amount, world.request(amount), CELL, engine=world.engine)
    assert explained.rows == (
        RowBehind("crm", "a", None, None, True),
        RowBehind("crm", "l", None, None, True),
        RowBehind("crm", "w", 50_000, None, False),
    )
    assert explained.value.excluded == 2


def test_at_most_so_many_rows(world, rate):
    assert len(explain(rate, world.request(rate), CELL, engine=world.engine, limit=1).rows) == 1


def test_a_derived_kpi_explains_its_inputs(world, kpi, rate):
    double = kpi("derived", expression="ratio * 2")
    explained = explain(double, world.request(double, rate), CELL, engine=world.engine)
    assert (explained.value.value, explained.sql, explained.rows) == (1.0, "", ())
    assert [one.value.value for one in explained.inputs] == [0.5]


@pytest.mark.parametrize(
    ("cell", "message", "hint"),
    [
        (CELL._replace(scope_id="anna"), "owner 'anna' has no values", "did you mean ann?"),
        (CELL._replace(period_start="2017-03-02"), "no month that starts on '2017-03-02'", "did you mean 2017-03-01?"),
    ],
    ids=["owner", "month"],
)
def test_a_cell_that_does_not_exist(world, rate, cell, message, hint):
    with pytest.raises(KpiError, match=message) as refused:
        explain(rate, world.request(rate), cell, engine=world.engine)
    assert str(refused.value.hint) == hint


def test_a_kpi_that_cannot_be_computed_says_why(world, kpi):
    typo = kpi("count", time="closed_at")
    with pytest.raises(KpiError, match="deals has no column closed_at"):
        explain(typo, world.request(typo), CELL, engine=world.engine)

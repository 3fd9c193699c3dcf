"""Which status wins, and that each is reached by some facts (in the files of the kinds)."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.evaluate import PRECEDENCE, Status
from kpi_engine.evaluate.status import VALUELESS, worst

MARCH = date(2017, 3, 10)


def test_every_status_has_one_place_in_the_order():
    assert sorted(PRECEDENCE) == sorted(Status)
    assert PRECEDENCE[-1] is Status.OK


@pytest.mark.parametrize("position", range(len(PRECEDENCE) - 1))
def test_the_worse_of_two_wins_in_either_order(position):
    worse, better = PRECEDENCE[position : position + 2]
    assert worst([worse, better]) is worst([better, worse]) is worse


def _cell(world, kpi, **more):
    world.has("deals", {"outcome": "won", "closed_on": MARCH, "amount": 1, "currency": "XAU"})
    definition = {"sum": "amount", "unit": "money", "minimum_n": 5, "history_days": 400} | more.pop("definition", {})
    return world.value(kpi("sum", **definition), **more)


def test_a_cell_with_many_faults_shows_the_worst(world, kpi):
    """Too few rows, too little history, no exchange rate, no data, too young, incomplete facts: one after the other."""
    assert _cell(world, kpi).status is Status.MISSING_FX
    assert _cell(world, kpi, definition={"maturity_days": 90}).status is Status.NOT_MATURE
    everything = {"definition": {"maturity_days": 90}, "incomplete": frozenset({"deals"})}
    assert _cell(world, kpi, **everything).status is Status.INCOMPLETE
    assert _cell(world, kpi, filled={}, **everything).status is Status.NOT_APPLICABLE


def test_a_milder_status_never_gives_back_a_value_that_a_worse_reason_took(world, kpi):
    """Incomplete facts keep values, young periods have none: both together have none."""
    value = _cell(world, kpi, definition={"maturity_days": 90}, incomplete=frozenset({"deals"}), currency="XAU")
    assert (value.status, value.value) == (Status.INCOMPLETE, None)
    assert Status.NOT_MATURE in VALUELESS


def test_history_before_few_rows(world, kpi):
    value = _cell(world, kpi, currency="XAU")
    assert (value.status, value.value) == (Status.HISTORY_TRUNCATED, 1.0)

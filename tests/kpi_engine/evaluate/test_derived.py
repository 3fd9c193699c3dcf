"""Derived KPIs: exact arithmetic over other values, earlier periods, dated assumptions."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from kpi_engine.evaluate import DatedValue, Status, evaluate

JANUARY, FEBRUARY, MARCH = date(2017, 1, 10), date(2017, 2, 10), date(2017, 3, 10)


@pytest.fixture
def amount(kpi):
    return kpi("sum", id="amount_won", sum="amount", unit="money", no_data="zero")


def _deal(day, amount, **more):
    return {"outcome": "won", "closed_on": day, "amount": amount, **more}


def _growth(kpi, of="previous", **more):
    return kpi("derived", id="growth", unit="percent", expression=f"amount_won / {of}(amount_won) - 1", **more)


def test_growth_is_exact(world, kpi, amount):
    world.has("deals", _deal(FEBRUARY, "100"), _deal(MARCH, "110"))
    assert world.value(amount, _growth(kpi)).value == 0.1


@pytest.mark.parametrize("base", [0, -5])
def test_a_base_of_zero_or_less_says_nothing(world, kpi, amount, base):
    world.has("deals", _deal(FEBRUARY, base), _deal(MARCH, 7))
    value = world.value(amount, _growth(kpi))
    assert (value.value, value.status) == (None, Status.ZERO_DENOMINATOR)


def test_the_base_is_computed_even_where_since_leaves_it_out(world, kpi, amount):
    world.has("deals", _deal(date(2016, 3, 5), 50), _deal(FEBRUARY, 20), _deal(MARCH, 30))
    since_march = {"since": date(2017, 3, 1)}
    assert world.value(amount, _growth(kpi), **since_march).value == 0.5
    assert world.value(amount, _growth(kpi, "prior_year"), **since_march).value == -0.4
    starts = {value.period_start for value in world.values(amount, _growth(kpi), **since_march)}
    assert starts == {"2017-03-01"}


def test_all_time_has_no_earlier_period(world, kpi, amount):
    world.has("deals", _deal(MARCH, 1))
    value = world.value(amount, _growth(kpi), grains=("all",), period="")
    assert (value.value, value.status) == (None, Status.NOT_APPLICABLE)


def test_the_worst_status_of_the_inputs_is_passed_on(world, kpi, amount):
    world.has("deals", _deal(MARCH, 3))
    few = kpi("count", minimum_n=5)
    per_deal = kpi("derived", id="per_deal", unit="money", expression="amount_won / count")
    value = world.value(amount, few, per_deal)
    assert (value.value, value.status, value.n) == (3.0, Status.INSUFFICIENT_N, 1)
    empty = world.value(amount, few, per_deal, period="2017-02-01")
    assert (empty.value, empty.status) == (None, Status.NO_DATA)


def test_derived_from_derived_and_inputs_that_nobody_asked_for(world, kpi, amount):
    world.has("deals", _deal(FEBRUARY, 10), _deal(MARCH, 30))
    twice = kpi("derived", id="twice", unit="percent", expression="growth * 2 + 1")
    [value] = [
        one
        for one in evaluate(world.engine, world.request(twice, inputs=(amount, _growth(kpi))))
        if one.period_start == "2017-03-01"
    ]
    assert (value.kpi, value.value) == ("twice", 5.0)


def test_a_sum_of_excluded_rows_counts_each_input_once(world, kpi, amount):
    world.has("deals", _deal(MARCH, None), _deal(MARCH, 2))
    both = kpi("derived", id="both", unit="money", expression="amount_won + amount_won")
    value = world.value(amount, both)
    assert (value.value, value.excluded) == (4.0, 1)


class TestAssumptions:
    MARGINS = (DatedValue(date(2017, 1, 1), 0.2), DatedValue(date(2017, 3, 11), 0.5))

    def _margin(self, kpi):
        return kpi("derived", id="margin", unit="money", expression='amount_won * assumption("gross_margin")')

    def test_an_average_by_days_stamped_on_the_value(self, world, kpi, amount):
        world.has("deals", _deal(MARCH, 310), _deal(FEBRUARY, 100))
        known = {"assumptions": {"gross_margin": self.MARGINS}}
        march = world.value(amount, self._margin(kpi), **known)
        february = world.value(amount, self._margin(kpi), period="2017-02-01", **known)
        average = (10 * 0.2 + 21 * 0.5) / 31
        assert march.value == 310 * 0.2 * 10 / 31 + 310 * 0.5 * 21 / 31
        assert json.loads(march.assumptions) == {"gross_margin": pytest.approx(average)}
        assert (february.value, february.assumptions) == (20.0, '{"gross_margin": 0.2}')

    def test_a_missing_one_makes_the_value_not_applicable_and_leaves_the_input_alone(self, world, kpi, amount):
        world.has("deals", _deal(JANUARY, 100))
        late = {"assumptions": {"gross_margin": (DatedValue(date(2017, 1, 2), 0.2),)}}
        for known in ({}, late):
            value = world.value(amount, self._margin(kpi), period="2017-01-01", **known)
            assert (value.value, value.status, value.assumptions) == (None, Status.NOT_APPLICABLE, "")
            assert world.value(amount, period="2017-01-01", **known).value == 100.0

    def test_it_is_stamped_on_whatever_is_made_of_it(self, world, kpi, amount):
        world.has("deals", _deal(FEBRUARY, 100), _deal(MARCH, 100))
        growth = kpi("derived", id="margin_growth", unit="percent", expression="margin / previous(margin) - 1")
        known = {
            "assumptions": {"gross_margin": (DatedValue(date(2017, 1, 1), 0.2), DatedValue(date(2017, 3, 1), 0.4))}
        }
        value = world.value(amount, self._margin(kpi), growth, **known)
        assert value.value == 1.0
        assert json.loads(value.assumptions) == {"gross_margin": 0.4, "gross_margin@2017-02-01": 0.2}


def test_accounts_have_a_derived_cell_where_any_input_has_a_row(world, kpi, amount):
    world.has("deals", _deal(FEBRUARY, 10, account_id="a"), _deal(MARCH, 5, account_id="b"))
    cells = world.values(amount, _growth(kpi), scope="account")
    found = {(one.kpi, one.scope_id, one.period_start): one.value for one in cells}
    assert found["growth", "a", "2017-03-01"] == -1.0
    assert ("amount_won", "a", "2017-03-01") not in found
    assert ("growth", "b", "2017-02-01") not in found


def test_a_result_beyond_floats_is_an_error_not_infinity(world, kpi, amount):
    world.has("deals", _deal(MARCH, 10**10))
    huge = kpi("derived", id="huge", unit="count", expression="amount_won * 1e300")
    value = world.value(amount, huge)
    assert (value.value, value.status) == (None, Status.ERROR)


def test_a_running_period_is_compared_with_as_many_days_of_the_earlier_one(world, kpi, amount):
    """Rule G3: ten days of March beside the first ten of February, and beside the first ten of March a year ago."""
    world.has(
        "deals",
        _deal(date(2016, 3, 10), 40),
        _deal(date(2016, 3, 11), 1_000),
        _deal(date(2017, 2, 10), 20),
        _deal(date(2017, 2, 11), 1_000),
        _deal(MARCH, 30),
    )
    running = {"as_of": datetime(2017, 3, 10, 20, tzinfo=UTC), "since": date(2017, 2, 1)}
    assert world.value(amount, _growth(kpi), **running).value == 0.5
    assert world.value(amount, _growth(kpi, "prior_year"), **running).value == -0.25
    by_month = {value.period_start: value.value for value in world.values(amount, _growth(kpi), **running)}
    assert by_month.keys() == {"2017-02-01", "2017-03-01"}, "the cut base is no cell of its own"
    assert world.value(amount, **running, period="2017-02-01").value == 1_020

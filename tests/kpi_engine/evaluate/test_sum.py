"""Sums and means: exact whole numbers, divided last."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.evaluate import Status

MARCH = date(2017, 3, 10)
MONEY = {"unit": "money", "sum": "amount"}


def test_a_sum_is_exact_where_floats_are_not(world, kpi):
    world.has("deals", *[{"outcome": "won", "closed_on": MARCH, "amount": "0.1"}] * 3)
    value = world.value(kpi("sum", **MONEY))
    assert (value.value, value.numerator, value.currency, value.unit) == (0.3, 3_000, "CNY", "money")


def test_what_is_subtracted_may_be_missing_but_the_amount_may_not(world, kpi):
    order = {"ordered_on": MARCH}
    world.has(
        "orders",
        {**order, "amount": 100, "refunded_amount": 30},
        {**order, "amount": 50, "refunded_amount": None},
        {**order, "amount": None, "refunded_amount": 5},
    )
    net = kpi("sum", table="orders", time="ordered_on", minus="refunded_amount", **MONEY)
    value = world.value(net)
    assert (value.value, value.n, value.excluded) == (120.0, 2, 1)


@pytest.mark.parametrize(
    ("no_data", "expected", "status"), [("unknown", None, Status.NO_DATA), ("zero", 0.0, Status.OK)]
)
def test_no_row_at_all(world, kpi, no_data, expected, status):
    value = world.value(kpi("sum", no_data=no_data, **MONEY))
    assert (value.value, value.status, value.n, value.numerator) == (expected, status, 0, 0)


def test_of_amounts_that_are_all_missing_the_sum_is_not_zero(world, kpi):
    world.has("deals", {"outcome": "won", "closed_on": MARCH, "amount": None})
    value = world.value(kpi("sum", no_data="zero", **MONEY))
    assert (value.value, value.status, value.excluded) == (None, Status.NO_DATA, 1)


def test_a_mean_rests_on_the_rows_that_have_the_column(world, kpi):
    world.has("deals", *({"outcome": "won", "closed_on": MARCH, "amount": amount} for amount in (1, 2, 2, None)))
    value = world.value(kpi("mean", mean="amount", unit="money"))
    assert (value.value, value.numerator, value.denominator, value.n) == (5 / 3, 50_000, 3, 3)


def test_a_mean_of_a_plain_integer_is_not_scaled(world, kpi):
    world.has("campaigns", {"started_on": MARCH, "sent_count": 3}, {"started_on": MARCH, "sent_count": 4})
    value = world.value(kpi("mean", table="campaigns", time="started_on", mean="sent_count"))
    assert value.value == 3.5


def test_a_sum_too_large_for_the_store_keeps_its_value_without_the_numerator(world, kpi):
    large = 2**63 // 10_000 - 1
    world.has("deals", *[{"outcome": "won", "closed_on": MARCH, "amount": large}] * 4)
    value = world.value(kpi("sum", **MONEY))
    assert (value.numerator, value.value) == (None, float(large * 4))

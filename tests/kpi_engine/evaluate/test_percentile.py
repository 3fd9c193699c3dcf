"""Percentiles: type 7, checked against Python's own, and intervals by order statistics."""

from __future__ import annotations

from datetime import date
from statistics import quantiles

import pytest

from kpi_engine.evaluate import Status
from kpi_engine.statistics.interval import order_statistic_ranks

MARCH = date(2017, 3, 10)


def _deals(*amounts):
    return [{"outcome": "won", "closed_on": MARCH, "amount": amount} for amount in amounts]


def test_two_middle_values_are_averaged(world, kpi):
    world.has("deals", *_deals(10, 1, 2, 11))
    value = world.value(kpi("percentile", of="amount", percentile=0.5, unit="money"))
    assert (value.value, value.n, value.numerator, value.denominator) == (6.0, 4, None, None)


@pytest.mark.parametrize("hundredth", [1, 10, 25, 50, 75, 90, 99])
def test_it_agrees_with_the_standard_library(world, kpi, hundredth):
    amounts = [(7 * n * n) % 101 for n in range(40)]
    world.has("deals", *_deals(*amounts))
    value = world.value(kpi("percentile", of="amount", percentile=hundredth / 100, unit="money"))
    assert value.value == pytest.approx(quantiles(amounts, n=100, method="inclusive")[hundredth - 1], rel=1e-12)


def test_the_interval_is_bounded_by_values_of_the_ranks(world, kpi):
    world.has("deals", *_deals(*range(1, 41)))
    value = world.value(kpi("percentile", of="amount", percentile=0.5, unit="money"))
    low, high = order_statistic_ranks(40, 0.5)
    assert (value.ci_low, value.ci_high) == (float(low), float(high))
    assert low < 20 < high


def test_too_few_rows_have_no_interval(world, kpi):
    world.has("deals", *_deals(1, 2))
    value = world.value(kpi("percentile", of="amount", percentile=0.5, unit="money", minimum_n=10))
    assert (value.value, value.ci_low, value.ci_high, value.status) == (1.5, None, None, Status.INSUFFICIENT_N)


def test_no_rows(world, kpi):
    value = world.value(kpi("percentile", of="amount", percentile=0.5, unit="money"))
    assert (value.value, value.n, value.status) == (None, 0, Status.NO_DATA)

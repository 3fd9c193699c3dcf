"""Ratios: both parts kept, zero denominators named, rows that must carry a value."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.evaluate import Status
from kpi_engine.statistics.interval import wilson

MARCH = date(2017, 3, 10)
WON = [{"column": "outcome", "is": "won"}]
LOST = [{"column": "outcome", "is": "lost"}]
CLOSED = [{"column": "outcome", "in": ["won", "lost"]}]
RATE = {"numerator": {"count": "rows", "where": WON}, "denominator": {"count": "rows", "where": CLOSED}}
BY_VALUE = {"numerator": {"sum": "amount", "where": WON}, "denominator": {"sum": "amount"}, "where": CLOSED}


def _deals(*given):
    return [{"outcome": outcome, "amount": amount, "closed_on": MARCH} for outcome, amount in given]


def test_a_rate_with_its_interval(world, kpi):
    world.has("deals", *_deals(("won", 1), ("won", 1), ("lost", 1), ("abandoned", 1)))
    value = world.value(kpi("ratio", unit="percent", **RATE))
    assert (value.numerator, value.denominator, value.n, value.value) == (2, 3, 3, 2 / 3)
    assert (value.ci_low, value.ci_high) == wilson(2, 3)


def test_rows_but_nothing_to_divide_by_is_not_the_same_as_no_rows(world, kpi):
    world.has("deals", *_deals(("abandoned", 1)))
    rate = kpi("ratio", unit="percent", **RATE)
    assert world.value(rate).status is Status.ZERO_DENOMINATOR
    assert world.value(rate, period="2017-02-01").status is Status.NO_DATA


def test_a_sum_of_zero_cannot_divide(world, kpi):
    world.has("deals", *_deals(("won", 0), ("lost", 0)))
    value = world.value(kpi("ratio", unit="percent", **BY_VALUE))
    assert (value.value, value.status, value.n) == (None, Status.ZERO_DENOMINATOR, 2)


def test_a_share_of_amounts_has_no_binomial_interval(world, kpi):
    world.has("deals", *_deals(("won", 30), ("lost", 10)))
    value = world.value(kpi("ratio", unit="percent", **BY_VALUE))
    assert (value.value, value.ci_low, value.ci_high) == (0.75, None, None)


def test_a_count_of_rows_that_are_not_part_of_the_others_has_no_interval(world, kpi):
    world.has("deals", *_deals(("won", 1), ("won", 1), ("lost", 1)))
    sides = {"numerator": {"count": "rows", "where": WON}, "denominator": {"count": "rows", "where": LOST}}
    value = world.value(kpi("ratio", unit="times", **sides))
    assert (value.value, value.ci_low) == (2.0, None)


def test_money_per_row_is_in_units_of_the_currency(world, kpi):
    world.has("deals", *_deals(("won", "10.5"), ("won", 20)))
    sides = {"numerator": {"sum": "amount"}, "denominator": {"count": "rows"}}
    assert world.value(kpi("ratio", unit="money", **sides)).value == 15.25


def test_different_values_above_rows_below(world, kpi):
    world.has("deals", *({"outcome": "won", "closed_on": MARCH, "account_id": one} for one in ("a", "a", "b")))
    sides = {"numerator": {"count": "account_id"}, "denominator": {"count": "rows"}}
    assert world.value(kpi("ratio", unit="times", **sides)).value == 2 / 3


REQUIRES = {"rows": LOST, "have": [{"column": "amount", "above": 0}]}


@pytest.mark.parametrize(
    ("share", "expected", "status"),
    [(1.0, None, Status.NOT_APPLICABLE), (0.5, 0.75, Status.OK), (0.51, None, Status.NOT_APPLICABLE)],
)
def test_lost_deals_without_an_amount_make_a_value_rate_unbelievable(world, kpi, share, expected, status):
    world.has("deals", *_deals(("won", 30), ("lost", 10), ("lost", 0)))
    value = world.value(kpi("ratio", unit="percent", requires=REQUIRES | {"share": share}, **BY_VALUE))
    assert (value.value, value.status, value.excluded) == (expected, status, 1)
    assert (value.numerator, value.denominator, value.n) == (300_000, 400_000, 2)


def test_an_unknown_requirement_is_not_fulfilled_and_no_judged_rows_are_no_objection(world, kpi):
    definition = kpi("ratio", unit="percent", requires=REQUIRES, **BY_VALUE)
    world.has("deals", *_deals(("won", 30), ("lost", None)))
    assert world.value(definition).status is Status.NOT_APPLICABLE
    world.has("deals", *_deals(("won", 30)))
    assert (world.value(definition).value, world.value(definition).status) == (1.0, Status.OK)


def test_few_rows_keep_their_value_and_say_so(world, kpi):
    world.has("deals", *_deals(("won", 1), ("lost", 1)))
    value = world.value(kpi("ratio", unit="percent", minimum_n=3, **RATE))
    assert (value.value, value.status) == (0.5, Status.INSUFFICIENT_N)

"""Counts: rows, different values, first rows ever."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kpi_engine.evaluate import Status
from kpi_engine.period import Calendar

WON = [{"column": "outcome", "is": "won"}]
MARCH = date(2017, 3, 10)


def test_rows_of_the_period_that_pass_the_filters(world, kpi):
    world.has(
        "deals",
        {"outcome": "won", "closed_on": date(2017, 3, 1)},
        {"outcome": "won", "closed_on": date(2017, 3, 31)},
        {"outcome": "won", "closed_on": date(2017, 4, 1)},
        {"outcome": "lost", "closed_on": MARCH},
    )
    value = world.value(kpi("count", where=WON))
    assert (value.numerator, value.denominator, value.n, value.value, value.status) == (2, None, 2, 2.0, Status.OK)


def test_a_row_with_an_unknown_filter_is_excluded_and_counted(world, kpi):
    world.has(
        "deals",
        {"outcome": "won", "closed_on": MARCH, "source": "web"},
        {"outcome": "won", "closed_on": MARCH, "source": None},
        {"outcome": "lost", "closed_on": MARCH, "source": None},
    )
    value = world.value(kpi("count", where=[*WON, {"column": "source", "is": "web"}]))
    assert (value.n, value.excluded) == (1, 1)


def test_no_rows_are_unknown_or_a_true_zero_as_the_definition_says(world, kpi):
    unknown, zero = world.value(kpi("count")), world.value(kpi("count", no_data="zero"))
    assert (unknown.value, unknown.status) == (None, Status.NO_DATA)
    assert (zero.value, zero.status) == (0.0, Status.OK)


def test_different_values_are_counted_once_and_do_not_add_up(world, kpi):
    world.has(
        "deals",
        {"outcome": "won", "closed_on": date(2017, 2, 1), "account_id": "a"},
        {"outcome": "won", "closed_on": date(2017, 2, 2), "account_id": "a"},
        {"outcome": "won", "closed_on": MARCH, "account_id": "a"},
        {"outcome": "won", "closed_on": MARCH, "account_id": "b"},
        {"outcome": "won", "closed_on": MARCH, "account_id": None},
    )
    buyers = kpi("count", distinct="account_id")
    by_month = [value.value for value in world.values(buyers)]
    value = world.value(buyers, grains=("quarter",), period="2017-01-01")
    assert by_month == [None, 1.0, 2.0]
    assert (value.value, value.n, value.excluded) == (2.0, 4, 1)


def test_the_same_id_in_two_connections_is_two_accounts_but_the_same_product_is_one(world, kpi):
    row = {"outcome": "won", "closed_on": MARCH, "account_id": "7", "product": "GTX"}
    world.has("deals", row, {**row, "connection": "shop"})
    assert world.value(kpi("count", distinct="account_id")).value == 2.0
    assert world.value(kpi("count", distinct="product")).value == 1.0


def test_only_the_first_row_ever_of_a_group_counts_for_its_owner_and_period(world, kpi):
    world.has(
        "deals",
        {"outcome": "lost", "closed_on": date(2016, 1, 1), "account_id": "a", "owner_id": "ann"},
        {"outcome": "won", "closed_on": date(2016, 5, 1), "account_id": "a", "owner_id": "ann"},
        {"outcome": "won", "closed_on": MARCH, "account_id": "a", "owner_id": "bob"},
        {"outcome": "won", "closed_on": MARCH, "account_id": "b", "owner_id": "bob", "id": "z"},
        {"outcome": "won", "closed_on": MARCH, "account_id": "b", "owner_id": "ann", "id": "y"},
        {"outcome": "won", "closed_on": MARCH, "account_id": None, "owner_id": "ann"},
    )
    new = kpi("count", first_per="account_id", where=WON)
    assert (world.value(new).value, world.value(new).excluded) == (1.0, 1)
    by_owner = {value.scope_id: value.value for value in world.values(new, scope="owner") if value.n}
    assert by_owner == {"ann": 1.0}


def test_a_first_row_is_looked_for_in_each_connection_apart(world, kpi):
    row = {"outcome": "won", "closed_on": MARCH, "account_id": "a"}
    world.has("deals", row, {**row, "connection": "shop"})
    assert world.value(kpi("count", first_per="account_id", where=WON)).value == 2.0


def test_rows_without_a_time_are_excluded_from_the_organisation_and_counted_in_every_period(world, kpi):
    world.has(
        "deals",
        {"outcome": "won", "closed_on": None, "account_id": "a"},
        {"outcome": "won", "closed_on": None, "account_id": "a"},
        {"outcome": "lost", "closed_on": None, "account_id": "a"},
    )
    for definition in (kpi("count", where=WON), kpi("count", where=WON, first_per="account_id")):
        assert [value.excluded for value in world.values(definition)] == [2, 2, 2]
        assert {value.excluded for value in world.values(definition, scope="account")} <= {0}


def test_quarantined_records_of_the_table_are_part_of_the_upper_bound(world, kpi):
    quarantined = {"deals": 4, "orders": 9}
    assert world.value(kpi("count"), quarantined=quarantined).excluded == 4
    world.has("users", {"id": "ann"})
    assert world.value(kpi("count"), quarantined=quarantined, scope="owner").excluded == 0


def test_instants_are_placed_by_the_organisations_clocks(world, kpi):
    world.has(
        "activities",
        {"kind": "call", "done_at": datetime(2017, 2, 28, 15, 59, 59, tzinfo=UTC)},
        {"kind": "call", "done_at": datetime(2017, 2, 28, 16, 0, 0, tzinfo=UTC)},
    )
    calls = kpi("count", table="activities", time="done_at")
    by_month = [value.value for value in world.values(calls, calendar=Calendar("Asia/Shanghai"))]
    assert by_month == [None, 1.0, 1.0]

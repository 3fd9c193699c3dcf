"""Whose numbers: owners, trees of teams, accounts, dimensions, several connections; no row is counted twice."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_engine.period import Grain
from kpi_engine.query.scope import NONE

MARCH = date(2017, 3, 10)
AMOUNT = {"id": "amount_won", "sum": "amount", "unit": "money", "no_data": "zero"}


def _deal(amount, **more):
    return {"outcome": "won", "closed_on": MARCH, "amount": amount, **more}


def _march(world, definition, scope, **more):
    cells = world.values(definition, scope=scope, **more)
    return {(one.connection, one.scope_id): one.value for one in cells if one.period_start == "2017-03-01"}


def test_every_owner_has_a_cell_also_without_any_deal_and_nobodys_deals_are_a_group(world, kpi):
    world.has("users", {"id": "ann"}, {"id": "bob"})
    world.has("deals", _deal(1, owner_id="ann"), _deal(10, owner_id="gone"), _deal(100), _deal(1000, owner_id=""))
    assert _march(world, kpi("sum", **AMOUNT), "owner") == {
        ("crm", "ann"): 1.0,
        ("crm", "bob"): 0.0,
        ("crm", "gone"): 10.0,
        ("crm", NONE): 1100.0,
    }


def test_owners_of_two_connections_with_one_id_are_two_people_and_the_organisation_has_both(world, kpi):
    world.has("deals", _deal(1, owner_id="7"), _deal(10, owner_id="7", connection="shop"))
    assert _march(world, kpi("sum", **AMOUNT), "owner") == {("crm", "7"): 1.0, ("shop", "7"): 10.0}
    assert _march(world, kpi("sum", **AMOUNT), "organisation") == {("", ""): 11.0}


class TestTeams:
    @pytest.fixture(autouse=True)
    def _teams(self, world):
        world.has(
            "teams",
            {"id": "top"},
            {"id": "north", "parent_id": "top"},
            {"id": "oslo", "parent_id": "north"},
            {"id": "idle", "parent_id": "elsewhere"},
        )
        world.has("users", {"id": "ann", "team_id": "oslo"}, {"id": "bob", "team_id": "north"}, {"id": "cid"})

    def test_a_team_has_its_own_rows_and_those_of_the_teams_below_each_once(self, world, kpi):
        world.has(
            "deals",
            _deal(1, owner_id="ann"),
            _deal(10, owner_id="bob"),
            _deal(100, owner_id="cid"),
            _deal(1000, owner_id="ann", team_id="top"),
            _deal(10000, owner_id="ann", team_id="unlisted"),
        )
        assert _march(world, kpi("sum", **AMOUNT), "team") == {
            ("crm", "oslo"): 1.0,
            ("crm", "north"): 11.0,
            ("crm", "top"): 1011.0,
            ("crm", "idle"): 0.0,
            ("crm", "unlisted"): 10000.0,
            ("crm", NONE): 100.0,
        }

    def test_a_table_without_teams_takes_its_owners(self, world, kpi):
        world.has("orders", {"ordered_on": MARCH, "amount": 5, "owner_id": "ann"})
        found = _march(world, kpi("sum", table="orders", time="ordered_on", **AMOUNT), "team")
        assert found["crm", "top"] == found["crm", "north"] == found["crm", "oslo"] == 5.0

    def test_teams_above_each_other_end_and_count_once(self, world, kpi):
        world.has("teams", {"id": "a", "parent_id": "b"}, {"id": "b", "parent_id": "a"}, {"id": "c", "parent_id": "c"})
        world.has("deals", _deal(1, team_id="a"), _deal(10, team_id="c"))
        found = _march(world, kpi("sum", **AMOUNT), "team")
        assert found == {("crm", "a"): 1.0, ("crm", "b"): 1.0, ("crm", "c"): 10.0}

    def test_a_team_means_something_in_its_own_connection_only(self, world, kpi):
        world.has("deals", _deal(1, team_id="oslo", connection="shop"), _deal(10, team_id="oslo"))
        found = _march(world, kpi("sum", **AMOUNT), "team")
        assert (found["shop", "oslo"], found["crm", "top"]) == (1.0, 10.0)
        assert ("shop", "top") not in found


def test_a_user_listed_twice_does_not_double_a_deal(world, kpi):
    world.has("teams", {"id": "t"})
    world.has("users", {"id": "ann", "team_id": "t"}, {"id": "ann", "team_id": "t", "connection": "shop"})
    world.has("deals", _deal(1, owner_id="ann"))
    assert _march(world, kpi("sum", **AMOUNT), "team")["crm", "t"] == 1.0
    assert _march(world, kpi("sum", **AMOUNT), "owner")["crm", "ann"] == 1.0


def test_accounts_have_cells_only_where_there_are_rows_and_never_by_week(world, kpi):
    world.has("deals", _deal(1, account_id="a"), _deal(2, account_id="b", closed_on=date(2017, 1, 5)))
    cells = world.values(kpi("sum", **AMOUNT), scope="account", grains=("week", "month"))
    assert {(one.scope_id, one.period, one.period_start) for one in cells} == {
        ("a", "month", "2017-03-01"),
        ("b", "month", "2017-01-01"),
    }


def test_a_dimension_is_over_all_connections_and_has_a_group_for_nothing(world, kpi):
    world.has("deals", _deal(1, product="GTX"), _deal(10, product="GTX", connection="shop"), _deal(100))
    by_product = kpi("sum", dimensions=["product"], **AMOUNT)
    assert _march(world, by_product, "product") == {("", "GTX"): 11.0, ("", NONE): 100.0}


def test_a_number_as_dimension_is_written_out(world, kpi):
    world.has("campaigns", {"started_on": MARCH, "sent_count": 3})
    counted = kpi("count", table="campaigns", time="started_on", dimensions=["sent_count"])
    assert _march(world, counted, "sent_count") == {("", "3"): 1.0}


def test_a_scope_that_means_nothing_to_a_kpi_has_no_cells_for_it(world, kpi):
    world.has("deals", _deal(1, product="GTX"))
    assert world.values(kpi("sum", **AMOUNT), scope="product") == []
    assert world.values(kpi("count", table="campaigns", time="started_on"), scope="owner") == []


def test_a_derived_kpi_has_the_scopes_that_all_its_inputs_have(world, kpi):
    world.has("deals", _deal(3, product="GTX"))
    both = kpi("derived", expression="amount_won / count")
    by_product = kpi("sum", dimensions=["product"], **AMOUNT)
    with_dimension = world.values(by_product, kpi("count", dimensions=["product"]), both, scope="product")
    without = world.values(by_product, kpi("count"), both, scope="product")
    assert [one.value for one in with_dimension if one.kpi == "derived"][-1] == 3.0
    assert [one for one in without if one.kpi == "derived"] == []


def test_scopes_with_different_grains_in_one_request(world, kpi):
    world.has("users", {"id": "ann"})
    world.has("deals", _deal(1, owner_id="ann"))
    scopes = {"organisation": (Grain.MONTH, Grain.YEAR, Grain.ALL), "owner": (Grain.QUARTER, Grain.MONTH)}
    cells = world.values(kpi("sum", **AMOUNT), scopes=scopes)
    found = {(one.scope, one.period, one.period_start): one.value for one in cells if one.value}
    assert found == {
        ("organisation", "month", "2017-03-01"): 1.0,
        ("organisation", "year", "2017-01-01"): 1.0,
        ("organisation", "all", ""): 1.0,
        ("owner", "month", "2017-03-01"): 1.0,
        ("owner", "quarter", "2017-01-01"): 1.0,
    }


def test_every_key_is_written_once(world, kpi):
    world.has("users", {"id": "ann", "team_id": "t"}, {"id": NONE})
    world.has("teams", {"id": "t"})
    world.has("deals", _deal(1, owner_id="ann"), _deal(2), _deal(3, owner_id=NONE))
    scopes = dict.fromkeys(("organisation", "owner", "team", "account"), (Grain.MONTH, Grain.ALL))
    keys = [one[:6] for one in world.values(kpi("sum", **AMOUNT), kpi("count"), scopes=scopes)]
    assert len(keys) == len(set(keys))

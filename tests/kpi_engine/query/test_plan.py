"""How many passes there are, and which columns they read."""

from __future__ import annotations

from pydantic import TypeAdapter

from kpi_engine.catalog import shipped
from kpi_engine.definition import Definition
from kpi_engine.facts import FACTS
from kpi_engine.period import Grain
from kpi_engine.query.measure import Money
from kpi_engine.query.plan import needed_columns, plan

MONEY = {name: Money("CNY", foreign=True) for name in FACTS}
MONTH, YEAR, WEEK = (Grain.MONTH,), (Grain.YEAR,), (Grain.WEEK,)
SCOPES = {"organisation": MONTH + YEAR, "owner": MONTH, "team": MONTH, "account": WEEK + YEAR, "product": MONTH}


def _passes(scopes):
    return plan(shipped(), scopes, facts=FACTS, money=MONEY)


def test_one_pass_for_the_organisation_and_the_owners_of_a_table_and_its_time():
    deals = [one for one in _passes({"organisation": MONTH, "owner": MONTH}) if one.place.key == ("deals", "closed_on")]
    assert [one.scopes for one in deals] == [("organisation", "owner")]
    assert len(deals[0].definitions) > 5


def test_no_grain_is_computed_twice_for_a_scope():
    passes = _passes(SCOPES)
    served = [(one.place.key, scope, grain) for one in passes for scope in one.scopes for grain in one.grains]
    assert len(served) == len(set(served))
    assert (("deals", "closed_on"), "organisation", Grain.YEAR) in served
    assert all(grain is not Grain.WEEK for _, scope, grain in served if scope == "account")


def test_every_shipped_query_keeps_to_the_list_also_where_amounts_are_foreign():
    for one in _passes(SCOPES):
        one.query()
        one.unplaced_query()


def test_only_the_columns_that_queries_read_are_asked_for():
    won = TypeAdapter(Definition).validate_python(
        {
            "kind": "count",
            "id": "won",
            "names": {"en": "-", "zh-CN": "-", "zh-TW": "-"},
            "question": "-",
            "formula": "-",
            "unit": "count",
            "table": "deals",
            "time": "closed_on",
            "where": [{"column": "outcome", "is": "won"}],
            "dimensions": ["product"],
        }
    )
    assert needed_columns([won], {"organisation": MONTH})["deals"] == {"connection", "currency", "closed_on", "outcome"}
    wide = needed_columns([won], SCOPES, identified=True)
    assert wide["deals"] > {"id", "owner_id", "team_id", "account_id", "product"}
    assert wide["teams"] == {"connection", "id", "parent_id"}
    assert "teams" not in needed_columns([won], {"owner": MONTH})
    assert "product" not in needed_columns([won.model_copy(update={"dimensions": ()})], SCOPES)["deals"]

"""Every link leads somewhere, and times and states agree with each other."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.sample import Sample, generate
from connector.sample.generator import TABLES
from kpi_engine.facts import FACTS

UNTIL = date(2025, 12, 1)
Facts = dict[str, list[dict[str, Any]]]


def facts_of(sample: Sample) -> Facts:
    return {
        table: [dict(zip(page.columns, row, strict=True)) for page in sample.pages(table) for row in page.rows()]
        for table in sample.tables()
    }


def assert_links_hold(facts: Facts) -> None:
    ids = {table: {row["id"] for row in rows} for table, rows in facts.items()}
    for table, rows in facts.items():
        assert len(ids[table]) == len(rows), f"{table}: ids twice"
        for column in FACTS[table].columns:
            if column.links:
                dangling = {row[column.name] for row in rows if row[column.name]} - ids[column.links]
                assert not dangling, f"{table}.{column.name} -> {column.links}: {sorted(dangling)[:3]}"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**40),
    scale=st.floats(0.001, 0.5),
    until=st.dates(date(2000, 1, 1), date(2090, 12, 31)),
    language=st.sampled_from(["en", "zh-CN"]),
)
def test_links_hold_whatever_is_asked_for(seed: int, scale: float, until: date, language: str) -> None:
    assert_links_hold(facts_of(generate("small", seed=seed, scale=scale, until=until, language=language)))


def test_links_hold_in_a_company_with_several_currencies() -> None:
    assert_links_hold(facts_of(generate("large", until=UNTIL, scale=0.005)))


@pytest.mark.parametrize("table", TABLES)
def test_values_have_the_types_of_the_dictionary(clean: Facts, table: str) -> None:
    for column in FACTS[table].columns:
        for row in clean[table]:
            value = row[column.name]
            if value is None:
                assert column.nullable, f"{table}.{column.name}"
                continue
            assert not column.values or value in column.values or table == "campaigns"
            match column.type:
                case "money" | "integer":
                    assert type(value) is int
                case "boolean":
                    assert value in (0, 1)
                case "real":
                    assert type(value) is float
                case "date":
                    date.fromisoformat(value)
                    assert len(value) == 10
                case "instant":
                    assert len(value) == 20
                    assert value.endswith("Z")
                case _:
                    assert type(value) is str


def test_nothing_has_happened_after_the_export(clean: Facts) -> None:
    """Plans may lie ahead (expected closes, renewals, due dates); what is told as done may not."""
    ahead = {"due_at", "due_on", "expected_close_on", "renewal_on", "promised_on", "ends_on", "ended_on"}
    now = "2025-12-01T06:00:00Z"  # midnight in Chicago
    for table, rows in clean.items():
        for column in (*FACTS[table].column_names,):
            found = FACTS[table].column(column)
            if found and found.type in ("date", "instant") and column not in ahead:
                latest = max((row[column] for row in rows if row[column]), default="")
                assert latest < now, f"{table}.{column}"


def test_deals(clean: Facts) -> None:
    accounts = {row["id"]: row for row in clean["accounts"]}
    contacts = {row["id"]: row for row in clean["contacts"]}
    users = {row["id"]: row for row in clean["users"]}
    for deal in clean["deals"]:
        assert accounts[deal["account_id"]]["created_at"] < deal["created_at"]
        assert contacts[deal["contact_id"]]["account_id"] == deal["account_id"]
        assert contacts[deal["contact_id"]]["created_at"] < deal["created_at"]
        assert users[deal["owner_id"]]["team_id"] == deal["team_id"]
        assert (deal["closed_on"] is None) == (deal["outcome"] == "open")
        assert deal["closed_on"] is None or deal["created_at"][:10] <= deal["engaged_on"] <= deal["closed_on"]
        assert (deal["lost_reason"] is not None) == (deal["outcome"] == "lost")
        assert deal["amount"] > 0
        assert (deal["probability"] in (0.0, 100.0)) == (deal["outcome"] != "open")
        assert deal["created_at"] <= deal["modified_at"]


def test_new_business_is_with_young_customers(clean: Facts) -> None:
    """The newest account of a rep, most of the time entered within the year."""
    created = {row["id"]: row["created_at"] for row in clean["accounts"]}
    late = [row for row in clean["deals"] if row["created_at"] > "2024"]
    ages = {
        kind: sorted(
            (date.fromisoformat(row["created_at"][:10]) - date.fromisoformat(created[row["account_id"]][:10])).days
            for row in late
            if (row["type"] == "New business") == kind
        )
        for kind in (True, False)
    }
    assert ages[True][len(ages[True]) // 2] < 120 < ages[False][len(ages[False]) // 2]


def test_owners_worked_here_when_they_owned(clean: Facts) -> None:
    users = {row["id"]: row for row in clean["users"]}
    day_of = {"deals": ("closed_on",), "cases": ("created_at",), "orders": ("ordered_on",)}
    day_of["activities"] = ("started_at", "due_at")
    gone = 0
    for table, columns in day_of.items():
        for row in clean[table]:
            day = next((row[column][:10] for column in columns if row[column]), UNTIL.isoformat())
            owner = users[row["owner_id"]]
            assert owner["hired_on"] <= day
            if owner["left_on"]:
                gone += 1
                assert day <= owner["left_on"]
    assert gone


def test_a_history_of_stages_ends_in_the_outcome(clean: Facts) -> None:
    changes = defaultdict(list)
    for change in clean["deal_stage_changes"]:
        changes[change["deal_id"]].append(change)
    for deal in clean["deals"]:
        history = changes.pop(deal["id"])
        assert history[0]["from_stage"] is None
        assert history[0]["changed_at"] == deal["created_at"]
        assert history[-1]["to_stage"] == deal["stage"]
        assert history[-1]["changed_at"] == deal["modified_at"]
        for early, late in pairwise(history):
            assert early["to_stage"] == late["from_stage"]
            assert early["changed_at"] < late["changed_at"]
        assert deal["closed_on"] is None or history[-1]["changed_at"][:10] == deal["closed_on"]
    assert not changes


def test_orders_follow_won_deals(clean: Facts) -> None:
    deals = {row["id"]: row for row in clean["deals"]}
    ordered = [row for row in clean["orders"] if row["deal_id"]]
    for order in ordered:
        deal = deals[order["deal_id"]]
        assert deal["outcome"] == "won"
        assert deal["closed_on"] < order["ordered_on"]
        assert (deal["account_id"], deal["amount"], deal["currency"]) == (
            order["account_id"],
            order["amount"],
            order["currency"],
        )
    won = sum(row["outcome"] == "won" for row in deals.values())
    assert 0.97 * won < len(ordered) <= won  # the last few are not ordered yet
    assert len({row["deal_id"] for row in ordered}) == len(ordered)
    for order in clean["orders"]:
        assert order["delivered_on"] is None or order["ordered_on"] <= order["delivered_on"]
        assert 0 < order["cost_amount"] < order["amount"]
        assert order["refunded_amount"] is None or 0 < order["refunded_amount"] < order["amount"]


def test_leads_and_the_deals_that_they_became(clean: Facts) -> None:
    deals = {row["id"]: row for row in clean["deals"]}
    for lead in clean["leads"]:
        assert (lead["deal_id"] is None) == (lead["converted_at"] is None) == (lead["account_id"] is None)
        moments = [lead[name] for name in ("created_at", "qualified_at", "converted_at") if lead[name]]
        assert moments == sorted(moments)
        if lead["deal_id"]:
            deal = deals[lead["deal_id"]]
            assert (lead["converted_at"], lead["account_id"]) == (deal["created_at"], deal["account_id"])
            assert lead["source"] == deal["source"]
    assert sum(lead["deal_id"] is not None for lead in clean["leads"]) * 4 == len(clean["leads"])


def test_campaign_members_and_their_leads(clean: Facts) -> None:
    leads = {row["id"]: row for row in clean["leads"]}
    campaigns = {row["id"]: row for row in clean["campaigns"]}
    seen = set()
    for member in clean["campaign_members"]:
        assert (member["lead_id"] is None) != (member["contact_id"] is None)
        moments = [
            member[name] for name in ("added_at", "delivered_at", "responded_at", "converted_at") if member[name]
        ]
        assert moments == sorted(moments)
        assert member["added_at"][:10] >= campaigns[member["campaign_id"]]["started_on"]
        key = (member["campaign_id"], member["contact_id"], member["lead_id"])
        assert key not in seen
        seen.add(key)
        if member["lead_id"]:
            assert leads[member["lead_id"]]["campaign_id"] == member["campaign_id"]
    from_campaigns = {row["id"] for row in leads.values() if row["campaign_id"]}
    assert from_campaigns == {lead for _, _, lead in seen if lead}


def test_cases(clean: Facts) -> None:
    users = {row["id"]: row for row in clean["users"]}
    order = ("created_at", "first_response_at", "first_resolved_at", "resolved_at", "closed_at")
    for case in clean["cases"]:
        moments = [case[name] for name in order]
        known = [moment for moment in moments if moment]
        assert known == sorted(known)
        assert moments[: len(known)] == known, "a later step without an earlier one"
        assert users[case["owner_id"]]["team_id"] == case["team_id"]
        twice = case["first_resolved_at"] != case["resolved_at"]
        assert case["reopen_count"] == int(twice)
        assert case["customer_reply_count"] >= case["reopen_count"]
    assert sum(case["is_complaint"] for case in clean["cases"]) > 0


def test_surveys_are_about_solved_cases_or_by_people_who_worked_here(clean: Facts) -> None:
    cases = {row["id"]: row for row in clean["cases"]}
    users = {row["id"]: row for row in clean["users"]}
    for survey in clean["survey_responses"]:
        assert (survey["score"] is None) == (survey["answered_at"] is None)
        assert survey["answered_at"] is None or survey["sent_at"] < survey["answered_at"]
        assert survey["score"] is None or survey["scale_min"] <= survey["score"] <= survey["scale_max"]
        match survey["kind"]:
            case "csat":
                assert cases[survey["case_id"]]["resolved_at"] < survey["sent_at"]
            case "nps":
                assert survey["account_id"]
                assert survey["contact_id"]
            case _:
                assert users[survey["user_id"]]["hired_on"] <= survey["sent_at"][:10]


def test_activities_belong_to_the_time_of_their_deal(clean: Facts) -> None:
    deals = {row["id"]: row for row in clean["deals"]}
    for activity in clean["activities"]:
        assert (activity["deal_id"] is None) != (activity["lead_id"] is None)
        if activity["started_at"] and activity["done_at"]:
            assert activity["started_at"] < activity["done_at"]
        planned = activity["started_at"] is None and activity["done_at"] is None
        assert not planned or activity["due_at"]
        if activity["deal_id"] and activity["done_at"]:
            assert deals[activity["deal_id"]]["created_at"] < activity["done_at"]


def test_contracts_follow_each_other_without_a_gap(clean: Facts) -> None:
    terms = defaultdict(list)
    for row in clean["subscriptions"]:
        terms[row["account_id"]].append(row)
    for contract in terms.values():
        for early, late in pairwise(contract):
            assert early["ended_on"] == late["started_on"]
            assert early["churn_reason"] is None
        assert (contract[-1]["ended_on"] is None) != (contract[-1]["renewal_on"] is None)
        assert (contract[-1]["churn_reason"] is None) == (contract[-1]["ended_on"] is None)
    changes = {
        late["monthly_amount"] > early["monthly_amount"] for rows in terms.values() for early, late in pairwise(rows)
    }
    assert changes == {True, False}


def test_teams_are_a_tree_and_everybody_is_in_it(clean: Facts) -> None:
    parents = {row["id"]: row["parent_id"] for row in clean["teams"]}
    assert [team for team, parent in parents.items() if parent is None] == ["T01"]
    for team in parents:
        steps, above = 0, team
        while parents[above]:
            above, steps = parents[above], steps + 1
            assert steps < 5
        assert above == "T01"
    managers = {row["id"]: row["manager_id"] for row in clean["users"]}
    assert [user for user, manager in managers.items() if manager is None] == ["U0001"]


def test_trainings_and_rates(clean: Facts) -> None:
    for row in clean["trainings"]:
        assert row["assigned_on"] < row["due_on"]
        assert row["completed_on"] is None or row["assigned_on"] < row["completed_on"]
        assert (row["completed_on"] is None) == (row["score"] is None) == (row["passed"] is None)
        assert row["score"] is None or (row["score"] >= 60) == bool(row["passed"])
    foreign = {row["currency"] for table in ("deals", "campaigns", "costs") for row in clean[table]} - {"USD"}
    assert foreign == {row["from_currency"] for row in clean["fx_rates"]}


def test_several_currencies_have_their_rates() -> None:
    sample = generate("large", until=UNTIL, scale=0.002)
    used = {value for page in sample.pages("deals") for value in page.columns["currency"]}
    rates = {value for page in sample.pages("fx_rates") for value in page.columns["from_currency"]}
    assert used == {"USD", "CAD", "GBP", "EUR"}
    assert used - {"USD"} <= rates

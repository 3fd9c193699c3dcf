"""A line becomes a target, or everything that is wrong with it is said at its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connector.targets import Entry
from kpi_engine.period import Grain
from kpi_engine.target import AtLeast, AtMost, Baseline, Benchmark, ByChange, Target, Thresholds, Within

from .conftest import Company, value


def line(**fields: Any) -> str:
    """One entry of a YAML file: by default a right one."""
    words = {"kpi": "won_amount", "period": "2026-Q3", "target": 1000} | fields
    text = ", ".join(f"{name}: {value}" for name, value in words.items() if value is not None)
    return f"targets:\n  - {{{text}}}\n"


def entry(company: Company, **fields: Any) -> Entry:
    """The one target of a file that is right."""
    book = company.yaml(line(**fields))
    assert book.problems == ()
    return book.entries[0]


def only(company: Company, **fields: Any) -> Target:
    return entry(company, **fields).target


# ---- what a line may say ---------------------------------------------------------------------------------------------


def test_the_simplest_target(company: Company) -> None:
    target = only(company)
    assert target.goal == AtLeast(value=1000)
    assert target.cell == ("", "won_amount", "organisation", "", "quarter", "2026-07-01")
    assert (target.unit, target.currency) == ("money", "EUR")
    assert target.id == "won_amount|organisation|quarter|2026-07-01"
    assert target.end == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("whose", "cell"),
    [
        ({"owner": "1"}, ("crm", "owner", "1")),
        ({"owner": "Ann Lee"}, ("crm", "owner", "1")),
        ({"owner": "ann  lee"}, ("crm", "owner", "1")),
        ({"owner": "王芳"}, ("crm", "owner", "3")),
        ({"scope": "owner", "of": "Bob Ray"}, ("crm", "owner", "2")),
        ({"scope": "owner", "of": 2}, ("crm", "owner", "2")),
        ({"owner": "Bob Ray", "connection": "crm"}, ("crm", "owner", "2")),
        ({"owner": "Gone Guy"}, ("crm", "owner", "7")),
        ({"team": "North"}, ("crm", "team", "N")),
        ({"account": "Acme GmbH", "period": 2026}, ("crm", "account", "a1")),
        ({"scope": "Organisation"}, ("", "organisation", "")),
    ],
    ids=str,
)
def test_whose_it_is(company: Company, whose: dict[str, str], cell: tuple[str, str, str]) -> None:
    target = only(company, **whose)
    assert (target.connection, target.scope, target.scope_id) == cell


def test_a_dimension_is_known_by_its_values(company: Company) -> None:
    company.values([value("won_amount", 1.0, scope="product", scope_id="GTX Pro", period="year")])
    assert only(company, scope="product", of="gtx pro", period=2026).scope_id == "GTX Pro"


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ({"target": "1200 EUR"}, AtLeast(value=1200)),
        ({"target": None, "at_least": 5}, AtLeast(value=5)),
        ({"kpi": "sales_cycle", "target": "30 days"}, AtMost(value=30)),
        ({"kpi": "sales_cycle", "target": None, "at_most": 30}, AtMost(value=30)),
        ({"kpi": "win_rate", "target": "65 %"}, AtLeast(value=0.65)),
        ({"kpi": "win_rate", "target": None, "low": "60 %"}, Within(low=0.6)),
        ({"kpi": "sales_cycle", "target": None, "high": 40, "tolerance": 10}, Within(high=40, tolerance=10)),
        ({"kpi": "service_level", "target": None, "low": 2, "high": 4}, Within(low=2, high=4)),
        ({"kpi": "service_level", "target": None, "range": "{low: 2, high: 4}"}, Within(low=2, high=4)),
        ({"kpi": "service_level", "target": None, "at_most": 4}, AtMost(value=4)),
        ({"kpi": "order_amount_growth", "target": "-5 %"}, AtLeast(value=-0.05)),
        ({"kpi": "sales_cycle", "target": 0}, AtMost(value=0)),
    ],
    ids=str,
)
def test_goals(company: Company, goal: dict[str, Any], wanted: object) -> None:
    assert only(company, **goal).goal == wanted


def test_a_change_from_a_period(company: Company) -> None:
    found = entry(company, kpi="sales_cycle", target=None, change="-30%", baseline_period="2025-Q3")
    assert isinstance(found.target.goal, ByChange)
    assert found.target.goal.change.factor == pytest.approx(0.7)
    assert found.baseline_from is not None
    assert (found.baseline_from.grain, found.baseline_from.key) == (Grain.QUARTER, "2025-07-01")


@pytest.mark.parametrize(("word", "start"), [("previous", "2026-04-01"), ("prior_year", "2025-07-01")])
def test_earlier_periods_have_names(company: Company, word: str, start: str) -> None:
    found = entry(company, baseline_period=word)
    assert found.baseline_from is not None
    assert found.baseline_from.key == start


def test_a_stated_baseline_is_taken_from_nowhere(company: Company) -> None:
    found = entry(company, kpi="win_rate", target="90 %", baseline="{value: 80 %, period: 2025-Q3, as_of: 2025-10-02}")
    assert found.baseline_from is None
    assert found.target.baseline == Baseline(
        value=0.8, period=Grain.QUARTER, start=date(2025, 7, 1), as_of="2025-10-02"
    )


def test_everything_else(company: Company) -> None:
    target = only(
        company,
        id="q3",
        version=2,
        review="month",
        attainment="inverse",
        objective="Grow in the north",
        note='"as agreed"',
        green=1.05,
        amber="95 %",
        benchmark="{value: 2000, source: trade press, date: 2026-01-31}",
    )
    assert (target.id, target.version, target.review, target.attainment) == ("q3", 2, Grain.MONTH, "inverse")
    assert (target.objective, target.note) == ("Grow in the north", "as agreed")
    assert target.thresholds == Thresholds(green=1.05, amber=0.95)
    assert target.benchmark == Benchmark(value=2000, source="trade press", on=date(2026, 1, 31))


def test_thresholds_of_the_settings(company: Company) -> None:
    company.settings("targets: {green: 0.95, amber: 0.8}\n")
    assert only(company).thresholds == Thresholds(green=0.95, amber=0.8)
    assert only(company, amber=0.5).thresholds == Thresholds(green=0.95, amber=0.5)


# ---- what is wrong with one ------------------------------------------------------------------------------------------

WRONG = [  # fields, the field that is named, what is said, what helps
    ({"kpi": "won_amont"}, "kpi", "won_amont is not a KPI", "did you mean won_amount?"),
    ({"kpi": "calls"}, "kpi", "calls is not computed", "kpis.enabled"),
    ({"kpi": None}, "", "which KPI?", "kpi list"),
    ({"owner": "Ann Leigh"}, "owner", "none of the users is called Ann Leigh", "did you mean Ann Lee?"),
    ({"owner": "Sam Oh"}, "owner", "several records are called Sam Oh", "give the id instead: 4, 5"),
    ({"team": "Nort"}, "team", "none of the teams is called Nort", "did you mean North?"),
    ({"owner": "1", "team": "N"}, "team", "owner, team cannot stand together", "give one"),
    ({"scope": "ownr", "of": "1"}, "scope", "the scope ownr is not computed", "did you mean owner?"),
    ({"scope": "owner"}, "", "whose target is it?", "the owner"),
    ({"of": "1"}, "of", "the whole organisation has no id", "scope"),
    ({"owner": "1", "connection": "crn"}, "owner", "there is no connection crn", "did you mean crm?"),
    ({"owner": "1", "name": "Bob Ray"}, "name", "1 is Ann Lee, and the sheet says Bob Ray", "sorted in part"),
    ({"period": "2026-Q7"}, "period", "is not a period", "2026-Q1"),
    ({"period": None}, "", "the period is missing", "2026-Q1"),
    ({"period": "quarter", "starts": "2026-08-01"}, "period", "would overlap two", "2026-07-01"),
    ({"owner": "1", "period": 2026}, "period", "owner is not computed by year", "kpis.scopes.owner"),
    ({"currency": "USD"}, "currency", "in USD, and the KPI in EUR", "convert it once"),
    ({"target": "1000 USD"}, "target", "in USD, and the KPI in EUR", "convert it once"),
    ({"unit": "days"}, "unit", "won_amount is in money, not in days", "own unit"),
    ({"target": -5}, "target", "won_amount is never below zero", "without its minus"),
    ({"target": 0}, "target", "a target of 0 asks for nothing", "leave it empty"),
    ({"target": "many"}, "target", "is not a number", "1200.50"),
    ({"kpi": "win_rate", "target": 0.9}, "target", "two ways: 0.9 % or 90 %", "with their sign"),
    ({"kpi": "win_rate", "target": "130 %"}, "target", "win_rate is never above 100 %", "90 %"),
    ({"kpi": "sales_cycle", "target": None, "at_least": 3}, "at_least", "lower is better", "`low`"),
    ({"at_most": 3}, "at_most", "target, at_most cannot stand together", "give one"),
    ({"low": 3}, "low", "cannot stand together", "low and high"),
    ({"target": None, "low": 5, "high": 3}, "low", "above the upper one", ""),
    ({"target": None, "low": 3, "high": 3}, "low", "needs a tolerance", ""),
    ({"tolerance": 3}, "tolerance", "only a range has a tolerance", "low or high"),
    ({"kpi": "service_level"}, "target", "lower or its upper end?", "low, high"),
    ({"target": None, "change": "+30%"}, "change", "a change from what?", "baseline_period"),
    (
        {"kpi": "win_rate", "target": None, "change": "+30%", "baseline": "50 %"},
        "change",
        "two ways: 65 % (x1.3) or 80 % (+30pp)",
        "whichever is meant",
    ),
    (
        {"kpi": "win_rate", "target": None, "change": "+60pp", "baseline": "50 %"},
        "change",
        "win_rate is never above 100 %",
        "90 %",
    ),
    (
        {"kpi": "sales_cycle", "target": None, "change": "+30%", "baseline": 40},
        "change",
        "for the worse",
        "turn the sign round",
    ),
    ({"baseline": 1000}, "baseline", "the baseline is the target already", "give `low` in place of `target`"),
    ({"baseline": 2000}, "baseline", "better than the target already", "give `low`"),
    ({"kpi": "sales_cycle", "baseline": 1000}, "baseline", "the target already", "give `high`"),
    ({"baseline_period": "2026-Q3"}, "baseline_period", "does not end before the target's", "earlier"),
    ({"owner": "1", "baseline_period": 2025}, "baseline_period", "owner is not computed by year", "kpis.scopes.owner"),
    ({"green": 0.8}, "green", "amber must begin below green", ""),
    ({"amber": "soon"}, "amber", "is not a share", "0.9"),
    ({"benchmark": 5}, "benchmark", "who says so?", "benchmark_source"),
    ({"version": 0}, "version", "is not a version", "1, 2, 3"),
    ({"review": "daily"}, "review", "is not a period's length", ""),
    ({"attainment": "miror"}, "attainment", "is not known here", "did you mean mirror?"),
    ({"targt": 4}, "targt", "targt is not a field of targets", "did you mean target?"),
    ({"baseline": "{valu: 4}"}, "baseline", "baseline.valu is not a field of targets", ""),
    ({"note": "[a, b]"}, "note", "must be one value", ""),
]


@pytest.mark.parametrize(("fields", "field", "message", "hint"), WRONG, ids=[str(row[0]) for row in WRONG])
def test_what_is_wrong_is_said_at_its_place(
    company: Company, fields: dict[str, Any], field: str, message: str, hint: str
) -> None:
    book = company.yaml(line(**fields))
    (problem,) = book.problems
    assert message in str(problem.message)
    assert hint in str(problem.hint)
    assert problem.where.startswith("targets/t.yaml:2 targets[0]")
    assert field in problem.where
    assert book.entries == () or field in ("targt", "baseline", "note")


def test_everything_that_is_wrong_is_said_at_once(company: Company) -> None:
    book = company.yaml(
        line(kpi="won_amont", owner="Ann Leigh", period="2026-Q7", currency="USD")
        + "  - {kpi: win_rate, period: 2026}\n"
        "  - {kpi: win_rate, period: 2026-Q1, target: 0.9, version: x, green: 2, amber: 3}\n"
    )
    fields = [problem.where.rpartition(".")[2] for problem in book.problems]
    assert fields == ["kpi", "period", "owner", "currency", "amber", "version", "target"]
    assert book.unset == 1


def test_nobody_is_known_before_the_first_pull(company: Company) -> None:
    with company.store.transaction():
        company.store.writing.execute("DELETE FROM users")
    (problem,) = company.yaml(line(owner="Ann Lee")).problems
    assert "run `crm-kpi pull`" in str(problem.hint)


def test_a_connection_without_people_is_known_by_its_values(company: Company) -> None:
    two_connections(company)
    row = {"connection": "shop", "scope": "owner", "scope_id": "web-1"}
    company.values([value("won_amount", 1.0, **row)])
    assert only(company, owner="web-1").connection == "shop"
    assert only(company, owner="Ann Lee").connection == "crm"


def two_connections(company: Company) -> None:
    """Another source beside the CRM."""
    second = """
  shop:
    adapter: generic_csv
    settings: {folder: data, tables: {deals: {files: deals.csv}}}
    mapping: {deals: {id: Id, columns: {outcome: Outcome, amount: Amount, closed_on: Closed}}}
kpis:"""
    text = company.config.path.read_text("utf-8")
    company.config.path.write_text(text.replace("\nkpis:", second, 1), "utf-8")
    company.settings_again()


def test_the_same_id_in_two_connections_has_to_be_told_apart(company: Company) -> None:
    two_connections(company)
    with company.store.transaction():
        company.store.writing.execute("INSERT INTO users (connection, id, name) VALUES ('shop', '1', 'Someone Else')")
    (problem,) = company.yaml(line(owner=1)).problems
    assert "say in `connection` which: crm, shop" in str(problem.hint)
    assert only(company, owner=1, connection="shop").connection == "shop"

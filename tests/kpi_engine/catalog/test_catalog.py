from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from kpi_engine import catalog
from kpi_engine.catalog import FAMILIES, read_family, shipped
from kpi_engine.definition import Better, Definition, Derived, Duration, NoData, Predicate, Ratio, Snapshot, Sum
from kpi_engine.errors import DefinitionError
from kpi_engine.rules import check

KPIS = {definition.id: definition for definition in shipped()}
EACH = pytest.mark.parametrize("kpi", shipped(), ids=lambda definition: definition.id)

SALES = {
    "win_rate", "win_rate_value", "sales_cycle", "sales_cycle_mean", "sales_cycle_p90", "won_amount", "won_deals",
    "won_margin", "pipeline_value", "pipeline_weighted", "new_customers", "order_amount", "order_amount_growth",
}  # fmt: skip
ACTIVITY = {"calls", "meetings", "tasks_done"}


def only(column: str, **operator: Any) -> tuple[Predicate, ...]:
    return (Predicate.model_validate({"column": column, **operator}),)


def test_the_families_that_ship() -> None:
    assert set(KPIS) == SALES | ACTIVITY


def test_they_break_no_rule() -> None:
    assert check(shipped(), assumptions={"gross_margin"}) == ()


def test_every_file_of_the_catalog_is_a_family() -> None:
    on_disk = {entry.name for entry in files(catalog).iterdir() if entry.name.endswith(".yaml")}
    assert on_disk == {f"{family}.yaml" for family in FAMILIES}


def test_they_are_read_once() -> None:
    assert shipped() is shipped()


@EACH
def test_names_are_chinese_where_they_should_be(kpi: Definition) -> None:
    assert kpi.names.en.isascii()
    assert not kpi.names.zh_cn.isascii()
    assert not kpi.names.zh_tw.isascii()


@EACH
def test_each_says_what_it_answers_and_where_it_comes_from(kpi: Definition) -> None:
    assert kpi.question.endswith("?")
    assert kpi.source


@EACH
def test_sums_and_counts_of_events_are_zero_without_events_and_nothing_else_is(kpi: Definition) -> None:
    additive = kpi.kind in ("count", "sum", "snapshot")
    assert (kpi.no_data is NoData.ZERO) == additive


@EACH
def test_only_durations_are_better_when_lower(kpi: Definition) -> None:
    assert kpi.better is (Better.LOWER if isinstance(kpi, Duration) else Better.HIGHER)


@pytest.mark.parametrize(
    ("kpi", "least"),
    [
        ("win_rate", 30), ("win_rate_value", 30), ("sales_cycle", 10), ("sales_cycle_mean", 10),
        ("sales_cycle_p90", 50), ("won_amount", 0), ("won_deals", 0),
    ],
)  # fmt: skip
def test_least_n_to_judge_by(kpi: str, least: int) -> None:
    assert KPIS[kpi].minimum_n == least


@pytest.mark.parametrize("kpi", ["win_rate", "win_rate_value"])
def test_abandoned_deals_are_in_no_win_rate(kpi: str) -> None:
    rate = KPIS[kpi]
    assert isinstance(rate, Ratio)
    assert rate.time == "closed_on"
    assert rate.where == only("outcome", **{"in": ["won", "lost"]})
    assert rate.numerator.where == only("outcome", **{"is": "won"})
    assert rate.denominator.where == ()


def test_a_win_rate_by_value_needs_lost_deals_that_have_a_value() -> None:
    rate = KPIS["win_rate_value"]
    assert isinstance(rate, Ratio)
    assert rate.requires is not None
    assert rate.requires.rows == only("outcome", **{"is": "lost"})
    assert rate.requires.have == only("amount", above=0)
    assert rate.requires.share == 0.95


def test_a_sales_cycle_runs_from_engagement_to_closing_of_won_deals() -> None:
    for kpi, statistic in (("sales_cycle", 0.5), ("sales_cycle_mean", "mean"), ("sales_cycle_p90", 0.9)):
        cycle = KPIS[kpi]
        assert isinstance(cycle, Duration)
        assert (cycle.start, cycle.time, cycle.statistic) == ("engaged_on", "closed_on", statistic)
        assert cycle.where == only("outcome", **{"is": "won"})


def test_order_amount_is_net_of_refunds_and_cancelled_orders() -> None:
    amount = KPIS["order_amount"]
    assert isinstance(amount, Sum)
    assert (amount.sum, amount.minus) == ("amount", "refunded_amount")
    (condition,) = amount.where
    assert condition.column == "status"
    assert condition.not_in is not None
    assert {"cancelled", "Canceled", "已取消"} <= set(condition.not_in)


def test_new_customers_need_a_year_of_history() -> None:
    customers = KPIS["new_customers"]
    assert customers.history_days == 365
    assert getattr(customers, "first_per", None) == "account_id"


def test_the_weighted_pipeline_is_the_pipeline_with_weights() -> None:
    plain, weighted = KPIS["pipeline_value"], KPIS["pipeline_weighted"]
    assert isinstance(plain, Snapshot)
    assert isinstance(weighted, Snapshot)
    assert (plain.weight_percent, weighted.weight_percent) == (None, "probability")
    for part in ("time", "until", "standing", "measure"):
        assert getattr(plain, part) == getattr(weighted, part)


def test_derived_kpis() -> None:
    formulas = {kpi.id: kpi.expression for kpi in shipped() if isinstance(kpi, Derived)}
    assert formulas == {
        "won_margin": 'won_amount * assumption("gross_margin")',
        "order_amount_growth": "order_amount / prior_year(order_amount) - 1",
    }


VALID = """\
kpis:
  - id: big_wins
    names: {en: Big wins, zh-CN: 大单数, zh-TW: 大單數}
    question: How many deals over 10,000 did we win?
    formula: deals won in the period with an amount of at least 10,000
    kind: ratio
    table: deals
    time: closed_on
    where:
      - {column: outcome, is: won}
    numerator: {count: rows}
    denominator: {sum: amount}
    requires: {have: [{column: amount, above: 0}]}
    unit: times
    better: higher
"""


def test_a_users_own_file_has_the_same_grammar() -> None:
    (definition,) = read_family(VALID, "my_kpis.yaml")
    assert definition.id == "big_wins"


@pytest.mark.parametrize("family", FAMILIES)
def test_shipped_files_mean_the_same_to_any_reader_of_yaml(family: str) -> None:
    text = files(catalog).joinpath(f"{family}.yaml").read_text("utf-8")
    plain = yaml.safe_load(text)
    assert [kpi["id"] for kpi in plain["kpis"]] == [definition.id for definition in read_family(text, family)]


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read_family(text, "my_kpis.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ("where:", "wher:", "9 kpis[0].wher: unknown key wher (did you mean where?)"),
        ("kpis:", "kpi:", "1 kpi: unknown key kpi (did you mean kpis?)"),
        ("is: won", "iss: won", "10 kpis[0].where[0].iss: unknown key iss (did you mean is?)"),
        ("{sum: amount}", "{summ: amount}", "12 kpis[0].denominator.summ: unknown key summ (did you mean sum?)"),
        ("have:", "hav:", "13 kpis[0].requires.hav: unknown key hav (did you mean have?)"),
        ("zh-CN:", "zh_CN:", "3 kpis[0].names.zh_CN: unknown key zh_CN (did you mean zh-CN?)"),
        ("    time: closed_on\n", "", "2 kpis[0]: time is missing"),
        ("column: outcome, ", "", "10 kpis[0].where[0]: column is missing"),
        ("    kind: ratio\n", "", "2 kpis[0]: kind is missing (one of: count, derived, duration, mean,"),
        ("kind: ratio", "kind: ratoi", "6 kpis[0].kind: 'ratoi' is not known here (did you mean ratio?)"),
        ("unit: times", "unit: tims", "14 kpis[0].unit: 'tims' is not known here (did you mean times?)"),
        ("better: higher", "better: 5", "15 kpis[0].better: 5 is not known here (one of: higher"),
        ("id: big_wins", "id: Big Wins", "2 kpis[0].id: 'Big Wins' cannot be an id (use small letters"),
        ("id: big_wins", "id: 007", "2 kpis[0].id: '007' cannot be an id"),
        ("id: big_wins", "id: 7", "2 kpis[0].id: 7 is not a text"),
        ("is: won", "is: [won]", "10 kpis[0].where[0].is: ['won'] is not a text, a number, true or false"),
        ("is: won", "in: won", "10 kpis[0].where[0].in: 'won' is not a list"),
        (", is: won", "", "10 kpis[0].where[0]: a condition needs exactly one of is, is_not, in"),
        ("is: won", "filled: maybe", "10 kpis[0].where[0].filled: 'maybe' is not true or false"),
        ("above: 0", "above: 1e999", "13 kpis[0].requires.have[0].above: inf is not"),
        ("better: higher", "minimum_n: many", "15 kpis[0].minimum_n: 'many' is not a whole number"),
        ("better: higher", "minimum_n: -1", "15 kpis[0].minimum_n: -1: Input should be greater"),
        ("{count: rows}", "5", "11 kpis[0].numerator: 5 is not a group of keys"),
        ("have: [{column: amount, above: 0}]", "have: []", "13 kpis[0].requires.have: [] is not a list with"),
        ("How many deals over 10,000 did we win?", "''", "4 kpis[0].question: '' is not a text that is not empty"),
        ("    unit: times\n", "    unit: times\n    unit: money\n", "15 kpis[0].unit: is given twice, first on"),
    ],
    ids=lambda text: text.strip()[:40],
)  # fmt: skip
def test_one_mistake_has_one_line(good: str, bad: str, problem: str) -> None:
    assert VALID.count(good) >= 1
    found = problems(VALID.replace(good, bad, 1))
    assert any(each.startswith(f"my_kpis.yaml:{problem}") for each in found), found


def test_all_mistakes_of_a_file_are_named_at_once() -> None:
    text = VALID.replace("wins", "Wins").replace("where:", "wher:").replace("unit: times", "unit: tims")
    assert len(problems(text)) == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "my_kpis.yaml:1: None is not a group of keys"),
        ("[]", "my_kpis.yaml:1: [] is not a group of keys"),
        ("kpis: 5", "my_kpis.yaml:1 kpis: 5 is not a list"),
        ("kpis: [5]", "my_kpis.yaml:1 kpis[0]: 5 is not a group of keys"),
        ("kpis: {}", "my_kpis.yaml:1 kpis: {} is not a list"),
    ],
)
def test_what_is_no_family_at_all(text: str, problem: str) -> None:
    assert problems(text) == [problem]

"""One valid set of definitions; each test breaks one thing in it and meets one problem."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from kpi_engine import rules
from kpi_engine.catalog import shipped
from kpi_engine.definition import Definition
from kpi_engine.facts import FACTS, Column, ColumnType, FactTable
from kpi_engine.rules import RULES, check, columns, conditions, formulas, ids, kinds

ANY_KIND: TypeAdapter[Definition] = TypeAdapter(Definition)

NAMES = {"en": "A KPI", "zh-CN": "指标", "zh-TW": "指標"}
ON_DEALS = {"names": NAMES, "question": "How?", "formula": "so", "table": "deals", "time": "closed_on"}
WON = [{"column": "outcome", "is": "won"}]

VALID: dict[str, dict[str, Any]] = {
    "wins": {**ON_DEALS, "kind": "count", "unit": "count", "where": WON, "dimensions": ["product", "x_strategic"]},
    "revenue": {**ON_DEALS, "kind": "sum", "unit": "money", "sum": "amount"},
    "net": {**ON_DEALS, "kind": "sum", "unit": "money", "sum": "amount", "minus": "refunded_amount", "table": "orders",
            "time": "ordered_on"},
    "chance": {**ON_DEALS, "kind": "mean", "unit": "points", "mean": "probability"},
    "size": {**ON_DEALS, "kind": "percentile", "unit": "money", "of": "amount", "percentile": 0.9},
    "rate": {**ON_DEALS, "kind": "ratio", "unit": "percent", "numerator": {"where": WON},
             "denominator": {"count": "account_id"},
             "requires": {"rows": WON, "have": [{"column": "amount", "above": 0}]}},
    "open": {**ON_DEALS, "kind": "snapshot", "unit": "money", "time": "created_at", "until": "closed_on",
             "standing": [{"column": "outcome", "is": "open"}], "measure": {"sum": "amount"},
             "weight_percent": "probability"},
    "cycle": {**ON_DEALS, "kind": "duration", "unit": "days", "start": "engaged_on"},
    "answer": {**ON_DEALS, "kind": "duration", "unit": "hours", "table": "cases", "time": "first_response_at",
               "start": "created_at", "statistic": "mean"},
    "growth": {"names": NAMES, "question": "How?", "formula": "so", "kind": "derived", "unit": "percent",
               "expression": 'revenue / prior_year(revenue) - 1 + won_amount * assumption("margin")'},
}  # fmt: skip

FACTS_WITH_AN_EXTRA = {
    **FACTS,
    "deals": replace(
        FACTS["deals"],
        columns=(*FACTS["deals"].columns, Column("x_strategic", ColumnType.BOOLEAN, "ticked by the rep")),
    ),
}


def definitions(changed: dict[str, dict[str, Any]] | None = None) -> list[Definition]:
    """The valid set; a changed part that is None is left out."""
    given = {name: {**parts, **(changed or {}).get(name, {})} for name, parts in VALID.items()}
    return [
        ANY_KIND.validate_python({"id": name, **{key: part for key, part in parts.items() if part is not None}})
        for name, parts in given.items()
    ]


def problems(given: list[Definition], facts: dict[str, FactTable] | None = None) -> list[str]:
    return [str(problem) for problem in check(given, facts=facts or FACTS_WITH_AN_EXTRA, assumptions={"margin"})]


def broken(kpi: str, **changes: Any) -> list[str]:
    return problems(definitions({kpi: changes}))


def test_the_valid_set_is_valid() -> None:
    assert problems(definitions()) == []


def test_every_kind_is_in_the_valid_set() -> None:
    kinds_of_the_grammar = {"count", "sum", "mean", "percentile", "ratio", "snapshot", "duration", "derived"}
    assert {parts["kind"] for parts in VALID.values()} == kinds_of_the_grammar


@pytest.mark.parametrize("module", [ids, columns, conditions, kinds, formulas], ids=lambda module: module.__name__)
def test_every_public_function_of_a_rule_file_is_a_listed_rule(module: Any) -> None:
    tree = ast.parse(inspect.getsource(module))
    public = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    assert public == {rule.__name__ for rule in RULES if rule.__module__ == module.__name__}


def test_every_rule_says_what_it_holds_to() -> None:
    assert all(rule.__doc__ for rule in RULES)


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    # tables and columns
    ("wins", {"table": "deal"}, "wins table: there is no fact table deal (did you mean deals?)"),
    ("wins", {"time": "close_on"}, "wins time: deals has no column close_on (did you mean closed_on?)"),
    ("wins", {"dimensions": ["produkt"]}, "wins dimensions[0]: deals has no column produkt (did you mean product?)"),
    ("wins", {"dimensions": ["x_strategy"]}, "deals has no column x_strategy (did you mean x_strategic?)"),
    ("wins", {"distinct": "acount_id"}, "wins distinct: deals has no column acount_id (did you mean account_id?)"),
    ("wins", {"first_per": "acount_id"}, "wins first_per: deals has no column acount_id (did you mean account_id?)"),
    ("wins", {"where": [{"column": "outcom", "is": 1}]}, "wins where[0].column: deals has no column outcom"),
    ("revenue", {"sum": "amont"}, "revenue sum: deals has no column amont (did you mean amount?)"),
    ("net", {"minus": "refund"}, "net minus: orders has no column refund"),
    ("chance", {"mean": "probabilty"}, "chance mean: deals has no column probabilty (did you mean probability?)"),
    ("size", {"of": "amont"}, "size of: deals has no column amont (did you mean amount?)"),
    ("cycle", {"start": "engaged_at"}, "cycle start: deals has no column engaged_at (did you mean engaged_on?)"),
    ("open", {"until": "close_on"}, "open until: deals has no column close_on (did you mean closed_on?)"),
    ("open", {"weight_percent": "odds"}, "open weight_percent: deals has no column odds"),
    ("open", {"measure": {"sum": "amont"}}, "open measure.sum: deals has no column amont (did you mean amount?)"),
    ("open", {"standing": [{"column": "outcom", "is": "open"}]}, "open standing[0].column: deals has no column outcom"),
    ("rate", {"denominator": {"count": "acount_id"}}, "rate denominator.count: deals has no column acount_id"),
    ("rate", {"numerator": {"where": [{"column": "stag", "is": "x"}]}}, "rate numerator.where[0].column: deals has no"),
    ("rate", {"requires": {"have": [{"column": "amont", "above": 0}]}}, "rate requires.have[0].column: deals has no"),
    (
        "rate",
        {"requires": {"rows": [{"column": "a", "is": 0}], "have": WON}},
        "rate requires.rows[0].column: deals has",
    ),
    ("wins", {"time": "stage"}, "wins time: stage is a text, and not a date or an instant"),
    ("cycle", {"start": "amount"}, "cycle start: amount is an amount of money, and not a date or an instant"),
    ("open", {"until": "outcome"}, "open until: outcome is a text, and not a date or an instant"),
    ("revenue", {"sum": "stage", "unit": "points"}, "revenue sum: stage is a text, and not a number"),
    ("net", {"minus": "ordered_on"}, "net minus: ordered_on is a date, and not a number"),
    ("chance", {"mean": "x_strategic"}, "chance mean: x_strategic is true or false, and not a number"),
    ("size", {"of": "created_at", "unit": "points"}, "size of: created_at is an instant, and not a number"),
    ("open", {"weight_percent": "amount"}, "open weight_percent: amount is an amount of money, and not a real number"),
    (
        "wins",
        {"dimensions": ["product", "amount"]},
        "wins dimensions[1]: amount is an amount of money, and not a text, or",
    ),
    (
        "wins",
        {"dimensions": ["closed_on"]},
        "wins dimensions[0]: closed_on is a date, and not a text, or true or false",
    ),
    (
        "cycle",
        {"start": "created_at"},
        "cycle start: created_at is an instant and closed_on is a date (use two dates or",
    ),
    # conditions
    (
        "wins",
        {"where": [{"column": "outcome", "is": "wonn"}]},
        "wins where[0]: 'wonn' cannot be in outcome (did you mean won?)",
    ),
    (
        "wins",
        {"where": [{"column": "outcome", "not_in": ["won", "gone"]}]},
        "wins where[0]: 'gone' cannot be in outcome (one of",
    ),
    ("wins", {"where": [*WON, {"column": "stage", "is": 5}]}, "wins where[1]: 5 cannot be in stage (write a text"),
    ("wins", {"where": [{"column": "stage", "is": True}]}, "wins where[0]: True cannot be in stage (write a text"),
    ("wins", {"where": [{"column": "stage", "in": []}]}, "wins where[0]: the list of values is empty"),
    (
        "wins",
        {"where": [{"column": "stage", "above": "a"}]},
        "wins where[0]: stage is a text and has no order (use is, is_not",
    ),
    (
        "wins",
        {"where": [{"column": "x_strategic", "at_most": 1}]},
        "wins where[0]: x_strategic is true or false and has no",
    ),
    (
        "wins",
        {"where": [{"column": "x_strategic", "is": 1}]},
        "wins where[0]: 1 cannot be in x_strategic (write true or false",
    ),
    (
        "wins",
        {"where": [{"column": "amount", "above": "10"}]},
        "wins where[0]: '10' cannot be in amount (write an amount",
    ),
    ("wins", {"where": [{"column": "amount", "above": 1e18}]}, "wins where[0]: 1e+18 cannot be in amount"),
    (
        "wins",
        {"where": [{"column": "probability", "is": True}]},
        "wins where[0]: True cannot be in probability (write a",
    ),
    ("wins", {"where": [{"column": "closed_on", "above": 2017}]}, "2017 cannot be in closed_on (write a date such as"),
    ("wins", {"where": [{"column": "closed_on", "above": "2017-02-30"}]}, "'2017-02-30' cannot be in closed_on"),
    (
        "wins",
        {"where": [{"column": "closed_on", "above": "20170301"}]},
        "'20170301' cannot be in closed_on (write a date",
    ),
    (
        "wins",
        {"where": [{"column": "created_at", "above": "2017-03-01T08:00:00"}]},
        "cannot be in created_at (write an instant",
    ),
    ("wins", {"where": [{"column": "created_at", "above": "soon"}]}, "'soon' cannot be in created_at"),
    (
        "answer",
        {"where": [{"column": "reopen_count", "above": 1.5}]},
        "answer where[0]: 1.5 cannot be in reopen_count (write a",
    ),
    (
        "answer",
        {"where": [{"column": "reopen_count", "above": 2**70}]},
        "cannot be in reopen_count (write a whole number",
    ),
    # kinds
    (
        "wins",
        {"distinct": "account_id", "first_per": "account_id"},
        "wins first_per: give either distinct or first_per, not",
    ),
    ("open", {"measure": {"count": "rows"}, "unit": "count"}, "open weight_percent: only a sum can be weighted"),
    ("cycle", {"start": "closed_on"}, "cycle start: closed_on is already the time"),
    ("open", {"until": "created_at"}, "open until: created_at is already the time"),
    ("cycle", {"statistic": 90}, "cycle statistic: 90.0 is not a percentile (write mean, or a share such as 0.5)"),
    ("cycle", {"statistic": 0}, "cycle statistic: 0.0 is not a percentile"),
    ("wins", {"unit": "money"}, "wins unit: this KPI cannot be in money (one of: count)"),
    ("revenue", {"unit": "count"}, "revenue unit: this KPI cannot be in count (one of: money)"),
    (
        "chance",
        {"unit": "percent"},
        "chance unit: this KPI cannot be in percent (one of: count, days, hours, points, times)",
    ),
    ("size", {"unit": "points"}, "size unit: this KPI cannot be in points (one of: money)"),
    ("open", {"unit": "count"}, "open unit: this KPI cannot be in count (one of: money)"),
    ("cycle", {"unit": "hours"}, "cycle unit: this KPI cannot be in hours (one of: days)"),
    ("answer", {"unit": "count"}, "answer unit: this KPI cannot be in count (one of: days, hours)"),
    (
        "rate",
        {"unit": "money"},
        "rate unit: this KPI cannot be in money (one of: count, days, hours, percent, points, times)",
    ),
    ("rate", {"numerator": {"sum": "amount"}}, "rate unit: this KPI cannot be in percent (one of: money)"),
    (
        "rate",
        {"denominator": {"sum": "amount"}},
        "rate unit: this KPI cannot be in percent (one of: count, days, hours,",
    ),
    # formulas
    ("growth", {"expression": "revenue +"}, "growth expression: the expression cannot be read"),
    ("growth", {"expression": "revenu * 2"}, "growth expression: revenu is not a KPI (did you mean revenue?)"),
    ("growth", {"expression": "won_amont"}, "growth expression: won_amont is not a KPI (did you mean won_amount?)"),
    (
        "growth",
        {"expression": 'wins * assumption("margn")'},
        "nobody stated the assumption margn (did you mean margin?)",
    ),
    ("growth", {"expression": "wins + growth"}, "growth expression: this is derived from itself: growth -> growth"),
    ("growth", {"expression": "previous(growth)"}, "growth expression: this is derived from itself: growth -> growth"),
    ("growth", {"expression": "previous(1)"}, "growth expression: previous() needs a KPI inside"),
    (
        "growth",
        {"expression": 'prior_year(assumption("margin"))'},
        "growth expression: prior_year() needs a KPI inside",
    ),
    (
        "growth",
        {"expression": "previous(" * 13 + "wins" + ")" * 13},
        "growth expression: more than 12 shifts lie inside",
    ),
]


@pytest.mark.parametrize(("kpi", "changes", "problem"), MISTAKES, ids=lambda value: str(value)[:60])
def test_one_mistake_is_one_problem(kpi: str, changes: dict[str, Any], problem: str) -> None:
    found = broken(kpi, **changes)
    assert len(found) == 1, found
    assert problem in found[0]


@pytest.mark.parametrize(
    ("kpi", "changes"),
    [
        ("wins", {"where": [{"column": "status_code", "is": 5}], "table": "nowhere"}),
        (
            "wins",
            {"where": [{"column": "closed_on", "at_least": "2017-03-01"}, {"column": "created_at", "filled": True}]},
        ),
        ("wins", {"where": [{"column": "created_at", "below": "2017-03-01T08:00:00+08:00"}]}),
        ("wins", {"where": [{"column": "amount", "in": [1, 2.5]}, {"column": "x_strategic", "is": True}]}),
        ("answer", {"where": [{"column": "reopen_count", "at_most": 2}]}),
        ("answer", {"unit": "days"}),
        ("rate", {"numerator": {"sum": "amount"}, "unit": "money"}),
        ("rate", {"numerator": {"sum": "amount"}, "denominator": {"sum": "amount"}}),
        ("open", {"measure": {"count": "rows"}, "weight_percent": None, "unit": "count"}),
        ("cycle", {"statistic": 0.9}),
        ("growth", {"expression": "previous(" * 12 + "wins" + ")" * 12}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_right_is_no_problem(kpi: str, changes: dict[str, Any]) -> None:
    found = broken(kpi, **changes)
    assert [each for each in found if "no fact table nowhere" not in each] == []


def test_all_problems_come_at_once() -> None:
    found = problems(
        definitions({"wins": {"time": "close_on"}, "revenue": {"unit": "days"}, "growth": {"expression": "-"}})
    )
    assert len(found) == 3


def derived(**expressions: str) -> list[Definition]:
    parts = {"names": NAMES, "question": "How?", "formula": "so", "kind": "derived", "unit": "count"}
    return [ANY_KIND.validate_python({**parts, "id": name, "expression": text}) for name, text in expressions.items()]


class TestCircles:
    def test_the_whole_way_is_shown_in_the_order_of_derivation(self) -> None:
        found = problems(derived(aa="bb + 1", bb="previous(cc)", cc="aa * aa", dd="aa"))
        assert found == ["aa expression: this is derived from itself: aa -> bb -> cc -> aa"]

    def test_every_circle_is_shown(self) -> None:
        found = problems(derived(aa="bb", bb="aa", cc="dd", dd="cc", ee="ee"))
        ways = sorted(each.rsplit(": ", 1)[1] for each in found)
        assert ways == ["aa -> bb -> aa", "cc -> dd -> cc", "ee -> ee"]

    def test_two_ways_to_one_kpi_are_no_circle(self) -> None:
        assert problems(derived(aa="bb + cc", bb="dd", cc="dd", dd="1")) == []

    def test_a_chain_of_any_length_is_followed(self) -> None:
        links = {f"k{n}": f"k{n + 1}" for n in range(3_000)}
        assert problems(derived(**links, k3000="1")) == []
        assert "k0 -> k1 ->" in problems(derived(**links, k3000="k0"))[0]


class TestIds:
    def test_an_id_given_twice(self) -> None:
        given = [*definitions(), definitions({"wins": {"question": "Another?"}})[0]]
        assert problems(given) == ["wins id: 2 KPIs have this id (give it another id)"]

    def test_a_shipped_id_is_taken_even_where_the_shipped_kpi_is_not_computed(self) -> None:
        (own,) = derived(win_rate="calls")
        assert problems([own]) == ["win_rate id: a KPI that ships has this id (give it another id)"]

    def test_shipped_kpis_do_not_shadow_themselves(self) -> None:
        assert problems([shipped()[0]]) == []

    @pytest.mark.parametrize("word", ["previous", "prior_year", "assumption", "and", "in", "lambda"])
    def test_a_word_of_formulas_is_no_id(self, word: str) -> None:
        assert problems(derived(**{word: "1"})) == [
            f"{word} id: this word means something else in formulas (give it another id)"
        ]


def test_extra_columns_exist_only_where_the_administrator_added_them() -> None:
    found = problems(definitions(), facts=dict(FACTS))
    assert len(found) == 1
    assert found[0].startswith("wins dimensions[1]: deals has no column x_strategic")


def test_an_exchange_rate_can_only_be_asked_for() -> None:
    parts = {**VALID["wins"], "id": "rates", "table": "fx_rates", "time": "valid_on", "dimensions": []}
    asked = ANY_KIND.validate_python({**parts, "where": [{"column": "rate", "filled": True}]})
    compared = ANY_KIND.validate_python({**parts, "where": [{"column": "rate", "is": "1.5"}]})
    assert problems([asked]) == []
    assert problems([compared]) == [
        "rates where[0]: '1.5' cannot be in rate (an exchange rate can only be asked for with filled)"
    ]


def test_an_assumption_is_needed_only_by_what_is_to_be_computed() -> None:
    without = [kpi for kpi in shipped() if kpi.id != "won_margin"]
    assert rules.check(without) == ()

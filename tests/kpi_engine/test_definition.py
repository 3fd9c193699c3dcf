from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kpi_engine.definition import Compare, CountOf, Definition, NoData, Predicate, Ratio, SumOf, Unit

COMMON: dict[str, Any] = {
    "id": "big_wins",
    "names": {"en": "Big wins", "zh-CN": "大单数", "zh-TW": "大單數"},
    "question": "How many?",
    "formula": "deals",
    "table": "deals",
    "time": "closed_on",
}
DERIVED = {key: value for key, value in COMMON.items() if key not in ("table", "time")}

KINDS: dict[str, dict[str, Any]] = {
    "count": {**COMMON, "unit": "count"},
    "sum": {**COMMON, "unit": "money", "sum": "amount"},
    "mean": {**COMMON, "unit": "money", "mean": "amount"},
    "percentile": {**COMMON, "unit": "money", "of": "amount", "percentile": 0.5},
    "ratio": {**COMMON, "unit": "percent", "numerator": {"sum": "amount"}, "denominator": {"count": "rows"}},
    "snapshot": {**COMMON, "unit": "count", "until": "closed_on", "standing": [], "measure": {}},
    "duration": {**COMMON, "unit": "days", "start": "engaged_on"},
    "derived": {**DERIVED, "unit": "count", "expression": "calls + meetings"},
}

ANY_KIND: TypeAdapter[Definition] = TypeAdapter(Definition)


def definition(kind: str, **changes: Any) -> Definition:
    return ANY_KIND.validate_python({**KINDS[kind], "kind": kind, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_chosen_by_its_name(kind: str) -> None:
    assert definition(kind).kind == kind
    assert type(definition(kind)).__name__.lower() == kind


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_key_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        definition(kind, wher=[])


@pytest.mark.parametrize("kind", KINDS)
def test_a_definition_cannot_be_changed(kind: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        definition(kind).id = "other"


@pytest.mark.parametrize("bad", ["A", "1a", "a", "a-b", "a b", "", "a" * 64])
def test_an_id_is_a_plain_word(bad: str) -> None:
    with pytest.raises(ValidationError, match="id"):
        definition("count", id=bad)


def test_no_data_is_unknown_unless_said_otherwise() -> None:
    assert definition("count").no_data is NoData.UNKNOWN


@pytest.mark.parametrize(
    ("unit", "compare"), [(Unit.PERCENT, Compare.DIFFERENCE), (Unit.MONEY, Compare.PERCENT)], ids=["share", "amount"]
)
def test_percentages_compare_by_difference_unless_said_otherwise(unit: Unit, compare: Compare) -> None:
    assert definition("ratio", unit=unit).compare is compare
    assert definition("ratio", unit=unit, compare="percent").compare is Compare.PERCENT


@pytest.mark.parametrize("percentile", [0, 1, 50, float("nan"), float("inf")])
def test_a_percentile_is_a_share(percentile: float) -> None:
    with pytest.raises(ValidationError, match="percentile"):
        definition("percentile", percentile=percentile)


def test_sums_and_counts_are_told_apart_by_their_keys() -> None:
    ratio = definition("ratio", denominator={})
    assert isinstance(ratio, Ratio)
    assert ratio.numerator == SumOf(sum="amount")
    assert ratio.denominator == CountOf(count="rows")


def test_a_definition_reads_back_what_it_writes() -> None:
    ratio = definition("ratio", requires={"have": [{"column": "amount", "above": 0}], "share": 0.95})
    assert ANY_KIND.validate_json(ratio.model_dump_json(by_alias=True)) == ratio


@pytest.mark.parametrize("share", [0, -1, 1.01])
def test_a_required_share_lies_between_0_and_1(share: float) -> None:
    with pytest.raises(ValidationError, match="share"):
        definition("ratio", requires={"have": [{"column": "amount", "above": 0}], "share": share})


def test_what_is_required_is_named() -> None:
    with pytest.raises(ValidationError, match="have"):
        definition("ratio", requires={"have": []})


@pytest.mark.parametrize(
    "operators", [{}, {"is": 1, "is_not": 2}, {"at_least": 1, "below": 5}], ids=["none", "is", "range"]
)
def test_a_condition_has_exactly_one_operator(operators: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one of"):
        Predicate.model_validate({"column": "amount", **operators})


@pytest.mark.parametrize(
    ("given", "operator"),
    [
        ({"is": False}, "is_"),
        ({"is": 0}, "is_"),
        ({"filled": False}, "filled"),
        ({"in": ["a"]}, "in_"),
        ({"above": 0}, "above"),
    ],
    ids=str,
)
def test_a_condition_knows_its_operator_even_when_its_value_is_false(given: dict[str, Any], operator: str) -> None:
    assert Predicate.model_validate({"column": "x", **given}).operator == operator


@pytest.mark.parametrize("value", [True, 1, 1.5, "1"], ids=repr)
def test_a_condition_keeps_the_type_of_its_value(value: object) -> None:
    kept = Predicate.model_validate({"column": "x", "is": value}).is_
    assert (type(kept), kept) == (type(value), value)


def test_infinite_numbers_are_refused() -> None:
    with pytest.raises(ValidationError, match="finite"):
        Predicate.model_validate({"column": "x", "above": float("inf")})

"""Predicates in three-valued logic, on every type of column; and which conditions imply which."""

from __future__ import annotations

import pytest
from sqlglot import exp

from kpi_engine.definition import Predicate
from kpi_engine.errors import MissingFact
from kpi_engine.facts import FACTS
from kpi_engine.query import tree
from kpi_engine.query.predicate import condition, implied


def _p(column, **operator):
    return Predicate.model_validate({"column": column} | operator)


@pytest.mark.parametrize(
    ("predicate", "holds"),
    [
        (_p("source", **{"is": "web"}), [True, False, None]),
        (_p("source", is_not="web"), [False, True, True]),
        (_p("source", **{"in": ["web", "x"]}), [True, False, None]),
        (_p("source", not_in=["web", "x"]), [False, True, True]),
        (_p("source", filled=True), [True, True, False]),
        (_p("source", filled=False), [False, False, True]),
        (_p("amount", at_least=2), [False, True, None]),
        (_p("amount", above=1.9999), [False, True, None]),
        (_p("amount", at_most="1.99995"), [True, False, None]),
        (_p("amount", below=1.00001), [True, False, None]),
        (_p("probability", **{"is": 0.5}), [True, False, None]),
        (_p("closed_on", at_least="2017-03-02"), [False, True, None]),
        (_p("created_at", below="1970-01-01T00:00:02Z"), [True, False, None]),
        (_p("created_at", below="1970-01-01T08:00:02+08:00"), [True, False, None]),
        (_p("created_at", below="1970-01-01T00:00:02"), [True, False, None]),
    ],
    ids=str,
)
def test_true_false_or_unknown(engine, predicate, holds):
    columns = {"amount": "integer", "probability": "integer", "closed_on": "integer", "created_at": "integer"}
    rows = [("web", 10_000, 5_000, 17_226, 1), ("fair", 20_000, 1, 17_227, 2), (None,) * 5]
    engine.load_rows("deals", {"n": "integer", "source": "text", **columns}, [(n, *row) for n, row in enumerate(rows)])
    found = tree.named(condition([predicate], table=FACTS["deals"]), "holds")
    query = exp.select(found).from_(tree.table("deals", alias="f")).order_by('"n"')
    assert [row for (row,) in engine.query(tree.checked(query))] == holds


def test_truth_is_stored_as_one(engine):
    engine.load_rows("cases", {"is_complaint": "integer"}, [(1,), (0,)])
    complaint = condition([_p("is_complaint", **{"is": True})], table=FACTS["cases"])
    query = exp.select(tree.named(tree.count_rows(complaint), "n")).from_(tree.table("cases", alias="f"))
    assert engine.query(tree.checked(query)) == [(1,)]


def test_no_predicates_hold_for_every_row():
    assert condition([], table=FACTS["deals"]) == tree.TRUE


def test_an_unknown_column():
    with pytest.raises(MissingFact, match="deals has no column amout"):
        condition([_p("amout", at_least=1)], table=FACTS["deals"])


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        ([_p("a", **{"is": 1})], [_p("a", **{"is": 1})], True),
        ([_p("a", **{"is": 1})], [], True),
        ([], [_p("a", **{"is": 1})], False),
        ([_p("a", **{"is": 1})], [_p("a", **{"in": [1, 2]})], True),
        ([_p("a", **{"in": [1, 2]})], [_p("a", **{"in": [2, 1, 3]})], True),
        ([_p("a", **{"in": [1, 2]})], [_p("a", **{"is": 1})], False),
        ([_p("a", **{"is": 1})], [_p("a", is_not=2)], True),
        ([_p("a", **{"is": 2})], [_p("a", is_not=2)], False),
        ([_p("a", **{"is": 1})], [_p("a", not_in=[2, 3])], True),
        ([_p("a", **{"is": 2})], [_p("a", not_in=[2, 3])], False),
        ([_p("a", at_least=2)], [_p("a", filled=True)], True),
        ([_p("a", is_not=2)], [_p("a", filled=True)], False),
        ([_p("a", **{"is": 1})], [_p("a", filled=False)], False),
        ([_p("a", at_least=2)], [_p("a", at_least=1)], False),
        ([_p("b", **{"is": 1})], [_p("a", **{"is": 1})], False),
        ([_p("b", **{"is": 1}), _p("a", **{"is": 1})], [_p("a", **{"is": 1})], True),
    ],
)
def test_what_follows_from_what_cautiously(narrow, wide, expected):
    assert implied(wide, by=narrow) is expected

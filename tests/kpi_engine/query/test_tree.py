"""The allow-list: nothing else gets through, and each of its nodes means on DuckDB what we think it means."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from kpi_engine.errors import EngineError
from kpi_engine.query import tree

EXECUTED = {
    "SELECT 1": [(1,)],
    "WITH q AS (SELECT 1 AS a) SELECT q.a FROM q": [(1,)],
    "SELECT o.v FROM one AS o JOIN two AS w ON o.k = w.k WHERE w.v >= 20 ORDER BY o.v LIMIT 1": [(2,)],
    "SELECT o.k, w.v FROM one AS o LEFT JOIN two AS w ON o.k = w.k AND w.v > 20 ORDER BY 1": [
        ("a", None),
        ("b", None),
        ("c", None),
    ],
    "SELECT k, v, COUNT(*), GROUPING(k) FROM one GROUP BY GROUPING SETS ((v), (v, k)) ORDER BY 4, 2": [
        ("a", 1, 1, 0),
        ("b", 2, 1, 0),
        ("c", 3, 1, 0),
        (None, 1, 1, 1),
        (None, 2, 1, 1),
        (None, 3, 1, 1),
    ],
    "SELECT NULL IS NULL, NOT TRUE, TRUE AND NULL, FALSE AND NULL, TRUE OR NULL": [(True, False, None, False, True)],
    "SELECT 1 IN (1, 2), NULL IN (1), 1 = 1, 1 <> 1, 1 < 2, 1 <= 1, 2 > 1, 1 >= 2": [
        (True, None, True, False, True, True, True, False)
    ],
    "SELECT CASE WHEN v > 1 THEN 'more' ELSE 'less' END FROM one ORDER BY v": [("less",), ("more",), ("more",)],
    "SELECT COALESCE(NULL, 2), 7 // 2, 7 % 2, 2 + 3 * 4 - 1, -3, ABS(-3), 'a' || 'b'": [(2, 3, 1, 13, -3, 3, "ab")],
    "SELECT CAST(9223372036854775807 AS INT128) * 9223372036854775807": [(85070591730234615847396907784232501249,)],
    "SELECT CAST('12' AS BIGINT), CAST(12 AS TEXT)": [(12, "12")],
    "SELECT COUNT(*) FILTER (WHERE v > 1), COUNT(DISTINCT w), SUM(v), MIN(v) FROM one": [(2, 1, 6, 1)],
    "SELECT LIST_SORT(ARRAY_AGG(v) FILTER (WHERE v > 1)) FROM one": [([2, 3],)],
}


@pytest.fixture(autouse=True)
def _tables(engine):
    engine.load_rows("one", {"k": "text", "v": "integer", "w": "integer"}, [("a", 1, 7), ("b", 2, 7), ("c", 3, 7)])
    engine.load_rows("two", {"k": "text", "v": "integer"}, [("a", 10), ("b", 20)])


def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb")


@pytest.mark.parametrize("sql", EXECUTED)
def test_each_node_does_on_duckdb_what_we_think(engine, sql):
    assert engine.query(tree.checked(_parsed(sql))) == EXECUTED[sql]


def test_there_is_no_node_on_the_list_that_is_not_executed_here():
    executed = {type(node) for sql in EXECUTED for node in _parsed(sql).walk()}
    assert tree.ALLOWED - executed == set()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT date_trunc('month', DATE '2017-03-01')",
        "SELECT median(v) FROM one",
        "SELECT 1 / 2",
        "SELECT AVG(v) FROM one",
        "SELECT CAST(1 AS DOUBLE)",
        "SELECT CAST('2017-03-01' AS TIMESTAMPTZ)",
        "SELECT anything_unknown(1)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "DROP TABLE one",
    ],
)
def test_anything_else_is_refused(sql):
    with pytest.raises(EngineError, match="not on the list"):
        tree.checked(_parsed(sql))


@pytest.mark.parametrize("word", ["it's", 'say "hi"', "a\\b", "x' OR '1'='1", "名", "%s", "?", ""])
def test_text_is_a_value_whatever_it_holds(engine, word):
    query = exp.select(tree.named(tree.text(word), word or "empty"))
    assert engine.query(tree.checked(query)) == [(word,)]


@given(
    left=st.integers(-(2**63) + 1, 2**63 - 1),
    right=st.integers(-(2**63) + 1, 2**63 - 1),
    divisor=st.sampled_from([1, 2, 3, 10, 10_000, 10**12]),
)
def test_a_scaled_product_rounds_half_to_even(engine, left, right, divisor):
    product = tree.scaled_product(tree.number(left), tree.number(right), divisor=divisor)
    [(found,)] = engine.query(tree.checked(exp.select(tree.named(product, "p"))))
    assert found == round(Fraction(left * right, divisor))


@pytest.mark.parametrize(("left", "expected"), [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2), (-5, -2), (None, None)])
def test_exact_halves(engine, left, expected):
    given = exp.null() if left is None else tree.number(left)
    product = tree.scaled_product(given, tree.number(1), divisor=2)
    assert engine.query(tree.checked(exp.select(tree.named(product, "p")))) == [(expected,)]

"""The parser of COQL: what a text means, and which error a wrong one gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.coql.parse import parse
from adapters.zoho.emulator.coql.tree import (
    Call,
    Column,
    Condition,
    Criteria,
    Group,
    Ordering,
    Query,
    Selected,
    Subquery,
    conditions,
)
from tests.effort import examples as effort

EVERYTHING = "select id from Deals where "
RESERVED = {
    *("select", "from", "where", "group", "order", "by", "limit", "offset", "as", "and", "or", "is", "asc", "desc"),
    *("like", "in", "between", "null", "not", "true", "false"),
}

names = st.from_regex(r"\A[A-Za-z_$][A-Za-z0-9_$]{0,12}\Z").filter(lambda name: name.lower() not in RESERVED)
columns = st.lists(names, min_size=1, max_size=3).map(lambda path: Column(tuple(path)))
numbers = st.integers(-(10**20), 10**20) | st.decimals(-1000, 1000, places=3).map(float)
literals = st.text(st.characters(exclude_categories=["Cs"])) | numbers | st.booleans()
two = st.tuples(literals, literals)
simple_conditions = st.one_of(
    st.builds(Condition, columns, st.sampled_from(["=", "!=", ">", ">=", "<", "<="]), st.tuples(literals)),
    st.builds(Condition, columns, st.sampled_from(["like", "not like"]), st.tuples(literals)),
    st.builds(Condition, columns, st.sampled_from(["in", "not in"]), st.lists(literals, min_size=1).map(tuple)),
    st.builds(Condition, columns, st.sampled_from(["between", "not between"]), two),
    st.builds(Condition, columns, st.sampled_from(["is null", "is not null"])),
)


def grouped(parts: st.SearchStrategy[Criteria]) -> st.SearchStrategy[Criteria]:
    return st.builds(Group, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=4).map(tuple))


criteria = st.recursive(simple_conditions, grouped, max_leaves=12)
selected = st.builds(Selected, columns | st.builds(Call, names, columns), st.none() | names)
queries = st.builds(
    Query,
    selected=st.lists(selected, min_size=1, max_size=5).map(tuple),
    module=names,
    where=criteria,
    view=st.none() | st.integers(0, 10**18).map(str),
    group_by=st.lists(columns, max_size=3).map(tuple),
    order_by=st.lists(st.builds(Ordering, columns, st.booleans()), max_size=3).map(tuple),
    limit=st.none() | st.integers(-5, 5000).map(str),
    offset=st.none() | st.integers(-5, 5000).map(str),
)


Word = Callable[[str], str]


def written(query: Query, word: Word = str.lower) -> str:
    """A query as text, with a bracket around every group.

    Args:
        query: Which.
        word: How the words of the language are written.
    """
    parts = [
        word("select"),
        ", ".join(_selected(one, word) for one in query.selected),
        word("from"),
        query.module + (f"#{query.view}" if query.view else ""),
        word("where"),
        _criteria(query.where, word),
    ]
    if query.group_by:
        parts += [word("group by"), ", ".join(column.name for column in query.group_by)]
    if query.order_by:
        parts += [word("order by"), ", ".join(_ordering(one, word) for one in query.order_by)]
    if query.limit is not None:
        parts += [word("limit"), query.limit]
    if query.offset is not None:
        parts += [word("offset"), query.offset]
    return " ".join(parts)


def _selected(one: Selected, word: Word) -> str:
    what = f"{one.what.function}({one.what.column.name})" if isinstance(one.what, Call) else one.what.name
    return what if one.alias is None else f"{what} {word('as')} {one.alias}"


def _ordering(one: Ordering, word: Word) -> str:
    return f"{one.column.name} {word('desc' if one.descending else 'asc')}"


def _criteria(one: Criteria, word: Word) -> str:
    if isinstance(one, Group):
        return "(" + f" {word(one.connective)} ".join(_criteria(part, word) for part in one.parts) + ")"
    assert not isinstance(one.values, Subquery)
    values = [_literal(value) for value in one.values]
    match one.operator:
        case "in" | "not in":
            return f"{one.column.name} {word(one.operator)} ({', '.join(values)})"
        case "between" | "not between":
            return f"{one.column.name} {word(one.operator)} {values[0]} {word('and')} {values[1]}"
        case _:
            return " ".join([one.column.name, word(one.operator), *values])


def _literal(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case float():
            return f"{value:.3f}"
        case _:
            return str(value)


@effort(quick=60, thorough=1_000)
def test_what_is_written_is_what_is_read(examples: int) -> None:
    @settings(max_examples=examples)
    @given(queries, st.sampled_from([str.lower, str.upper, str.title]))
    def check(query: Query, word: Word) -> None:
        assert parse(written(query, word)) == query

    check()


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for start in ("", "select ", EVERYTHING):
        assert code_of(start + text) in (None, "SYNTAX_ERROR")


def code_of(text: str) -> str | None:
    try:
        parse(text)
    except Refusal as refusal:
        return refusal.code
    return None


def where(text: str) -> Criteria:
    return parse(EVERYTHING + text).where


A, B, C = (Condition(Column((name,)), "=", (1,)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a = 1 and b = 1 and c = 1", Group("and", (A, B, C))),
        ("((a = 1 and b = 1) and c = 1)", Group("and", (Group("and", (A, B)), C))),
        ("a = 1 or b = 1 and c = 1", Group("or", (A, Group("and", (B, C))))),
        ("(((a = 1)))", A),
        ("a in (1)", Condition(Column(("a",)), "in", (1,))),
        ("a between 1 and 2 and b = 1", Group("and", (Condition(Column(("a",)), "between", (1, 2)), B))),
        ("'order' = 'x'", Condition(Column(("order",)), "=", ("x",))),
        ('"Limit" = true', Condition(Column(("Limit",)), "=", (True,))),
        ("Limit_of_Order = -1.5", Condition(Column(("Limit_of_Order",)), "=", (-1.5,))),
    ],
)
def test_criteria(text: str, meant: Criteria) -> None:
    assert where(text) == meant


def test_conditions_come_from_left_to_right() -> None:
    assert list(conditions(where("(a = 1 or (b = 1 and c = 1))"))) == [A, B, C]


@pytest.mark.parametrize(
    ("text", "limit", "offset"),
    [
        ("limit 5", "5", None),
        ("limit 10, 5", "5", "10"),
        ("limit 5 offset 10", "5", "10"),
        ("offset 10", None, "10"),
        ("limit many", "many", None),
    ],
)
def test_limits_as_they_were_written(text: str, limit: str | None, offset: str | None) -> None:
    query = parse(f"{EVERYTHING} id is not null {text}")
    assert (query.limit, query.offset) == (limit, offset)


def test_a_query_within_a_condition() -> None:
    inner = parse("select id from Accounts where Industry = 'IT'")
    assert where("Account_Name in (select id from Accounts where Industry = 'IT')") == Condition(
        Column(("Account_Name",)), "in", Subquery(inner)
    )


@pytest.mark.parametrize(
    ("text", "message", "details"),
    [
        ("select id from Deals", "missing clause", {"clause": "where"}),
        ("select id where id is not null", "missing clause", {"clause": "from"}),
        ("select id from Deals where", "error occured while parsing the query", {"near": "where"}),
        ("select id from Deals where a = ", "error occured while parsing the query", {"near": "="}),
        ("select id, from Deals", "unexpected token", {"line": 1, "column": 12, "near": "from"}),
        ("select id\nfrom Deals order", "error occured while parsing the query", {"near": "order"}),
        ("select id\nfrom Deals where a == 1", "unexpected token", {"line": 2, "column": 21, "near": "="}),
        ("select * from Deals where id is not null", "unexpected token", {"line": 1, "column": 8, "near": "*"}),
        ("select id from Deals where a = 'open", "unexpected token", {"line": 1, "column": 32, "near": "'"}),
        ("select id from Deals where not a = 1", "operator not supported", {"operator": "not"}),
        ("select id from Deals where a = null", "unexpected token", {"line": 1, "column": 32, "near": "null"}),
        ("delete from Deals", "given coql query not supported", {}),
        ("", "given coql query not supported", {}),
    ],
)
def test_syntax_errors(text: str, message: str, details: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(text)
    assert (refusal.value.code, refusal.value.message, refusal.value.details) == ("SYNTAX_ERROR", message, details)


def test_ten_thousand_brackets_are_no_depth() -> None:
    assert where("(" * 10_000 + "a = 1" + ")" * 10_000) == A

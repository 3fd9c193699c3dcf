"""COQL: what an answer looks like, and each documented limit and error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.zoho.emulator import coql
from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.coql.answer import BARE, LOOKUP_FORM
from adapters.zoho.emulator.state import State
from tests.adapters.zoho.emulator.small_org import an_id, small_org

DEALS = [
    {
        "id": an_id(101),
        "Deal_Name": "One",
        "Owner": an_id(1),
        "Modified_Time": "2026-01-01T00:00:00+00:00",
        "Account_Name": an_id(12),
        "What_Id": an_id(11),
        "$se_module": "Accounts",
        "Stage": "Won",
        "Amount": 12.5,
        "Starred": 1,
        "Closing_Date": "2026-01-31",
        "Products": '["A", "B"]',
        "Description": "long",
        "Tag": '[{"name": "x", "id": "1", "color_code": null}]',
        "Order": "7",
        "Salary": 9.0,
    },
    {
        "id": an_id(102),
        "Deal_Name": "Two",
        "Modified_Time": "2026-01-02T00:00:00+00:00",
        "Products": "[]",
        "Starred": 0,
    },
    {
        "id": an_id(103),
        "Deal_Name": "Hidden",
        "Modified_Time": "2026-01-02T00:00:00+00:00",
        "$approval_state": "pending",
    },
]


@pytest.fixture
def org() -> Iterator[State]:
    state = small_org(deals=DEALS)
    yield state
    state.close()


IDS = "select id from Deals where"


def select(columns: str = "id", rest: str = "") -> str:
    return " ".join(["select", columns, "from Deals where id > 0", rest])


def rows(org: State, query: str) -> list[dict[str, Any]]:
    _, payload = coql.run(org, {"select_query": query})
    return [] if payload is None else payload["data"]


def refusal(org: State, body: object) -> Refusal:
    with pytest.raises(Refusal) as raised:
        coql.run(org, body if isinstance(body, dict) else {"select_query": body})
    assert (raised.value.status, raised.value.wrapped) == (400, None)
    return raised.value


def first(org: State, columns: str) -> dict[str, Any]:
    return rows(org, select(columns))[0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Deal_Name", "One"),
        ("Amount", 12.5),
        ("Starred", True),
        ("Closing_Date", "2026-01-31"),
        ("Modified_Time", "2026-01-01T00:00:00+00:00"),
        ("Owner", {"name": "Ada Lovelace", "id": an_id(1)}),
        ("Account_Name", {"name": "Bolt", "id": an_id(12)}),
        ("What_Id", {"name": "Acme", "id": an_id(11)}),
        ("Products", ["A", "B"]),
        ("Description", "long"),
        ("Tag", [{"name": "x", "id": "1", "color_code": None}]),
        ("Probability", None),
        ("Salary", None),
        ("Owner.last_name", "Lovelace"),
        ("Owner.id", an_id(1)),
        ("Account_Name.Account_Name", "Bolt"),
        ("Account_Name.Owner", {"name": "Bob Noyce", "id": an_id(2)}),
        ("Account_Name.Owner.last_name", "Noyce"),
        ("Account_Name.Parent_Account.Account_Name", "Acme"),
        ("'Order'", "7"),
        ("COUNT(id)", 2),
        ("sum(Amount)", 12.5),
    ],
)
def test_a_value_as_it_is_shown(org: State, column: str, value: object) -> None:
    key = column.strip("'").replace("sum", "SUM")
    assert first(org, column)[key] == value
    assert first(org, column + " as Known")["Known"] == value


def test_instants_are_shown_in_the_zone_of_the_org(org: State) -> None:
    org.set_setting("zone", "Asia/Kolkata")
    assert first(org, "MIN(Modified_Time) as t") == {"t": "2026-01-01T05:30:00+05:30"}
    assert first(org, "Modified_Time")["Modified_Time"] == "2026-01-01T05:30:00+05:30"


def test_lookups_may_be_bare(org: State) -> None:
    org.set_setting(LOOKUP_FORM, BARE)
    assert first(org, "Owner, Account_Name") == {
        "Owner": {"id": an_id(1)},
        "Account_Name": {"id": an_id(12)},
        "id": an_id(101),
    }


def test_the_id_comes_along_but_not_with_aggregates(org: State) -> None:
    assert first(org, "Stage") == {"Stage": "Won", "id": an_id(101)}
    assert first(org, "MAX(Amount)") == {"MAX(Amount)": 12.5}


def test_what_waits_for_approval_is_not_seen(org: State) -> None:
    assert [row["id"] for row in rows(org, "select id from Deals where id > 0")] == [an_id(101), an_id(102)]


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        ("Owner.last_name = 'lovelace'", [101]),
        ("Account_Name.Parent_Account.Account_Name like 'Ac%'", [101]),
        ("Account_Name = " + an_id(12), [101]),
        ("Owner is null", [102]),
        ("Products = 'A'", [101]),
        ("Products != 'C'", [101, 102]),
        ("Products in ('B', 'C')", [101]),
        ("Products not in ('B', 'C')", [102]),
        ("Products is null", [102]),
        ("Products is not null", [101]),
        ("Amount > '12.4'", [101]),
        ("id < 99", []),
        ("id > 99", [101, 102]),
        ("Modified_Time > '2026-01-01T05:30:00+05:30'", [102]),
        ("Modified_Time >= '2026-01-01T05:30:00+05:30'", [101, 102]),
        ("Modified_Time = '2025-12-31T19:00:00-05:00'", [101]),
        ("Account_Name in (select id from Accounts where Industry = 'Food')", [101]),
        ("Account_Name = (select id from Accounts where Industry = 'Food')", [101]),
        ("Account_Name.Owner.last_name in (select Owner.last_name from Accounts where id > 0)", [101]),
        ("id not in (select id from Deals where Amount > 1 limit 1)", [102]),
    ],
)
def test_criteria(org: State, criterion: str, found: list[int]) -> None:
    assert [row["id"] for row in rows(org, f"{IDS} {criterion}")] == list(map(an_id, found))


def test_the_id_of_a_lookup_needs_no_record_behind_it(org: State) -> None:
    org.db.execute("DELETE FROM Accounts")
    assert first(org, "Account_Name.id, Account_Name.Account_Name") == {
        "Account_Name.id": an_id(12),
        "Account_Name.Account_Name": None,
        "id": an_id(101),
    }


def test_order_by_an_alias(org: State) -> None:
    query = "select Starred, COUNT(id) as n from Deals where id > 0 group by Starred order by n desc, Starred desc"
    assert rows(org, query) == [{"Starred": True, "n": 1}, {"Starred": False, "n": 1}]


def test_nothing_is_204(org: State) -> None:
    assert coql.run(org, {"select_query": "select id from Deals where Stage = 'none'"}) == (204, None)


def test_meta_of_the_columns(org: State) -> None:
    body = {"select_query": "select Stage from Deals where Stage = 'Won'", "include_meta": ["fields"]}
    _, payload = coql.run(org, body)
    assert payload is not None
    assert set(payload) == {"data", "fields", "info"}
    assert {"Stage", "id"} == set(payload["fields"])
    assert payload["fields"]["Stage"]["data_type"] == "picklist"


def many(template: str, count: int) -> str:
    return ", ".join(template.format(place) for place in range(count))


def criteria(count: int) -> str:
    return IDS + " " + " and ".join(["id > 0"] * count)


def among(count: int) -> str:
    return f"{IDS} Amount in ({many('{}', count)})"


SIX = "SUM(Amount), MAX(Amount), MIN(Amount), AVG(Amount), COUNT(Amount), COUNT(id)"


@pytest.mark.parametrize(
    ("query", "details"),
    [
        (select(rest="limit 2001"), {"limit": 2000, "clause": "limit"}),
        (select(rest="limit 99000, 1001"), {"limit": 100_000, "clause": "offset"}),
        (select(rest="limit 2 offset 99999"), {"limit": 100_000, "clause": "offset"}),
        (select(many("F{}", 501)), {"limit": 500, "clause": "select"}),
        (select(SIX), {"limit": 5, "clause": "aggregate"}),
        (criteria(26), {"limit": 25, "clause": "where"}),
        (among(101), {"limit": 100, "clause": "in"}),
        (select("COUNT(id)", "group by F1, F2, F3, F4, F5"), {"limit": 4, "clause": "group by"}),
        (select(rest=f"order by {many('F{}', 11)}"), {"limit": 10, "clause": "order by"}),
    ],
)
def test_one_too_many(org: State, query: str, details: dict[str, object]) -> None:
    refused = refusal(org, query)
    assert (refused.code, refused.details) == ("LIMIT_EXCEEDED", details)


@pytest.mark.parametrize(
    "query",
    [
        select(rest="limit 2000"),
        select(rest="limit 98000, 2000"),
        select(SIX.removesuffix(", COUNT(id)")),
        criteria(25),
        among(100),
        select("COUNT(id)", "group by Stage, Amount, Starred, Order_".replace("Order_", "'Order'")),
        select(
            rest="order by Stage, Amount, Starred, Closing_Date, Owner, Account_Name, Deal_Name, id, Products, 'Order'"
        ),
    ],
)
def test_as_many_as_there_may_be(org: State, query: str) -> None:
    assert coql.run(org, {"select_query": query})[0] in (200, 204)


@pytest.mark.parametrize(
    ("query", "code", "details"),
    [
        (select("Nothing"), "INVALID_QUERY", {"column_name": "Nothing"}),
        (select("$approval_state"), "INVALID_QUERY", {"column_name": "$approval_state"}),
        (select("Stage.Name"), "INVALID_QUERY", {"column_name": "Stage.Name"}),
        (select("What_Id.Account_Name"), "INVALID_QUERY", {"column_name": "What_Id.Account_Name"}),
        (
            select("Account_Name.Parent_Account.Owner.last_name"),
            "INVALID_QUERY",
            {"column_name": "Account_Name.Parent_Account.Owner.last_name"},
        ),
        *((select(name), "INVALID_QUERY", {"column_name": name}) for name in ("Items", "Partners", "Files", "Photo")),
        (select("SUM(Stage)"), "INVALID_QUERY", {"column_name": "Stage"}),
        (select("MAX(Salary)"), "INVALID_QUERY", {"column_name": "Salary"}),
        (
            select("TestFunction(Stage)"),
            "INVALID_DATA",
            {"reason": "unsupported aggregate function", "column": "TestFunction(Stage)"},
        ),
        (
            "select id from Deals where Description = 'a'",
            "INVALID_QUERY",
            {"cv_criteria": False, "column_name": "Description", "value": "a", "operator": "="},
        ),
        (
            "select id from Deals where Salary is null",
            "INVALID_QUERY",
            {"cv_criteria": False, "column_name": "Salary", "value": "", "operator": "is null"},
        ),
        *(
            (
                f"{IDS} {criterion}",
                "INVALID_QUERY",
                {"reason": "invalid operator found", "column_name": column, "operator": sign},
            )
            for criterion, column, sign in [
                ("Stage > 'a'", "Stage", ">"),
                ("Starred != true", "Starred", "!="),
                ("Starred is null", "Starred", "is null"),
                ("Amount like '1%'", "Amount", "like"),
                ("Owner > 1", "Owner", ">"),
                ("Stage between 'a' and 'b'", "Stage", "between"),
            ]
        ),
        *(
            (
                f"{IDS} {column} = {value}",
                "INVALID_QUERY",
                {"cv_criteria": False, "column_name": column, "value": value.strip("'"), "operator": "="},
            )
            for column, value in [
                ("Amount", "'much'"),
                ("Amount", "'NaN'"),
                ("Starred", "'maybe'"),
                ("Closing_Date", "'31.01.2026'"),
                ("Modified_Time", "'2026-01-01T00:00:00'"),
                ("Modified_Time", "'yesterday'"),
                ("Owner", "'Ada'"),
            ]
        ),
        (
            "select id from Deals where Stage like 'a%b'",
            "INVALID_QUERY",
            {"cv_criteria": False, "column_name": "Stage", "value": "a%b", "operator": "like"},
        ),
        (select(rest="limit s"), "INVALID_QUERY", {"limit": "s"}),
        (select(rest="limit 2.5"), "INVALID_QUERY", {"limit": "2.5"}),
        (select(rest="limit 5 offset x"), "INVALID_QUERY", {"offset": "x"}),
        (select(rest="limit -1, 5"), "INVALID_QUERY", {"offset": "-1"}),
        (select(rest="limit 0"), "INVALID_DATA", {}),
        (select(rest="limit -3"), "INVALID_DATA", {}),
        ("select id from Deals#12 where id > 0", "INVALID_QUERY", {"cvid": "12"}),
        ("select id from Nothing where id > 0", "INVALID_MODULE", {}),
        ("select id from Users where id > 0", "INVALID_MODULE", {}),
        (select("Stage, Stage"), "DUPLICATE_DATA", {"column_name": "Stage"}),
        (select("Stage as a, Stage as b"), "DUPLICATE_DATA", {"column_name": "Stage"}),
        (select("MAX(Amount), max(Amount)"), "DUPLICATE_DATA", {"column_name": "Amount", "aggregate": "MAX"}),
        (select(rest="order by id, id desc"), "DUPLICATE_DATA", {"column_name": "id"}),
        (select("COUNT(id)", "group by Stage, Stage"), "DUPLICATE_DATA", {"column_name": "Stage"}),
        (
            select("Stage as a, Amount as a"),
            "DUPLICATE_ALIAS",
            {"referred_columns": ["Stage", "Amount"], "alias": "a"},
        ),
        (select("Stage as Amount, Amount"), "INVALID_QUERY", {"column_name": "Stage", "alias": "Amount"}),
        (select("Stage as ''"), "INVALID_ALIAS", {"column_name": "Stage", "alias": ""}),
        (select("Stage, COUNT(id)"), "INVALID_QUERY", {"column_name": "Stage", "clause": "group by"}),
        (select("Stage", "group by Amount"), "INVALID_QUERY", {"column_name": "Stage", "clause": "group by"}),
        (
            select("COUNT(id)", "group by Description"),
            "INVALID_QUERY",
            {"column_name": "Description", "clause": "group by"},
        ),
        (select("COUNT(id)", "order by Stage"), "INVALID_QUERY", {"column_name": "Stage", "clause": "order by"}),
        (select(rest="order by Description"), "INVALID_QUERY", {"column_name": "Description", "clause": "order by"}),
        (
            "select id from Deals where Account_Name in (select id, Industry from Accounts where id > 0)",
            "INVALID_QUERY",
            {"sub_query_sequence": 0, "column_name": ["id", "Industry"]},
        ),
        (
            "select id from Deals where id in (select id from Deals where id > 0) "
            "and Account_Name = (select id from Accounts where id > 0)",
            "INVALID_QUERY",
            {"sub_query_sequence": 1, "operator": "="},
        ),
        ({}, "MANDATORY_NOT_FOUND", {"api_name": "select_query"}),
        (
            {"select_query": 5},
            "INVALID_DATA",
            {"expected_data_type": "text", "api_name": "select_query", "json_path": "$.select_query"},
        ),
        (
            {"select_query": select(), "include_meta": "fields"},
            "INVALID_DATA",
            {"expected_data_type": "jsonarray", "api_name": "include_meta", "json_path": "$.include_meta"},
        ),
        (
            {"select_query": select(), "include_meta": ["rows"]},
            "INVALID_DATA",
            {"api_name": "include_meta", "json_path": "$.include_meta[0]", "supported_values": ["fields"]},
        ),
    ],
    ids=str,
)
def test_refusals(org: State, query: object, code: str, details: dict[str, object]) -> None:
    refused = refusal(org, query)
    assert (refused.code, refused.details) == (code, details)


def test_values_never_become_sql(org: State) -> None:
    assert rows(org, "select id from Deals where Stage = 'x'' OR 1=1 --'") == []
    assert rows(org, "select id from Deals where Stage = '\"Stage\"'") == []


@pytest.mark.parametrize(
    ("limit", "credits"),
    [("", 1), ("limit 200", 1), ("limit 0, 201", 2), ("limit 1000", 2), ("limit 1001 offset 5", 3), ("limit 9999", 1)],
)
def test_cost(limit: str, credits: int) -> None:
    assert coql.cost({"select_query": select(rest=limit)}) == credits


@pytest.mark.parametrize(
    "criterion",
    [
        "Modified_Time >= '{}'",
        "(Modified_Time = '{}' and id > '1') or Modified_Time > '{}'",
        "(Modified_Time > '{}' or (Modified_Time = '{}' and id > '1')) and Modified_Time <= '2030-01-01T00:00:00Z'",
        "Modified_Time >= '{}' and (Modified_Time > '{}' or id > '1')",
        "(((Modified_Time = '{}' and id > '1') or Modified_Time > '{}') and Modified_Time <= '2030-01-01T00:00:00Z')",
    ],
)
def test_reading_by_key_uses_the_index_and_sorts_nothing(org: State, criterion: str) -> None:
    seen: list[str] = []
    org.db.set_trace_callback(seen.append)
    text = criterion.replace("{}", "2026-01-01T00:00:00+00:00")
    columns = "id, Owner, Account_Name.Account_Name, Stage"
    rows(org, " ".join(["select", columns, "from Deals where", text, "order by Modified_Time, id limit 2000"]))
    org.db.set_trace_callback(None)
    statement = next(each for each in seen if each.startswith("SELECT t0"))
    steps = [row[3] for row in org.db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert steps[0].startswith("SEARCH t0 USING INDEX Deals by time (Modified_Time>")
    assert not [step for step in steps if "TEMP B-TREE" in step]

"""Search and count by criteria."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.criteria import Condition, Group, parsed_criteria
from adapters.zoho.emulator.state import State
from tests.adapters.zoho.emulator.client import Client

Make = Callable[..., StandIn]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("(A:equals:x)", Condition("A", "equals", ("x",))),
        ("A:equals:x", Condition("A", "equals", ("x",))),
        ("((A:in:x,y))", Condition("A", "in", ("x", "y"))),
        (r"(A:equals:a\(b\)\,c\\)", Condition("A", "equals", (r"a(b),c\ ".strip(),))),
        (
            "((A:equals:1) and (B:equals:2))or(C:equals:3)",
            Group(
                "or",
                (
                    Group("and", (Condition("A", "equals", ("1",)), Condition("B", "equals", ("2",)))),
                    Condition("C", "equals", ("3",)),
                ),
            ),
        ),
        ("(A:equals:1)and(B:equals:2)and(C:equals:3)", Group("and", tuple(
            Condition(name, "equals", (value,)) for name, value in (("A", "1"), ("B", "2"), ("C", "3"))
        ))),
    ],
)  # fmt: skip
def test_criteria_are_parsed(text: str, tree: object) -> None:
    assert parsed_criteria(text) == tree


@pytest.mark.parametrize("text", ["", "(", "(A)", "(A:equals:x", "(A:equals:x)and", "(A:equals:x)x", "(A B:equals:x)"])
def test_criteria_that_cannot_be_read(text: str) -> None:
    with pytest.raises(Refusal, match="INVALID_QUERY"):
        parsed_criteria(text)


@pytest.mark.parametrize(
    ("criteria", "condition"),
    [
        ("(Stage:equals:closed WON)", "Stage = 'Closed won'"),
        ("(Stage:not_equal:Closed won)", "Stage <> 'Closed won'"),
        ("(Stage:in:Closed won,Proposal)", "Stage IN ('Closed won', 'Proposal')"),
        ("(Amount:between:1000,5000)", "Amount BETWEEN 1000 AND 5000"),
        ("(Probability:greater_than:10)", "Probability > 10"),
        ("(Probability:less_than:10)", "Probability < 10"),
        ("(Deal_Name:starts_with:A)", "Deal_Name LIKE 'A%'"),
        ("((Stage:equals:Closed won)and(Amount:greater_than:5000))", "Stage = 'Closed won' AND Amount > 5000"),
        ("((Stage:equals:Proposal)or(Probability:less_equal:0))", "Stage = 'Proposal' OR Probability <= 0"),
        (
            "(Modified_Time:greater_equal:2025-01-01T00:00:00-06:00)",
            "Modified_Time >= '2025-01-01T06:00:00+00:00'",
        ),
    ],
)  # fmt: skip
def test_what_criteria_find(client: Client, state: State, criteria: str, condition: str) -> None:
    wanted = [row for (row,) in state.db.execute(f"SELECT id FROM Deals WHERE {condition} ORDER BY id DESC")]  # noqa: S608
    assert wanted
    found = client.get("/Deals/search", criteria=criteria, fields="Stage").data
    assert [row["id"] for row in found] == wanted[:200]
    assert client.get("/Deals/actions/count", criteria=criteria).json == {"count": len(wanted)}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"criteria": "(Nothing:equals:x)"}, "INVALID_QUERY"),
        ({"criteria": "(Stage:sounds_like:x)"}, "INVALID_QUERY"),
        ({"criteria": "(Amount:equals:x)"}, "INVALID_DATA"),
        ({"criteria": "and".join(["(Stage:equals:x)"] * 16)}, "LIMIT_EXCEEDED"),
        ({"word": "x"}, "REQUIRED_PARAM_MISSING"),
        ({}, "REQUIRED_PARAM_MISSING"),
        ({"word": "xx", "page": "11"}, "DISCRETE_PAGINATION_LIMIT_EXCEEDED"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_searches_that_are_refused(client: Client, query: dict[str, str], code: str) -> None:
    reply = client.get("/Deals/search", **query)
    assert (reply.status, reply.json["code"]) == (400, code)


def test_by_address_number_and_word(client: Client, state: State) -> None:
    contact = state.get("Contacts", "4876876211000000003")
    assert contact is not None
    assert [row["id"] for row in client.get("/Contacts/search", email=contact["Email"]).data] == [contact["id"]]
    assert contact["id"] in [row["id"] for row in client.get("/Contacts/search", phone=contact["Phone"][-6:]).data]
    assert contact["id"] in [row["id"] for row in client.get("/Contacts/search", word=contact["Last_Name"]).data]
    assert client.get("/Contacts/search", email="nobody@x.example").status == 204


def test_the_index_may_lag(stand_in: Make) -> None:
    client = Client(stand_in(search_lag_seconds=30))
    client.sign_in()
    client.write("POST", "/Accounts", {"data": [{"Account_Name": "Brand new"}]})
    assert client.get("/Accounts/search", word="Brand new").status == 204
    client.app.state.advance(30)
    assert client.get("/Accounts/search", word="Brand new").status == 200

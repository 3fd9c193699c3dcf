"""Lists, single records, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.paging import PageTokens, Place
from adapters.zoho.emulator.state import State
from tests.adapters.zoho.emulator.client import Client

Make = Callable[..., StandIn]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def of(state: State, module: str, condition: str = "1") -> list[str]:
    return [row for (row,) in state.db.execute(f"SELECT id FROM {module} WHERE {condition} ORDER BY id")]  # noqa: S608


def test_fields_are_demanded_and_at_most_fifty(client: Client) -> None:
    without = client.get("/Deals")
    assert (without.status, without.json["code"]) == (400, "REQUIRED_PARAM_MISSING")
    assert without.json["details"] == {"param_name": "fields"}
    many = client.get("/Deals", fields=",".join(f"F{n}" for n in range(51)))
    assert many.json["code"] == "LIMIT_EXCEEDED"
    assert many.json["details"] == {"limit": 50, "param_name": "fields"}


def test_tokens_lead_through_every_record_once(client: Client, state: State) -> None:
    rows = client.rows("Deals", fields="Stage", per_page=50)
    assert ids(rows) == of(state, "Deals")[::-1]


@pytest.mark.parametrize("key", ["id", "Created_Time", "Modified_Time"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_each_order_shows_every_record_once(client: Client, state: State, key: str, order: str) -> None:
    state.db.execute("UPDATE Deals SET Modified_Time = '2025-11-01T00:00:00+00:00' WHERE id % 3 = 0")
    rows = client.rows("Deals", fields="Modified_Time,Created_Time", per_page=7, sort_by=key, sort_order=order)
    assert sorted(ids(rows)) == of(state, "Deals")
    stamps = [row[0] for row in state.db.execute(f"SELECT {key} FROM Deals ORDER BY {key} {order}, id {order}")]  # noqa: S608
    found = [state.get("Deals", row["id"])[key] for row in rows]  # type: ignore[index]
    assert found == stamps


def test_pages_by_number_end_with_two_thousand_records(client: Client) -> None:
    assert client.get("/Tasks", fields="Subject", page=2).json["info"]["page"] == 2
    refused = client.get("/Tasks", fields="Subject", page=11)
    assert refused.json["code"] == "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
    assert refused.json["details"] == {"limit": 2000}
    over = client.get("/Tasks", fields="Subject", per_page=150, page=14)
    assert over.json["code"] == "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "its last records lie beyond"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"per_page": "201"}, "LIMIT_EXCEEDED"),
        ({"per_page": "0"}, "INVALID_DATA"),
        ({"page": "x"}, "INVALID_DATA"),
        ({"page": "9" * 30}, "INVALID_DATA"),
        ({"sort_by": "Amount"}, "INVALID_DATA"),
        ({"sort_order": "up"}, "INVALID_DATA"),
        ({"page_token": "x"}, "INVALID_DATA"),
        ({"page_token": "x", "page": "2"}, "AMBIGUITY_DURING_PROCESSING"),
        ({"cvid": "1"}, "INVALID_DATA"),
    ],
    ids=str,
)
def test_wrong_parameters(client: Client, query: dict[str, str], code: str) -> None:
    reply = client.get("/Deals", fields="Stage", **query)
    assert (reply.status, reply.json["code"]) == (400, code)


def test_a_token_is_bound_to_its_parameters(client: Client) -> None:
    token = client.get("/Deals", fields="Stage", per_page=10).json["info"]["next_page_token"]
    other = client.get("/Deals", fields="Stage,Amount", per_page=10, page_token=token)
    assert other.json["code"] == "TOKEN_BOUND_DATA_MISMATCH"
    assert client.get("/Deals", fields="Stage", per_page=10, page_token=token).status == 200


def test_a_token_lives_a_day(client: Client) -> None:
    info = client.get("/Deals", fields="Stage", per_page=10).json["info"]
    assert info["page_token_expiry"] == "2025-12-02T12:00:00-06:00"
    client.app.state.advance(86_400)
    client.sign_in()
    late = client.get("/Deals", fields="Stage", per_page=10, page_token=info["next_page_token"])
    assert (late.json["code"], late.json["details"]) == ("EXPIRED_VALUE", {"api_name": "page_token"})


def test_tokens_end_with_a_hundred_thousand_records(state: State) -> None:
    tokens = PageTokens(state, seconds=60)
    token, _ = tokens.give("bound", Place(("1", "1"), None, 99_999, 500))
    assert tokens.take(token, "bound").served == 99_999
    token, _ = tokens.give("bound", Place(("1", "1"), None, 100_000, 500))
    with pytest.raises(Exception, match="PAGINATION_LIMIT_EXCEEDED"):
        tokens.take(token, "bound")


@pytest.mark.parametrize(
    "moment",
    [
        "2025-11-30", "2025-11-30T00:00:00", "2025-11-30 00:00:00+00:00", "2025-11-30T00:00:00.5+00:00",
        "2025-11-30T00:00+00:00", "20251130T000000+0000", "0001-01-01T00:00:00+14:00", "yesterday",
    ],
)  # fmt: skip
def test_moments_are_written_to_the_second_with_an_offset(client: Client, moment: str) -> None:
    reply = client.get("/Deals", {"If-Modified-Since": moment}, fields="Stage")
    assert (reply.status, reply.json["code"]) == (400, "INVALID_DATA")


def test_an_empty_module_answers_204(client: Client) -> None:
    reply = client.get("/Invoices", fields="Subject")
    assert (reply.status, reply.body) == (204, b"")


@pytest.mark.parametrize(("includes", "found"), [(True, 2), (False, 1)])
def test_modified_since(stand_in: Make, includes: bool, found: int) -> None:
    client = Client(stand_in(modified_since_includes=includes))
    client.sign_in()
    first, second, *_ = of(client.app.state, "Deals")
    client.app.state.db.execute("UPDATE Deals SET Modified_Time = '2025-01-01T00:00:00+00:00'")
    client.app.state.db.execute("UPDATE Deals SET Modified_Time = '2025-11-30T00:00:00+00:00' WHERE id = ?", (first,))
    client.app.state.db.execute("UPDATE Deals SET Modified_Time = '2025-11-30T00:00:01+00:00' WHERE id = ?", (second,))
    since = {"If-Modified-Since": "2025-11-29T18:00:00-06:00"}
    assert len(client.get("/Deals", since, fields="Stage").data) == found
    nothing = client.get("/Deals", {"If-Modified-Since": "2025-12-01T00:00:00+00:00"}, fields="Stage")
    assert (nothing.status, nothing.body) == (304, b"")


def test_ids(client: Client, state: State) -> None:
    wanted = of(state, "Deals")[3:5]
    assert sorted(ids(client.get("/Deals", fields="Stage", ids=",".join(wanted)).data)) == wanted


@pytest.mark.parametrize(
    ("converted", "condition"), [(None, "NOT Converted__s"), ("true", "Converted__s"), ("both", "1")]
)
def test_converted_leads(client: Client, state: State, converted: str | None, condition: str) -> None:
    query = {"converted": converted} if converted else {}
    assert sorted(ids(client.rows("Leads", fields="Company", **query))) == of(state, "Leads", condition)
    assert client.get("/Leads/actions/count", **query).json == {"count": len(of(state, "Leads", condition))}


def test_a_record_that_waits_for_approval_is_counted_and_not_shown(client: Client, state: State) -> None:
    hidden = of(state, "Deals")[0]
    before = client.get("/Deals/actions/count").json["count"]
    state.db.execute("""UPDATE Deals SET "$approval_state" = 'waiting' WHERE id = ?""", (hidden,))
    assert client.get("/Deals/actions/count").json["count"] == before
    assert hidden not in ids(client.rows("Deals", fields="Stage"))
    assert client.get(f"/Deals/{hidden}").status == 204


def test_a_withheld_field_has_no_value(client: Client, state: State) -> None:
    from dataclasses import replace

    field = state.fields("Contacts")["Email"]
    assert client.get("/Contacts", fields="Email").data[0]["Email"]
    state.change_field("Contacts", replace(field, private=True))
    assert {row["Email"] for row in client.rows("Contacts", fields="Email")} == {None}
    shown = client.get("/settings/fields", module="Contacts").json["fields"]
    assert next(each for each in shown if each["api_name"] == "Email")["private"]["restricted"] is True


def test_one_record(client: Client, state: State) -> None:
    record = of(state, "Deals")[0]
    row = client.get(f"/Deals/{record}").data[0]
    stored = state.get("Deals", record)
    assert stored is not None
    assert row["Account_Name"]["id"] == stored["Account_Name"]
    assert row["Account_Name"]["name"] == state.get("Accounts", stored["Account_Name"])["Account_Name"]  # type: ignore[index]
    assert row["Created_Time"].endswith(("-06:00", "-05:00"))
    assert "$se_module" not in row
    assert row["$approval_state"] == "approved"
    assert set(client.get(f"/Deals/{record}", fields="Stage").data[0]) > {"id", "Stage"}
    assert client.get("/Deals/1").status == 204


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/Nothing", 400, "INVALID_MODULE"),
        ("GET", "/Users", 400, "INVALID_MODULE"),
        ("GET", "/a/b/c/d", 404, "INVALID_URL_PATTERN"),
        ("PATCH", "/Deals", 400, "INVALID_REQUEST_METHOD"),
    ],
)
def test_wrong_addresses(client: Client, method: str, path: str, status: int, code: str) -> None:
    reply = client.write(method, path)
    assert (reply.status, reply.json["code"]) == (status, code)


def test_stage_history_of_a_deal_and_of_all(client: Client, state: State) -> None:
    deal = of(state, "Deals")[0]
    rows = client.get(f"/Deals/{deal}/Stage_History", fields="Stage,Moved_To__s,Modified_Time").data
    assert rows[0]["Stage"] == state.get("Deals", deal)["Stage"]  # type: ignore[index]
    assert rows[0]["Moved_To__s"] is None
    assert [row["Moved_To__s"] for row in rows[1:]] == [row["Stage"] for row in rows[:-1]]
    assert len(client.rows("DealHistory", fields="Stage")) == len(of(state, "DealHistory"))


def test_related_lists_have_the_limits_of_lists(client: Client, state: State) -> None:
    deal = of(state, "Deals")[0]
    assert client.get(f"/Deals/{deal}/Stage_History").json["code"] == "REQUIRED_PARAM_MISSING"
    many = client.get(f"/Deals/{deal}/Stage_History", fields=",".join(f"F{n}" for n in range(51)))
    assert (many.json["code"], many.json["details"]["limit"]) == ("LIMIT_EXCEEDED", 50)
    assert client.get(f"/Deals/{deal}/Nothing", fields="Stage").json["code"] == "INVALID_DATA"


def test_activities_hang_on_their_deal(client: Client, state: State) -> None:
    deal = state.db.execute("""SELECT What_Id FROM Calls WHERE "$se_module" = 'Deals' LIMIT 1""").fetchone()[0]
    rows = client.get(f"/Deals/{deal}/Calls", fields="Subject,What_Id").data
    assert {row["What_Id"]["id"] for row in rows} == {deal}
    assert rows[0]["What_Id"]["name"] == state.get("Deals", deal)["Deal_Name"]  # type: ignore[index]

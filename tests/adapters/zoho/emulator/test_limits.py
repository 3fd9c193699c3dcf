"""Credits, calls at once, and faults as words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.credits import EDITIONS, UNLIMITED, Gate, Ledger
from adapters.zoho.emulator.faults import ALWAYS, FAULTS, Fault, Faults
from adapters.zoho.emulator.state import State
from connector.errors import ConfigError
from tests.adapters.zoho.emulator.client import Client

Make = Callable[..., StandIn]


@pytest.mark.parametrize(
    ("edition", "users", "credits", "calls"),
    [
        ("free", 3, 5_000, 5),
        ("standard", 10, 52_500, 10),
        ("standard", 1_000, 100_000, 10),
        ("professional", 10, 55_000, 15),
        ("enterprise", 32, 82_000, 20),
        ("ultimate", 10, 70_000, 25),
        ("ultimate", 10**9, 2 * 10**12 + 50_000, 25),
    ],
)
def test_what_an_edition_gives(edition: str, users: int, credits: int, calls: int) -> None:
    found = EDITIONS[edition]
    assert (found.credits(users), found.calls) == (min(credits, UNLIMITED), calls)


def test_credits_end_and_come_back_after_a_day(stand_in: Make) -> None:
    client = Client(stand_in(credit_limit=4))
    client.sign_in()
    assert "x-api-credits-remaining" not in client.get("/org").headers
    assert client.get("/org").headers["x-api-credits-remaining"] == "2"
    client.app.state.advance(3600)
    client.sign_in()
    assert client.get("/Deals/deleted").headers["x-api-credits-remaining"] == "0"
    refused = client.get("/org")
    assert (refused.status, refused.json["code"], refused.json["details"]) == (429, "TOO_MANY_REQUESTS", {})
    client.app.state.advance(23 * 3600 + 60)
    client.sign_in()
    assert client.get("/org").status == 200
    assert client.get("/org").status == 200
    assert client.get("/org").status == 429


def test_a_restart_forgets_no_credits(filled: State, stand_in: Make) -> None:
    client = Client(stand_in(credit_limit=10))
    client.sign_in()
    client.get("/org")
    client.get("/org")
    assert Ledger(client.app.state, limit=10).spent() == 2


def test_refused_calls_cost_nothing(client: Client) -> None:
    client.token = "1000.no"
    client.get("/org")
    assert (client.app.ledger.spent(), client.app.calls[-1].credits) == (0, 0)


def test_calls_at_once() -> None:
    gate = Gate(EDITIONS["enterprise"])
    for _ in range(10):
        gate.enter(heavy=True)
    with pytest.raises(Exception, match="TOO_MANY_REQUESTS"):
        gate.enter(heavy=True)
    for _ in range(10):
        gate.enter(heavy=False)
    with pytest.raises(Exception, match="TOO_MANY_REQUESTS"):
        gate.enter(heavy=False)
    gate.leave(heavy=True)
    gate.enter(heavy=True)
    assert (gate.calls, gate.heavy, gate.most) == (20, 10, 20)


def answered_at_once(client: Client, method: str, path: str, count: int) -> list[int]:
    async def at_once() -> list[int]:
        asked = [client._send(method, path, query={}, body=b"", headers={}) for _ in range(count)]
        return sorted(reply.status for reply in await asyncio.gather(*asked))

    return asyncio.run(at_once())


@pytest.mark.parametrize("latency_ms", [0, 20])
def test_an_edition_refuses_more_calls_at_once(stand_in: Make, latency_ms: float) -> None:
    client = Client(stand_in(latency_ms=latency_ms))
    client.sign_in()
    client.app.gate.edition = EDITIONS["free"]
    assert answered_at_once(client, "GET", "/crm/v8/org", 7) == [200] * 5 + [429] * 2
    assert client.get("/org").status == 200


@pytest.mark.parametrize("fault", ["slow_before", "slow_after"])
def test_a_call_counts_as_long_as_it_is_slow(stand_in: Make, fault: str) -> None:
    client = Client(stand_in())
    client.sign_in()
    client.app.gate.edition = EDITIONS["free"]
    client.app.faults.plan(fault, times=5, argument="0.05")
    assert answered_at_once(client, "GET", "/crm/v8/org", 6) == [200] * 5 + [429]


def test_the_accounts_server_has_no_part_in_calls_at_once(client: Client) -> None:
    client.app.gate.edition = EDITIONS["free"]
    assert answered_at_once(client, "POST", "/oauth/v2/token/revoke", 7) == [400] * 7


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slow_body=1@0.5", Fault("slow_body", 1, 1, "", "0.5")),
        ("error_500", Fault("error_500", 1)),
        ("error_500=5", Fault("error_500", 5)),
        ("error_500=5x3", Fault("error_500", 5, 3)),
        ("error_500=*", Fault("error_500", 1, ALWAYS)),
        ("error_500=2x*:/crm", Fault("error_500", 2, ALWAYS, "/crm")),
        (
            "too_many_429=1:/crm/v8/Deals@Wed, 21 Oct 2026 07:28:00 GMT",
            Fault("too_many_429", 1, 1, "/crm/v8/Deals", "Wed, 21 Oct 2026 07:28:00 GMT"),
        ),
        ("redirect=1@https://x.example/a", Fault("redirect", 1, 1, "", "https://x.example/a")),
    ],
    ids=str,
)
def test_faults_are_read(text: str, fault: Fault) -> None:
    assert Fault.parsed(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "nothing=1",
        "error_500=x",
        "error_500=1y2",
        "error_500=-1",
        "error_500=0",
        "error_500=1x0",
        "slow_before=1@soon",
        "slow_after=1@-1",
        "slow_body=1@",
        "partial_207=1@first",
    ],
)
def test_faults_that_could_never_be_played(text: str) -> None:
    with pytest.raises(ConfigError):
        Fault.parsed(text)


def test_a_fault_is_due_at_its_request() -> None:
    faults = Faults([Fault("error_500", 2, 2, "/a"), Fault("drop_body", 3)])
    due = [sorted(faults.due(path, number=n)) for n, path in enumerate(["/a", "/b", "/a/x", "/a", "/a"], start=1)]
    assert due == [[], [], ["drop_body", "error_500"], ["error_500"], []]
    assert faults.played == [(3, "error_500"), (3, "drop_body"), (4, "error_500")]
    assert faults.as_json() == []


@pytest.mark.parametrize(
    ("fault", "argument", "status", "code"),
    [
        ("token_401", None, 401, "INVALID_TOKEN"),
        ("forbidden_403", None, 403, "NO_PERMISSION"),
        ("too_many_429", None, 429, "TOO_MANY_REQUESTS"),
        ("error_500", None, 500, "INTERNAL_ERROR"),
        ("unavailable_503", None, 503, "SERVICE_UNAVAILABLE"),
        ("error_200", None, 200, "INTERNAL_ERROR"),
        ("gateway_502", None, 502, None),
        ("gateway_502_before", None, 502, None),
        ("html_200", None, 200, None),
        ("empty_204", None, 204, None),
        ("not_modified_304", None, 304, None),
        ("redirect", "https://x.example/", 302, None),
        ("truncated_json", None, 201, None),
    ],
)
def test_answers_that_are_spoilt(
    client: Client, state: State, fault: str, argument: str | None, status: int, code: str | None
) -> None:
    client.app.faults.plan(fault, argument=argument)
    reply = client.write("POST", "/Accounts", {"data": [{"Account_Name": "Mine"}]})
    assert reply.status == status
    if code:
        assert reply.json["code"] == code
    else:
        with pytest.raises(ValueError, match=r"\w"):
            assert reply.json
    written = [entry["action"] for entry in state.journal()]
    before = {"token_401", "forbidden_403", "too_many_429", "error_500", "gateway_502_before"}
    assert written == ([] if fault in before else ["insert"])
    assert client.app.faults.played == [(client.app.requests, fault)]
    assert client.get("/org").status == 200


@pytest.mark.parametrize(("argument", "header"), [(None, None), ("30", "30"), ("-5", "-5")])
def test_retry_after(client: Client, argument: str | None, header: str | None) -> None:
    client.app.faults.plan("too_many_429", argument=argument)
    assert client.get("/org").headers.get("retry-after") == header


def test_rows_that_come_twice_and_in_another_order(client: Client) -> None:
    whole = [row["id"] for row in client.rows("Deals", fields="Stage", per_page=50)]
    client.app.faults.plan("duplicate_rows", 2, prefix="/crm/v8/Deals")
    twice = [row["id"] for row in client.rows("Deals", fields="Stage", per_page=50)]
    assert sorted(set(twice)) == sorted(whole)
    assert len(twice) > len(whole)
    client.app.faults.plan("reordered_page", prefix="/crm/v8/Deals")
    mixed = [row["id"] for row in client.rows("Deals", fields="Stage", per_page=50)]
    assert mixed[:50] == whole[:50][::-1]
    assert mixed[50:] == whole[50:]


def test_others_act_while_pages_are_read(client: Client, state: State) -> None:
    client.app.faults.plan("modified_while_paged")
    client.app.faults.plan("deleted_while_paged", 2)
    changed = client.get("/Deals", fields="Stage", per_page=5).data[2]["id"]
    gone = client.get("/Deals", fields="Stage", per_page=5).data[2]["id"]
    assert changed == gone
    assert [entry["action"] for entry in state.journal()] == ["update", "delete"]
    assert client.get("/Deals/deleted").data[0]["id"] == gone


def test_others_act_while_a_query_is_read(client: Client, state: State) -> None:
    body = {"select_query": "select id, Modified_Time from Deals where id is not null order by id limit 5"}
    before = client.write("POST", "/coql", body).data
    client.app.faults.plan("modified_while_paged")
    client.app.faults.plan("deleted_while_paged", 2)
    assert client.write("POST", "/coql", body).data == before, "it happens right after they were read"
    changed = client.write("POST", "/coql", body).data
    assert [row["id"] for row in changed] == [row["id"] for row in before]
    assert [row["Modified_Time"] == old["Modified_Time"] for row, old in zip(changed, before, strict=True)] == [
        True, True, False, True, True,
    ]  # fmt: skip
    assert before[2]["id"] not in [row["id"] for row in client.write("POST", "/coql", body).data]
    assert [(entry["action"], entry["record_id"]) for entry in state.journal()] == [
        ("update", before[2]["id"]),
        ("delete", before[2]["id"]),
    ]
    client.app.faults.plan("deleted_while_paged")
    assert client.write("POST", "/coql", {"select_query": "select COUNT(id) from Deals where id > 0"}).status == 200
    assert len(state.journal()) == 2, "a sum is nobody's record"


def test_a_page_token_that_is_said_to_be_old(client: Client) -> None:
    token = client.get("/Deals", fields="Stage", per_page=5).json["info"]["next_page_token"]
    client.app.faults.plan("expired_page_token")
    assert client.get("/Deals", fields="Stage", per_page=5, page_token=token).json["code"] == "EXPIRED_VALUE"


def test_one_record_of_a_write_is_refused(client: Client) -> None:
    client.app.faults.plan("partial_207", argument="1")
    reply = client.write("POST", "/Accounts", {"data": [{"Account_Name": name} for name in "abc"]})
    assert reply.status == 207
    assert [item["code"] for item in reply.data] == ["SUCCESS", "RECORD_LOCKED", "SUCCESS"]


def test_the_token_endpoint_refuses(client: Client) -> None:
    client.app.faults.plan("token_throttle")
    assert client.sign_in().json["error"] == "Access Denied"
    assert "access_token" in client.sign_in().json


def test_every_fault_says_what_it_does() -> None:
    assert all(text and not text.endswith(".") for text in FAULTS.values())

"""Signing in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.oauth import covers
from tests.adapters.zoho.emulator.client import Client

Make = Callable[..., StandIn]


def exchanged(client: Client, code: str) -> dict[str, str]:
    reply = client.sign_in(grant_type="authorization_code", code=code)
    found: dict[str, str] = reply.json
    return found


def test_a_refresh_gives_a_token_and_where_to_use_it(client: Client) -> None:
    answer = client.sign_in().json
    assert answer["api_domain"] == "http://127.0.0.1"
    assert answer["expires_in"] == 3600
    assert "refresh_token" not in answer
    assert client.get("/org").status == 200


@pytest.mark.parametrize("scheme", ["Zoho-oauthtoken", "zoho-oauthtoken", "Bearer"])
def test_both_forms_of_the_header(client: Client, scheme: str) -> None:
    client.scheme = scheme
    assert client.get("/org").status == 200


@pytest.mark.parametrize(
    ("scheme", "token", "code"), [("Basic", None, "AUTHENTICATION_FAILURE"), ("Bearer", "1000.no", "INVALID_TOKEN")]
)
def test_no_token_and_a_wrong_one(client: Client, scheme: str, token: str | None, code: str) -> None:
    client.scheme, client.token = scheme, token or client.token
    reply = client.get("/org")
    assert (reply.status, reply.json["code"]) == (401, code)


def test_a_code_is_good_once_and_for_some_minutes(client: Client) -> None:
    code = client.app.settings.grant_code
    first = exchanged(client, code)
    assert first["refresh_token"].startswith("1000.")
    assert exchanged(client, code) == {"error": "invalid_code"}
    client.app.accounts.grant("late", ["ZohoCRM.org.READ"], minutes=3)
    client.app.state.advance(181)
    assert exchanged(client, "late") == {"error": "invalid_code"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "x"}, "invalid_client"),
        ({"client_secret": "x"}, "invalid_client_secret"),
        ({"refresh_token": "x"}, "invalid_code"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
    ids=lambda value: str(value),
)
def test_errors_come_with_status_200(client: Client, changes: dict[str, str], error: str) -> None:
    reply = client.sign_in(**changes)
    assert (reply.status, reply.json) == (200, {"error": error})


@pytest.mark.parametrize("status", [200, 400])
def test_ten_tokens_in_ten_minutes(stand_in: Make, status: int) -> None:
    client = Client(stand_in(token_throttle_status=status))
    assert all("access_token" in client.sign_in().json for _ in range(10))
    refused = client.sign_in()
    assert (refused.status, refused.json["error"]) == (status, "Access Denied")
    client.app.state.advance(601)
    assert "access_token" in client.sign_in().json


def test_the_sixteenth_token_ends_the_oldest(client: Client) -> None:
    first = client.token
    tokens = []
    for _ in range(15):
        client.app.state.advance(120)
        client.sign_in()
        tokens.append(client.token)
    client.token = first
    assert client.get("/org").status == 401
    client.token = tokens[0]
    assert client.get("/org").status == 200


def test_the_twenty_first_refresh_token_ends_the_first(client: Client) -> None:
    made = []
    for number in range(20):
        client.app.accounts.grant(f"code {number}", ["ZohoCRM.org.READ"])
        answer = exchanged(client, f"code {number}")
        made.append((answer["refresh_token"], answer["access_token"]))
    assert client.sign_in().json == {"error": "invalid_code"}, "the one that the stand-in begins with"
    assert "access_token" in client.sign_in(refresh_token=made[0][0]).json
    client.app.accounts.grant("one more", ["ZohoCRM.org.READ"])
    exchanged(client, "one more")
    client.token = made[0][1]
    assert client.get("/org").json["code"] == "INVALID_TOKEN"
    client.token = made[1][1]
    assert client.get("/org").status == 200


def test_a_token_ends_after_an_hour(client: Client) -> None:
    client.app.state.advance(3599)
    assert client.get("/org").status == 200
    client.app.state.advance(1)
    assert client.get("/org").json["code"] == "INVALID_TOKEN"


def test_revoking_a_refresh_token_ends_its_access_tokens(client: Client) -> None:
    revoked = client.send("POST", "/oauth/v2/token/revoke", query={"token": client.app.settings.refresh_token})
    assert revoked.json == {"status": "success"}
    assert client.get("/org").status == 401
    assert client.sign_in().json == {"error": "invalid_code"}


@pytest.mark.parametrize(
    ("path", "query", "needed"),
    [
        ("/Deals", {"fields": "Stage"}, "ZohoCRM.modules.deals.READ"),
        ("/Surveys", {"fields": "Name"}, "ZohoCRM.modules.custom.READ"),
        ("/Sales_Orders", {"fields": "Subject"}, "ZohoCRM.modules.salesorders.READ"),
        ("/DealHistory", {"fields": "Stage"}, "ZohoCRM.modules.deals.READ"),
        ("/settings/fields", {"module": "Deals"}, "ZohoCRM.settings.fields.READ"),
        ("/org", {}, "ZohoCRM.org.ALL"),
        ("/users", {}, "ZohoCRM.users.READ"),
        ("/Deals/search", {"word": "Rack"}, "ZohoCRM.modules.ALL,ZohoSearch.securesearch.READ"),
        ("/settings/pipeline", {"layout_id": "1"}, "ZohoCRM.settings.pipeline.READ"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_scopes_stay_with_the_grant(stand_in: Make, path: str, query: dict[str, str], needed: str) -> None:
    client = Client(stand_in(scopes=frozenset(needed.split(","))))
    client.sign_in()
    assert client.get(path, **query).status != 401
    without = Client(stand_in(scopes=frozenset({"ZohoCRM.notifications.ALL"})))
    without.sign_in()
    reply = without.get(path, **query)
    assert (reply.status, reply.json["code"]) == (401, "OAUTH_SCOPE_MISMATCH")


@pytest.mark.parametrize(
    ("granted", "needed", "covered"),
    [
        ("ZohoCRM.modules.ALL", "ZohoCRM.modules.Deals.READ", True),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.Deals.UPDATE", False),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.DealHistory.READ", False),
        ("ZohoCRM.settings.ALL", "ZohoCRM.settings.fields.READ", True),
        ("ZohoCRM.bulk.READ", "ZohoCRM.bulk.CREATE", False),
    ],
)
def test_what_a_scope_covers(granted: str, needed: str, covered: bool) -> None:
    assert covers(granted, needed) is covered

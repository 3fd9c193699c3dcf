"""A grant code becomes a refresh token, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.zoho.granting import GRANT
from connector.contract import Granted
from connector.errors import AdapterError, AuthError, RateLimited, RejectedError, UnexpectedResponse
from connector.transport import World, asked
from tests.adapters.zoho.accounts import CODE, GRANTED, REFRESH, SECRET, SECRETS, TOKEN, Zoho, answer
from tests.adapters.zoho.hostile import hostile

NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
ANSWERS = {
    "data_centre": "com",
    "environment": "production",
    "client_id": "1000.CLIENT",
    "client_secret": SECRET,
    "code": CODE,
}
FIRST = GRANTED | {"refresh_token": REFRESH, "scope": "ZohoCRM.org.READ ZohoCRM.users.READ"}


@pytest.fixture
def zoho() -> Zoho:
    org = answer({"org": [{"company_name": "云帆物流"}]})
    return Zoho(token=lambda: answer(FIRST), api=lambda _: org)


def exchanged(zoho: Zoho, answers: Mapping[str, str] = ANSWERS) -> Granted:
    world = World(session=zoho.session, sleep=lambda _: None)
    return asked(GRANT.exchange(answers, NOW), adapter="zoho", world=world)


def test_what_is_kept(zoho: Zoho) -> None:
    granted = exchanged(zoho)
    assert granted.secrets == {"client_id": "1000.CLIENT", "client_secret": SECRET, "refresh_token": REFRESH}
    assert granted.settings == {"data_centre": "com", "environment": "production"}
    assert granted.scopes == ("ZohoCRM.org.READ", "ZohoCRM.users.READ")
    assert granted.title == "云帆物流"
    assert not any(secret in repr(granted) for secret in SECRETS)


def test_the_code_is_in_the_body_and_asked_with_once(zoho: Zoho) -> None:
    exchanged(zoho)
    (url, sent), (org, _) = zoho.sent
    assert url == "https://accounts.zoho.com/oauth/v2/token"
    assert sent.splitlines()[-1] == (
        f"grant_type=authorization_code&client_id=1000.CLIENT&client_secret={SECRET}&code={CODE}"
    )
    assert org == "https://www.zohoapis.com/crm/v8/org"


@pytest.mark.parametrize("body", [b"<html>", b'{"access_token": "1000', {}])
def test_a_code_is_never_used_twice(zoho: Zoho, body: Any) -> None:
    zoho.token = lambda: answer(body)
    with pytest.raises(UnexpectedResponse):
        exchanged(zoho)
    assert zoho.refreshes == 1


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ({"error": "invalid_code"}, AuthError, "the grant code: it was used, has expired, or is not of eu"),
        ({"error": "invalid_client"}, AuthError, "does not know this client in the data centre eu"),
        ({"error": "invalid_client_secret"}, AuthError, "does not accept the client secret"),
        ({"error": "Access Denied"}, RateLimited, "no more access tokens for now"),
        ({"error": "new_error"}, AuthError, r"refuses the grant \(new_error\)"),
        (GRANTED, AuthError, "no refresh token for this code"),
    ],
)  # fmt: skip
def test_each_refusal_is_one_clear_line(zoho: Zoho, body: Any, kind: type[AdapterError], says: str) -> None:
    zoho.token = lambda: answer(body)
    with pytest.raises(kind, match=says) as caught:
        exchanged(zoho, {**ANSWERS, "data_centre": "eu"})
    assert caught.value.hint
    assert not any(secret in f"{caught.value} {caught.value.hint}" for secret in SECRETS)
    assert zoho.refreshes == 1


@pytest.mark.parametrize("api", [answer(status=401), answer(b"<html>"), answer({"org": []}), answer(status=500)])
def test_that_the_name_cannot_be_told_loses_nothing(zoho: Zoho, api: Any) -> None:
    zoho.api = lambda _: api
    granted = exchanged(zoho)
    assert (granted.title, granted.secrets["refresh_token"]) == ("", REFRESH)


@pytest.mark.parametrize("url", hostile(), ids=ascii)
def test_a_hostile_api_domain_gets_no_byte(zoho: Zoho, url: str) -> None:
    zoho.token = lambda: answer(FIRST | {"api_domain": url})
    with pytest.raises(RejectedError):
        exchanged(zoho)
    assert zoho.hosts() == {"accounts.zoho.com"}
    assert not any(TOKEN in sent for _, sent in zoho.sent)


def test_a_code_of_a_sandbox(zoho: Zoho) -> None:
    zoho.token = lambda: answer(FIRST | {"api_domain": "https://sandbox.zohoapis.com"})
    with pytest.raises(AuthError, match="one of the sandbox environment"):
        exchanged(zoho)
    granted = exchanged(zoho, {**ANSWERS, "environment": "sandbox"})
    assert granted.settings["environment"] == "sandbox"


def test_the_instructions_name_every_scope() -> None:
    scopes = GRANT.scopes({"Deals": ()}, None)
    text = str(GRANT.instructions(scopes))
    assert ",".join(scopes) in text
    assert "Self Client" in text


def test_what_is_secret_is_asked_for_as_a_secret() -> None:
    assert {each.name for each in GRANT.asks if each.secret} == {"client_secret", "code"}

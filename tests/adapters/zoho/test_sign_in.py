"""A refresh token becomes an access, and a token goes to Zoho and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.zoho.adapter import ZohoAdapter
from adapters.zoho.settings import ZohoSettings
from connector.contract import Access, HttpRequest
from connector.errors import AdapterError, AuthError, RateLimited, RejectedError, UnexpectedResponse
from connector.transport import Accesses, World, converse
from tests.adapters.zoho.accounts import GRANTED, REFRESH, SECRET, SECRETS, TOKEN, Zoho, answer
from tests.adapters.zoho.hostile import hostile

NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
Do = Callable[..., list[Any]]


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(zoho: Zoho, clock: Clock, tmp_path: Path) -> World:
    return World(session=zoho.session, sleep=lambda _: None, now=clock, accesses=Accesses(tmp_path))


def adapter(**settings: Any) -> ZohoAdapter:
    stated = {"client_id": "1000.CLIENT", "client_secret": SECRET, "refresh_token": REFRESH, **settings}
    return ZohoAdapter(ZohoSettings.model_validate(stated), Path())


@pytest.fixture
def do(world: World) -> Do:
    def performed(*paths: str, **settings: Any) -> list[Any]:
        answers = []

        def talk() -> Generator[Any, Any, None]:
            for path in paths or ("/crm/v8/Deals",):
                answers.append((yield HttpRequest("GET", path)))

        list(converse(talk(), adapter="zoho", http=adapter(**settings).http, world=world))
        return answers

    return performed


def test_secrets_are_in_the_body_and_the_token_in_a_header(zoho: Zoho, do: Do) -> None:
    do()
    (refresh_url, refresh), (url, request) = zoho.sent
    assert refresh_url == "https://accounts.zoho.com/oauth/v2/token"
    assert refresh.splitlines()[-1] == (
        f"grant_type=refresh_token&client_id=1000.CLIENT&client_secret={SECRET}&refresh_token={REFRESH}"
    )
    assert url == "https://www.zohoapis.com/crm/v8/Deals"
    assert f"Authorization: Zoho-oauthtoken {TOKEN}" in request
    assert not any(secret in each for each in (refresh_url, url) for secret in SECRETS)


@pytest.mark.parametrize(
    ("settings", "api_domain", "accounts", "api"),
    [
        ({}, "https://www.zohoapis.com", "accounts.zoho.com", "www.zohoapis.com"),
        ({"data_centre": "eu"}, "https://www.zohoapis.eu", "accounts.zoho.eu", "www.zohoapis.eu"),
        ({"data_centre": "eu"}, None, "accounts.zoho.eu", "www.zohoapis.eu"),
        ({"data_centre": "ca"}, None, "accounts.zohocloud.ca", "www.zohoapis.ca"),
        ({}, "https://www.zohoapis.in", "accounts.zoho.com", "www.zohoapis.in"),
        ({"environment": "sandbox"}, None, "accounts.zoho.com", "sandbox.zohoapis.com"),
        ({"environment": "sandbox"}, "https://www.zohoapis.jp", "accounts.zoho.com", "sandbox.zohoapis.jp"),
        ({"environment": "developer"}, "https://developer.zohoapis.sa", "accounts.zoho.com", "developer.zohoapis.sa"),
    ],
)
def test_where_it_goes(
    zoho: Zoho, do: Do, settings: dict[str, str], api_domain: str | None, accounts: str, api: str
) -> None:
    said = {name: value for name, value in (GRANTED | {"api_domain": api_domain}).items() if value is not None}
    zoho.token = lambda: answer(said)
    do(**settings)
    assert zoho.hosts() == {accounts, api}


@pytest.mark.parametrize(("found", "stated"), [("sandbox", "production"), ("developer", "sandbox")])
def test_a_token_of_another_environment_is_refused(zoho: Zoho, do: Do, found: str, stated: str) -> None:
    zoho.token = lambda: answer(GRANTED | {"api_domain": f"https://{found}.zohoapis.com"})
    with pytest.raises(AuthError, match=f"one of the {found} environment, and the settings say {stated}"):
        do(environment=stated)
    assert zoho.hosts() == {"accounts.zoho.com"}


@pytest.mark.parametrize("url", hostile(), ids=ascii)
def test_a_hostile_api_domain_gets_no_byte_of_a_token(zoho: Zoho, do: Do, url: str) -> None:
    zoho.token = lambda: answer(GRANTED | {"api_domain": url})
    with pytest.raises(RejectedError):
        do()
    assert zoho.hosts() == {"accounts.zoho.com"}
    assert not any(TOKEN in sent for _, sent in zoho.sent)


@pytest.mark.parametrize("url", hostile(), ids=ascii)
def test_a_hostile_redirect_gets_no_byte_of_a_token(zoho: Zoho, do: Do, url: str) -> None:
    location = {"Location": "".join(each for each in url if each.isprintable())}
    zoho.api = lambda _: answer(status=307, **location)
    with pytest.raises(UnexpectedResponse, match="sent elsewhere"):
        do()
    assert zoho.hosts() == {"accounts.zoho.com", "www.zohoapis.com"}
    zoho.token = lambda: answer(status=308, **location)
    with pytest.raises(UnexpectedResponse, match="sent elsewhere"):
        do(refresh_token="another")
    assert zoho.hosts() == {"accounts.zoho.com", "www.zohoapis.com"}


@pytest.mark.parametrize("url", [*hostile(), "http://127.0.0.1:8080"], ids=ascii)
def test_an_access_out_of_a_file_that_somebody_changed_is_not_sent_elsewhere(url: str) -> None:
    sign_in = adapter().http.sign_in
    with pytest.raises(RejectedError):
        sign_in.signed(HttpRequest("GET", "/crm/v8/Deals"), Access(TOKEN, url, NOW))


def test_an_api_on_this_machine_takes_no_token_of_zohos(zoho: Zoho, do: Do) -> None:
    with pytest.raises(RejectedError):
        do(api_url="http://127.0.0.1:8080")
    assert zoho.hosts() == {"accounts.zoho.com"}


def test_a_stand_in_on_this_machine(zoho: Zoho, do: Do) -> None:
    zoho.token = lambda: answer(GRANTED | {"api_domain": "http://127.0.0.1:9001"})
    do(accounts_url="http://127.0.0.1:9000")
    do(accounts_url="http://127.0.0.1:9000", api_url="http://localhost:9002", refresh_token="another")
    assert zoho.hosts() == {"127.0.0.1:9000", "127.0.0.1:9001", "localhost:9002"}


# ---- what the accounts host answers --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize(
    "body",
    [
        {"error": "Access Denied", "error_description": "You have made too many requests continuously.", "status": "x"},
        {"error": "access_denied"},
        b"<html>You have made Too Many Requests continuously. Please try again after some time.</html>",
    ],
)
def test_the_throttle_is_recognised_whatever_its_status(zoho: Zoho, do: Do, status: int, body: Any) -> None:
    zoho.token = lambda: answer(body, status)
    with pytest.raises(RateLimited, match="no more access tokens") as caught:
        do()
    assert caught.value.retry_after == 600
    assert zoho.refreshes == 1
    with pytest.raises(RateLimited):
        do()
    assert zoho.refreshes == 1


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("invalid_code", "does not accept the refresh token"),
        ("invalid_client", "does not know this client in the data centre eu"),
        ("invalid_client_secret", "does not accept the client secret"),
        ("something_new", r"refuses to sign in \(something_new\)"),
        ("<b>\n", r"refuses to sign in \(\?\)"),
        ("f00ba4c0ffee1234f00ba4c0ffee1234f00b", r"refuses to sign in \(\?\)"),
    ],
)
def test_each_refusal_is_one_clear_line(zoho: Zoho, do: Do, status: int, code: str, says: str) -> None:
    zoho.token = lambda: answer({"error": code}, status)
    with pytest.raises(AuthError, match=says) as caught:
        do(data_centre="eu")
    assert caught.value.hint
    assert zoho.refreshes == 1


@pytest.mark.parametrize("code", ["server_error", "general_error"])
def test_a_sign_in_that_is_down_is_tried_again(zoho: Zoho, do: Do, code: str) -> None:
    answers = iter([answer({"error": code}), answer(GRANTED)])
    zoho.token = lambda: next(answers)
    do()
    assert zoho.refreshes == 2


@pytest.mark.parametrize(
    "body",
    [
        b"<html>bad gateway</html>",
        b'{"access_token": "1000.',
        b"",
        b"[]",
        b"null",
        {},
        {"api_domain": "https://www.zohoapis.com"},
        {"access_token": None},
        {"access_token": ["a"]},
        {"access_token": ""},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "a b"},
        {"access_token": "é"},
    ],
)
def test_what_is_no_token_is_asked_for_again(zoho: Zoho, do: Do, body: Any) -> None:
    answers = iter([answer(body), answer(GRANTED)])
    zoho.token = lambda: next(answers)
    do()
    assert zoho.refreshes == 2
    zoho.token = lambda: answer(body)
    with pytest.raises(UnexpectedResponse, match="cannot be read"):
        do(refresh_token="another")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"expires_in": 3600}, 3600),
        ({"expires_in": "1800"}, 1800),
        ({"expires_in": 3600000}, 3600),
        ({"expires_in": 3600000, "expires_in_sec": 1200}, 1200),
        ({}, 3600),
        ({"expires_in": None}, 3600),
        ({"expires_in": True}, 3600),
        ({"expires_in": -5}, 3600),
        ({"expires_in": 0}, 3600),
        ({"expires_in": "soon"}, 3600),
        ({"expires_in": 1e300}, 3600),
        ({"expires_in": []}, 3600),
    ],
)
def test_how_long_it_lives(zoho: Zoho, do: Do, clock: Clock, said: dict[str, Any], seconds: int) -> None:
    granted = {name: value for name, value in GRANTED.items() if name != "expires_in"}
    zoho.token = lambda: answer(granted | said)
    do()
    clock.at = NOW + timedelta(seconds=seconds - 130)
    do()
    assert zoho.refreshes == 1
    clock.at = NOW + timedelta(seconds=seconds - 110)
    do()
    assert zoho.refreshes == 2


# ---- refused calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["INVALID_TOKEN", "AUTHENTICATION_FAILURE", "INVALID_OAUTHTOKEN", ""])
def test_a_token_that_zoho_does_not_accept_is_renewed_once(zoho: Zoho, do: Do, code: str) -> None:
    zoho.api = lambda _: answer({"code": code, "status": "error"}, 401)
    for _ in range(10):
        with pytest.raises(AuthError, match="a token that Zoho does not accept") as caught:
            do()
        assert "data_centre" in str(caught.value.hint)
    assert zoho.refreshes == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_scope_is_not_cured_by_another_token(zoho: Zoho, do: Do, status: int) -> None:
    zoho.api = lambda _: answer({"code": "OAUTH_SCOPE_MISMATCH"}, status)
    with pytest.raises(AuthError, match="a scope that was not granted"):
        do()
    assert zoho.refreshes == 1


def test_fifty_refused_at_once_refresh_once(zoho: Zoho, do: Do) -> None:
    numbers = iter(range(10_000))
    valid = [""]

    def token() -> Any:
        valid[0] = f"1000.t0ken.{next(numbers)}"
        return answer(GRANTED | {"access_token": valid[0]})

    def api(request: requests.PreparedRequest) -> Any:
        good = request.headers["Authorization"] == f"Zoho-oauthtoken {valid[0]}"
        return answer() if good else answer({"code": "INVALID_TOKEN"}, 401)

    zoho.token, zoho.api = token, api
    do()
    valid[0] = "revoked"
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: do(), range(50)))
    assert zoho.refreshes == 2


# ---- nothing is told -----------------------------------------------------------------------------------------------


def test_no_secret_is_in_an_error_a_repr_or_a_log(zoho: Zoho, do: Do, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    leaking = " ".join(SECRETS)
    settings = ZohoSettings.model_validate({"client_id": "c", "client_secret": SECRET, "refresh_token": REFRESH})
    said = [repr(adapter()), repr(adapter().http), repr(settings), str(settings)]
    for status in (200, 400, 401, 403, 404, 429, 500):
        for body in (leaking.encode(), {"code": leaking, "message": leaking, leaking: leaking}, {"error": leaking}):
            for which in ("token", "api"):
                setattr(zoho, which, lambda *_, status=status, body=body: answer(body, status))
                try:
                    do(refresh_token=f"{REFRESH}{len(said)}")
                except AdapterError as error:
                    said += [repr(error), str(error), str(error.hint), error.code, error.sample, repr(error.__cause__)]
                zoho.token, zoho.api = lambda: answer(GRANTED), lambda _: answer()
    assert len(said) > 100
    assert not [text for text in [*said, caplog.text] for secret in SECRETS if secret in text]

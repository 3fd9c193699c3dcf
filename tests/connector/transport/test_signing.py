"""Requests by path: signed, with an access that is renewed before it ends, and once where it is refused."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.contract import HttpAccess, HttpRequest, Refusal
from connector.errors import (
    AdapterError,
    AuthError,
    BudgetSpent,
    Message,
    RateLimited,
    RejectedError,
    Unavailable,
)
from connector.transport import Accesses, Ledger, World, converse
from tests.connector.transport.vendor import ACCOUNTS, API, Clock, Reply, Vendor, VendorSignIn, access

Do = Callable[..., Any]
PATH = "/v1/deals"


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(vendor: Vendor, clock: Clock, tmp_path: Path) -> World:
    return World(session=vendor.session, sleep=lambda _: None, now=clock, accesses=Accesses(tmp_path / "access"))


@pytest.fixture
def do(world: World) -> Do:
    def performed(*requests: HttpRequest, http: HttpAccess | None = None, world: World = world) -> list[Any]:
        answers = []

        def talk() -> Generator[Any, Any, None]:
            for request in requests:
                answers.append((yield request))

        list(converse(talk(), adapter="mine", http=http or access(), world=world))
        return answers

    return performed


def get(path: str = PATH, **settings: Any) -> HttpRequest:
    return HttpRequest("GET", path, **settings)


def test_a_path_becomes_an_address_and_is_signed(vendor: Vendor, do: Do) -> None:
    (answer,) = do(get(query={"page": "2"}))
    assert answer.status == 200
    assert vendor.calls == [("GET", f"{API}{PATH}?page=2", "Token access-1")]


def test_an_access_is_asked_for_once_for_many_conversations(vendor: Vendor, do: Do) -> None:
    for _ in range(3):
        do(get(), get())
    assert vendor.refreshes == 1


def test_another_process_uses_the_same_access(vendor: Vendor, do: Do, world: World, tmp_path: Path) -> None:
    do(get())
    other = World(world.session, world.sleep, world.now, accesses=Accesses(tmp_path / "access"))
    do(get(), world=other)
    assert vendor.refreshes == 1


def test_a_whole_address_is_never_signed(vendor: Vendor, do: Do) -> None:
    vendor.on_call = lambda _: Reply()
    do(get("https://files.example/export.zip"))
    assert vendor.calls == [("GET", "https://files.example/export.zip", "")]
    assert vendor.refreshes == 0


@pytest.mark.parametrize(
    "url",
    ["//evil.example/x", "/\\evil.example", "/a b", "/a\r\nHost: evil.example", "/\x00", "/a\tb", "deals", "", "@evil"],
)
def test_what_is_no_path_is_not_sent(vendor: Vendor, do: Do, url: str) -> None:
    with pytest.raises(AdapterError):
        do(get(url))
    assert vendor.sent == []


def test_a_path_needs_a_sign_in(vendor: Vendor, world: World) -> None:
    def talk() -> Generator[Any, Any, None]:
        yield get()

    with pytest.raises(RejectedError, match="needs a sign-in"):
        list(converse(talk(), adapter="mine", world=world))
    assert vendor.sent == []


# ---- renewing ------------------------------------------------------------------------------------------------------


def test_it_is_renewed_before_it_ends(vendor: Vendor, do: Do, clock: Clock) -> None:
    do(get())
    clock.at += timedelta(minutes=57)
    do(get())
    assert vendor.refreshes == 1
    clock.at += timedelta(minutes=2)
    do(get())
    assert vendor.refreshes == 2
    assert [token for _, _, token in vendor.calls] == ["Token access-1", "Token access-1", "Token access-2"]


def test_it_is_renewed_once_where_it_is_refused(vendor: Vendor, do: Do) -> None:
    do(get())
    vendor.valid = "something else"
    do(get())
    assert vendor.refreshes == 2
    assert [token for _, _, token in vendor.calls] == ["Token access-1", "Token access-1", "Token access-2"]


def test_what_is_refused_again_is_an_error_and_no_loop(vendor: Vendor, do: Do) -> None:
    vendor.on_call = lambda _: Reply(401)
    for _ in range(20):  # twenty modules, one after the other
        with pytest.raises(AuthError):
            do(get())
    assert vendor.refreshes == 2
    assert len(vendor.calls) == 2 + 19


def test_a_request_is_signed_anew_at_most_once_however_often_it_is_tried(vendor: Vendor, do: Do) -> None:
    answers = iter([401, 503, 401, 503, 401, 503, 401])
    vendor.on_call = lambda _: Reply(next(answers))
    with pytest.raises(AuthError):
        do(get())
    assert vendor.refreshes == 2


def test_a_request_that_must_not_be_doubled_is_sent_again_when_it_was_not_let_in(vendor: Vendor, do: Do) -> None:
    do(get())
    vendor.valid = "something else"
    do(HttpRequest("POST", PATH, body=b"{}", idempotent=False))
    assert [method for method, _, _ in vendor.calls] == ["GET", "POST", "POST"]


def test_the_table_says_whether_renewing_helps(vendor: Vendor, do: Do) -> None:
    vendor.on_call = lambda _: Reply(401, b"SCOPE")
    scope = Refusal(AuthError, Message("needs a scope"), Message("grant it"))
    with pytest.raises(AuthError, match="needs a scope") as caught:
        do(get(), http=access(refusals={(401, "SCOPE"): scope}, code_of=bytes.decode))
    assert (vendor.refreshes, str(caught.value.hint), caught.value.code) == (1, "grant it", "SCOPE")


def test_fifty_that_are_refused_at_once_renew_once(vendor: Vendor, do: Do) -> None:
    do(get())
    vendor.valid = "something else"
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: do(get()), range(50)))
    assert vendor.refreshes == 2
    assert sum(token == "Token access-2" for _, _, token in vendor.calls) == 50


def test_fifty_that_begin_at_once_ask_once(vendor: Vendor, do: Do) -> None:
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: do(get()), range(50)))
    assert vendor.refreshes == 1


def test_fifty_that_cannot_sign_in_ask_once(vendor: Vendor, do: Do) -> None:
    vendor.on_refresh = lambda: Reply(403)

    def failed(_: int) -> bool:
        with pytest.raises(RejectedError, match="forbidden"):
            do(get())
        return True

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(failed, range(50)))
    assert vendor.refreshes == 1


def test_after_a_while_it_is_worth_asking_again(vendor: Vendor, do: Do, clock: Clock) -> None:
    vendor.on_refresh = lambda: Reply(429, headers={"Retry-After": "600"})
    for _ in range(3):
        with pytest.raises(RateLimited):
            do(get())
    assert vendor.refreshes == 1
    vendor.on_refresh = lambda: None
    clock.at += timedelta(seconds=601)
    do(get())


def test_a_sign_in_that_is_down_is_tried_again_and_then_told(vendor: Vendor, do: Do) -> None:
    vendor.on_refresh = lambda: Reply(503)
    with pytest.raises(Unavailable, match=r"POST accounts\.vendor\.example/token"):
        do(get())
    assert vendor.refreshes == 5


@pytest.mark.parametrize("lives", [-3600, 0, 1, 59])
def test_an_access_that_hardly_lives_is_used_until_it_is_refused(vendor: Vendor, do: Do, lives: int) -> None:
    vendor.lives = timedelta(seconds=lives)
    do(*[get()] * 10)
    assert vendor.refreshes == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_clock_that_is_wrong_does_not_loop(vendor: Vendor, do: Do, clock: Clock, seed: int) -> None:
    draws = random.Random(seed)
    for _ in range(10):
        clock.at += timedelta(seconds=draws.randint(-10_000_000, 10_000_000))
        before = vendor.refreshes
        do(get())
        assert vendor.refreshes <= before + 1


def test_an_access_that_ended_while_the_clock_stood_still_is_renewed(vendor: Vendor, do: Do, clock: Clock) -> None:
    do(get())
    clock.at -= timedelta(days=3000)
    vendor.valid = "something else"
    do(get())
    assert vendor.refreshes == 2


# ---- credits -------------------------------------------------------------------------------------------------------


def test_credits_are_charged_for_every_attempt_and_not_for_signing_in(
    vendor: Vendor, do: Do, world: World, clock: Clock
) -> None:
    ledger = Ledger(None, (), clock)
    counted = World(world.session, world.sleep, world.now, ledger, world.accesses)
    answers = iter([503, 200])
    vendor.on_call = lambda _: Reply(next(answers))
    do(get(credits=3), world=counted)
    assert ledger.spent_in_window() == 6


def test_what_cannot_be_afforded_is_not_sent(vendor: Vendor, do: Do, world: World, clock: Clock) -> None:
    ledger = Ledger(4, (), clock)
    counted = World(world.session, world.sleep, world.now, ledger, world.accesses)
    with pytest.raises(BudgetSpent):
        do(get(credits=3), get(credits=3), world=counted)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("status", [200, 429])
def test_the_vendor_says_what_is_left(vendor: Vendor, do: Do, world: World, clock: Clock, status: int) -> None:
    ledger = Ledger(None, (), clock)
    counted = World(world.session, world.sleep, world.now, ledger, world.accesses)
    vendor.on_call = lambda _: Reply(status, headers={"Left": "0"})
    with pytest.raises(BudgetSpent):
        do(get(), get(), world=counted, http=access(credits_left=lambda headers: int(headers["Left"])))
    assert len(vendor.calls) == 1


# ---- nothing is told -----------------------------------------------------------------------------------------------


def test_redirects_are_not_followed_and_get_no_token(vendor: Vendor, do: Do) -> None:
    vendor.on_call = lambda _: Reply(302, headers={"Location": "https://evil.example/"})
    with pytest.raises(AdapterError, match="sent elsewhere"):
        do(get())
    assert {url for url, _ in vendor.sent} == {ACCOUNTS, f"{API}{PATH}"}


def test_no_secret_is_in_an_error_a_repr_or_a_log(
    vendor: Vendor, do: Do, caplog: pytest.LogCaptureFixture, world: World
) -> None:
    caplog.set_level("DEBUG")
    said = []
    for status in (200, 400, 401, 403, 404, 429, 500):
        vendor.on_call = lambda _, status=status: Reply(status, b"access-1 refresh-s3cret")  # type: ignore[misc]
        try:
            do(get())
        except AdapterError as error:
            said += [repr(error), str(error), str(error.hint), error.operation, error.sample, repr(error.__cause__)]
    sign_in = VendorSignIn()
    obtained = world.accesses.keeper(sign_in.identity)._kept
    assert obtained is not None
    assert obtained.access.token.startswith("access-")
    said += [repr(obtained), repr(sign_in.signed(get(), obtained.access)), caplog.text]
    assert not any("access-1" in text or "access-2" in text or "s3cret" in text for text in said)

"""What a refusal means, what an answer is read as, and what is asked for again."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
import responses
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from connector import clock
from connector.contract import HttpAccess, HttpRequest, HttpResponse, Refusal
from connector.errors import (
    AdapterError,
    AuthError,
    Message,
    RateLimited,
    RejectedError,
    Unavailable,
    UnexpectedResponse,
)
from connector.transport.http import Wire
from connector.transport.sending import ATTEMPTS, Sender
from tests.connector.transport.vendor import Clock, VendorSignIn, decoded

URL = "https://crm.example/v1/deals"
LOCKED = Refusal(Unavailable, Message("met a lock"), Message("wait"))
REFUSALS = {
    (400, "LOCKED"): LOCKED,
    (0, "GONE"): Refusal(RejectedError, Message("found nothing ({code})"), Message("look for it")),
    (400, ""): Refusal(RejectedError, Message("was not understood")),
    (429, ""): Refusal(RateLimited, Message("was too much"), unsent=False),
}


def code_of(body: bytes) -> str:
    try:
        return str(json.loads(body).get("code", ""))
    except ValueError:
        return ""


HTTP = HttpAccess(VendorSignIn(), REFUSALS, code_of, sample_of=lambda body: f"{len(body)} bytes")


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def files() -> list[Any]:
    """What the driver would close."""
    return []


@pytest.fixture
def do(waits: list[float], files: list[Any]) -> Iterator[Callable[[HttpRequest], Any]]:
    with requests.Session() as session:
        yield Sender(Wire(session, waits.append, clock.now, HTTP), keep=files.append).send


def get(**settings: Any) -> HttpRequest:
    return HttpRequest("GET", URL, **settings)


# ---- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind", "says", "code", "sample"),
    [
        (400, b'{"code":"GONE"}', RejectedError, "found nothing (GONE) (400 GONE)", "GONE", ""),
        (404, b'{"code":"GONE"}', RejectedError, "found nothing (GONE) (404 GONE)", "GONE", ""),
        (400, b'{"code":"NEW"}', RejectedError, "was not understood (400 NEW)", "NEW", "14 bytes"),
        (404, b'{"code":"NEW"}', RejectedError, "was refused (404 NEW)", "NEW", "14 bytes"),
        (403, b"", RejectedError, "is forbidden (403)", "", "0 bytes"),
        (401, b'{"code":"OTHER"}', AuthError, "is not authorised (401 OTHER)", "OTHER", "16 bytes"),
    ],
)
def test_the_vendors_table_comes_first(
    mocked: responses.RequestsMock,
    do: Any,
    status: int,
    body: bytes,
    kind: type[AdapterError],
    says: str,
    code: str,
    sample: str,
) -> None:
    mocked.get(URL, status=status, body=body)
    with pytest.raises(kind) as caught:
        do(get())
    error = caught.value
    assert str(error) == f"GET crm.example/v1/deals {says}"
    assert (error.code, error.sample) == (code, sample)


@pytest.mark.parametrize("code", ["a{b}", "x\ny", "é", "C" * 81, "<b>"])
def test_a_code_that_looks_like_none_is_not_told(mocked: responses.RequestsMock, do: Any, code: str) -> None:
    mocked.get(URL, status=404, json={"code": code})
    with pytest.raises(RejectedError) as caught:
        do(get())
    assert (caught.value.code, str(caught.value)) == ("", "GET crm.example/v1/deals was refused (404)")


def test_the_table_says_what_is_worth_another_try(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(URL, status=400, json={"code": "LOCKED"})
    mocked.get(URL, body=b"free")
    assert do(get()).body == b"free"


def test_the_table_says_what_may_have_been_done(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.post(URL, status=429)
    with pytest.raises(RateLimited):
        do(HttpRequest("POST", URL, idempotent=False))
    assert len(mocked.calls) == 1


def test_too_much_is_waited_for_longer(mocked: responses.RequestsMock, do: Any, waits: list[float]) -> None:
    mocked.get(URL, status=429)
    with pytest.raises(RateLimited):
        do(get())
    assert len(waits) == ATTEMPTS - 1
    assert all(2 <= seconds <= 60 for seconds in waits)


def test_a_refusal_without_end_is_cut_off(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(URL, status=404, body=b"x" * 1_000_000)
    with pytest.raises(RejectedError) as caught:
        do(get())
    assert int(caught.value.sample.split()[0]) < 200_000


def test_statuses_that_the_conversation_reads_itself(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(URL, status=400, json=[1])
    assert do(get(accept=(400,), decode=decoded)) == [1]
    assert do(get(accept=(400,))).status == 400
    mocked.get(URL.replace("deals", "leads"), status=401)
    with pytest.raises(AuthError):
        do(HttpRequest("GET", URL.replace("deals", "leads"), accept=(400,)))


# ---- reading an answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"<html>please log in</html>", b'{"half": ', b"", b"\x1f\x8b"])
def test_what_cannot_be_read_is_asked_for_again(mocked: responses.RequestsMock, do: Any, body: bytes) -> None:
    mocked.get(URL, body=body)
    mocked.get(URL, body=b'{"whole": 1}')
    assert do(get(decode=decoded)) == {"whole": 1}


def test_what_never_can_be_read_is_told_with_a_sample(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(URL, body=b"<html>Ann Example</html>")
    with pytest.raises(UnexpectedResponse) as caught:
        do(get(decode=decoded))
    error = caught.value
    assert (error.operation, error.sample) == ("GET crm.example/v1/deals", "24 bytes")
    assert len(mocked.calls) == ATTEMPTS


def test_what_must_not_be_doubled_is_not_asked_for_again(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.post(URL, body=b"<html>")
    with pytest.raises(UnexpectedResponse):
        do(HttpRequest("POST", URL, idempotent=False, decode=decoded))
    assert len(mocked.calls) == 1


def test_an_error_that_the_reader_finds_is_what_it_is(mocked: responses.RequestsMock, do: Any) -> None:
    def read(_: HttpResponse) -> Any:
        raise AuthError(Message("the answer says no"))

    mocked.get(URL)
    with pytest.raises(AuthError, match="says no"):
        do(get(decode=read))
    assert len(mocked.calls) == 1


def test_a_file_that_cannot_be_read_is_closed_and_fetched_again(
    mocked: responses.RequestsMock, do: Any, files: list[Any]
) -> None:
    def read(response: HttpResponse) -> bytes:
        assert response.file is not None
        if (content := response.file.read()) == b"half":
            raise UnexpectedResponse(Message("half a file"))
        return content

    mocked.get(URL, body=b"half")
    mocked.get(URL, body=b"whole")
    assert do(get(to_file=True, decode=read)) == b"whole"
    assert [file.closed for file in files] == [True, False]
    files[1].close()


# ---- bodies that break off, or drip --------------------------------------------------------------------------------


class _Body(io.BytesIO):
    """Comes in pieces; each takes its time, and the last may break off."""

    def __init__(self, pieces: list[bytes], *, clock: Clock, seconds: float, breaks: bool = False) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._clock, self._seconds, self._breaks = clock, seconds, breaks

    def read1(self, size: int | None = -1, /) -> bytes:
        del size
        self._clock.at += timedelta(seconds=self._seconds)
        piece = next(self._pieces, b"")
        if not piece and self._breaks:
            raise ProtocolError("broke off")
        return piece

    def read(self, size: int | None = -1, /) -> bytes:
        return self.read1(size)


class _Session(requests.Session):
    def __init__(self, *bodies: _Body, status: int = 200) -> None:
        super().__init__()
        self._bodies, self._status = iter(bodies), status

    def request(self, *_: Any, **__: Any) -> requests.Response:  # type: ignore[override]
        response = requests.Response()
        response.status_code = self._status
        response.raw = HTTPResponse(next(self._bodies), preload_content=False)
        return response


def fetched(clock: Clock, *bodies: _Body, status: int = 200) -> Any:
    with _Session(*bodies, status=status) as session:
        sender = Sender(Wire(session, lambda _: None, clock), keep=lambda _: None)
        return sender.send(get())


def test_a_body_that_drips_is_given_up_and_asked_for_again() -> None:
    clock = Clock()
    dripping = _Body([b"x"] * 10_000, clock=clock, seconds=5)
    assert fetched(clock, dripping, _Body([b"whole"], clock=clock, seconds=1)).body == b"whole"
    assert sum(1 for _ in dripping._pieces) > 9_900


def test_a_body_may_be_slow_to_begin_and_large() -> None:
    clock = Clock()
    body = _Body([b"x" * 10_000] * 100, clock=clock, seconds=5)
    assert len(fetched(clock, body).body) == 1_000_000


def test_a_body_that_always_drips_is_one_clear_line() -> None:
    clock = Clock()
    bodies = [_Body([b"x"] * 100, clock=clock, seconds=5) for _ in range(ATTEMPTS)]
    with pytest.raises(Unavailable, match="was answered too slowly"):
        fetched(clock, *bodies)


def test_a_refusal_that_drips_is_a_refusal_all_the_same() -> None:
    clock = Clock()
    dripping = _Body([b"x"] * 60_000, clock=clock, seconds=5)
    with pytest.raises(RejectedError, match="404"):
        fetched(clock, dripping, status=404)
    assert sum(1 for _ in dripping._pieces) > 59_900


def test_a_body_that_breaks_off_in_the_middle_is_asked_for_again() -> None:
    clock = Clock()
    broken = _Body([b"ha"], clock=clock, seconds=1, breaks=True)
    assert fetched(clock, broken, _Body([b"whole"], clock=clock, seconds=1)).body == b"whole"


# ---- proxies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "proxied"), [("http://127.0.0.1:8080/", False), ("http://localhost/", False), (URL, True)]
)
def test_what_is_not_encrypted_does_not_go_through_a_proxy(
    do: Any, monkeypatch: pytest.MonkeyPatch, url: str, proxied: bool
) -> None:
    asked: list[Any] = []

    def sent(*_: Any, **settings: Any) -> requests.Response:
        asked.append(settings["proxies"])
        raise requests.exceptions.SSLError

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.evil.example:3128")
        monkeypatch.setenv(name.lower(), "http://proxy.evil.example:3128")
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", sent)
    with pytest.raises(RejectedError):
        do(HttpRequest("GET", url))
    assert any("proxy.evil.example" in str(value) for value in asked[0].values()) == proxied


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", URL])
def test_a_request_leaves_the_environment_alone_that_other_threads_read(
    do: Any, mocked: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def changed(_: object, name: object, __: object = None) -> None:
        raise AssertionError(f"{name!r} was changed")

    mocked.get(url, json={})
    with monkeypatch.context() as environment:
        environment.setattr(type(os.environ), "__setitem__", changed)
        environment.setattr(type(os.environ), "__delitem__", changed)
        assert do(HttpRequest("GET", url)).status == 200

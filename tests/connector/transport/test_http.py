"""What a status, a header or a broken line means, and what is tried again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses
from responses import matchers
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector import clock
from connector.contract import HttpRequest, HttpResponse
from connector.errors import (
    AdapterError,
    AuthError,
    RateLimited,
    RejectedError,
    Unavailable,
    UnexpectedResponse,
)
from connector.transport import http
from connector.transport.http import Wire
from connector.transport.sending import ATTEMPTS, Sender

URL = "https://crm.example/v1/deals"
GET = HttpRequest("GET", URL, query={"token": "s3cret", "page": "2"}, headers={"Authorization": "Bearer s3cret"})
POST = HttpRequest("POST", URL, body=b'{"name": "s3cret"}', idempotent=False)


class Waits(list[float]):
    """The waits that were asked for; none is waited."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def do(waits: Waits) -> Iterator[Callable[[HttpRequest], HttpResponse]]:
    with requests.Session() as session:
        yield Sender(Wire(session, waits, clock.now), keep=lambda _: None).send


def unreachable() -> requests.exceptions.ConnectionError:
    pool: Any = None
    return requests.exceptions.ConnectionError(MaxRetryError(pool, URL, NewConnectionError(pool, "refused")))


def test_an_answer_with_everything_that_was_asked(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(
        URL,
        body=b"hello",
        headers={"X-Rate": "5"},
        match=[
            matchers.query_param_matcher({"token": "s3cret", "page": "2"}),
            matchers.header_matcher({"Authorization": "Bearer s3cret"}),
        ],
    )
    answer = do(GET)
    assert (answer.status, answer.body, answer.headers["x-rate"], answer.file) == (200, b"hello", "5", None)


@pytest.mark.parametrize("status", [201, 204, 207, 304])
def test_statuses_that_are_answers(mocked: responses.RequestsMock, do: Any, status: int) -> None:
    mocked.get(URL, status=status)
    assert do(GET).status == status


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, RejectedError),
        (401, AuthError),
        (403, RejectedError),
        (404, RejectedError),
        (408, Unavailable),
        (422, RejectedError),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
        (301, UnexpectedResponse),
        (302, UnexpectedResponse),
        (307, UnexpectedResponse),
    ],
)
def test_each_status_is_a_class_and_no_secret_is_told(
    mocked: responses.RequestsMock, do: Any, status: int, expected: type[AdapterError]
) -> None:
    mocked.get(
        URL, status=status, body="s3cret", headers={"X-Request-Id": "r1", "Location": "https://evil.example/s3cret"}
    )
    with pytest.raises(AdapterError) as caught:
        do(GET)
    error = caught.value
    assert type(error) is expected
    assert str(status) in str(error)
    assert (error.operation, error.request_id) == ("GET crm.example/v1/deals", "r1")
    assert "s3cret" not in f"{error} {error.hint} {error.operation}"
    assert error.hint
    assert all("evil" not in call.request.url for call in mocked.calls)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_is_idempotent_is_tried_again_until_it_works(
    mocked: responses.RequestsMock, do: Any, waits: Waits, status: int
) -> None:
    for _ in range(ATTEMPTS - 1):
        mocked.get(URL, status=status)
    mocked.get(URL, body=b"at last")
    assert do(GET).body == b"at last"
    assert len(waits) == ATTEMPTS - 1
    assert all(0 <= seconds <= 30 for seconds in waits)


def test_after_enough_tries_the_last_error_is_told(mocked: responses.RequestsMock, do: Any, waits: Waits) -> None:
    mocked.get(URL, status=503)
    with pytest.raises(Unavailable):
        do(GET)
    assert len(mocked.calls) == ATTEMPTS
    assert len(waits) == ATTEMPTS - 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_what_will_never_work_is_not_tried_again(mocked: responses.RequestsMock, do: Any, status: int) -> None:
    mocked.get(URL, status=status)
    with pytest.raises(AdapterError):
        do(GET)
    assert len(mocked.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_may_have_been_done_is_not_done_twice(mocked: responses.RequestsMock, do: Any, status: int) -> None:
    mocked.post(URL, status=status)
    with pytest.raises(Unavailable):
        do(POST)
    assert len(mocked.calls) == 1


@pytest.mark.parametrize("error", [requests.exceptions.ReadTimeout(), requests.exceptions.ConnectionError("reset")])
def test_a_lost_answer_is_not_asked_for_twice(mocked: responses.RequestsMock, do: Any, error: Exception) -> None:
    mocked.post(URL, body=error)
    with pytest.raises(Unavailable):
        do(POST)
    assert len(mocked.calls) == 1


@pytest.mark.parametrize("failure", [requests.exceptions.ConnectTimeout(), unreachable(), 429])
def test_what_never_arrived_is_sent_again(mocked: responses.RequestsMock, do: Any, failure: Any) -> None:
    if isinstance(failure, int):
        mocked.post(URL, status=failure)
    else:
        mocked.post(URL, body=failure)
    mocked.post(URL, body=b"done")
    assert do(POST).body == b"done"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Sat, 01 Jun 2024 12:00:30 GMT", "Date": "Sat, 01 Jun 2024 12:00:00 GMT"}, 30),
        ({"Retry-After": "Sat, 01 Jun 2024 11:00:00 GMT", "Date": "Sat, 01 Jun 2024 12:00:00 GMT"}, 0),
    ],
)
def test_the_vendor_says_how_long_to_wait(
    mocked: responses.RequestsMock, do: Any, waits: Waits, headers: dict[str, str], expected: float
) -> None:
    mocked.get(URL, status=429, headers=headers)
    mocked.get(URL)
    do(GET)
    assert waits == [expected]


def test_a_vendor_that_says_at_once_again_and_again_is_given_time(
    mocked: responses.RequestsMock, do: Any, waits: Waits
) -> None:
    for _ in range(4):
        mocked.get(URL, status=429, headers={"Retry-After": "0"})
    mocked.get(URL)
    do(GET)
    assert waits[0] == 0
    assert len(waits) == 4
    assert min(waits[1:]) >= 2


@pytest.mark.parametrize("asked", ["-5", "soon", "", "²", "Sat, 01 Jun 2024 12:00:30 GMT"])
def test_nonsense_counts_as_not_said(mocked: responses.RequestsMock, do: Any, waits: Waits, asked: str) -> None:
    mocked.get(URL, status=503, headers={"Retry-After": asked} if asked.isascii() else {})
    mocked.get(URL)
    do(GET)
    assert 0 <= waits[0] <= 30


@pytest.mark.parametrize("asked", ["301", "86400", "9" * 400])
def test_nobody_waits_for_hours(mocked: responses.RequestsMock, do: Any, waits: Waits, asked: str) -> None:
    mocked.get(URL, status=429, headers={"Retry-After": asked})
    with pytest.raises(RateLimited) as caught:
        do(GET)
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 300
    assert waits == []


def test_a_bad_certificate_is_not_tried_again(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(URL, body=requests.exceptions.SSLError("self signed"))
    with pytest.raises(RejectedError, match="certificate"):
        do(GET)
    assert len(mocked.calls) == 1


@pytest.mark.parametrize("url", ["http://crm.example/v1", "ftp://crm.example/v1", "file:///etc/passwd", "//x", ""])
def test_only_encrypted_addresses(do: Any, url: str) -> None:
    with pytest.raises(AdapterError):
        do(HttpRequest("GET", url))


@pytest.mark.parametrize(
    "url", [r"http://evil.example\@127.0.0.1/v1", r"http://evil.example\@localhost:80", "http://[", "https://["]
)
def test_the_host_that_is_checked_is_the_host_that_is_asked(
    mocked: responses.RequestsMock, do: Any, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Parsers of addresses differ: what one takes for a name at 127.0.0.1 is a path on another host for the next."""
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: pytest.fail("sent"))
    with pytest.raises(RejectedError, match="is not encrypted") as caught:
        do(HttpRequest("GET", url))
    assert "127.0.0.1" not in str(caught.value).split("/")[0]


def test_a_local_emulator_may_be_plain(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get("http://127.0.0.1:8080/v1", body=b"hello")
    assert do(HttpRequest("GET", "http://127.0.0.1:8080/v1")).body == b"hello"


def test_a_malformed_header_is_the_adapters_fault(do: Any) -> None:
    with pytest.raises(UnexpectedResponse):
        do(HttpRequest("GET", URL, headers={"X": "a\r\nb"}))


def test_credentials_of_the_machine_stay_at_home(
    mocked: responses.RequestsMock, do: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine crm.example login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    mocked.get(URL)
    do(HttpRequest("GET", URL))
    assert "Authorization" not in mocked.calls[0].request.headers


def test_a_large_body_goes_to_a_file(mocked: responses.RequestsMock, do: Any) -> None:
    body = b"0123456789" * 50_000
    mocked.get(URL, body=body)
    answer = do(HttpRequest("GET", URL, to_file=True))
    assert answer.body == b""
    assert isinstance(answer.file.seek(0), int)
    with answer.file as handle:
        assert handle.read() == body


@pytest.mark.parametrize("to_file", [False, True])
def test_a_body_without_end_is_cut_off(
    mocked: responses.RequestsMock, do: Any, monkeypatch: pytest.MonkeyPatch, to_file: bool
) -> None:
    monkeypatch.setattr(http, "MEMORY_BYTES", 100_000)
    monkeypatch.setattr(http, "FILE_BYTES", 100_000)
    mocked.get(URL, body=io.BytesIO(b"x" * 200_000).read())
    with pytest.raises(UnexpectedResponse, match="more than 100000 bytes"):
        do(HttpRequest("GET", URL, to_file=to_file))
    assert len(mocked.calls) == 1


def test_a_body_that_breaks_off_is_asked_for_again(mocked: responses.RequestsMock, do: Any) -> None:
    mocked.get(URL, body=requests.exceptions.ChunkedEncodingError("IncompleteRead"))
    mocked.get(URL, body=b"whole")
    assert do(GET).body == b"whole"

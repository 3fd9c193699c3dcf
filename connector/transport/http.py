"""HTTP: one request, its retries, and its status as a class of error.

Messages name method, host and path. A query, a header or a body may hold a secret or a customer, and never appears.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential
from urllib3.exceptions import NewConnectionError

from connector.contract import HttpRequest, HttpResponse
from connector.errors import (
    AdapterError,
    AuthError,
    Message,
    RateLimited,
    RejectedError,
    RetryableError,
    Unavailable,
    UnexpectedResponse,
)

ATTEMPTS: Final = 5
CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
LONGEST_WAIT_SECONDS: Final = 300.0
"""A vendor that asks for more is not waited for: the run ends, the next one goes on."""
MEMORY_BYTES: Final = 64 * 2**20
FILE_BYTES: Final = 16 * 2**30
CHUNK_BYTES: Final = 2**16

_CLASSES: Final[Mapping[int, tuple[type[AdapterError], Message, Message]]] = {
    401: (AuthError, Message("is not authorised"), Message("authorise again")),
    403: (RejectedError, Message("is forbidden"), Message("check the account's permissions and the granted scopes")),
    408: (Unavailable, Message("took too long"), Message("the next run goes on where this one stopped")),
    413: (RejectedError, Message("is too large"), Message("report it to the adapter's author")),
    425: (Unavailable, Message("came too early"), Message("the next run goes on where this one stopped")),
    429: (RateLimited, Message("came too often"), Message("run less often, or wait until the vendor's limit resets")),
}
_REFUSED = (RejectedError, Message("was refused"), Message("report it to the adapter's author"))
_DOWN = (Unavailable, Message("found the other side down"), Message("the next run goes on where this one stopped"))
_REDIRECTED = (
    UnexpectedResponse,
    Message("was sent elsewhere, which is not followed"),
    Message("check the address in the settings"),
)
_REFUSED_BEFORE_WORK: Final = frozenset((429,))
"""Statuses after which even a request that must not be doubled may be sent again."""
_UNWANTED_REDIRECTS: Final = frozenset((300, 301, 302, 303, 307, 308))
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "::1"))

_pause = wait_random_exponential(multiplier=0.5, max=30)


class _Failed(Exception):
    """One attempt's failure: the error, and whether the vendor cannot have done anything yet."""

    def __init__(self, error: AdapterError, *, unsent: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.unsent = unsent


def send(request: HttpRequest, *, session: requests.Session, sleep: Callable[[float], None]) -> HttpResponse:
    """Perform a request, and again where that is safe.

    Raises:
        AdapterError: of the class that the status, or the way it failed, stands for.
    """
    _refuse_plain_http(request)
    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=_waiting_seconds,
        retry=retry_if_exception(lambda exc: _may_repeat(request, exc)),
        sleep=sleep,
        reraise=True,
    )
    try:
        return retrying(_attempt, request, session)
    except _Failed as failed:
        raise failed.error from failed.__cause__


def _may_repeat(request: HttpRequest, exc: BaseException) -> bool:
    if not isinstance(exc, _Failed) or not isinstance(exc.error, RetryableError):
        return False
    return (request.idempotent or exc.unsent) and (exc.error.retry_after or 0) <= LONGEST_WAIT_SECONDS


def _waiting_seconds(state: RetryCallState) -> float:
    failed = state.outcome.exception() if state.outcome else None
    asked = (
        failed.error.retry_after if isinstance(failed, _Failed) and isinstance(failed.error, RetryableError) else None
    )
    return _pause(state) if asked is None else asked


def _attempt(request: HttpRequest, session: requests.Session) -> HttpResponse:
    try:
        with session.request(
            request.method,
            request.url,
            headers={**request.headers},
            params={**request.query},
            data=request.body,
            auth=_as_it_is,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            _raise_for_status(request, response)
            return _received(request, response)
    except requests.RequestException as exc:
        raise _connection_failed(request, exc) from exc


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authorisation is the adapter's: without this, requests would add what it finds in ~/.netrc."""
    return prepared


def _raise_for_status(request: HttpRequest, response: requests.Response) -> None:
    status = response.status_code
    if status < 400 and status not in _UNWANTED_REDIRECTS:
        return
    kind, what, hint = _CLASSES.get(status) or (_REDIRECTED if status < 400 else _REFUSED if status < 500 else _DOWN)
    place, request_id = _place(request), response.headers.get("X-Request-Id", "")
    message = Message("{operation} {what} ({status})", operation=place, what=what, status=status)
    error = kind(message, hint=hint, operation=place, request_id=request_id)
    if isinstance(error, RetryableError):
        error.retry_after = _asked_seconds(response.headers)
    raise _Failed(error, unsent=status in _REFUSED_BEFORE_WORK)


def _asked_seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds; a date is measured by the server's own clock. Nonsense counts as not said."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        seconds = (parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (TypeError, ValueError):  # no dates, or one of them without a zone
        return None
    return max(seconds, 0.0)


def _received(request: HttpRequest, response: requests.Response) -> HttpResponse:
    if request.to_file:
        return HttpResponse(response.status_code, response.headers, file=_to_file(request, response))
    body = b"".join(_bounded(request, response, limit=MEMORY_BYTES))
    return HttpResponse(response.status_code, response.headers, body=body)


def _to_file(request: HttpRequest, response: requests.Response) -> BinaryIO:
    handle = tempfile.TemporaryFile()  # noqa: SIM115  # has no name and no other reader; the driver closes it
    try:
        for chunk in _bounded(request, response, limit=FILE_BYTES):
            handle.write(chunk)
        handle.seek(0)
    except BaseException:
        handle.close()
        raise
    return handle


def _bounded(request: HttpRequest, response: requests.Response, *, limit: int) -> Iterator[bytes]:
    received = 0
    for chunk in response.iter_content(CHUNK_BYTES):
        received += len(chunk)
        if received > limit:
            message = Message("{operation} answered more than {limit} bytes", operation=_place(request), limit=limit)
            raise _Failed(UnexpectedResponse(message, operation=_place(request)))
        yield chunk


def _connection_failed(request: HttpRequest, exc: requests.RequestException) -> _Failed:
    what, kind, unsent = _what_failed(exc)
    message = Message("{operation} {what}", operation=_place(request), what=what)
    hint = Message("check the network and the address; the next run goes on where this one stopped")
    return _Failed(kind(message, hint=hint, operation=_place(request)), unsent=unsent)


def _what_failed(exc: requests.RequestException) -> tuple[Message, type[AdapterError], bool]:
    if isinstance(exc, requests.exceptions.SSLError):
        return Message("met a certificate that is not trusted"), RejectedError, False
    if isinstance(exc, requests.exceptions.ConnectTimeout):
        return Message("could not connect in time"), Unavailable, True
    if isinstance(exc, requests.exceptions.Timeout):
        return Message("was not answered in time"), Unavailable, False
    if isinstance(exc, ValueError):  # a malformed URL or header
        return Message("could not be sent"), UnexpectedResponse, False
    if isinstance(exc, requests.exceptions.ConnectionError) and _never_connected(exc):
        return Message("could not connect"), Unavailable, True
    return Message("broke off"), Unavailable, False


def _never_connected(exc: requests.exceptions.ConnectionError) -> bool:
    cause = exc.args[0] if exc.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)


def _refuse_plain_http(request: HttpRequest) -> None:
    parts = urlsplit(request.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        message = Message("{operation} is not encrypted", operation=_place(request))
        raise RejectedError(message, hint=Message("use an https address"), operation=_place(request))


def _place(request: HttpRequest) -> str:
    """Method, host and path: all that a message may say of a request."""
    parts = urlsplit(request.url)
    return f"{request.method} {parts.hostname or ''}{parts.path}"

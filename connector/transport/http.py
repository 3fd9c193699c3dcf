"""HTTP: one request on the wire, and its answer or why there is none.

Messages name method, host and path. A query, a header or a body may hold a secret or a customer, and never appears.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Final

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from connector.contract import HttpAccess, HttpRequest, HttpResponse
from connector.errors import AdapterError, Message, RejectedError, Unavailable, UnexpectedResponse
from connector.transport.failure import Failed, parts_of, place
from connector.transport.ledger import Ledger
from connector.transport.refusal import is_refusal, refused

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
PATIENCE: Final = timedelta(seconds=60)
SLOWEST_BYTES_PER_SECOND: Final = 1_000
"""What a body must bring on average once our patience is over: the read timeout alone lets it drip for ever."""
MEMORY_BYTES: Final = 64 * 2**20
FILE_BYTES: Final = 16 * 2**30
REFUSAL_BYTES: Final = 2**16
CHUNK_BYTES: Final = 2**16
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "[::1]"))


class Session(requests.Session):
    """Does not look where a redirect leads: requests would parse the address and read the whole body all the same."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""
        del resp


@dataclass(frozen=True, slots=True)
class Wire:
    """What one conversation's requests go out over."""

    session: requests.Session
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    http: HttpAccess | None = None
    ledger: Ledger | None = None


def attempt(request: HttpRequest, wire: Wire) -> HttpResponse:
    """Send a request once.

    Raises:
        Failed: with the error that the status, or the way it failed, stands for.
        BudgetSpent: it would cost more than is left; nothing was sent.
    """
    local = _refuse_plain_http(request)
    if wire.ledger is not None:
        wire.ledger.charge(request.credits)
    # What stays on this machine is not encrypted, and is no proxy's business. Told so by `no_proxy`, requests would
    # change os.environ, while other conversations read it in their threads.
    wire.session.trust_env = not local
    try:
        with wire.session.request(
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
            return _answer(request, response, wire)
    except (requests.RequestException, HTTPError) as exc:
        raise _connection_failed(request, exc) from exc


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authorisation is the adapter's: without this, requests would add what it finds in ~/.netrc."""
    return prepared


def _answer(request: HttpRequest, response: requests.Response, wire: Wire) -> HttpResponse:
    _note_credits(response.headers, wire)
    status = response.status_code
    if is_refusal(request, status):
        raise refused(request, response, _refusal_body(response, wire.now), http=wire.http)
    if request.to_file:
        return HttpResponse(status, response.headers, file=_to_file(request, response, wire.now))
    body = b"".join(_bounded(request, response, limit=MEMORY_BYTES, now=wire.now))
    return HttpResponse(status, response.headers, body=body)


def _note_credits(headers: Mapping[str, str], wire: Wire) -> None:
    if wire.ledger is not None and wire.http is not None:
        left = wire.http.credits_left(headers)
        if left is not None:
            wire.ledger.note_left(left)


def _refusal_body(response: requests.Response, now: Callable[[], datetime]) -> bytes:
    """As much of it as a code needs; that it breaks off, or drips, changes nothing about the status."""
    body, since = b"", now()
    with suppress(HTTPError, OSError):
        while len(body) < REFUSAL_BYTES and (chunk := response.raw.read1(CHUNK_BYTES, decode_content=True)):
            body += chunk
            if _drips(len(body), now() - since):
                break
    return body


def _to_file(request: HttpRequest, response: requests.Response, now: Callable[[], datetime]) -> BinaryIO:
    handle = tempfile.TemporaryFile()  # noqa: SIM115  # has no name and no other reader; the driver closes it
    try:
        for chunk in _bounded(request, response, limit=FILE_BYTES, now=now):
            handle.write(chunk)
        handle.seek(0)
    except BaseException:
        handle.close()
        raise
    return handle


def _bounded(
    request: HttpRequest, response: requests.Response, *, limit: int, now: Callable[[], datetime]
) -> Iterator[bytes]:
    """The body as it comes in, neither without end nor for ever."""
    received, since = 0, now()
    # read1 comes back with what there is; iter_content would wait until a whole chunk has dripped in.
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        received += len(chunk)
        if received > limit:
            message = Message("{operation} answered more than {limit} bytes", operation=place(request), limit=limit)
            raise Failed(UnexpectedResponse(message, operation=place(request)))
        if _drips(received, now() - since):
            raise _unavailable(request, Message("was answered too slowly"))
        yield chunk


def _drips(received: int, waited: timedelta) -> bool:
    return waited > PATIENCE and received < waited.total_seconds() * SLOWEST_BYTES_PER_SECOND


def _connection_failed(request: HttpRequest, exc: requests.RequestException | HTTPError) -> Failed:
    what, kind, unsent = _what_failed(exc)
    return _failed(request, what, kind, unsent=unsent)


def _unavailable(request: HttpRequest, what: Message) -> Failed:
    return _failed(request, what, Unavailable, unsent=False)


def _failed(request: HttpRequest, what: Message, kind: type[AdapterError], *, unsent: bool) -> Failed:
    message = Message("{operation} {what}", operation=place(request), what=what)
    hint = Message("check the network and the address; the next run goes on where this one stopped")
    return Failed(kind(message, hint=hint, operation=place(request)), unsent=unsent)


def _what_failed(exc: requests.RequestException | HTTPError) -> tuple[Message, type[AdapterError], bool]:
    if isinstance(exc, requests.exceptions.SSLError):
        return Message("met a certificate that is not trusted"), RejectedError, False
    if isinstance(exc, requests.exceptions.ConnectTimeout):
        return Message("could not connect in time"), Unavailable, True
    if isinstance(exc, (requests.exceptions.Timeout, ReadTimeoutError)):
        return Message("was not answered in time"), Unavailable, False
    if isinstance(exc, ValueError):  # a malformed URL or header
        return Message("could not be sent"), UnexpectedResponse, False
    if isinstance(exc, requests.exceptions.ConnectionError) and _never_connected(exc):
        return Message("could not connect"), Unavailable, True
    return Message("broke off"), Unavailable, False


def _never_connected(exc: requests.exceptions.ConnectionError) -> bool:
    cause = exc.args[0] if exc.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)


def _refuse_plain_http(request: HttpRequest) -> bool:
    """Refuse to send anything readable over a network; returns whether it stays on this machine, unencrypted."""
    parts = parts_of(request.url)
    local = parts.scheme == "http" and parts.host in _LOCAL
    if parts.scheme != "https" and not local:
        message = Message("{operation} is not encrypted", operation=place(request))
        raise RejectedError(message, hint=Message("use an https address"), operation=place(request))
    return local

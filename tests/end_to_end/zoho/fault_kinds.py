"""The 26 kinds of fault that HTTP has, and how each is played at the n-th request of a run.

Most are played by the stand-in over a real connection on loopback. Loopback has no names to resolve and its stand-in
speaks no TLS, and nobody wants to wait for a timeout: those are played where requests leave the client.
"""

from __future__ import annotations

import io
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError, SSLError

from adapters.zoho.emulator.server import Served
from connector.transport import Session
from tests.end_to_end.zoho.company import START

Send: TypeAlias = Callable[[requests.PreparedRequest], requests.Response]
LineFault: TypeAlias = Callable[["Line", requests.PreparedRequest, Send], requests.Response]
Applies: TypeAlias = Callable[[str, str], bool]
"""(method, path) of a request: whether the fault means anything there."""


class Line:
    """What a run's requests go out over; it counts them, and the clock that runs beside it can be moved."""

    def __init__(self, now: datetime, *, at: int = 0, fault: LineFault | None = None, lasts: bool = False) -> None:
        """Be ready.

        Args:
            now: The clock stands there.
            at: The number of the request that goes wrong, from 1; 0 for none.
            fault: What goes wrong with it.
            lasts: And with all after it.
        """
        self._now, self._at, self._fault, self._lasts = now, at, fault, lasts
        self.made: list[tuple[str, str]] = []
        """Method and path of every request."""
        self.played = False

    def now(self) -> datetime:
        """The client's clock."""
        return self._now

    def pass_time(self, **passed: float) -> None:
        """Move the client's clock."""
        self._now += timedelta(**passed)

    def session(self) -> requests.Session:
        """A session whose requests go over this line."""
        session = Session()
        session.mount("http://", _Wire(self))
        return session

    def sent(self, request: requests.PreparedRequest, send: Send) -> requests.Response:
        """One request, well or badly."""
        self.made.append((request.method or "", urlsplit(request.url or "").path))
        number = len(self.made)
        if self._fault is None or number < self._at or (number > self._at and not self._lasts):
            return send(request)
        self.played = True
        return self._fault(self, request, send)


class _Wire(HTTPAdapter):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        def really(prepared: requests.PreparedRequest) -> requests.Response:
            return super(_Wire, self).send(prepared, *args, **kwargs)

        return self._line.sent(request, really)


# ---- what is played where requests leave the client ----------------------------------------------------------------


def _name_unknown(_: Line, request: requests.PreparedRequest, __: Send) -> requests.Response:
    reason = NameResolutionError("www.zohoapis.com", HTTPConnection("www.zohoapis.com"), socket.gaierror(-2, "unknown"))
    raise requests.exceptions.ConnectionError(_exhausted(request, reason), request=request)


def _refused(_: Line, request: requests.PreparedRequest, send: Send) -> requests.Response:
    """For real: nobody listens on a port that was just given back."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    elsewhere = request.copy()
    elsewhere.url = f"http://127.0.0.1:{port}{urlsplit(request.url or '').path}"
    return send(elsewhere)


def _certificate(words: str, _: Line, request: requests.PreparedRequest, __: Send) -> requests.Response:
    reason = SSLError(ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] {words}"))
    raise requests.exceptions.SSLError(_exhausted(request, reason), request=request)


def _exhausted(request: requests.PreparedRequest, reason: Exception) -> MaxRetryError:
    return MaxRetryError(HTTPConnectionPool("www.zohoapis.com"), request.path_url, reason)


def _no_answer(_: Line, request: requests.PreparedRequest, __: Send) -> requests.Response:
    raise requests.exceptions.ReadTimeout(request=request)


def _answer_too_late(_: Line, request: requests.PreparedRequest, send: Send) -> requests.Response:
    send(request).close()
    raise requests.exceptions.ReadTimeout(request=request)


def _dripping(line: Line, request: requests.PreparedRequest, send: Send) -> requests.Response:
    """The body comes a byte at a time, a minute apart."""
    response = send(request)
    response.raw = _Drip(line, response.raw)
    return response


class _Drip:
    def __init__(self, line: Line, raw: Any) -> None:
        self._line, self._raw = line, raw

    def read1(self, _: int, **how: Any) -> bytes:
        self._line.pass_time(seconds=61)
        part: bytes = self._raw.read1(1, **how)
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def _list_of_refusals(_: Line, request: requests.PreparedRequest, __: Send) -> requests.Response:
    """400, and every record locked by somebody; nothing was done."""
    try:
        sent = len(json.loads(request.body or b"{}")["data"])
    except (KeyError, ValueError):
        sent = 1
    refusal = {"code": "RECORD_LOCKED", "status": "error", "message": "locked", "details": {}}
    body = json.dumps({"data": [refusal] * sent}).encode()
    response = requests.Response()
    response.status_code, response.url, response.request = 400, request.url or "", request
    response.raw = HTTPResponse(io.BytesIO(body), status=400, preload_content=False)
    return response


# ---- the kinds -----------------------------------------------------------------------------------------------------


def _anywhere(_: str, __: str) -> bool:
    return True


def _writing_records(method: str, path: str) -> bool:
    return method == "PUT" or path.endswith("/upsert")


def _listing(method: str, path: str) -> bool:
    return method == "GET" and path == "/crm/v8/Calls"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a request goes wrong."""

    server: str = ""
    """The stand-in's name of it."""
    argument: str | None = None
    line: LineFault | None = None
    """Instead: what the line does with the request."""

    def planned(self, server: Served, now: datetime, *, at: int) -> Line:
        """The line of a run in which the n-th request goes wrong."""
        if self.server:
            server.faults.plan(self.server, at, argument=self.argument)
        return Line(now, at=at, fault=self.line)

    def was_played(self, server: Served, line: Line) -> bool:
        """Whether it came to that."""
        return line.played or bool(server.faults.played)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault."""

    variants: tuple[Fault, ...]
    """From one request to the next, another one."""
    applies: Applies = _anywhere

    def at(self, index: int) -> Fault:
        """What happens to the n-th request."""
        return self.variants[index % len(self.variants)]


def _server(*names: str) -> Kind:
    return Kind(tuple(map(Fault, names)))


def _line(*faults: LineFault) -> Kind:
    return Kind(tuple(Fault(line=fault) for fault in faults))


_IN_A_MINUTE: Final = format_datetime(START + timedelta(minutes=61), usegmt=True)
_TOO_MANY: Final = tuple(Fault("too_many_429", wait) for wait in (None, "20", _IN_A_MINUTE, "99999999999", "-5"))

KINDS: Final[Mapping[str, Kind]] = {
    "name not resolved": _line(_name_unknown),
    "connection refused": _line(_refused),
    "certificate not trusted": _line(partial(_certificate, "self-signed certificate")),
    "certificate of another host": _line(partial(_certificate, "Hostname mismatch")),
    "reset before anything was done": _server("drop_before"),
    "reset after it was done": _server("drop_after"),
    "reset in the body": _server("drop_body"),
    "timeout before anything was done": _line(_no_answer),
    "timeout after it was done": _line(_answer_too_late),
    "a dripping body": _line(_dripping),
    "half of the JSON": _server("truncated_json"),
    "half of the gzip": _server("truncated_gzip"),
    "Content-Length too long": _server("wrong_length"),
    "200 with HTML": _server("html_200"),
    "200 with an error": _server("error_200"),
    "204": _server("empty_204"),
    "304": _server("not_modified_304"),
    "207 mixed": Kind((Fault("partial_207"), Fault("partial_207", "1")), _writing_records),
    "400 with a list": _line(_list_of_refusals),
    "401": _server("token_401"),
    "403": _server("forbidden_403"),
    "429": Kind(_TOO_MANY),
    "500 before anything was done": _server("error_500"),
    "502 or 503 after it was done": _server("gateway_502", "unavailable_503"),
    "pages that repeat, stray or expire": Kind(
        (Fault("duplicate_rows"), Fault("reordered_page"), Fault("expired_page_token")), _listing
    ),
    "redirect to another host": _server("redirect"),
}

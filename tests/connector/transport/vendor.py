"""A vendor with a sign-in, that never leaves the process: it sees every byte that would be sent, and to whom."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connector.contract import Access, HttpAccess, HttpRequest, SignInTalk
from connector.errors import UnexpectedResponse
from connector.transport import Session

ACCOUNTS = "https://accounts.vendor.example/token"
API = "https://api.vendor.example"
NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reply:
    """What it answers."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Vendor:
    """The vendor: hands out accesses, and answers to the latest of them."""

    lives: timedelta = timedelta(hours=1)
    on_refresh: Callable[[], Reply | None] = lambda: None
    """Answers instead of handing out an access."""
    on_call: Callable[[requests.PreparedRequest], Reply | None] = lambda _: None
    """Answers instead of looking at the access."""
    refreshes: int = 0
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, address and token of what arrived."""
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    """Address, and everything that was sent there."""
    valid: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def session(self) -> requests.Session:
        """A session whose every request arrives here, wherever it is addressed."""
        session = Session()
        session.mount("https://", _Wire(self))
        session.mount("http://", _Wire(self))
        return session

    def answer(self, request: requests.PreparedRequest) -> Reply:
        """One request."""
        url, body = request.url or "", request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        headers = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        with self.lock:
            self.sent.append((url, f"{request.method} {url}\n{headers}\n".encode() + bytes(raw)))
            if url == ACCOUNTS:
                return self._refresh()
            token = request.headers.get("Authorization", "")
            self.calls.append((request.method or "", url, str(token)))
            return self.on_call(request) or (Reply() if token == f"Token {self.valid}" else Reply(401))

    def _refresh(self) -> Reply:
        self.refreshes += 1
        if (said := self.on_refresh()) is not None:
            return said
        self.valid = f"access-{self.refreshes}"
        return Reply(body=json.dumps({"token": self.valid, "seconds": self.lives.total_seconds()}).encode())


class _Wire(BaseAdapter):
    def __init__(self, vendor: Vendor) -> None:
        super().__init__()
        self._vendor = vendor

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        reply = self._vendor.answer(request)
        response = requests.Response()
        response.status_code = reply.status
        response.headers.update(reply.headers)
        response.url = request.url or ""
        response.request = request
        response.raw = HTTPResponse(io.BytesIO(reply.body), status=reply.status, preload_content=False)
        return response

    def close(self) -> None:
        return


@dataclass(frozen=True)
class VendorSignIn:
    """Asks the vendor for an access."""

    secret: str = "refresh-s3cret"
    name: str = "0a1b"

    @property
    def identity(self) -> str:
        return self.name

    def ask(self, now: datetime) -> SignInTalk:
        answer = yield HttpRequest("POST", ACCOUNTS, body=self.secret.encode(), decode=decoded)
        return Access(answer["token"], API, now + timedelta(seconds=answer["seconds"]))

    def signed(self, request: HttpRequest, access: Access) -> HttpRequest:
        headers = {**request.headers, "Authorization": f"Token {access.token}"}
        return replace(request, url=f"{access.base_url}{request.url}", headers=headers)


def decoded(response: Any) -> Any:
    """JSON, or what came counts as lost."""
    try:
        return json.loads(response.body)
    except ValueError as exc:
        from connector.errors import Message

        raise UnexpectedResponse(Message("no JSON")) from exc


def access(**settings: Any) -> HttpAccess:
    """How requests reach it."""
    return HttpAccess(VendorSignIn(), **settings)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

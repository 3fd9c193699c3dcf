"""Zoho's accounts host and API in memory: what is sent where, byte by byte."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connector.transport import Session

TOKEN = "1000.acce55.t0ken"
REFRESH = "1000.refre5h.t0ken"
SECRET = "cl1ent-s3cret"
CODE = "1000.gr4nt.c0de"
SECRETS = (TOKEN, REFRESH, SECRET, CODE)
GRANTED = {"access_token": TOKEN, "api_domain": "https://www.zohoapis.com", "token_type": "Bearer", "expires_in": 3600}

Answer = tuple[int, bytes, Mapping[str, str]]


def answer(body: Any = None, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON, or of raw bytes."""
    return status, body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode(), headers


@dataclass
class Zoho:
    """Answers for every host; a session that ends here never leaves the process."""

    token: Callable[[], Answer] = lambda: answer(GRANTED)
    """What the accounts host says."""
    api: Callable[[requests.PreparedRequest], Answer] = lambda _: answer({"data": []})
    """What every other host says."""
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Address, and everything that went there."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def session(self) -> requests.Session:
        session = Session()
        session.mount("https://", _Wire(self))
        session.mount("http://", _Wire(self))
        return session

    def answered(self, request: requests.PreparedRequest) -> Answer:
        url = request.url or ""
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
        headers = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        with self.lock:
            self.sent.append((url, f"{request.method} {url}\n{headers}\n{body}"))
        return self.token() if url.endswith("/oauth/v2/token") else self.api(request)

    @property
    def refreshes(self) -> int:
        """How often a token was asked for."""
        return sum(url.endswith("/oauth/v2/token") for url, _ in self.sent)

    def hosts(self) -> set[str]:
        """Everybody who was sent anything."""
        return {url.split("/", 3)[2] for url, _ in self.sent}


class _Wire(BaseAdapter):
    def __init__(self, zoho: Zoho) -> None:
        super().__init__()
        self._zoho = zoho

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        status, body, headers = self._zoho.answered(request)
        response = requests.Response()
        response.status_code = status
        response.headers.update(headers)
        response.url = request.url or ""
        response.request = request
        response.raw = HTTPResponse(io.BytesIO(body), status=status, preload_content=False)
        return response

    def close(self) -> None:
        return

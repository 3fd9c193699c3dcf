"""Talks to a stand-in in the same process, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from adapters.zoho.emulator.app import StandIn


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]


@dataclass
class Client:
    """Sends requests with a token."""

    app: StandIn
    token: str = ""
    scheme: str = "Zoho-oauthtoken"
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self, **changes: str) -> Reply:
        """Refresh, and use the new token from now on."""
        settings = self.app.settings
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "refresh_token": settings.refresh_token,
            **changes,
        }
        reply = self.send("POST", "/oauth/v2/token", body=urlencode(form).encode())
        self.token = reply.json.get("access_token", self.token)
        return reply

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> Reply:
        return self.send("GET", f"/crm/v8{path}", query=query, headers=headers)

    def write(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Reply:
        return self.send(method, f"/crm/v8{path}", body=json.dumps(body).encode(), headers=headers)

    def rows(self, module: str, **query: Any) -> list[dict[str, Any]]:
        """All rows of a list, token by token."""
        found, token = [], None
        while True:
            reply = self.get(f"/{module}", **query, **({"page_token": token} if token else {}))
            if reply.status in (204, 304):
                return found
            assert reply.status == 200, reply.body
            found += reply.data
            token = reply.json["info"]["next_page_token"]
            if not reply.json["info"]["more_records"]:
                return found

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        return asyncio.run(self._send(method, path, query=query or {}, body=body, headers=headers or {}))

    async def _send(
        self, method: str, path: str, *, query: Mapping[str, Any], body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        path, _, asked = path.partition("?")
        given = {"host": "127.0.0.1", "authorization": f"{self.scheme} {self.token}", **self.headers, **headers}
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
            "root_path": "", "scheme": "http", "query_string": (asked or urlencode(query)).encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "server": ("127.0.0.1", 80), "client": ("test", 1),
        }  # fmt: skip
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        answer = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        return Reply(messages[0]["status"], answer, b"".join(each.get("body", b"") for each in messages[1:]))

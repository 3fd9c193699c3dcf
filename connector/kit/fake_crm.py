"""A CRM in memory, spoken to over HTTP that never leaves the process; its adapter is `fake_adapter`.

It keeps a journal of every change that it accepted (the truth that tests compare with), and misbehaves on request: a
fault is planned for the n-th request that arrives.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connector.transport import Session, World

URL: Final = "https://fake.invalid"
_EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)


class Fault(StrEnum):
    """How the server may misbehave, once, on one request."""

    TOO_MANY = "429 with Retry-After"
    SERVER_ERROR = "500 before anything was done"
    BAD_GATEWAY = "502 with HTML, after it was done"
    UNAUTHORISED = "401"
    REDIRECT = "302 to another host"
    HTML = "200 with HTML"
    TRUNCATED = "200 with half of the JSON"
    TIMEOUT_BEFORE = "no answer, nothing done"
    TIMEOUT_AFTER = "no answer, but done"
    RESET_BEFORE = "connection refused"
    RESET_AFTER = "connection lost after it was done"


_AFTER: Final = frozenset((Fault.BAD_GATEWAY, Fault.HTML, Fault.TRUNCATED, Fault.TIMEOUT_AFTER, Fault.RESET_AFTER))
"""Faults of the answer only: the request was carried out."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change that the CRM holds: the journal's line."""

    module: str
    record_id: str
    fields: Mapping[str, Any]


@dataclass
class FakeCrm:
    """The server: modules of records, changed by its users (`put`, `delete`) and through its API."""

    page_size: int = 100
    identity: str = "fake 1 production"
    """Organisation and environment."""
    credits_a_day: int | None = None
    """What it allows in any 24 hours; every request costs one."""
    hidden: set[tuple[str, str]] = field(default_factory=set)
    """Module and id of records that it counts and does not list: permissions hide them from our account."""
    withheld: set[tuple[str, str]] = field(default_factory=set)
    """Module and field of what it does not show our account."""
    faults: dict[int, Fault] = field(default_factory=dict)
    """Number of the request, counted from 0 -> what goes wrong with it."""
    calls: list[str] = field(default_factory=list)
    """What arrived, in order: method and path."""
    journal: list[Accepted] = field(default_factory=list)
    _records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    _deleted: dict[str, dict[str, str]] = field(default_factory=dict)
    _changes: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # ---- what its users do ----

    def put(self, module: str, record_id: str, **fields: Any) -> None:
        """Make or change a record."""
        with self._lock:
            records = self._records.setdefault(module, {})
            records[record_id] = {**records.get(record_id, {}), **fields, "id": record_id, "modified": self._tick()}
            self._deleted.get(module, {}).pop(record_id, None)

    def delete(self, module: str, record_id: str) -> None:
        """Remove a record."""
        with self._lock:
            del self._records[module][record_id]
            self._deleted.setdefault(module, {})[record_id] = self._tick()

    def records(self, module: str) -> dict[str, dict[str, Any]]:
        """What it holds: the truth."""
        return {record_id: {**record} for record_id, record in self._records.get(module, {}).items()}

    def world(self, *, sleep: Callable[[float], None] = lambda _: None) -> World:
        """Effects that end at this server, and waits that take no time."""
        return World(session=self.session, sleep=sleep)

    def session(self) -> requests.Session:
        """A session whose every request arrives here."""
        session = Session()
        session.mount(URL, _Wire(self))
        return session

    def _tick(self) -> str:
        self._changes += 1
        return (_EPOCH + timedelta(seconds=self._changes)).isoformat()

    # ---- what its API does ----

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        """One request, well or badly answered."""
        with self._lock:
            fault = self.faults.get(len(self.calls))
            parts = urlsplit(request.url or "")
            self.calls.append(f"{request.method} {parts.path}")
            body = self._carried_out(request) if fault is None or fault in _AFTER else b""
        return _answered(request, body, fault=fault)

    def _carried_out(self, request: requests.PreparedRequest) -> bytes:
        parts = urlsplit(request.url or "")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        module, _, what = parts.path.strip("/").partition("/")
        if module == "account":
            return json.dumps({"id": self.identity, "name": "A CRM in memory", "credits": self.credits_a_day}).encode()
        if request.method == "PATCH":
            raw = request.body or b"[]"
            return json.dumps(self._updated(module, json.loads(raw))).encode()
        if what == "deleted":
            gone = self._deleted.get(module, {})
            return json.dumps({"ids": [each for each, at in gone.items() if at >= query.get("since", "")]}).encode()
        return json.dumps(self._listed(module, query)).encode()

    def _listed(self, module: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Records by time of change, so that one which changes while they are paged comes again, at the end."""
        records = self._records.get(module, {})
        after = tuple(json.loads(query["token"])) if "token" in query else (query.get("since", ""), "")
        keyed = sorted(
            (record["modified"], record_id)
            for record_id, record in records.items()
            if (module, record_id) not in self.hidden
        )
        due = [key for key in keyed if key > after or ("token" not in query and key[0] >= after[0])]
        page = due[: self.page_size]
        token = json.dumps(page[-1]) if len(due) > len(page) else None
        return {
            "records": [self._shown(module, records[record_id]) for _, record_id in page],
            "token": token,
            "count": len(records),
            "withheld": sorted(name for place, name in self.withheld if place == module),
        }

    def _shown(self, module: str, record: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if (module, name) not in self.withheld}

    def _updated(self, module: str, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [self._update(module, change) for change in changes]

    def _update(self, module: str, change: Mapping[str, Any]) -> dict[str, Any]:
        if change["record_id"] not in self._records.get(module, {}):
            return {"id": change["id"], "ok": False, "why": "no such record"}
        self.put(module, change["record_id"], **change["fields"])
        self.journal.append(Accepted(module, change["record_id"], change["fields"]))
        return {"id": change["id"], "ok": True}


class _Wire(BaseAdapter):
    """Where requests would open a socket."""

    def __init__(self, server: FakeCrm) -> None:
        super().__init__()
        self._server = server

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        return self._server.answer(request)

    def close(self) -> None:
        return


def _answered(request: requests.PreparedRequest, body: bytes, *, fault: Fault | None) -> requests.Response:
    match fault:
        case None:
            return _response(request, 200, body)
        case Fault.TOO_MANY:
            return _response(request, 429, b"{}", {"Retry-After": "7"})
        case Fault.SERVER_ERROR:
            return _response(request, 500, b"{}")
        case Fault.BAD_GATEWAY:
            return _response(request, 502, b"<html>bad gateway</html>")
        case Fault.UNAUTHORISED:
            return _response(request, 401, b"{}")
        case Fault.REDIRECT:
            return _response(request, 302, b"", {"Location": "https://elsewhere.invalid/"})
        case Fault.HTML:
            return _response(request, 200, b"<html>please log in</html>")
        case Fault.TRUNCATED:
            return _response(request, 200, body[: len(body) // 2])
        case Fault.TIMEOUT_BEFORE | Fault.TIMEOUT_AFTER:
            raise requests.exceptions.ReadTimeout(request=request)
        case Fault.RESET_BEFORE:
            raise requests.exceptions.ConnectTimeout(request=request)
        case Fault.RESET_AFTER:
            raise requests.exceptions.ConnectionError("reset by peer", request=request)


def _response(
    request: requests.PreparedRequest, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response.url = request.url or ""
    response.request = request
    response.raw = HTTPResponse(io.BytesIO(body), status=status, headers=headers or {}, preload_content=False)
    return response

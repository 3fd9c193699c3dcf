"""A little Zoho that answers a push by hand: it keeps what it was sent, journals it, and misbehaves call by call.

The stand-in is the real server; this one can be given any answer at all, also those that no server gives on purpose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.zoho.asking import Api
from connector.contract import Change, HttpRequest, HttpResponse, Receipt, Refusal, Wait, WriteTarget
from connector.errors import AdapterError, Message, RejectedError, Unavailable, UnexpectedResponse

API = Api("v8")
REFUSALS = {(400, "INVALID_MODULE"): Refusal(RejectedError, Message("names no module ({code})"), Message("check it"))}

Result = Mapping[str, Any]


def meta(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """A field as Zoho describes it."""
    return {"api_name": name, "field_label": name, "data_type": kind, "id": f"9{abs(hash(name))}", **more}


def done(record_id: str) -> Result:
    return {"code": "SUCCESS", "status": "success", "message": "record updated", "details": {"id": record_id}}


def refused(code: str = "INVALID_DATA", words: str = "invalid data", **details: Any) -> Result:
    return {"code": code, "status": "error", "message": words, "details": details}


@dataclass
class LittleZoho:
    """Records of one module, and a journal of every value that it accepted."""

    fields: list[dict[str, Any]]
    refuses: dict[str, Result] = field(default_factory=dict)
    """Record -> the result that it gets instead."""
    poison: set[str] = field(default_factory=set)
    """Records for which the whole call is refused, flat."""
    flat: Result = field(default_factory=lambda: refused("INVALID_DATA"))
    wrapped: bool = False
    """A refusal of the call stands in a list of one, as newer descriptions have it."""
    lose: Callable[[int], str] = lambda _: ""
    """Number of the write (from 0) -> "before" or "after" it was done the line breaks; "" for a good answer."""
    silent: Callable[[int], bool] = lambda _: False
    """Number of the reading back -> whether it fails."""
    mangle: Callable[[list[Any]], Any] = lambda results: results
    """What becomes of the list of results on its way."""
    status: Callable[[list[Any]], int] = lambda results: _usual_status(results)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    journal: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    writes: list[HttpRequest] = field(default_factory=list)
    reads: list[HttpRequest] = field(default_factory=list)
    waited: float = 0.0

    def answers(self, talk: Generator[Any, Any, None]) -> list[Receipt]:
        """Lead a push to its end; what it said until then is in `said`, whatever happens."""
        self.said: list[Receipt] = []
        answer: Any = None
        error: AdapterError | None = None
        while True:
            try:
                asked = talk.send(answer) if error is None else talk.throw(error)
            except StopIteration:
                return self.said
            answer, error = None, None
            if isinstance(asked, Receipt):
                self.said.append(asked)
            elif isinstance(asked, Wait):
                self.waited += asked.seconds
            else:
                try:
                    response = self._answered(asked)
                    answer = response if asked.decode is None else asked.decode(response)
                except AdapterError as exc:
                    error = exc

    def _answered(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/settings/fields"):
            return _json(200, {"fields": self.fields})
        if request.method == "GET" or request.url.endswith("/coql"):
            return self._read(request)
        return self._written(request)

    def _read(self, request: HttpRequest) -> HttpResponse:
        assert request.idempotent
        self.reads.append(request)
        if self.silent(len(self.reads) - 1):
            raise Unavailable(Message("the line is dead"))
        if request.method == "GET":
            rows = [{"id": key, **self.held[key]} for key in request.query["ids"].split(",") if key in self.held]
        else:
            keys = re.findall(r"'([^']*)'", json.loads(request.body or b"")["select_query"])
            rows = [{"KPI_Key": key, **self.held[key]} for key in keys if key in self.held]
        return _json(200, {"data": rows}) if rows else HttpResponse(204, {})

    def _written(self, request: HttpRequest) -> HttpResponse:
        assert not request.idempotent, "the driver would repeat it blindly"
        self.writes.append(request)
        body = json.loads(request.body or b"")
        assert body["trigger"] == []
        assert len(body["data"]) <= 100
        lost = self.lose(len(self.writes) - 1)
        if lost == "before":
            raise Unavailable(Message("the line broke"))
        keys = [each.get("id") or each["KPI_Key"] for each in body["data"]]
        if self.poison & {*keys}:
            return _json(400, {"data": [self.flat]} if self.wrapped else self.flat)
        results = [self._one(key, each) for key, each in zip(keys, body["data"], strict=True)]
        if lost == "after":
            raise Unavailable(Message("the line broke after it was done"))
        if lost == "html":
            return HttpResponse(200, {}, b"<html>please log in</html>")
        mangled = self.mangle(results)
        return HttpResponse(200, {}) if mangled is None else _json(self.status(results), {"data": mangled})

    def _one(self, key: str, record: Mapping[str, Any]) -> Result:
        if key in self.refuses:
            return self.refuses[key]
        values = {name: value for name, value in record.items() if name not in ("id", "KPI_Key")}
        self.held.setdefault(key, {}).update(values)
        self.journal.append((key, values))
        return done(key)


def _usual_status(results: list[Any]) -> int:
    good = sum(each["code"] == "SUCCESS" for each in results)
    return 200 if good == len(results) else 400 if not good else 207


def _json(status: int, data: Any) -> HttpResponse:
    return HttpResponse(status, {}, json.dumps(data).encode())


ACCOUNTS = [
    meta("id", "bigint"),
    meta("KPI_Won", "double", decimal_place=2, length=16),
    meta("KPI_Rate", "percent", length=5),
    meta("KPI_Status", "text", length=14),
]


def changes(count: int, **more: Any) -> list[Change]:
    """Changes c0, c1 … of the records 0, 1 …"""
    return [Change(f"c{n}", str(n), {"KPI_Won": n + 0.5}, **more) for n in range(count)]


def accounts_target(*fields: str, **more: Any) -> WriteTarget:
    return WriteTarget("accounts", "fields", "Accounts", ("id",), fields or ("KPI_Won",), **more)


def outcomes(receipts: list[Receipt]) -> dict[str, str]:
    """Change -> outcome; each change has one receipt."""
    assert len({each.change_id for each in receipts}) == len(receipts)
    return {each.change_id: each.outcome for each in receipts}


__all__ = ["ACCOUNTS", "API", "REFUSALS", "LittleZoho", "UnexpectedResponse", "accounts_target", "changes", "done"]

"""Answers that a healthy server never sends: cut, dripping, promised too long, or none at all."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import Receive, Scope, Send

from adapters.zoho.emulator.answers import Answer, Refusal
from adapters.zoho.emulator.credits import too_many
from adapters.zoho.emulator.oauth import invalid_token

HTML = b"<html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
ELSEWHERE = "https://elsewhere.example/crm/v8/org"
SLOW_SECONDS = 2.0
DRIPS = 10


def refused_before(faults: Mapping[str, str | None]) -> Refusal | None:
    """The refusal of a fault that comes before anything is done."""
    if "token_401" in faults:
        return invalid_token()
    if "forbidden_403" in faults:
        return Refusal(403, "NO_PERMISSION", "permission denied", details={"permissions": ["Crm_Implied_View"]})
    if "too_many_429" in faults:
        return too_many(faults["too_many_429"])
    if "error_500" in faults:
        return Refusal(500, "INTERNAL_ERROR", "Internal Server Error")
    if "gateway_502_before" in faults:
        return Refusal(502, "BAD_GATEWAY", "")
    return None


def spoilt(answer: Answer, faults: Mapping[str, str | None]) -> Answer:
    """The answer that is sent instead."""
    if "gateway_502" in faults or "gateway_502_before" in faults:
        return _page(502, b"502 Bad Gateway")
    if "html_200" in faults:
        return _page(200, b"Please sign in")
    if "unavailable_503" in faults:
        return Refusal(503, "SERVICE_UNAVAILABLE", "service unavailable").answer()
    if "error_200" in faults:
        return replace(Refusal(200, "INTERNAL_ERROR", "Internal Server Error").answer(), status=200)
    if "empty_204" in faults or "not_modified_304" in faults:
        return Answer(204 if "empty_204" in faults else 304)
    if "redirect" in faults:
        return Answer(302, headers={"Location": faults["redirect"] or ELSEWHERE})
    if "truncated_json" in faults or "truncated_zip" in faults:
        body = answer.body()
        return replace(answer, payload=None, content=body[: len(body) // 2])
    if "truncated_gzip" in faults:
        body = gzip.compress(answer.body())
        headers = {**answer.headers, "Content-Encoding": "gzip"}
        return replace(answer, payload=None, content=body[: len(body) // 2], headers=headers)
    return answer


def _page(status: int, title: bytes) -> Answer:
    return Answer(status, content=HTML % (title, title), media_type="text/html;charset=UTF-8")


def seconds(faults: Mapping[str, str | None], name: str) -> float:
    """How long a fault waits; 0 without it."""
    return float(faults[name] or SLOW_SECONDS) if name in faults else 0.0


@dataclass(frozen=True, slots=True)
class Broken:
    """An answer that does not come whole: an ASGI application, as Starlette's responses are."""

    answer: Answer
    faults: Mapping[str, str | None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if {"drop_before", "drop_after"} & self.faults.keys():
            await cut(scope)
            return
        body = self.answer.body() or b" "
        promised = len(body) + (100 if "wrong_length" in self.faults else 0)
        headers = [(b"content-type", self.answer.media_type.encode()), (b"content-length", str(promised).encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in self.answer.headers.items()]
        await send({"type": "http.response.start", "status": self.answer.status, "headers": headers})
        if "slow_body" in self.faults:
            await self._drip(send, body)
            return
        sent = body if "wrong_length" in self.faults else body[: len(body) // 2]
        await send({"type": "http.response.body", "body": sent, "more_body": True})
        await cut(scope, politely=True)

    async def _drip(self, send: Send, body: bytes) -> None:
        step = max(1, len(body) // DRIPS)
        for start in range(0, len(body), step):
            await asyncio.sleep(seconds(self.faults, "slow_body") / DRIPS)
            part = body[start : start + step]
            await send({"type": "http.response.body", "body": part, "more_body": start + step < len(body)})


BROKEN = frozenset({"drop_before", "drop_after", "drop_body", "wrong_length", "slow_body"})


async def cut(scope: Scope, *, politely: bool = False) -> None:
    """End the connection under the answer; politely means that what was written is still sent."""
    transport: Any = scope["stand_in.transport"]
    if politely:
        transport.close()
    else:
        transport.abort()
    for _ in range(3):  # the server has to hear of it before we return, or it would send an answer of its own
        await asyncio.sleep(0)

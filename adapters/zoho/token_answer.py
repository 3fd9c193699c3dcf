"""What the accounts host answers: an access, or a refusal that may come with any status, 200 included.

https://www.zoho.com/crm/developer/docs/api/v8/refresh.html and its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from connector.contract import HttpRequest, HttpResponse
from connector.errors import AdapterError, Message, RateLimited, Unavailable, UnexpectedResponse

THROTTLED_FOR: Final = timedelta(minutes=10)
"""Ten access tokens for a refresh token in ten minutes."""
LIVES: Final = timedelta(hours=1)
LONGEST_LIFE: Final = timedelta(days=1)
_THROTTLE: Final = ("access denied", "access_denied")
_DOWN: Final = ("server_error", "general_error", "internal_error", "temporarily_unavailable")
_READ_HERE: Final = (400, 401, 403)
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_CODE: Final = re.compile(r"[A-Za-z]{1,30}(?:[_ -][A-Za-z]{1,30}){0,5}")
"""Words: a secret that somebody repeats has digits in it."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """An access token, and what came with it."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    api_domain: object
    """Whatever was said; None where nothing was."""
    lives: timedelta
    scopes: tuple[str, ...]


def token_request(accounts: str, form: Mapping[str, str], *, refuse: Callable[[str], AdapterError]) -> HttpRequest:
    """Ask for a token. Secrets are in the body: an address ends up in logs.

    Args:
        accounts: where.
        form: what is asked.
        refuse: the error for a code of Zoho's that is not the same for everybody.
    """
    return HttpRequest(
        "POST",
        f"{accounts}/oauth/v2/token",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode(),
        idempotent=form["grant_type"] == "refresh_token",  # a grant code works once
        credits=0,
        accept=_READ_HERE,
        decode=lambda response: _read(response, refuse),
    )


def _read(response: HttpResponse, refuse: Callable[[str], AdapterError]) -> TokenAnswer:
    if b"too many requests" in response.body[:2_000].lower():  # JSON or a page, with whatever status
        raise _throttled()
    answer = _document(response.body)
    if "access_token" not in answer and (code := answer.get("error")) is not None:
        raise _refused(str(code), refuse)
    token = answer.get("access_token")
    if response.status >= 400 or not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise _unreadable()
    refresh, scopes = answer.get("refresh_token"), answer.get("scope")
    return TokenAnswer(
        access_token=token,
        refresh_token=refresh if isinstance(refresh, str) and _TOKEN.fullmatch(refresh) else None,
        api_domain=answer.get("api_domain"),
        lives=_life(answer),
        scopes=tuple(re.split(r"[ ,]+", scopes.strip())) if isinstance(scopes, str) else (),
    )


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable() from None  # msgspec's error may quote what it could not read
    if not isinstance(document, dict):
        raise _unreadable()
    return document


def _life(answer: Mapping[str, Any]) -> timedelta:
    """How long the token lives. It is missing at times, and old answers had `expires_in` in milliseconds."""
    seconds = _whole(answer.get("expires_in_sec"))
    if seconds is None and (seconds := _whole(answer.get("expires_in"))) is not None:
        seconds = seconds // 1_000 if seconds > LONGEST_LIFE.total_seconds() else seconds
    if seconds is None or not 0 < seconds <= LONGEST_LIFE.total_seconds():
        return LIVES
    return timedelta(seconds=seconds)


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return int(value)  # type: ignore[call-overload,no-any-return]  # whatever it is
    except (TypeError, ValueError, OverflowError):
        return None


def _refused(code: str, refuse: Callable[[str], AdapterError]) -> AdapterError:
    shown = code if _CODE.fullmatch(code) else "?"
    if shown.lower() in _THROTTLE:  # documented with status 200, met with 400
        return _throttled()
    if shown.lower() in _DOWN:
        return Unavailable(Message("Zoho cannot sign anybody in just now ({code})", code=shown), code=shown)
    error = refuse(shown)
    error.code = shown
    return error


def _throttled() -> RateLimited:
    return RateLimited(
        Message("Zoho gives no more access tokens for now: more than ten were asked for in ten minutes"),
        hint=Message("wait ten minutes; if it comes back, another program uses the same refresh token"),
        retry_after=THROTTLED_FOR.total_seconds(),
        code="Access Denied",
    )


def _unreadable() -> UnexpectedResponse:
    return UnexpectedResponse(
        Message("Zoho's sign-in answered something that cannot be read"),
        hint=Message("try again; if it stays so, check that no proxy answers in its place"),
    )

"""What a status and a vendor's code mean: the vendor's own table first, then what HTTP says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from connector.contract import HttpAccess, HttpRequest, Refusal
from connector.errors import (
    AuthError,
    Message,
    RateLimited,
    RejectedError,
    RetryableError,
    Unavailable,
    UnexpectedResponse,
)
from connector.transport.failure import Failed, place

_GOES_ON: Final = Message("the next run goes on where this one stopped")
_BY_STATUS: Final[Mapping[int, Refusal]] = {
    401: Refusal(AuthError, Message("is not authorised"), Message("authorise again"), renew=True),
    403: Refusal(
        RejectedError, Message("is forbidden"), Message("check the account's permissions and the granted scopes")
    ),
    408: Refusal(Unavailable, Message("took too long"), _GOES_ON),
    413: Refusal(RejectedError, Message("is too large"), Message("report it to the adapter's author")),
    425: Refusal(Unavailable, Message("came too early"), _GOES_ON),
    429: Refusal(
        RateLimited,
        Message("came too often"),
        Message("run less often, or wait until the vendor's limit resets"),
        unsent=True,
    ),
}
_REDIRECTED: Final = Refusal(
    UnexpectedResponse,
    Message("was sent elsewhere, which is not followed"),
    Message("check the address in the settings"),
)
_REFUSED: Final = Refusal(RejectedError, Message("was refused"), Message("report it to the adapter's author"))
_DOWN: Final = Refusal(Unavailable, Message("found the other side down"), _GOES_ON)
_UNWANTED_REDIRECTS: Final = frozenset((300, 301, 302, 303, 307, 308))
_CODE: Final = re.compile(r"[\w .:-]{1,80}", re.ASCII)


def is_refusal(request: HttpRequest, status: int) -> bool:
    """Whether the conversation gets an error instead of this answer."""
    return (status >= 400 and status not in request.accept) or status in _UNWANTED_REDIRECTS


def refused(request: HttpRequest, response: requests.Response, body: bytes, *, http: HttpAccess | None) -> Failed:
    """The refusal as an attempt that failed."""
    status, code = response.status_code, _code(body, http)
    shown = f"{status} {code}".strip()
    refusal, documented = _meaning(status, code, {} if http is None else http.refusals)
    says = Message(refusal.says.template, **{**refusal.says.values, "code": code})
    error = refusal.error(
        Message("{operation} {what} ({status})", operation=place(request), what=says, status=shown),
        hint=refusal.remedy,
        operation=place(request),
        request_id=response.headers.get("X-Request-Id", ""),
        code=code,
        sample="" if documented or http is None else http.sample_of(body),
    )
    if isinstance(error, RetryableError):
        error.retry_after = asked_seconds(response.headers)
    return Failed(error, unsent=refusal.unsent, refused_access=refusal.renew)


def _meaning(status: int, code: str, refusals: Mapping[tuple[int, str], Refusal]) -> tuple[Refusal, bool]:
    """The refusal, and whether the vendor's table knows its code."""
    known = refusals.get((status, code)) or refusals.get((0, code)) if code else None
    if known is not None:
        return known, True
    return refusals.get((status, "")) or _by_status(status), False


def _by_status(status: int) -> Refusal:
    return _BY_STATUS.get(status) or (_REDIRECTED if status < 400 else _REFUSED if status < 500 else _DOWN)


def _code(body: bytes, http: HttpAccess | None) -> str:
    """The vendor's code, where it looks like one: a body may come from anybody."""
    code = "" if http is None else http.code_of(body)
    return code if _CODE.fullmatch(code) else ""


def asked_seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds; a date is measured by the server's own clock. Nonsense counts as not said."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        seconds = (parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (TypeError, ValueError, OverflowError):  # no dates, or one of them without a zone
        return None
    return max(seconds, 0.0)

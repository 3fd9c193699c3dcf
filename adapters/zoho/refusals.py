"""What Zoho's errors mean, as a table; where a code stands in an answer; what of an answer may be kept.

Codes: https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html. What a status means without a code, HTTP says.
Results of single records (`data[]` of a write) are read by writing/, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from connector.contract import Refusal
from connector.errors import (
    AuthError,
    Message,
    RateLimited,
    RejectedError,
    Unavailable,
    UnexpectedResponse,
)

MISSING_SCOPE: Final = "OAUTH_SCOPE_MISMATCH"
_REPORT: Final = Message("report it to the adapter's author, with the code")
_MAPPING: Final = Message("compare the mapping with Setup, Developer Hub, APIs, API names in Zoho")
_SCOPES: Final = Message(
    "see which scopes are needed: crm-kpi auth zoho --show (to write, with --stage write); then sign in again with all "
    "of them"
)
_RIGHTS: Final = Message("give the account that crm-kpi uses the right to it, or take it out of the mapping")
_AGAIN: Final = Message("the next run goes on where this one stopped")
_SIGN_IN: Final = Message("check data_centre and environment, or sign in again: crm-kpi auth zoho")


def _rejected(says: Message, remedy: Message = _REPORT) -> Refusal:
    return Refusal(RejectedError, says, remedy)


def _expired(says: Message) -> Refusal:
    return Refusal(AuthError, says, _SIGN_IN, renew=True)


def _later(says: Message) -> Refusal:
    return Refusal(Unavailable, says, _AGAIN)


_NOT_ACCEPTED: Final = _expired(Message("was sent with a token that Zoho does not accept"))
_NO_PERMISSION: Final = _rejected(Message("needs a permission that the account does not have"), _RIGHTS)
_OTHER_SCOPE: Final = Refusal(AuthError, Message("needs a scope that was not granted"), _SCOPES)
_TOO_MANY: Final = Refusal(
    RateLimited,
    Message("came too often, or too many at once"),
    Message("let other programs that use this Zoho account rest, or wait"),
    unsent=True,
)
_PAGING_OVER: Final = Message("the next run begins this module again")

REFUSALS: Final[Mapping[tuple[int, str], Refusal]] = {
    # the sign-in
    (401, "INVALID_TOKEN"): _NOT_ACCEPTED,
    (401, "INVALID_OAUTHTOKEN"): _NOT_ACCEPTED,
    (401, "AUTHENTICATION_FAILURE"): _NOT_ACCEPTED,
    (401, ""): _NOT_ACCEPTED,
    (0, MISSING_SCOPE): _OTHER_SCOPE,
    # permissions
    (0, "NO_PERMISSION"): _NO_PERMISSION,
    (0, "AUTHORIZATION_FAILED"): _NO_PERMISSION,
    (0, "FEATURE_NOT_ENABLED"): _rejected(
        Message("needs a feature that is off in this organisation"),
        Message("switch it on in Zoho, or take the module out of the mapping"),
    ),
    (0, "FEATURE_PERMISSION"): _NO_PERMISSION,
    (0, "LICENSE_VALIDATION_FAILED"): _rejected(
        Message("is not part of this organisation's edition"), Message("take the module out of the mapping")
    ),
    # what was asked for
    (0, "INVALID_MODULE"): _rejected(Message("names a module that cannot be read this way"), _MAPPING),
    (0, "INVALID_QUERY"): _rejected(Message("asked a question that Zoho does not understand"), _MAPPING),
    (0, "SYNTAX_ERROR"): _rejected(Message("asked a question that Zoho does not understand")),
    (0, "INVALID_DATA"): _rejected(Message("holds a value that Zoho does not take"), _MAPPING),
    (0, "PATTERN_NOT_MATCHED"): _rejected(Message("holds a value that Zoho does not take")),
    (0, "UNABLE_TO_PARSE_DATA_TYPE"): _rejected(Message("holds a value of another type")),
    (0, "REQUIRED_PARAM_MISSING"): _rejected(Message("lacks a parameter")),
    (0, "MANDATORY_NOT_FOUND"): _rejected(Message("lacks a field that the module demands"), _MAPPING),
    (0, "DUPLICATE_DATA"): _rejected(
        Message("would make something twice"), Message("look in Zoho for what has this name or value already")
    ),
    (0, "LIMIT_EXCEEDED"): _rejected(Message("is beyond a limit of this organisation or of Zoho")),
    (0, "AMBIGUITY_DURING_PROCESSING"): _rejected(Message("contradicts itself")),
    (0, "NOT_SUPPORTED"): _rejected(Message("is not supported for this module")),
    (0, "API_NOT_SUPPORTED"): _rejected(
        Message("is not supported by this version of the API"), Message("set api_version to v8")
    ),
    (0, "INVALID_REQUEST_METHOD"): _rejected(Message("came with a method that Zoho does not take here")),
    (0, "INVALID_URL_PATTERN"): _rejected(
        Message("found nothing at this address"), Message("check api_version, and the module's API name")
    ),
    (0, "RESOURCE_NOT_FOUND"): _rejected(Message("found nothing any more"), _AGAIN),
    (0, "INVALID_HOST"): _rejected(
        Message("went to a host that does not serve this organisation"), Message("check data_centre and environment")
    ),
    (0, "RESERVED_KEYWORD_NOT_ALLOWED"): _rejected(Message("uses a name that Zoho keeps for itself")),
    (413, "REQUEST_ENTITY_TOO_LARGE"): _rejected(Message("is too large")),
    (415, "UNSUPPORTED_MEDIA_TYPE"): _rejected(Message("came in a form that Zoho does not take")),
    # paging
    (0, "EXPIRED_VALUE"): _rejected(Message("came with a page token that has expired"), _PAGING_OVER),
    (0, "TOKEN_BOUND_DATA_MISMATCH"): _rejected(Message("came with a page token of another question"), _PAGING_OVER),
    (0, "DISCRETE_PAGINATION_LIMIT_EXCEEDED"): _rejected(Message("asked for more pages than lists have")),
    (0, "PAGINATION_LIMIT_EXCEEDED"): _rejected(Message("asked for more pages than lists have")),
    # later
    (0, "RECORD_LOCKED"): _later(Message("met a record that somebody has locked")),
    (0, "NOT_APPROVED"): _later(Message("met a record that waits for an approval")),
    (0, "NOT_REVIEWED"): _later(Message("met a record that waits for a review")),
    (0, "DEPENDENT_SERVICE_ERROR"): _later(Message("needed a service behind Zoho that was down")),
    (0, "INTERNAL_ERROR"): _later(Message("met an error inside Zoho")),
    (0, "BAD_GATEWAY"): _later(Message("found Zoho down")),
    (0, "SERVICE_UNAVAILABLE"): _later(Message("found Zoho down")),
    (412, "ALREADY_MODIFIED"): _later(Message("met a record that somebody changed at the same moment")),
    # limits
    (0, "TOO_MANY_REQUESTS"): _TOO_MANY,
    (0, "RATE_LIMIT_EXCEEDED"): _TOO_MANY,
    # success that is none
    (0, "SUCCESS"): Refusal(UnexpectedResponse, Message("was refused, and called a success"), _REPORT),
}
"""By status and code; status 0 stands for all of them, since Zoho's own pages disagree about many."""

_FEW_DIGITS: Final = "(?!(?:[^0-9]*[0-9]){6})"
"""A word with more of them may be an id, a telephone number or a secret that somebody repeats."""
_CODE: Final = re.compile(rf"{_FEW_DIGITS}[A-Z][A-Z0-9_]{{1,79}}")
_NAME: Final = re.compile(rf"{_FEW_DIGITS}[A-Za-z_$][A-Za-z0-9_.$]{{0,60}}")
_LONGEST: Final = 1_000
_DEEPEST: Final = 6
_MOST: Final = 20
_SAYS_WHAT: Final = frozenset(("code", "status", "param_name", "api_name", "expected_data_type", "permissions"))
"""Keys whose value is a word of Zoho's, never a customer's."""


def code_of(body: bytes) -> str:
    """The code of a refusal: flat, or of the first object in whatever list it is wrapped in (`data`, `fields` …).

    >>> code_of(b'{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}')
    'INVALID_TOKEN'
    >>> code_of(b'{"data":[{"code":"NO_PERMISSION","status":"error"}]}'), code_of(b"<html>")
    ('NO_PERMISSION', '')
    """
    document = _document(body)
    found = next((code for each in _objects(document) if isinstance(code := each.get("code"), str)), "")
    return found if _CODE.fullmatch(found) else ""


def sample_of(body: bytes) -> str:
    """The shape of an answer, for whoever writes this adapter: names and types; of values only Zoho's own words.

    >>> sample_of(b'{"code":"NEW_CODE","details":{"api_name":"Email","id":"487687"},"message":"ann@example.com"}')
    '{"code":"NEW_CODE","details":{"api_name":"Email","id":"text"},"message":"text"}'
    >>> sample_of(b"<html><title>Ann Example</title>")
    'not JSON, 32 bytes'
    """
    document = _document(body)
    if document is None:
        return f"not JSON, {len(body)} bytes"
    return msgspec.json.encode(_shape(document, 0)).decode()[:_LONGEST]


def credits_left(headers: Mapping[str, str]) -> int | None:
    """What Zoho says is left of the day; it says so once half of it is used."""
    left = headers.get("X-API-CREDITS-REMAINING", "").strip()
    return int(left) if left.isascii() and left.isdigit() and len(left) < 12 else None


def _document(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _objects(document: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(document, dict):
        return
    yield document
    for inner in document.values():
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield inner[0]


def _shape(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {_key(key): _value(key, inner, depth) for key, inner in list(value.items())[:_MOST]}
    if isinstance(value, list):
        return [_shape(each, depth + 1) for each in value[:2]]
    return "text" if isinstance(value, str) else value if isinstance(value, bool) or value is None else "number"


def _key(key: str) -> str:
    """Keys are names of fields; whatever does not look like one may be data."""
    return key if _NAME.fullmatch(key) else "?"


def _value(key: str, value: Any, depth: int) -> Any:
    if key in _SAYS_WHAT and isinstance(value, str) and _NAME.fullmatch(value):
        return value
    return _shape(value, depth + 1)

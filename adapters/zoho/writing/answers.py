"""What Zoho says to a write: one result a record, wrapped in a list, or one refusal of the whole call.

The status says little: a call of which every record was refused is 400 with the list, a mixed one 207, and refused
records under 200 were seen. So the list decides, and whatever it does not say clearly counts as not answered: it is
read back. Codes: https://www.zoho.com/crm/developer/docs/api/v8/update-records.html and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from adapters.zoho.asking import NOTHING, unreadable
from connector.contract import HttpResponse
from connector.errors import Message

READ_HERE: Final = (400,)
"""Statuses whose answer holds results: 400 is also what a call is answered with of which every record was refused."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer; `data` is empty where Zoho had nothing to say (204)."""

    status: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallRefused:
    """One refusal for the whole call."""

    status: int
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record of a call. `lost`: the answer does not say."""

    outcome: Literal["done", "rejected", "later", "lost"]
    message: Message = Message("")
    code: str = ""
    by_call: bool = False
    """It is the call that was refused, and this its only record."""


LOST: Final = Verdict("lost")

LATER: Final[Mapping[str, Message]] = {
    "RECORD_LOCKED": Message("somebody has locked the record; the next run tries again"),
    "NOT_APPROVED": Message("the record waits for an approval; the next run tries again"),
    "NOT_REVIEWED": Message("the record waits for a review; the next run tries again"),
    "DEPENDENT_SERVICE_ERROR": Message("a service behind Zoho was down; the next run tries again"),
    "INTERNAL_ERROR": Message("Zoho met an error of its own; the next run tries again"),
    "ALREADY_MODIFIED": Message("somebody changed the record at the same moment; the next run tries again"),
    "TOO_MANY_REQUESTS": Message("too much at once; the next run tries again"),
    "RATE_LIMIT_EXCEEDED": Message("too much at once; the next run tries again"),
}
"""Codes after which the same may work on another day, and why."""

REMEDIES: Final[Mapping[str, Message]] = {
    "INVALID_DATA": Message("check the field's type and length, and that the record still exists"),
    "MANDATORY_NOT_FOUND": Message(
        "the module demands a field that is not sent: make it optional, or give it a default"
    ),
    "DUPLICATE_DATA": Message("another record holds this value of a unique field: remove one of the two"),
    "DEPENDENT_FIELD_MISSING": Message("a field that depends on it is missing: take that rule off our fields"),
    "DEPENDENT_MISMATCH": Message("a rule ties it to another field: take that rule off our fields"),
    "EXPECTED_FIELD_MISSING": Message("a field that the module expects is missing: make it optional"),
    "LIMIT_EXCEEDED": Message("it is longer than the field allows"),
    "AUTHORIZATION_FAILED": Message("give the account that crm-kpi uses the right to change this record"),
    "NO_PERMISSION": Message("give the account that crm-kpi uses the right to change this record"),
    "NOT_ALLOWED": Message("a rule of the organisation forbids it: look at the record in Zoho"),
}
_OTHER_REMEDY: Final = Message("look at the record in Zoho")

CALL_CODES: Final = frozenset(
    (
        "API_NOT_SUPPORTED",
        "AUTHENTICATION_FAILURE",
        "AUTHORIZATION_FAILED",
        "FEATURE_NOT_ENABLED",
        "INVALID_HOST",
        "INVALID_MODULE",
        "INVALID_OAUTHTOKEN",
        "INVALID_REQUEST_METHOD",
        "INVALID_TOKEN",
        "INVALID_URL_PATTERN",
        "NO_PERMISSION",
        "NOT_SUPPORTED",
        "OAUTH_SCOPE_MISMATCH",
        "REQUIRED_PARAM_MISSING",
        "UNSUPPORTED_MEDIA_TYPE",
    )
)
"""Codes of a flat refusal that no record can be the reason of; after any other the culprit is looked for."""
FLEETING: Final = frozenset(
    (
        "BAD_GATEWAY",
        "DEPENDENT_SERVICE_ERROR",
        "INTERNAL_ERROR",
        "RATE_LIMIT_EXCEEDED",
        "SERVICE_UNAVAILABLE",
        "TOO_MANY_REQUESTS",
    )
)
"""Codes of a flat refusal that say nothing of what was sent: the answer counts as lost."""
_NEVER_A_RECORDS: Final = frozenset(("INVALID_MODULE", "INVALID_URL_PATTERN", "OAUTH_SCOPE_MISMATCH", "INVALID_TOKEN"))
"""Of those, the ones that mean the call even where they stand in the list (newer descriptions wrap them)."""
_WORDS: Final = 200


def decode(response: HttpResponse) -> Answer:
    """The answer to a write.

    Raises:
        UnexpectedResponse: it is no JSON object (a gateway's page, half of a document): what became of it is unknown.
    """
    if response.status in NOTHING or not response.body:
        return Answer(response.status, {})
    try:
        data = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise unreadable() from exc
    if not isinstance(data, dict):
        raise unreadable()
    return Answer(response.status, data)


def results(answer: Answer, root: str, *, sent: int) -> Sequence[Any] | CallRefused:
    """The list of results, or the one refusal: flat, or wrapped in a list of one though more was sent."""
    found = answer.data.get(root)
    if not isinstance(found, list):
        return _refusal(answer.status, answer.data) or ()
    only = found[0] if len(found) == 1 else None
    if isinstance(only, dict) and (sent > 1 or only.get("code") in _NEVER_A_RECORDS):
        details = only.get("details")
        of_a_record = isinstance(details, dict) and ("id" in details or "json_path" in details)
        if not of_a_record:
            return _refusal(answer.status, only) or found
    return found


def _refusal(status: int, data: Mapping[str, Any]) -> CallRefused | None:
    code = data.get("code")
    if not isinstance(code, str) or data.get("status") == "success" or code == "SUCCESS":
        return None
    return CallRefused(status, code, vendor_words(data))


def vendor_words(data: Mapping[str, Any]) -> str:
    """What Zoho says, in one short line that cannot steer a terminal."""
    words = str(data.get("message") or "")
    return "".join(sign for sign in words if sign.isprintable())[:_WORDS]


def verdict(result: Any) -> Verdict:
    """One record's result."""
    if not isinstance(result, dict):
        return LOST
    code, status = result.get("code"), result.get("status")
    if code == "SUCCESS" and status in ("success", None):
        return Verdict("done")
    if not isinstance(code, str) or not code or code == "SUCCESS" or status == "success":
        return LOST
    if code in LATER:
        return Verdict("later", LATER[code], code)
    return Verdict("rejected", _refused(result, code), code)


def refused_alone(refusal: CallRefused) -> Verdict:
    """The verdict on the only record of a call that was refused as a whole."""
    if refusal.code in LATER:
        return Verdict("later", LATER[refusal.code], refusal.code, by_call=True)
    message = _refused({"message": refusal.words}, refusal.code)
    return Verdict("rejected", message, refusal.code, by_call=True)


def _refused(result: Mapping[str, Any], code: str) -> Message:
    details = result.get("details")
    name = details.get("api_name") if isinstance(details, dict) else None
    remedy = REMEDIES.get(code, _OTHER_REMEDY)
    if isinstance(name, str) and name.isprintable():
        return Message(
            "{words} ({code}, field {field}): {remedy}",
            words=vendor_words(result),
            code=code,
            field=name[:60],
            remedy=remedy,
        )
    return Message("{words} ({code}): {remedy}", words=vendor_words(result), code=code, remedy=remedy)


def id_of(result: Any) -> str | None:
    """The record that a result is about, where it says so; of a duplicate it names the other one."""
    if not isinstance(result, dict) or result.get("code") == "DUPLICATE_DATA":
        return None
    details = result.get("details")
    found = details.get("id") if isinstance(details, dict) else None
    return str(found) if isinstance(found, str | int) else None

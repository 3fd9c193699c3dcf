"""Requests to Zoho's API, and their answers: JSON with exact numbers, nothing at all, or half of something."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, DecimalException
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

import msgspec

from connector.contract import HttpRequest, HttpResponse
from connector.errors import Message, UnexpectedResponse

Asking: TypeAlias = Generator[Any, Any, Any]
"""Part of a conversation: asks, perhaps says something, and returns what its docstring says that it found."""

COQL_CREDITS: Final = ((200, 1), (1_000, 2), (2_000, 3))
"""Most rows of a call, and what it costs."""
COQL_ROWS: Final = 2_000
LIST_ROWS: Final = 200
LIST_FIELDS: Final = 50
"""Most records of a list page, and most fields."""
BULK_JOB_CREDITS: Final = 50
NOTHING: Final = frozenset((204, 304))

_any = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `data` is empty where Zoho said "nothing" without a body."""

    data: Any = ()
    info: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    """The server's clock."""

    @property
    def more(self) -> bool:
        """Whether there is another page."""
        return self.info.get("more_records") is True

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The data as records; what is none is not among them."""
        return [each for each in self.data if isinstance(each, dict)] if isinstance(self.data, list) else []


Reading: TypeAlias = Callable[[HttpResponse], Answer]


def answered(root: str = "data", *, read: Callable[[bytes], Any] = _any.decode) -> Reading:
    """What reads an answer.

    Args:
        root: The key that holds what was asked for; empty for the whole document.
        read: The decoder of the document; it gives a mapping, or an object with the attributes `data` and `info`.
    """

    def decode(response: HttpResponse) -> Answer:
        at = clock_of(response.headers)
        if response.status in NOTHING or not response.body:
            return Answer(at=at)
        try:
            document = read(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DecimalException) as exc:
            raise unreadable() from exc
        return _answer(document, root, at)

    return decode


def _answer(document: Any, root: str, at: datetime | None) -> Answer:
    if not isinstance(document, dict):
        data, info = getattr(document, "data", None), getattr(document, "info", None)
    else:
        data, info = (document.get(root) if root else document), document.get("info")
    if data is None:
        raise unreadable()
    return Answer(data, info if isinstance(info, dict) else {}, at)


def unreadable() -> UnexpectedResponse:
    """Half a document, a gateway's page, or something that Zoho never answers here."""
    return UnexpectedResponse(
        Message("Zoho answered something that cannot be read"),
        hint=Message("the next run goes on where this one stopped; if it stays so, report it"),
        adapter="zoho",
    )


def clock_of(headers: Mapping[str, str]) -> datetime | None:
    """The server's clock; None where it does not say."""
    try:
        at = parsedate_to_datetime(headers.get("Date") or headers.get("date") or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # no date, or one at the end of time in another zone
        return None


@dataclass(frozen=True, slots=True)
class Api:
    """Paths of one API version."""

    version: str = "v8"

    def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        decode: Reading | None = None,
        credits: int = 1,
    ) -> HttpRequest:
        """Read something; `path` starts behind the version, such as "Deals/deleted"."""
        return HttpRequest(
            "GET",
            f"/crm/{self.version}/{path}",
            headers=headers or {},
            query=query or {},
            credits=credits,
            decode=decode or answered(),
        )

    def coql(self, query: str, *, limit: int, decode: Reading | None = None) -> HttpRequest:
        """Ask in COQL; the query has no LIMIT of its own."""
        body = msgspec.json.encode({"select_query": f"{query} limit {limit}"})
        return HttpRequest(
            "POST",
            f"/crm/{self.version}/coql",
            headers={"Content-Type": "application/json"},
            body=body,
            credits=next(cost for rows, cost in COQL_CREDITS if limit <= rows),
            decode=decode or answered(),
        )

    def bulk_job(self, query: Mapping[str, Any]) -> HttpRequest:
        """Have a file made."""
        body = msgspec.json.encode({"query": query, "file_type": "csv"})
        return HttpRequest(
            "POST",
            f"/crm/bulk/{self.version}/read",
            headers={"Content-Type": "application/json"},
            body=body,
            credits=BULK_JOB_CREDITS,
            decode=answered(),
        )

    def bulk_status(self, job: str) -> HttpRequest:
        """How far a job is."""
        return HttpRequest("GET", f"/crm/bulk/{self.version}/read/{job}", decode=answered())

    def bulk_result(self, job: str, *, decode: Callable[[HttpResponse], Any]) -> HttpRequest:
        """The file that a job made."""
        return HttpRequest("GET", f"/crm/bulk/{self.version}/read/{job}/result", to_file=True, decode=decode)

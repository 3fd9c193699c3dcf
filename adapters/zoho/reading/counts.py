"""How many records Zoho says there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.zoho.asking import Answer, Asking, answered, unreadable
from adapters.zoho.reading import coql
from adapters.zoho.reading.module import ModuleRead, raise_unless_refused
from connector.contract import HttpResponse
from connector.errors import AuthError, RejectedError

ENDPOINT, QUERY, NOT_AT_ALL = "count", "coql", "none"
COUNTS_FEWER: Final = frozenset(("Leads",))
"""Zoho's count may leave out converted ones."""
WAYS: Final = (ENDPOINT, QUERY, NOT_AT_ALL)


@dataclass(frozen=True, slots=True)
class Counted:
    """A number, which way of asking for it Zoho allows, and the server's clock."""

    number: int | None
    way: str
    at: datetime | None = None


def count(read: ModuleRead, way: str) -> Asking:
    """How many there are; returns `Counted`.

    Args:
        read: The module.
        way: What worked the last time; empty for the first.
    """
    # what is left out by a condition has to be left out of the count too, and the endpoint counts everything
    usual = QUERY if read.parent else ENDPOINT
    for each in WAYS[WAYS.index(way or usual) : -1]:
        try:
            answer: Answer = yield from (_by_endpoint(read) if each == ENDPOINT else coql.counted(read))
        except (RejectedError, AuthError) as error:
            raise_unless_refused(error)
        else:
            return Counted(answer.data, each, answer.at)
    return Counted(None, NOT_AT_ALL)


def _by_endpoint(read: ModuleRead) -> Asking:
    # Zoho does not say whether its count leaves out converted leads when they are asked for
    query = {"converted": "both"} if read.module == "Leads" else {}
    return (yield read.api.get(f"{read.module}/actions/count", query, decode=_number))


def _number(response: HttpResponse) -> Answer:
    """A count without a number is no answer."""
    answer = answered("")(response)
    number = answer.data.get("count") if isinstance(answer.data, dict) else None
    if not str(number).isdigit():
        raise unreadable()
    return Answer(int(str(number)), at=answer.at)

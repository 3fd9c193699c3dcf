"""How many records Zoho says there are."""

from __future__ import annotations

from typing import Final

from adapters.zoho.asking import Answer, Asking, answered
from adapters.zoho.reading import coql
from adapters.zoho.reading.module import ModuleRead
from connector.errors import AuthError, RejectedError

ENDPOINT, QUERY, NOT_AT_ALL = "count", "coql", "none"
WAYS: Final = (ENDPOINT, QUERY, NOT_AT_ALL)


def count(read: ModuleRead, way: str) -> Asking:
    """How many there are, and which way of asking Zoho allows: `(number or None, way)`.

    Args:
        read: The module.
        way: What worked the last time; empty for the first.
    """
    # what is left out by a condition has to be left out of the count too, and the endpoint counts everything
    usual = QUERY if read.parent else ENDPOINT
    for each in WAYS[WAYS.index(way or usual) :]:
        if each == NOT_AT_ALL:
            break
        try:
            number = yield from (_by_endpoint(read) if each == ENDPOINT else coql.counted(read))
        except (RejectedError, AuthError) as error:
            if isinstance(error, AuthError) and error.code != "OAUTH_SCOPE_MISMATCH":
                raise
        else:
            return number, each
    return None, NOT_AT_ALL


def _by_endpoint(read: ModuleRead) -> Asking:
    answer: Answer = yield read.api.get(f"{read.module}/actions/count", decode=answered(""))
    number = answer.data.get("count") if isinstance(answer.data, dict) else 0
    return int(number) if isinstance(number, int | str) and str(number).isdigit() else None

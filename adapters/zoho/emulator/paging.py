"""Page tokens: opaque, bound to the parameters of the first request, good for a day and for 100,000 records."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.state import State, stamp

BY_PAGE, BY_TOKEN = 2_000, 100_000
UNBOUND = frozenset({"page_token", "page"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: behind this record."""

    after: tuple[Any, str]
    """Its value of the field that is sorted by, and its id."""
    before: tuple[Any, str] | None
    """A record in the middle of the page before, for the fault of doubled rows."""
    served: int
    """Records so far."""
    page: int


class PageTokens:
    """The tokens that were given out, in the state's file: they survive a restart of either side."""

    def __init__(self, state: State, *, seconds: int) -> None:
        self.state, self.seconds = state, seconds
        state.db.execute(
            "CREATE TABLE IF NOT EXISTS page_tokens "
            "(token TEXT PRIMARY KEY, bound TEXT NOT NULL, expires TEXT NOT NULL, place TEXT NOT NULL)"
        )

    def give(self, bound: str, place: Place) -> tuple[str, str]:
        """A new token and its end."""
        token, expires = secrets.token_hex(48), stamp(self.state.now() + timedelta(seconds=self.seconds))
        values = [place.after, place.before, place.served, place.page]
        self.state.db.execute(
            "INSERT INTO page_tokens VALUES (?, ?, ?, ?)", (token, bound, expires, orjson.dumps(values).decode())
        )
        return token, expires

    def take(self, token: str, bound: str, *, expired: bool = False) -> Place:
        """Where the token's list goes on; a token may be used again.

        Args:
            token: What the client sent.
            bound: Fingerprint of the request's other parameters.
            expired: Whether a fault says that its day is over.

        Raises:
            Refusal: unknown, expired, of another request, or at its last record.
        """
        row = self.state.db.execute(
            "SELECT bound, expires, place FROM page_tokens WHERE token = ?", (token,)
        ).fetchone()
        if row is None:
            raise Refusal(400, "INVALID_DATA", "invalid data", details={"param_name": "page_token"})
        if expired or row[1] <= stamp(self.state.now()):
            raise Refusal(400, "EXPIRED_VALUE", "page_token has expired", details={"api_name": "page_token"})
        if row[0] != bound:
            text = "the parameters differ from those that the token was made for"
            raise Refusal(400, "TOKEN_BOUND_DATA_MISMATCH", text, details={"param_name": "page_token"})
        after, before, served, page = orjson.loads(row[2])
        if served >= BY_TOKEN:
            text = "no more records can be read with page_token"
            raise Refusal(400, "PAGINATION_LIMIT_EXCEEDED", text, details={"limit": BY_TOKEN})
        return Place(tuple(after), None if before is None else tuple(before), served, page)


def fingerprint(path: str, query: Mapping[str, str], since: str | None) -> str:
    """What must be the same in each request of a list."""
    bound = sorted((name, value) for name, value in query.items() if name not in UNBOUND)
    return hashlib.sha256(orjson.dumps([path, bound, since])).hexdigest()

"""What calls cost, and how many an edition may make: a ledger of 24 hours, and calls at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.state import State, stamp

DAY = timedelta(hours=24)
HEAVY_CALLS = 10
"""At once, in every edition."""
UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True)
class Edition:
    """Limits of an edition (fact sheet of the API limits page)."""

    base: int
    per_user: int
    most: int
    calls: int
    """At once."""

    def credits(self, users: int) -> int:
        """Of 24 hours."""
        return min(self.base + self.per_user * users, self.most)


EDITIONS: Mapping[str, Edition] = {
    "free": Edition(5_000, 0, 5_000, 5),
    "standard": Edition(50_000, 250, 100_000, 10),
    "professional": Edition(50_000, 500, 3_000_000, 15),
    "enterprise": Edition(50_000, 1_000, 5_000_000, 20),
    "ultimate": Edition(50_000, 2_000, UNLIMITED, 25),
}


def too_many(retry_after: str | None = None) -> Refusal:
    """The answer says neither which limit it was nor, as a rule, how long to wait."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Refusal(429, "TOO_MANY_REQUESTS", "You have exceeded the maximum number of requests", headers=headers)


class Ledger:
    """Credits of the last 24 hours, kept by the minute, in the state's file too."""

    def __init__(self, state: State, *, limit: int | None = None) -> None:
        self.state = state
        org = state.setting("org", {})
        users = org.get("license_details", {}).get("users_license_purchased", 0)
        self.edition = EDITIONS[str(state.setting("edition", "enterprise"))]
        self.limit = self.edition.credits(users) if limit is None else limit
        self._entries: deque[tuple[str, int]] = deque()
        self._spent = 0
        state.db.execute("CREATE TABLE IF NOT EXISTS credits (minute TEXT PRIMARY KEY, spent INTEGER NOT NULL)")
        for minute, spent in state.db.execute("SELECT minute, spent FROM credits ORDER BY minute"):
            self._entries.append((minute, spent))
            self._spent += spent

    def spent(self) -> int:
        """In the last 24 hours."""
        oldest = stamp(self.state.now() - DAY)
        while self._entries and self._entries[0][0] < oldest:
            minute, credits = self._entries.popleft()
            self._spent -= credits
            self.state.db.execute("DELETE FROM credits WHERE minute = ?", (minute,))
        return self._spent

    def charge(self, credits: int) -> None:
        """Take credits for a call.

        Raises:
            Refusal: there are not so many left.
        """
        if self.spent() + credits > self.limit:
            raise too_many()
        if not credits:
            return
        minute = stamp(self.state.now().replace(second=0))
        if self._entries and self._entries[-1][0] == minute:
            credits_of_minute = self._entries.pop()[1] + credits
        else:
            credits_of_minute = credits
        self._entries.append((minute, credits_of_minute))
        self._spent += credits
        self.state.db.execute("INSERT OR REPLACE INTO credits VALUES (?, ?)", (minute, credits_of_minute))

    def headers(self) -> dict[str, str]:
        """Zoho tells what is left once half of it is used."""
        spent = self.spent()
        return {"X-API-CREDITS-REMAINING": str(max(0, self.limit - spent))} if spent * 2 >= self.limit else {}


class Gate:
    """Calls at once: so many of an edition, ten of them heavy."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.calls = 0
        self.heavy = 0
        self.most = 0
        """Calls at once, at the highest."""

    @contextmanager
    def held(self, *, heavy: bool) -> Iterator[None]:
        """One of the calls, as long as the block lasts.

        Raises:
            Refusal: there are too many.
        """
        self.enter(heavy=heavy)
        try:
            yield
        finally:
            self.leave(heavy=heavy)

    def enter(self, *, heavy: bool) -> None:
        """Begin a call.

        Raises:
            Refusal: there are too many.
        """
        if self.calls >= self.edition.calls or (heavy and self.heavy >= HEAVY_CALLS):
            raise too_many()
        self.calls += 1
        self.heavy += heavy
        self.most = max(self.most, self.calls)

    def leave(self, *, heavy: bool) -> None:
        """End it."""
        self.calls -= 1
        self.heavy -= heavy

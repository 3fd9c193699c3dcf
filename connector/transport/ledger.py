"""What a connection has spent of the credits that its vendor allows in any 24 hours.

Credits are charged before a request is sent, so that a run stops before the limit and not after it. What earlier runs
spent comes in from the store, and what this run spends is handed out to it; what other programs and people spend is
known only from what the vendor says is left.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.errors import BudgetSpent, Message

WINDOW: Final = timedelta(hours=24)
WORD_HOLDS: Final = timedelta(hours=1)
"""How long the vendor's word on what is left is relied on; after that a request is worth hearing it again."""


class Ledger:
    """Counts by the minute; may be shared between threads."""

    def __init__(
        self,
        allowed: int | None,
        spent: Iterable[tuple[datetime, int]],
        clock: Callable[[], datetime],
        *,
        kept_back: int = 0,
    ) -> None:
        """Begin with what earlier runs have spent.

        Args:
            allowed: What may be spent in any 24 hours; None where there is no limit of ours.
            spent: Aware instants and credits; what is older than 24 hours is passed over.
            clock: Tells the moment, aware.
            kept_back: How many of the credits that the vendor says are left are not ours: people's own work.
        """
        self._allowed = allowed
        self._clock = clock
        self._kept_back = kept_back
        self._lock = threading.Lock()
        self._spent: Counter[datetime] = Counter()
        self._unsaved: Counter[datetime] = Counter()
        self._left: tuple[int, datetime] | None = None
        now = self._minute()
        for at, credits in spent:
            self._spent[min(_minute_of(at), now)] += credits  # from a clock that ran ahead: as if it were now

    def charge(self, credits: int) -> None:
        """Take the credits of a request that is about to be sent.

        Raises:
            BudgetSpent: they are more than may be spent now; nothing was taken.
        """
        if credits <= 0:
            return
        with self._lock:
            now = self._minute()
            self._forget_before(now - WINDOW)
            if not self._affords(credits, now):
                raise self._refusal(credits)
            self._spent[now] += credits
            self._unsaved[now] += credits
            if self._left is not None:
                self._left = (self._left[0] - credits, self._left[1])

    def note_left(self, left: int) -> None:
        """Note how many credits the vendor says are left, whoever spent the others."""
        with self._lock:
            self._left = (left - self._kept_back, self._minute())

    def unsaved(self) -> list[tuple[str, int]]:
        """What was spent since the last call, by minute (UTC, ISO): to be added to what the store holds.

        Each credit is handed out once. Where the store could not keep them, `put_back` takes them again.
        """
        with self._lock:
            entries = [(at.strftime("%Y-%m-%dT%H:%MZ"), credits) for at, credits in sorted(self._unsaved.items())]
            self._unsaved.clear()
            return entries

    def put_back(self, entries: Iterable[tuple[str, int]]) -> None:
        """Take back what `unsaved` handed out: the transaction that held it was undone."""
        with self._lock:
            for at, credits in entries:
                self._unsaved[datetime.fromisoformat(at)] += credits

    def spent_in_window(self) -> int:
        """What the last 24 hours cost."""
        with self._lock:
            self._forget_before(self._minute() - WINDOW)
            return self._spent.total()

    def can_go_on_at(self, credits: int = 1) -> datetime | None:
        """When that many credits can be spent again; None where it is now, or where nobody can tell."""
        with self._lock:
            now = self._minute()
            self._forget_before(now - WINDOW)
            return self._free_at(credits, now)

    # ---- with the lock held ----

    def _affords(self, credits: int, now: datetime) -> bool:
        within = self._allowed is None or self._spent.total() + credits <= self._allowed
        return within and (self._words_left(now) is None or credits <= (self._words_left(now) or 0))

    def _words_left(self, now: datetime) -> int | None:
        """What the vendor's word leaves us, while it holds."""
        if self._left is None or not timedelta(0) <= now - self._left[1] < WORD_HOLDS:
            return None
        return self._left[0]

    def _free_at(self, credits: int, now: datetime) -> datetime | None:
        if self._affords(credits, now):
            return None
        moments = [self._room_at(credits, now)]
        left = self._words_left(now)
        if self._left is not None and left is not None and credits > left:
            moments.append(self._left[1] + WORD_HOLDS)
        return max((moment for moment in moments if moment is not None), default=None)

    def _room_at(self, credits: int, now: datetime) -> datetime | None:
        """When enough of our own spending is older than 24 hours."""
        if self._allowed is None:
            return None
        too_many = self._spent.total() + credits - self._allowed
        for at, spent in sorted(self._spent.items()):
            if too_many <= 0:
                break
            too_many -= spent
            if too_many <= 0:
                return max(at + WINDOW + timedelta(minutes=1), now)
        return None

    def _forget_before(self, start: datetime) -> None:
        for at in [at for at in self._spent if at < start]:
            del self._spent[at]

    def _minute(self) -> datetime:
        return _minute_of(self._clock())

    def _refusal(self, credits: int) -> BudgetSpent:
        at = self._free_at(credits, self._minute())
        hint = Message("start again then, or allow more (credits) in the connection's settings")
        spent, allowed = self._spent.total(), self._allowed
        if allowed is None or spent + credits <= allowed:
            message = Message("the vendor says that the day's credits are used up but for the reserve")
        else:
            message = Message(
                "{spent} of the {allowed} credits that a day has for us are spent", spent=spent, allowed=allowed
            )
        if at is not None:
            when = at.strftime("%Y-%m-%d %H:%M UTC")
            message = Message("{why}; it can go on at {when}", why=message, when=when)
        return BudgetSpent(message, hint=hint)


def _minute_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)

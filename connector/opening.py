"""Begins to speak with a connection: who is at the other end, and what may be spent there.

A store belongs to one organisation (and environment) for each connection: facts of two would be added up as if they
were one, and a sandbox's plan would be written into production. So whoever pulls or writes asks first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from connector.config import Credits
from connector.contract import Adapter, Introduction
from connector.errors import Message, StoreError, UnexpectedResponse
from connector.store import Store, credits, origins
from connector.store.moments import written
from connector.store.origins import Origin
from connector.transport import Ledger, World, converse


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection that has said who it is, and the world in which its credits are counted."""

    connection: str
    introduction: Introduction
    world: World
    ledger: Ledger
    at_once: int
    """How many conversations it bears at the same time."""

    @contextmanager
    def transaction(self, store: Store) -> Iterator[None]:
        """A transaction of the store that also keeps what was spent until it ends."""
        with _counted(store, self.connection, self.ledger, now=self.world.now):
            yield

    def save_credits(self, store: Store) -> None:
        """Keep what was spent since the last transaction: at the end, when nothing else is to be stored."""
        _save(store, self.connection, self.ledger, now=self.world.now)


def open_connection(
    store: Store,
    connection: str,
    adapter: Adapter,
    *,
    adapter_name: str,
    allowance: Credits | None = None,
    now: datetime,
    world: World | None = None,
) -> Opened:
    """Ask who is at the other end, before anything is pulled or written.

    Args:
        store: The open store, of which the caller holds the lock.
        connection: Its name in the settings.
        adapter: The connection itself.
        adapter_name: For messages.
        allowance: What the settings let us spend.
        now: The run's moment, aware.
        world: Where effects happen; its ledger is replaced by the connection's own.

    Raises:
        AdapterError: it could not be asked.
        StoreError: it is another organisation than the one whose facts the store holds.
    """
    world, allowance = world or World(), allowance or Credits()
    known = origins.origin_of(store, connection)
    ledger = _ledger(store, connection, allowance, a_day=known.credits_a_day if known else None, clock=world.now)
    counting = replace(world, ledger=ledger)
    said = converse(adapter.introduce(), adapter=adapter_name, http=adapter.http, world=counting)
    try:
        introduction = _only(list(said), adapter_name)
    finally:
        _save(store, connection, ledger, now=world.now)
    check_identity(connection, known, introduction)
    if introduction.identity:
        _remember(store, connection, introduction, now=now)
    ledger = _ledger(store, connection, allowance, a_day=introduction.credits_a_day, clock=world.now)
    return Opened(connection, introduction, replace(world, ledger=ledger), ledger, _at_once(adapter, introduction))


def check_identity(connection: str, known: Origin | None, introduction: Introduction) -> None:
    """Refuse another organisation than the one that the store knows.

    Raises:
        StoreError: it is another one.
    """
    if known is None or introduction.identity == known.identity:
        return
    message = Message(
        "{connection} is {other} now, and the store holds the facts of {known}",
        connection=connection,
        other=_called(introduction.title, introduction.identity),
        known=_called(known.title, known.identity),
    )
    hint = Message("correct the connection's settings; another organisation needs a store of its own (store:)")
    raise StoreError(message, hint=hint)


def _called(title: str, identity: str) -> Message:
    if not identity:
        return Message("a source without a name")
    if not title:
        return Message("{identity}", identity=identity)
    return Message("{title} ({identity})", title=title, identity=identity)


def _only(said: list[Introduction], adapter: str) -> Introduction:
    if len(said) != 1 or not isinstance(said[0], Introduction):
        what = Message("it does not say who it is")
        message = Message("the adapter {adapter} has a fault: {what}", adapter=adapter, what=what)
        raise UnexpectedResponse(message, hint=Message("report it to the adapter's author"), adapter=adapter)
    return said[0]


def _remember(store: Store, connection: str, introduction: Introduction, *, now: datetime) -> None:
    """Nothing is written where all of it is known."""
    at = written(now)
    found = Origin(connection, introduction.identity, introduction.title, at, introduction.credits_a_day)
    known = origins.origin_of(store, connection)
    if known is None or replace(found, first_seen_at=known.first_seen_at) != known:
        with store.transaction():
            origins.note(store, found)


def _at_once(adapter: Adapter, introduction: Introduction) -> int:
    able = adapter.capabilities.conversations_at_once
    return max(1, able if introduction.conversations_at_once is None else min(able, introduction.conversations_at_once))


# ---- credits ----


@dataclass(frozen=True, slots=True)
class Spending:
    """How a connection stands with its vendor's credits."""

    connection: str
    spent: int
    """In the last 24 hours."""
    allowed: int | None
    """What may be spent in any 24 hours; None where nobody says."""
    vendors: int | None
    """What the vendor allows everybody together."""
    free_at: datetime | None
    """When more can be spent; None where it can be now."""


def spending(store: Store, connection: str, allowance: Credits, *, now: datetime) -> Spending | None:
    """How a connection stands; None where nothing was ever spent and nobody counts."""
    known = origins.origin_of(store, connection)
    a_day = known.credits_a_day if known else None
    ledger = _ledger(store, connection, allowance, a_day=a_day, clock=lambda: now)
    spent, allowed = ledger.spent_in_window(), allowance.allowed(a_day)
    if not spent and a_day is None:
        return None
    return Spending(connection, spent, allowed, a_day, ledger.can_go_on_at())


def _ledger(
    store: Store, connection: str, allowance: Credits, *, a_day: int | None, clock: Callable[[], datetime]
) -> Ledger:
    return Ledger(
        allowance.allowed(a_day),
        credits.spent(store, connection),
        clock,
        kept_back=int((a_day or 0) * allowance.reserve),
    )


def _save(store: Store, connection: str, ledger: Ledger, *, now: Callable[[], datetime]) -> None:
    """Keep what was spent and is not kept yet; where that is nothing, nothing is written."""
    entries = ledger.unsaved()
    ledger.put_back(entries)
    if entries:
        with _counted(store, connection, ledger, now=now):
            pass


@contextmanager
def _counted(store: Store, connection: str, ledger: Ledger, *, now: Callable[[], datetime]) -> Iterator[None]:
    entries: list[tuple[str, int]] = []
    try:
        with store.transaction():
            yield
            entries = ledger.unsaved()
            credits.add(store, connection, entries, now=now())
    except BaseException:
        ledger.put_back(entries)
        raise

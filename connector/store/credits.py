"""What each connection has spent of its vendor's credits, minute by minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.store.database import Store

KEPT: Final = timedelta(hours=48)
"""Twice as long as vendors count: a clock that was corrected makes no hole."""
_MINUTE: Final = "%Y-%m-%dT%H:%MZ"


def spent(store: Store, connection: str) -> Iterator[tuple[datetime, int]]:
    """What was spent when, as far as it is kept."""
    rows = store.db.conn.execute("SELECT at, credits FROM credits WHERE connection = ? ORDER BY at", (connection,))
    for at, credits in rows:
        yield datetime.fromisoformat(at), credits


def add(store: Store, connection: str, entries: Iterable[tuple[str, int]], *, now: datetime) -> None:
    """Add what was spent since (minute in UTC, ISO, and credits), and forget what nobody counts any more."""
    rows = [(connection, at, credits) for at, credits in entries]
    if not rows:
        return
    store.writing.executemany(
        "INSERT INTO credits (connection, at, credits) VALUES (?, ?, ?) "
        "ON CONFLICT (connection, at) DO UPDATE SET credits = credits + excluded.credits",
        rows,
    )
    store.writing.execute("DELETE FROM credits WHERE at < ?", ((now.astimezone(UTC) - KEPT).strftime(_MINUTE),))


def connections(store: Store) -> tuple[str, ...]:
    """Those that have spent something."""
    return tuple(row[0] for row in store.db.conn.execute("SELECT DISTINCT connection FROM credits ORDER BY 1"))

"""Which organisation each connection's facts are of: a store belongs to one."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import names, upsert

_COLUMNS = columns_of("sources")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who was at the other end of a connection when it was first spoken with."""

    connection: str
    identity: str
    title: str
    first_seen_at: str
    credits_a_day: int | None = None
    """What the vendor allowed in any 24 hours when it was asked last."""


def origin_of(store: Store, connection: str) -> Origin | None:
    """Who it is; None before it was ever spoken with, or where nobody says (a folder)."""
    statement = f"SELECT {names(_COLUMNS)} FROM sources WHERE connection = ?"  # noqa: S608  # our own names
    row = store.db.conn.execute(statement, (connection,)).fetchone()
    return None if row is None else Origin(*row)


def note(store: Store, origin: Origin) -> None:
    """Keep who it is; nothing is written where that is known already."""
    statement = upsert("sources", _COLUMNS, key=("connection",), silent=("first_seen_at",))
    store.writing.execute(statement, astuple(origin))

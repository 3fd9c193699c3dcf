"""Where each conversation goes on: adapter states, saved in the transaction of the rows that they describe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import upsert


@dataclass(frozen=True, slots=True)
class SyncState:
    """A saved state."""

    state: Mapping[str, Any]
    basis: str
    """Digest of the mapping and links that the rows were made with."""
    at: str
    """When it last changed."""

    def on(self, basis: str) -> Mapping[str, Any] | None:
        """The state for an adapter: None where the mapping has changed since, so that everything is read again."""
        return self.state if self.basis == basis else None


def load_state(store: Store, connection: str, key: str) -> SyncState | None:
    """The state of one conversation; None where it has none yet."""
    statement = "SELECT state, basis, at FROM sync_state WHERE connection = ? AND key = ?"
    row = store.db.conn.execute(statement, (connection, key)).fetchone()
    return None if row is None else SyncState(json.loads(row[0]), row[1], row[2])


def save_state(store: Store, connection: str, key: str, state: Mapping[str, Any], *, basis: str, at: str) -> bool:
    """Save a state; returns whether it differs from what was saved (where not, nothing is written)."""
    writing = store.writing
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    statement = upsert("sync_state", columns_of("sync_state"), key=("connection", "key"), silent=("at",))
    before = writing.total_changes
    writing.execute(statement, (connection, key, text, basis, at))
    return writing.total_changes > before

"""What was sent without an answer, or refused, of records that nobody wants anything of any more.

A record is deleted or merged away in the CRM, a field or a target taken out of the settings: what is still open of them
can be settled by nobody, and a refusal of them is nobody's task.
"""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, TypeAlias

from connector.store import acknowledged
from connector.store.database import Store
from connector.store.outbox import ChangeStatus

Place: TypeAlias = tuple[str, str]
"""Connection and target."""

_STATUSES: Final = (ChangeStatus.SENDING, ChangeStatus.UNKNOWN, ChangeStatus.REJECTED)
_LEFT: Final = f"status IN ({', '.join('?' * len(_STATUSES))})"


def left(store: Store) -> dict[Place, set[str]]:
    """Of which records something was sent without an answer, or refused."""
    found: dict[Place, set[str]] = {}
    statement = f"SELECT DISTINCT connection, target, record_id FROM changes WHERE {_LEFT}"
    for connection, target, record_id in store.db.conn.execute(statement, _STATUSES):
        found.setdefault((connection, target), set()).add(record_id)
    return found


def forget(store: Store, place: Place, record_ids: Iterable[str]) -> None:
    """Forget it, and what these records hold: should one come back, everything is said to it anew."""
    ids = sorted(record_ids)
    store.writing.execute(
        f"DELETE FROM changes WHERE connection = ? AND target = ? AND {_LEFT} "
        "AND record_id IN (SELECT value FROM json_each(?))",
        (*place, *_STATUSES, json.dumps(ids)),
    )
    acknowledged.forget(store, *place, ids)

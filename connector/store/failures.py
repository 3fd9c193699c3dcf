"""SQLite's failures in our words: what happened, and what to do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from connector.errors import Message, StoreBusy, StoreError

_RESTORE = Message("restore a backup with `crm-kpi store restore`; nothing was changed or deleted")

_KNOWN: dict[str, tuple[type[StoreError], Message, Message]] = {
    "SQLITE_FULL": (
        StoreError,
        Message("The disk is full"),
        Message("free some space and run again; the interrupted step was undone"),
    ),
    "SQLITE_READONLY_ROLLBACK": (
        StoreError,
        Message("A run was interrupted, and its unfinished step cannot be undone while the store is read-only"),
        Message("open the store once with write permission on its file and folder, for instance with `crm-kpi run`"),
    ),
    "SQLITE_READONLY": (
        StoreError,
        Message("The store is read-only"),
        Message("give this user write permission on the file and on its folder"),
    ),
    "SQLITE_BUSY": (
        StoreBusy,
        Message("Another program is using the store"),
        Message("close it there and run again; the interrupted step was undone"),
    ),
    "SQLITE_CORRUPT": (StoreError, Message("The store is damaged"), _RESTORE),
    "SQLITE_NOTADB": (StoreError, Message("This file is not a store, or it is damaged"), _RESTORE),
    "SQLITE_CANTOPEN": (
        StoreError,
        Message("The store cannot be opened"),
        Message("check that the path is a file, and that this user may read it and write to its folder"),
    ),
    "SQLITE_IOERR": (
        StoreError,
        Message("The disk failed while the store was read or written"),
        Message("check the disk; run again, or restore a backup with `crm-kpi store restore`"),
    ),
}


def store_error(error: sqlite3.DatabaseError, path: Path) -> StoreError:
    """The `StoreError` for a failure of SQLite's; extended codes fall back to their family (`…_IOERR_FSYNC`)."""
    name = getattr(error, "sqlite_errorname", "") or ""
    known = _KNOWN.get(name) or _KNOWN.get("_".join(name.split("_")[:2]))
    if known is None:
        return StoreError(
            Message("{path}: SQLite refused: {detail}", path=str(path), detail=str(error)),
            hint=Message("run `crm-kpi store verify`"),
        )
    kind, message, hint = known
    return kind(Message("{path}: {reason}", path=str(path), reason=message), hint=hint)

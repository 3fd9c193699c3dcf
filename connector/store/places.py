"""The fields and modules that values are written to, as far as they were seen to be there: not looked for each time."""

from __future__ import annotations

from collections.abc import Mapping

from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import upsert

_COLUMNS = columns_of("write_places")


def seen(store: Store, connection: str, target: str, module: str) -> dict[str, str]:
    """Field (empty: the module itself) -> the shape that it was seen to hold."""
    statement = "SELECT field, shape FROM write_places WHERE connection = ? AND target = ? AND module = ?"
    return dict(store.db.conn.execute(statement, (connection, target, module)))


def note(store: Store, connection: str, target: str, module: str, *, shapes: Mapping[str, str], at: str) -> None:
    """Note that these are there and can hold what we write."""
    statement = upsert("write_places", _COLUMNS, key=("connection", "target", "module", "field"))
    rows = ((connection, target, module, field, shape, at) for field, shape in shapes.items())
    store.writing.executemany(statement, rows)


def forget(store: Store, connection: str, target: str) -> None:
    """Have them looked for again: the target could not be written to as a whole."""
    store.writing.execute("DELETE FROM write_places WHERE connection = ? AND target = ?", (connection, target))

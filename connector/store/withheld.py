"""Fields that a vendor does not show to our account: their columns are not filled, which is not "empty"."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

from connector.store.database import Store
from connector.store.schema import columns_of
from connector.store.statements import names, upsert

_COLUMNS = columns_of("withheld")


@dataclass(frozen=True, slots=True)
class WithheldColumn:
    """A fact column that a field would fill."""

    connection: str
    module: str
    table: str
    column: str
    field: str
    found_at: str
    """When it was first found."""


def replace(store: Store, connection: str, module: str, columns: Iterable[WithheldColumn]) -> None:
    """Have just these columns withheld in a module; nothing is written where they are known."""
    rows = [astuple(each) for each in columns]
    place = (connection, module)
    known = {row[2:4] for row in rows}
    for each in list(of_module(store, connection, module)):
        if (each.table, each.column) not in known:
            store.writing.execute(
                "DELETE FROM withheld WHERE connection = ? AND module = ? AND table_name = ? AND name = ?",
                (*place, each.table, each.column),
            )
    key = ("connection", "module", "table_name", "name")
    store.writing.executemany(upsert("withheld", _COLUMNS, key=key, silent=("found_at",)), rows)


def of_module(store: Store, connection: str, module: str) -> Iterator[WithheldColumn]:
    """What is withheld in one module."""
    return (each for each in all(store) if (each.connection, each.module) == (connection, module))


def all(store: Store) -> Iterator[WithheldColumn]:
    """Everything that is withheld, in order."""
    for row in store.db.conn.execute(f"SELECT {names(_COLUMNS)} FROM withheld ORDER BY 1, 2, 3, 4").fetchall():
        yield WithheldColumn(*row)

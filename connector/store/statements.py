"""SQL text that several tables need, made from names that this package knows."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Sequence[str], *, of: str = "") -> str:
    """A comma-separated list of columns, each with its table where `of` is given."""
    prefix = f"{quoted(of)}." if of else ""
    return ", ".join(prefix + quoted(column) for column in columns)


def upsert(
    table: str,
    columns: Sequence[str],
    *,
    key: Sequence[str],
    source: str = "",
    silent: Sequence[str] = (),
) -> str:
    """Insert rows, or update those that differ: a row that holds the same already is not written at all.

    Args:
        table: The table.
        columns: The columns given, the key's among them.
        key: The columns of the primary key.
        source: Where rows come from, in place of one placeholder a column; a SELECT needs its WHERE.
        silent: Columns that are written along, but whose change alone is no reason to write.
    """
    changing = [column for column in columns if column not in key]
    telling = [column for column in changing if column not in silent]
    values = source or f"VALUES ({', '.join('?' * len(columns))})"
    statement = f"INSERT INTO {quoted(table)} ({names(columns)}) {values} ON CONFLICT ({names(key)}) DO "
    if not telling:
        return statement + "NOTHING"
    settings = ", ".join(f"{quoted(column)} = excluded.{quoted(column)}" for column in changing)
    return (
        f"{statement}UPDATE SET {settings} WHERE ({names(telling, of=table)}) IS NOT ({names(telling, of='excluded')})"
    )

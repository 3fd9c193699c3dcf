"""Rows of other modules that belong to a module's records, by COQL: the calls on a case, the stages of a deal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from adapters.zoho.asking import COQL_ROWS, Answer, Asking
from adapters.zoho.reading.module import ModuleRead, in_order, raise_unless_refused
from adapters.zoho.reading.query import among, both, column, select, text
from connector.errors import AuthError, RejectedError

IDS_AT_ONCE: Final = 100


def may_ask(read: ModuleRead, module: str, *, parent: str, names: Sequence[str]) -> Asking:
    """Whether Zoho answers queries for such rows; a refusal is an answer, too."""
    query = select(("id", parent, *names), module, where=f"{column(parent)} is not null")
    try:
        yield read.api.coql(query, limit=1)
    except (RejectedError, AuthError) as error:
        raise_unless_refused(error)
        return False
    return True


def rows_of_parents(read: ModuleRead, module: str, *, parent: str, ids: Sequence[str], names: Sequence[str]) -> Asking:
    """All rows that belong to these records, each with its `parent`."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), IDS_AT_ONCE):
        where = among(parent, ids[start : start + IDS_AT_ONCE])
        found += yield from rows_where(read, module, where, parent=parent, names=names)
    return found


def rows_where(read: ModuleRead, module: str, where: str, *, parent: str, names: Sequence[str]) -> Asking:
    """All rows of which a condition holds, each with its `parent`; in the order of ids, which never change."""
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        behind = both(where, f"id > {text(after)}" if after else "")
        query = select(("id", parent, *names), module, where=behind, order=("id",))
        answer: Answer = yield read.api.coql(query, limit=COQL_ROWS)
        rows += [{**row, "parent": _id_of(row.get(parent)), "id": str(row["id"])} for row in answer.rows]
        if not answer.more or not answer.rows:
            return rows
        after = max((str(row["id"]) for row in answer.rows), key=in_order)


def _id_of(cell: Any) -> str:
    return str(cell.get("id")) if isinstance(cell, dict) else str(cell)

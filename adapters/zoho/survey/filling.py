"""How well a module's fields are filled: looked at in its newest records, which is cheap, and all of them if few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from adapters.zoho.asking import COQL_ROWS, LIST_FIELDS, LIST_ROWS, Answer, Api, Asking
from adapters.zoho.reading.query import select
from connector.contract import FieldInfo
from connector.errors import AuthError, RejectedError

COLUMNS: Final = 500
"""A query of COQL selects no more."""
NOTHING: Final[tuple[Any, ...]] = (None, "", [])


def ask_filling(api: Api, module: str, fields: Sequence[FieldInfo]) -> Asking:
    """The share of records that have each field: by name, 0 to 1; empty where there is nothing to look at."""
    names = [each.name for each in fields if each.type and not each.withheld and not each.name.startswith("$")]
    rows = yield from _newest(api, module, names)
    return shares(rows, names) if rows else {}


def _newest(api: Api, module: str, names: Sequence[str]) -> Asking:
    """Up to 2,000 records by COQL; where it cannot select some of the fields, 200 from a list."""
    columns = list(dict.fromkeys(["id", *names]))[:COLUMNS]
    newest = f"{select(columns, module, where='id is not null')} order by id desc"
    try:
        answer: Answer = yield api.coql(newest, limit=COQL_ROWS)
    except (RejectedError, AuthError):
        found: Answer = yield api.get(module, {"fields": ",".join(columns[:LIST_FIELDS]), "per_page": str(LIST_ROWS)})
        return found.rows
    return answer.rows


def shares(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> dict[str, float]:
    """Of records, how many have each field; a field that no record shows was not asked for.

    >>> shares([{"Amount": 1, "Type": None}, {"Amount": 0, "Type": ""}], ["Amount", "Type", "Other"])
    {'Amount': 1.0, 'Type': 0.0}
    """
    shown = {name for row in rows for name in row}
    return {
        name: sum(row.get(name) not in NOTHING for row in rows) / len(rows) for name in names if name in shown and rows
    }


def ask_oldest(api: Api, module: str) -> Asking:
    """The date of the oldest record; empty where nobody can tell."""
    query = select(("Created_Time",), module, where="id is not null", order=("Created_Time",))
    try:
        answer: Answer = yield api.coql(query, limit=1)
    except (RejectedError, AuthError):
        return ""
    said = answer.rows[0].get("Created_Time") if answer.rows else None
    return said[:10] if isinstance(said, str) else ""

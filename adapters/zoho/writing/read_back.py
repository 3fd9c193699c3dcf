"""What records hold, read back where the answer to a write was lost: nothing is written again before it is known."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from adapters.zoho.writing.answers import Answer, decode
from adapters.zoho.writing.described import Fields
from adapters.zoho.writing.items import Item
from adapters.zoho.writing.naming import KEY_FIELD
from connector.contract import Effect, HttpRequest, WriteTarget

FIELDS_A_CALL: Final = 50
"""A list of records has at most so many fields."""
KEYS_A_QUERY: Final = 50
"""Values in a query's `in`: 50 in every version, 100 from v7 on."""

T = TypeVar("T")


def held(
    items: Sequence[Item], target: WriteTarget, *, fields: Fields, api: str
) -> Generator[Effect, Any, frozenset[str]]:
    """The keys of those items whose records hold everything that we would say.

    Raises:
        RetryableError: the other side does not answer at all.
    """
    if target.kind == "fields":
        found = yield from _by_id(items, target.module, api=api)
    else:
        found = yield from _by_key(items, target.module, api=api)
    return frozenset(item.key for item in items if item.key in found and item.held_by(found[item.key], fields))


def _by_id(items: Sequence[Item], module: str, *, api: str) -> Generator[Effect, Any, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    ids = ",".join(item.key for item in items)
    for names in _parts(_names(items), FIELDS_A_CALL):
        query = {"ids": ids, "fields": ",".join(names), "per_page": "200"}
        answer: Answer = yield HttpRequest("GET", f"{api}/{module}", query=query, decode=decode)
        for row in _rows(answer):
            found.setdefault(str(row.get("id")), {}).update(row)
    return found


def _by_key(items: Sequence[Item], module: str, *, api: str) -> Generator[Effect, Any, dict[str, dict[str, Any]]]:
    """By query, not by search: the search's index lags behind what was just written."""
    found: dict[str, dict[str, Any]] = {}
    columns = ", ".join(dict.fromkeys((KEY_FIELD, *_names(items))))
    for part in _parts((item.key for item in items), KEYS_A_QUERY):
        keys = ", ".join(f"'{key}'" for key in part)  # keys have no quotes: see naming.key_of
        text = f"select {columns} from {module} where {KEY_FIELD} in ({keys}) limit 200"  # noqa: S608
        body = json.dumps({"select_query": text}).encode()
        answer: Answer = yield HttpRequest("POST", f"{api}/coql", body=body, headers=JSON, decode=decode)
        found.update({str(row.get(KEY_FIELD)): row for row in _rows(answer)})
    return found


JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json"}


def _names(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(name for item in items for name in item.values))


def _rows(answer: Answer) -> list[dict[str, Any]]:
    rows = answer.data.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _parts(things: Any, size: int) -> Iterator[list[Any]]:
    each = iter(things)
    while part := list(islice(each, size)):
        yield part

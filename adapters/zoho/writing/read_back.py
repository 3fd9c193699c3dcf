"""What records hold, read back where the answer to a write was lost: nothing is written again before it is known."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from adapters.zoho.asking import LIST_FIELDS, LIST_ROWS, Answer, Api
from adapters.zoho.writing.described import Fields
from adapters.zoho.writing.items import Item
from adapters.zoho.writing.naming import KEY_FIELD
from connector.contract import Effect, WriteTarget

KEYS_A_QUERY: Final = 50
"""Values in a query's `in`: 50 in every version, 100 from v7 on."""
ROWS_A_QUERY: Final = 200


def held(
    items: Sequence[Item], target: WriteTarget, *, fields: Fields, api: Api
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


def _by_id(items: Sequence[Item], module: str, *, api: Api) -> Generator[Effect, Any, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    ids = ",".join(item.key for item in items)
    for names in _parts(_names(items), LIST_FIELDS):
        answer: Answer = yield api.get(module, {"ids": ids, "fields": ",".join(names), "per_page": str(LIST_ROWS)})
        for row in answer.rows:
            found.setdefault(str(row.get("id")), {}).update(row)
    return found


def _by_key(items: Sequence[Item], module: str, *, api: Api) -> Generator[Effect, Any, dict[str, dict[str, Any]]]:
    """By query, not by search: the search's index lags behind what was just written."""
    found: dict[str, dict[str, Any]] = {}
    columns = ", ".join(dict.fromkeys((KEY_FIELD, *_names(items))))
    for part in _parts((item.key for item in items), KEYS_A_QUERY):
        keys = ", ".join(f"'{key}'" for key in part)  # keys have no quotes: see naming.key_of
        query = f"select {columns} from {module} where {KEY_FIELD} in ({keys})"  # noqa: S608
        answer: Answer = yield api.coql(query, limit=ROWS_A_QUERY)
        found.update({str(row.get(KEY_FIELD)): row for row in answer.rows})
    return found


def _names(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(name for item in items for name in item.values))


def _parts(things: Iterable[str], size: int) -> Iterator[list[str]]:
    each = iter(things)
    while part := list(islice(each, size)):
        yield part

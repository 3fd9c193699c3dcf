"""How many rows a query may ask for, and what asking costs."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.zoho.emulator.coql.refusals import over_limit, refused
from adapters.zoho.emulator.coql.tree import Query

DEFAULT_ROWS = 200
MOST_ROWS = 2_000
LAST_ROW = 100_000
"""LIMIT and OFFSET together reach no further; beyond it a reader asks by key."""
_CREDITS = ((200, 1), (1_000, 2), (MOST_ROWS, 3))


@dataclass(frozen=True, slots=True)
class Window:
    """The rows that are asked for."""

    limit: int
    offset: int


def window(query: Query) -> Window:
    """The rows that a query asks for.

    Raises:
        Refusal: they are no numbers, or too many, or too far.
    """
    limit = _whole(query.limit, "limit", default=DEFAULT_ROWS)
    offset = _whole(query.offset, "offset", default=0)
    if limit <= 0:
        raise refused("INVALID_DATA", "limit should be greater than 0")
    if offset < 0:
        raise _invalid("offset", str(offset))
    if limit > MOST_ROWS:
        raise over_limit(MOST_ROWS, "limit")
    if limit + offset > LAST_ROW:
        raise over_limit(LAST_ROW, "offset")
    return Window(limit, offset)


def credits_of(limit: int) -> int:
    """What a query with this LIMIT costs.

    >>> credits_of(200), credits_of(201), credits_of(2_000)
    (1, 2, 3)
    """
    return next((price for most, price in _CREDITS if limit <= most), _CREDITS[-1][1])


def _whole(text: str | None, clause: str, *, default: int) -> int:
    if text is None:
        return default
    try:
        return int(text)
    except ValueError as fault:
        raise _invalid(clause, text) from fault


def _invalid(clause: str, text: str) -> Exception:
    return refused("INVALID_QUERY", f"{clause} given seems to be invalid", **{clause: text})

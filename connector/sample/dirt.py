"""Planted dirt: what is wrong with the rows of real exports, at known places, so that it can be counted exactly.

Which rows are dirty follows from their number alone (every 150th and so on), never from a draw: the count of each kind
is arithmetic, at any size, without making a single row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from connector.sample.people import NEVER, Staff
from connector.sample.words import Words

DUPLICATES, NAMES, DATES = "duplicates", "ambiguous_names", "wrong_dates"
OWNERS, AMOUNTS, SPELLING = "missing_owners", "missing_amounts", "misspelt_values"
KINDS = (DUPLICATES, NAMES, DATES, OWNERS, AMOUNTS, SPELLING)
"""Every kind of dirt, each with a switch of its own."""

Columns: TypeAlias = Mapping[str, list[Any]]

DUPLICATE_EVERY, DUPLICATE_OFFSET = 50, 7
"""Every 50th account, from the eighth on, was entered twice."""
EPOCH, PLACEHOLDER = "1970-01-01", "2099-12-31"
RESET_CLOCK = "2000-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Stain:
    """One kind of mistake in one column: in the rows whose number leaves `offset` when divided by `every`."""

    kind: str
    table: str
    column: str
    every: int
    offset: int
    stained: Callable[[Any], Any]
    what: str

    def rows(self, numbers: range) -> range:
        """The dirty ones among the rows of these numbers."""
        return range(numbers.start + (self.offset - numbers.start) % self.every, numbers.stop, self.every)


def stains(words: Words, kinds: Iterable[str]) -> tuple[Stain, ...]:
    """All stains of the given kinds, in the language of the words."""
    products = {product.name: product.misspelt for product in words.products}
    industries = dict(zip(words.industries, words.misspelt_industries, strict=True))
    sources = dict(zip(words.sources, words.misspelt_sources, strict=True))
    every = (
        Stain(OWNERS, "accounts", "owner_id", 80, 33, _nothing, "no owner"),
        Stain(OWNERS, "deals", "owner_id", 150, 3, _nothing, "no owner"),
        Stain(OWNERS, "cases", "owner_id", 120, 5, _nothing, "nobody took it"),
        Stain(AMOUNTS, "deals", "amount", 90, 17, _nothing, "no amount"),
        Stain(DATES, "deals", "engaged_on", 400, 11, lambda _: EPOCH, "1970-01-01, the zero of many systems"),
        Stain(DATES, "deals", "expected_close_on", 250, 101, lambda _: PLACEHOLDER, "2099-12-31 for 'not known'"),
        Stain(DATES, "cases", "first_response_at", 700, 13, lambda _: RESET_CLOCK, "answered before it was created"),
        Stain(SPELLING, "deals", "product", 130, 29, products.__getitem__, "product misspelt"),
        Stain(SPELLING, "accounts", "industry", 70, 21, industries.__getitem__, "industry misspelt"),
        Stain(SPELLING, "leads", "source", 110, 40, sources.__getitem__, "source misspelt"),
    )
    wanted = set(kinds)
    return tuple(stain for stain in every if stain.kind in wanted)


def _nothing(_: Any) -> None:
    return None


def soil(columns: Columns, numbers: range, *, table: str, stains: Iterable[Stain]) -> None:
    """Stain the rows of a page in place; `numbers` are the rows' numbers in their table."""
    for stain in stains:
        if stain.table == table:
            column = columns[stain.column]
            for number in stain.rows(numbers):
                place = number - numbers.start
                column[place] = stain.stained(column[place])


def duplicates(accounts: int) -> int:
    """How many of the first `accounts` accounts were entered twice."""
    return len(range(DUPLICATE_OFFSET, accounts, DUPLICATE_EVERY))


def namesakes(staff: Staff) -> Mapping[str, str]:
    """Give people of the office the names of reps who left; returns who is now called like whom (user ids).

    Old deals alone then have an owner who cannot be told by name: ambiguous, and still a small part of everything.
    """
    leavers = [place for place, user in enumerate(staff.users) if user.left != NEVER]
    pairs = dict(zip(reversed(range(len(staff.users))), leavers[: max(1, len(leavers) // 4)], strict=False))
    for late, early in pairs.items():
        staff.users[late] = replace(staff.users[late], name=staff.users[early].name)
    return {staff.users[late].id: staff.users[early].id for late, early in pairs.items()}

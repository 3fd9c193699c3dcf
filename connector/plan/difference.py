"""What is wanted, less what the CRM was last acknowledged to hold: pure, field by field."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from connector.contract import Cell

Fields: TypeAlias = Mapping[str, Cell]

TOLERANCE = 1e-9
"""Relative: a sum in another order, or a decimal that the vendor rounded in its last digit, is no news."""


def difference(wanted: Fields, held: Fields | None, *, held_back: Iterable[str] = ()) -> dict[str, Cell]:
    """The fields to send so that a record holds what is wanted; nothing where it does already.

    Args:
        wanted: Every field of ours, None where it should be empty.
        held: What the record was acknowledged to hold; what a field holds that it does not name is unknown, and that
            field is sent, also empty. None: nothing was ever written to the record, so that every field is sent,
            once there is anything to say.
        held_back: Fields that keep what they hold, whatever that is, because their facts are incomplete.

    >>> difference({"Won": 5, "Rate": None}, {"Won": 4, "Rate": 0.5})
    {'Won': 5, 'Rate': None}
    >>> difference({"Won": 5, "Rate": None}, {"Won": 5.0, "Rate": None, "Gone": 1})
    {}
    >>> difference({"Won": 5, "Rate": None}, {"Won": 5})
    {'Rate': None}
    >>> difference({"Won": 5, "Rate": None}, None), difference({"Won": None, "Rate": None}, None)
    ({'Won': 5, 'Rate': None}, {})
    >>> difference({"Won": 5, "Rate": None}, {"Won": 4, "Rate": 0.5}, held_back=["Won"])
    {'Rate': None}
    >>> difference({"Won": 5, "Rate": None}, None, held_back=["Rate"])
    {'Won': 5}
    """
    kept = frozenset(held_back)
    told = {name: cell for name, cell in wanted.items() if name not in kept}
    if held is None:
        return told if any(cell is not None for cell in told.values()) else {}
    return {name: cell for name, cell in told.items() if name not in held or not same(cell, held[name])}


def same(new: Cell, old: Cell) -> bool:
    """Whether nobody could tell two cells apart.

    >>> same(0.1 + 0.2, 0.3), same(5, 5.0), same(None, 0), same("5", 5)
    (True, True, False, False)
    """
    if isinstance(new, int | float) and isinstance(old, int | float):
        return math.isclose(new, old, rel_tol=TOLERANCE, abs_tol=0.0)
    return new == old


def withdrawn(held: Iterable[tuple[str, Fields]], wanted: Iterable[str]) -> Iterator[tuple[str, dict[str, Cell]]]:
    """Records that hold something of ours which nobody wants any more: every field becomes empty."""
    ids = frozenset(wanted)
    for record_id, fields in held:
        if record_id not in ids and any(cell is not None for cell in fields.values()):
            yield record_id, dict.fromkeys(fields)


def filled(fields: Fields) -> int:
    """How many fields hold something."""
    return sum(cell is not None for cell in fields.values())

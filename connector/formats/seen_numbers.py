"""Which number formats fit the cells of a column, and what stands around its numbers."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from connector.formats.misfit import TOLERATED_SHARE, fits
from connector.formats.number import CHINESE_UNITS, CURRENCY_SIGNS, LONGEST, NumberFormat, folded_number

_SEPARATORS: Final = (
    *((".", ""), (".", ","), (".", " "), (".", "'")),
    *((",", ""), (",", "."), (",", " "), (",", "'")),
)
_ALL: Final = (1 << len(_SEPARATORS)) - 1
_SHAPES: Final = tuple(NumberFormat(decimal=decimal, thousands=group) for decimal, group in _SEPARATORS)
_SIGNS: Final = "|".join(map(re.escape, sorted(CURRENCY_SIGNS, key=len, reverse=True)))
_UNITS: Final = "|".join(sorted(CHINESE_UNITS, key=len, reverse=True))
_DRESSED: Final = re.compile(
    rf"(?P<open>\()?[-+]?\s*(?P<before>{_SIGNS})?\s*[-+]?(?P<body>[0-9.,'][0-9.,' ]*(?:[eE][-+]?[0-9]{{1,3}})?)"
    rf"\s*(?P<unit>{_UNITS})?\s*(?P<behind>{_SIGNS})?\s*(?P<percent>%)?(?P<close>\))?"
)
_AS_NINES = str.maketrans("012345678", "999999999")


class SeenNumbers:
    """Which of the number formats fit how many cells, and what stands around the numbers."""

    def __init__(self) -> None:
        self._masks: Counter[int] = Counter()
        self._signs: set[str] = set()
        self._separators: set[str] = set()
        self._percent = self._parentheses = self._units = False
        self._codes = self._serials = 0

    def look(self, cell: Any, times: int) -> None:
        """Take a cell that the column has so many times."""
        if isinstance(cell, int | float | Decimal):
            self._masks[_ALL] += times
            self._serials += times if 20_000 <= cell <= 80_000 else 0
            return
        found = _DRESSED.fullmatch(folded_number(cell)) if isinstance(cell, str) and len(cell) <= LONGEST else None
        if found is None or bool(found["open"]) != bool(found["close"]):
            return
        body = found["body"].strip()
        self._masks[_mask(body)] += times
        self._codes += times if _is_code(body) else 0
        self._serials += times if re.fullmatch(r"[2-7][0-9]{4}(\.[0-9]*)?", body) else 0
        self._note_dress(found, body)

    def _note_dress(self, found: re.Match[str], body: str) -> None:
        self._signs.update(filter(None, (found["before"], found["behind"])))
        self._separators.update(character for character in body if character in ".,' ")
        self._percent |= found["percent"] is not None
        self._parentheses |= found["open"] is not None
        self._units |= found["unit"] is not None

    @property
    def _best(self) -> int:
        return max(map(self._fitting, range(len(_SEPARATORS))))

    def _fitting(self, at: int) -> int:
        return sum(times for mask, times in self._masks.items() if mask >> at & 1)

    def are_serials(self, filled: int) -> bool:
        """Whether they could be a worksheet's day numbers; `filled` cells there are in all."""
        return 0 < filled * (1 - TOLERATED_SHARE) <= self._serials

    def readings(self, filled: int) -> tuple[NumberFormat, ...]:
        """The formats that fit; `filled` cells there are in all."""
        best = self._best
        if not best or best < filled * (1 - TOLERATED_SHARE) or self._codes or len(self._signs) > 1:
            return ()  # amounts in several currencies are not one column of numbers
        if not self._separators:
            return (self._dressed(_SHAPES[0]),)
        return tuple(
            self._dressed(style)
            for at, style in enumerate(_SHAPES)
            if self._fitting(at) == best and self._is_told(style)
        )

    def _is_told(self, style: NumberFormat) -> bool:
        """Whether the cells show the separators that the format names; what they do not show is not claimed."""
        group_shown = not style.thousands or style.thousands in self._separators
        return group_shown and (style.decimal in self._separators or style.decimal == "." or style.thousands == ".")

    def _dressed(self, style: NumberFormat) -> NumberFormat:
        return style.model_copy(
            update={
                "currency": tuple(sorted(self._signs)),
                "percent": self._percent,
                "parentheses": self._parentheses,
                "chinese_units": self._units,
            }
        )


def _mask(body: str) -> int:
    mask = _mask_of_shape(body.translate(_AS_NINES))
    if body.startswith("0") and len(body) > 1:  # 0.125 is no thousand
        for at, (_, group) in enumerate(_SEPARATORS):
            if group and body[1] == group:
                mask &= ~(1 << at)
    return mask


@lru_cache(maxsize=4_096)
def _mask_of_shape(shape: str) -> int:
    return sum(1 << at for at, style in enumerate(_SHAPES) if fits(style.parse, shape))


def _is_code(body: str) -> bool:
    """007 is a code, and so is a number that is longer than any amount."""
    return bool(re.match("0[0-9]", body)) or (body.isdigit() and len(body) > 15)

"""Which date formats fit the cells of a column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from connector.formats.date import LONGEST, MONTHS, DateFormat
from connector.formats.misfit import TOLERATED_SHARE, fits

_DAYS: Final = (
    *("%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y"),
    *("%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%d.%m.%y"),
    *("%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%y"),
)
_TIMES: Final = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z")
_PATTERNS: Final = (
    DateFormat(),
    *(DateFormat(pattern=day + time) for day in _DAYS for time in _TIMES if day != "%Y%m%d" or not time),
)


class SeenDates:
    """Which of the date formats fit how many cells."""

    def __init__(self) -> None:
        self._masks: Counter[int] = Counter()
        self._typed = 0

    def look(self, cell: Any, times: int) -> None:
        """Take a cell that the column has so many times."""
        if isinstance(cell, date | datetime):
            self._typed += times
        elif isinstance(cell, str) and len(cell) <= LONGEST and cell[0].isalnum():
            self._masks[_fitting(cell)] += times

    @property
    def _best(self) -> int:
        return self._typed + max((self._count(at) for at in range(len(_PATTERNS))), default=0)

    def _count(self, at: int) -> int:
        return sum(times for mask, times in self._masks.items() if mask >> at & 1)

    def readings(self, filled: int) -> tuple[DateFormat, ...]:
        """The formats that fit; `filled` cells there are in all."""
        best = self._best
        if not best or best < filled * (1 - TOLERATED_SHARE):
            return ()
        if best == self._typed:
            return (DateFormat(),)
        # Cells that contradict each other leave every reading standing that a pull would accept.
        needed = best if best == filled else filled * (1 - TOLERATED_SHARE)
        return tuple(style for at, style in enumerate(_PATTERNS) if self._typed + self._count(at) >= needed)


@lru_cache(maxsize=65_536)
def _fitting(text: str) -> int:
    return sum(1 << at for at in _worth_trying(text) if fits(_PATTERNS[at].parse, text))


_WORD = re.compile("[A-Za-z]+")
_DATE_WORDS = MONTHS | {"am", "pm", "t", "z"}


def _worth_trying(text: str) -> Sequence[int]:
    """The patterns that the cell may fit: those of its shape. An id or a name is no date, whatever its digits are."""
    if any(word.lower() not in _DATE_WORDS for word in _WORD.findall(text)):
        return ()
    return _of_shape(_WORD.sub(_any_month, re.sub("[0-9]", "1", text)))  # 11/11/1111 is a day in every order


def _any_month(found: re.Match[str]) -> str:
    """One month for all that are written in the same way; May is written in both."""
    word = found[0].lower()
    if word not in MONTHS or word == "may":
        return found[0]
    return "jan" if len(word) == len("jan") else "january"


@lru_cache(maxsize=4_096)
def _of_shape(shape: str) -> tuple[int, ...]:
    """The patterns that cells of a shape may fit, so that not every cell is tried with every pattern.

    The shape is itself a date wherever any of them is: 11/11/1111 is a day in every order.
    """
    return tuple(at for at, style in enumerate(_PATTERNS) if fits(style.parse, shape))

"""What a column's cells say about their format, all of them, and what only a person can know.

A `ColumnProfile` is fed a column piece by piece and stays small. What could be read in two ways in the whole column
(03/04/2024 without a day above 12, 1,234 without another comma) is reported with both readings, never decided.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from connector.formats.date import MONTHS, DateFormat
from connector.formats.misfit import Misfit
from connector.formats.number import CHINESE_UNITS, CURRENCY_SIGNS, NumberFormat, folded_number

TOLERATED: Final = 0.2
"""The share of cells that may be in no format, as a pull tolerates it."""
MOST_WORDS: Final = 200
LONGEST: Final = 64

Kind: TypeAlias = Literal["empty", "text", "number", "date"]
Format: TypeAlias = NumberFormat | DateFormat


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column holds, as far as its cells tell."""

    kind: Kind
    readings: tuple[Format, ...] = ()
    """The formats that fit; more than one is a question for a person."""
    confidence: float = 1.0
    """Share of the filled cells that fit."""

    @property
    def ambiguous(self) -> bool:
        return len(self.readings) > 1

    @property
    def format(self) -> Format | None:
        """The one format that fits, None where there is none or a choice."""
        return self.readings[0] if len(self.readings) == 1 else None


class ColumnProfile:
    """Accumulates what the cells of one column show."""

    def __init__(self) -> None:
        self.filled = 0
        self.words: set[str] = set()
        """Its different cells, as long as they are few."""
        self._rows = 0
        self._hashes: set[int] | None = set()
        self._numbers = _Numbers()
        self._dates = _Dates()

    @property
    def many_words(self) -> bool:
        """There were more different cells than are kept."""
        return len(self.words) > MOST_WORDS

    @property
    def unique(self) -> bool:
        """Every row has a cell, and no two are the same."""
        return self._hashes is not None and self.filled == self._rows > 0

    def feed(self, cells: Sequence[Any]) -> None:
        """Look at some more cells: text, or what their source had typed already."""
        self._rows += len(cells)
        counted: Counter[Any] = Counter(_keys(cells))
        self.filled += sum(counted.values())
        self._note_doubles(counted)
        for cell, times in counted.items():
            if not self.many_words:
                self.words.add(str(cell))
            self._numbers.look(cell, times)
            self._dates.look(cell, times)

    def _note_doubles(self, counted: Counter[Any]) -> None:
        if self._hashes is None:
            return
        fresh = {hash(cell) for cell in counted}
        if len(fresh) < sum(counted.values()) or not self._hashes.isdisjoint(fresh):
            self._hashes = None
        else:
            self._hashes |= fresh

    @property
    def numbers(self) -> tuple[NumberFormat, ...]:
        """The ways in which its cells can be read as numbers."""
        return self._numbers.readings(self.filled)

    @property
    def dates(self) -> tuple[DateFormat, ...]:
        """The ways in which its cells can be read as dates, a worksheet's day numbers among them."""
        found = self._dates.readings(self.filled)
        return found or ((DateFormat(pattern="excel"),) if self._numbers.are_serials(self.filled) else ())

    def guess(self) -> Guess:
        """What the column most likely holds, when nothing else is known of it."""
        if not self.filled:
            return Guess("empty")
        if dates := self._dates.readings(self.filled):
            return Guess("date", dates, self._dates.best / self.filled)
        if numbers := self.numbers:
            return Guess("number", numbers, self._numbers.best / self.filled)
        return Guess("text")


def _keys(cells: Iterable[Any]) -> Iterable[Any]:
    """Filled cells as they are counted: text without spaces around it, and true is not 1."""
    for cell in cells:
        if isinstance(cell, str):
            if text := cell.strip():
                yield text
        elif isinstance(cell, bool | list | dict):
            yield str(cell)
        elif cell is not None:
            yield cell


# ---- numbers ----

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


class _Numbers:
    """Which of the number formats fit how many cells, and what stands around the numbers."""

    def __init__(self) -> None:
        self._masks: Counter[int] = Counter()
        self._signs: set[str] = set()
        self._separators: set[str] = set()
        self._percent = self._parentheses = self._units = False
        self._codes = self._serials = 0

    def look(self, cell: Any, times: int) -> None:
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
    def best(self) -> int:
        return max(map(self._fitting, range(len(_SEPARATORS))))

    def _fitting(self, at: int) -> int:
        return sum(times for mask, times in self._masks.items() if mask >> at & 1)

    def are_serials(self, filled: int) -> bool:
        return 0 < filled * (1 - TOLERATED) <= self._serials

    def readings(self, filled: int) -> tuple[NumberFormat, ...]:
        best = self.best
        if not best or best < filled * (1 - TOLERATED) or self._codes or len(self._signs) > 1:
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
    return sum(1 << at for at, style in enumerate(_SHAPES) if _reads(style, shape))


def _is_code(body: str) -> bool:
    """007 is a code, and so is a number that is longer than any amount."""
    return bool(re.match("0[0-9]", body)) or (body.isdigit() and len(body) > 15)


# ---- dates ----

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


class _Dates:
    """Which of the date formats fit how many cells."""

    def __init__(self) -> None:
        self._masks: Counter[int] = Counter()
        self._typed = 0

    def look(self, cell: Any, times: int) -> None:
        if isinstance(cell, date | datetime):
            self._typed += times
        elif isinstance(cell, str) and len(cell) <= LONGEST and cell[0].isalnum():
            self._masks[_fitting(cell)] += times

    @property
    def best(self) -> int:
        return self._typed + max((self._count(at) for at in range(len(_PATTERNS))), default=0)

    def _count(self, at: int) -> int:
        return sum(times for mask, times in self._masks.items() if mask >> at & 1)

    def readings(self, filled: int) -> tuple[DateFormat, ...]:
        best = self.best
        if not best or best < filled * (1 - TOLERATED):
            return ()
        if best == self._typed:
            return (DateFormat(),)
        # Cells that contradict each other leave every reading standing that a pull would accept.
        needed = best if best == filled else filled * (1 - TOLERATED)
        return tuple(style for at, style in enumerate(_PATTERNS) if self._typed + self._count(at) >= needed)


@lru_cache(maxsize=65_536)
def _fitting(text: str) -> int:
    return sum(1 << at for at in _worth_trying(text) if _reads(_PATTERNS[at], text))


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
    return tuple(at for at, style in enumerate(_PATTERNS) if _reads(style, shape))


def _reads(style: Format, text: str) -> bool:
    try:
        style.parse(text)
    except Misfit:
        return False
    return True

"""Dates and instants as exports write them.

>>> DateFormat(pattern="%d.%m.%Y").parse("05.03.2024").isoformat()
'2024-03-05T00:00:00'
>>> DateFormat(pattern="%Y年%m月%d日").parse("2024年3月5日").isoformat()
'2024-03-05T00:00:00'
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, field_validator, model_serializer, model_validator

from connector.errors import Message
from connector.formats.misfit import Misfit, out_of_range, shown

LONGEST: Final = 64
"""No date is longer."""

MONTH_NAMES: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS: Final = tuple(name[:3] for name in MONTH_NAMES)
MONTHS: Final = frozenset((*_MONTHS, *MONTH_NAMES))
"""How dates may name a month, in small letters."""
_EXCEL_EPOCHS: Final = {"excel": datetime(1899, 12, 30), "excel1904": datetime(1904, 1, 1)}  # noqa: DTZ001  # naive by nature

_DIRECTIVES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"(?P<d>[0-9]{1,2})",
    "b": rf"(?P<b>{'|'.join(_MONTHS)})",
    "B": rf"(?P<B>{'|'.join(MONTH_NAMES)})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>am|pm|上午|下午)",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
"""What a pattern may say: strptime's own directives, without those that depend on the machine's language."""

_ISO_EXPRESSION = (
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?P<z>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


class DateFormat(BaseModel):
    """How a column writes its dates: `iso`, `excel`, `excel1904` or a strptime pattern; in a config just that word."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = "iso"

    @model_validator(mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        return {"pattern": value} if isinstance(value, str) else value

    @model_serializer
    def _as_one_word(self) -> str:
        return self.pattern

    @field_validator("pattern")
    @classmethod
    def _complete(cls, pattern: str) -> str:
        if pattern == "iso" or pattern in _EXCEL_EPOCHS:
            return pattern
        named = re.findall("%(.)", pattern)
        unknown = [letter for letter in named if letter not in _DIRECTIVES]
        if unknown or len(set(named) - {"%"}) != len([letter for letter in named if letter != "%"]):
            raise ValueError(f"%{unknown[0]} is not known" if unknown else "a directive is there twice")
        if not ({"Y", "y"} & set(named) and {"m", "b", "B"} & set(named) and "d" in named):
            raise ValueError(
                "the pattern needs a year (%Y), a month (%m) and a day (%d), or is one of iso, excel, excel1904"
            )
        return pattern

    def parse(self, text: str) -> datetime:
        """The moment that the text writes: aware where the text names a zone, else naive; a bare date is its midnight.

        Raises:
            Misfit: the text is no date in this format, or no day of the calendar, or out of range.
        """
        text = text.strip()
        if self.pattern in _EXCEL_EPOCHS:
            return self._serial(text)
        found = _shape(self.pattern).fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            raise Misfit(
                Message("{value} is not a date in the format {format}", value=shown(text), format=self.pattern)
            )
        try:
            # The library alone would also take weeks (2024-W10) and 20240305; behind the expression it is just faster.
            return datetime.fromisoformat(text) if self.pattern == "iso" else _moment(found.groupdict())
        except ValueError as exc:
            raise Misfit(
                Message("{value} is not a day of the calendar in {format}", value=shown(text), format=self.pattern)
            ) from exc

    def from_serial(self, days: Decimal) -> datetime:
        """A worksheet's day number as a moment; outside an `excel` format a number is no date."""
        epoch = _EXCEL_EPOCHS.get(self.pattern)
        if epoch is None:
            raise Misfit(
                Message("{value} is not a date in the format {format}", value=shown(days), format=self.pattern)
            )
        if not (days.is_finite() and 0 < days < 150_000):
            raise out_of_range(Message("{value} is not a date that a worksheet can hold", value=shown(days)))
        # Excel counts a 29 February 1900 that never was: its days 1 to 59 lie one later than the epoch says.
        missing = timedelta(days=1 if self.pattern == "excel" and days < 60 else 0)
        return epoch + missing + timedelta(seconds=round(days * 86_400))

    def _serial(self, text: str) -> datetime:
        if len(text) > LONGEST or not re.fullmatch(r"[0-9]+(?:\.[0-9]*)?", text, re.ASCII):
            raise Misfit(Message("{value} is not a worksheet's day number", value=shown(text)))
        return self.from_serial(Decimal(text))


@lru_cache(maxsize=256)
def _shape(pattern: str) -> re.Pattern[str]:
    """A pattern as one expression."""
    if pattern == "iso":
        return re.compile(_ISO_EXPRESSION, re.ASCII)
    pieces = re.split(r"%(.)", pattern)
    expression = "".join(_DIRECTIVES[piece] if odd % 2 else _literal(piece) for odd, piece in enumerate(pieces))
    return re.compile(expression, re.IGNORECASE)


def _literal(text: str) -> str:
    """The text between directives, with any amount of space where it has some."""
    return r"\s+".join(re.escape(part) for part in re.split(r"\s+", text))


def _moment(parts: dict[str, str | None]) -> datetime:
    """The parts of a matched cell as a moment; ValueError where the calendar has no such day or hour."""

    def number(name: str) -> int:
        return int(parts.get(name) or 0)

    year = number("Y") or _century(parts.get("y"))
    month = number("m") or _month(parts.get("b") or parts.get("B"))
    moment = datetime(  # noqa: DTZ001  # the zone, where there is one, is added below
        year, month, number("d"), _hour(parts), number("M"), number("S"), int((parts.get("f") or "0").ljust(6, "0")[:6])
    )
    zone = parts.get("z")
    return moment.replace(tzinfo=_offset(zone)) if zone else moment


def _century(two_digits: str | None) -> int:
    """POSIX: 69 to 99 are 1969 to 1999. Only patterns that say %y come here."""
    year = int(two_digits or 0)
    return year + (1900 if year >= 69 else 2000)


def _month(name: str | None) -> int:
    return _MONTHS.index((name or "").lower()[:3]) + 1


def _hour(parts: dict[str, str | None]) -> int:
    if not parts.get("I"):
        return int(parts.get("H") or 0)
    hour = int(parts["I"] or 0)
    if not 1 <= hour <= 12:
        raise ValueError
    afternoon = (parts.get("p") or "").lower() in ("pm", "下午")
    return hour % 12 + (12 if afternoon else 0)


def _offset(zone: str) -> timezone:
    if zone.upper() == "Z":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))

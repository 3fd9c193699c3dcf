"""One cell, typed or text, as the date or instant that a fact column stores: ISO text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connector.errors import Message
from connector.formats.date import DateFormat
from connector.formats.misfit import Misfit, out_of_range, shown
from connector.formats.number import Reader

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
_TO_THE_DAY: Final = len("2017-03-01")
_TO_THE_HOUR: Final = len("2017-03-01T08")
_TO_THE_SECOND: Final = len("2017-03-01T08:00:00")
_ISO_DAY: Final = re.compile(r"(?:19|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9]")
_ISO_INSTANT: Final = re.compile(_ISO_DAY.pattern + r"[T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:Z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class _Clock:
    """Reads cells as moments, and moments as days or instants of the organisation's zone."""

    style: DateFormat
    zone: ZoneInfo

    def moment(self, cell: Any) -> datetime | None:
        match cell:
            case None:
                return None
            case str():
                return self.style.parse(cell) if cell and not cell.isspace() else None
            case datetime():
                return cell
            case date():
                return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  # a bare date has no zone
            case bool():
                raise Misfit(Message("{value} is not a date", value=shown(cell)))
            case int() | float() | Decimal():
                return self.style.from_serial(_serial_number(cell))
            case _:
                raise Misfit(Message("{value} is not a date", value=shown(cell)))

    def day(self, cell: Any) -> str | None:
        if isinstance(cell, str) and self.style.pattern == "iso" and _ISO_DAY.fullmatch(cell):
            return _calendar_day(cell)  # the way of nearly every cell
        moment = self.moment(cell)
        if moment is None:
            return None
        _in_range(moment.date(), cell)  # before the zone: year 9999 cannot be moved
        return (moment.astimezone(self.zone) if moment.tzinfo else moment).date().isoformat()

    def instant(self, cell: Any) -> str | None:
        if isinstance(cell, str) and self.style.pattern == "iso" and _ISO_INSTANT.fullmatch(cell):
            return _utc_instant(cell) or self._utc(_library_moment(cell))  # the first is the way of nearly every cell
        moment = self.moment(cell)
        if moment is None:
            return None
        _in_range(moment.date(), cell)
        return self._utc(moment)

    def _utc(self, moment: datetime) -> str:
        if moment.tzinfo is None:
            moment = moment.replace(
                tzinfo=self.zone
            )  # a bare local time; of a doubled hour the first, as in kpi_engine.period
        return moment.astimezone(UTC).isoformat()[:_TO_THE_SECOND] + "Z"


def day_reader(style: DateFormat, zone: ZoneInfo) -> Reader:
    """Cells as local dates, `2017-03-01`; a moment with a zone is the organisation's day of it."""
    return _Clock(style, zone).day


def instant_reader(style: DateFormat, zone: ZoneInfo) -> Reader:
    """Cells as UTC instants, `2017-03-01T08:00:00Z`; a bare date is the organisation's midnight."""
    return _Clock(style, zone).instant


def _utc_instant(text: str) -> str:
    """An instant with its offset, in UTC; empty where that takes more than a look at its hour."""
    first, hour = _utc_midnight(text[:_TO_THE_DAY], text[_TO_THE_SECOND:]), int(text[_TO_THE_DAY + 1 : _TO_THE_HOUR])
    if first is None or hour > 23:
        return ""
    days, at = divmod(first.hour + hour, 24)
    return f"{first.days[days]}T{_HOURS[at]}{text[_TO_THE_HOUR:_TO_THE_SECOND]}Z"


_HOURS: Final = tuple(f"{hour:02}" for hour in range(24))


class _Midnight(NamedTuple):
    """A day's first hour in UTC."""

    hour: int
    days: tuple[str, str]
    """Its day there, and the next."""


@lru_cache(maxsize=8_192)
def _utc_midnight(day: str, offset: str) -> _Midnight | None:
    """None where the offset is not of whole hours, or the day is none."""
    if offset != "Z" and not offset.endswith(":00"):
        return None
    try:
        midnight = datetime.fromisoformat(f"{day}T00:00:00{offset}").astimezone(UTC)
        return _Midnight(
            midnight.hour, (midnight.date().isoformat(), (midnight + timedelta(days=1)).date().isoformat())
        )
    except (ValueError, OverflowError):
        return None


def _calendar_day(text: str) -> str:
    _library_moment(text)
    return text


def _library_moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise Misfit(Message("{value} is not a day of the calendar in {format}", value=text, format="iso")) from exc


def _serial_number(cell: int | float | Decimal) -> Decimal:
    if isinstance(cell, int) and cell.bit_length() > 64:
        raise out_of_range(Message("{value} is not a date that a worksheet can hold", value=shown(cell)))
    return Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)


def _in_range(day: date, cell: Any) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise out_of_range(
            Message("{value} lies outside {first} to {last}", value=shown(cell), first=FIRST_DAY, last=LAST_DAY)
        )
    return day

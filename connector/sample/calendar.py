"""Days as numbers, instants as seconds, both since one origin, and tables that turn them into text at list speed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.sample.draws import RANGE
from connector.sample.profile import LEAD_IN_MONTHS

DAY = 86_400
YEARS_BEFORE = 6
"""Accounts and employees may be this much older than the history."""
DAYS_AHEAD = 800
"""Open deals close, and contracts end, up to this far after the export."""
OPENING, OFFICE_SECONDS = 8 * 3600 + 1800, 8 * 3600
"""Working hours begin 8:30 local time and last eight hours."""


_TO_MONDAY = (0, 0, 0, 0, 0, 2, 1)


_MINUTES = tuple(f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(DAY // 60))
_SECONDS = tuple(f"{second:02}Z" for second in range(60))
"""Two small tables stay in the processor's cache; one of all seconds does not, and takes twice as long (measured)."""


def month_start(day: date, months: int) -> date:
    """The first day of the month that lies `months` from the month of `day`.

    >>> month_start(date(2025, 2, 14), -3)
    datetime.date(2024, 11, 1)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def quarter_start(day: date) -> date:
    """The first day of the calendar quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


class Calendar:
    """The time of one sample. `began` ≤ every deal < `today` (= `until`); KPIs are whole from `since` on."""

    def __init__(self, until: date, *, months: int, zone: str) -> None:
        self.until = until
        self.since = month_start(until, -months)
        self.first = month_start(self.since, -LEAD_IN_MONTHS)
        self.origin = date(self.first.year - YEARS_BEFORE, 1, 1)
        self.zone = zone
        days = (until - self.origin).days + DAYS_AHEAD
        self.days = tuple(self.origin + timedelta(days=number) for number in range(days))
        self.texts = tuple(day.isoformat() for day in self.days)
        self.midnight = self._midnights(ZoneInfo(zone))
        self.workday = tuple(number + _TO_MONDAY[day.weekday()] for number, day in enumerate(self.days))
        self.began = self.number(self.first)
        self.today = self.number(until)
        self.now = self.midnight[self.today]

    def _midnights(self, zone: ZoneInfo) -> tuple[int, ...]:
        """Seconds from the origin (in UTC) to each local midnight, as if the day had its noon's offset all day long.

        So all working hours of a day on which the clocks change are right, and a day has 24 hours here.
        """
        offsets = [zone.utcoffset(datetime.combine(day, time(12))) or timedelta() for day in self.days]
        return tuple(number * DAY - round(offset.total_seconds()) for number, offset in enumerate(offsets))

    def number(self, day: date) -> int:
        return (day - self.origin).days

    def instant(self, second: int) -> str:
        return self.instants((second,))[0]

    def instants(self, seconds: Iterable[int]) -> list[str]:
        """Texts of seconds since the origin."""
        days, minutes, rest = self.texts, _MINUTES, _SECONDS
        return [f"{days[second // DAY]}{minutes[second % DAY // 60]}{rest[second % 60]}" for second in seconds]

    def known_instants(self, seconds: Iterable[int]) -> list[str | None]:
        """The same, but what lies at or after the export (or is negative, for never) has not happened: None."""
        days, minutes, rest, now = self.texts, _MINUTES, _SECONDS, self.now
        return [
            f"{days[second // DAY]}{minutes[second % DAY // 60]}{rest[second % 60]}" if 0 <= second < now else None
            for second in seconds
        ]

    def at_work(self, days: Iterable[int], draws: Iterable[int]) -> list[int]:
        """A second within the working hours of each day."""
        midnight = self.midnight
        return [midnight[day] + OPENING + (draw * OFFICE_SECONDS >> 16) for day, draw in zip(days, draws, strict=True)]

    def dates(self, numbers: Iterable[int]) -> list[str]:
        texts = self.texts
        return [texts[number] for number in numbers]

    def known_dates(self, numbers: Iterable[int]) -> list[str | None]:
        """Dates before the export; None for the others, which have not come yet, and for negative numbers (never)."""
        texts, today = self.texts, self.today
        return [texts[number] if 0 <= number < today else None for number in numbers]

    def timeline(self, seasons: Sequence[int], *, weekend: int) -> array[int]:
        """A day for each of `RANGE` equal steps through the history: row i of n is of ``timeline[i * RANGE // n]``.

        Args:
            seasons: Weight of a working day in each of the twelve months, in percent.
            weekend: Weight of Saturdays and Sundays beside a working day, in percent.
        """
        weights = [
            seasons[day.month - 1] * (weekend if day.weekday() > 4 else 100) * (3_650 + place)  # a tenth more a year
            for place, day in enumerate(self.days[self.began : self.today])
        ]
        return array("H", _spread(weights, first=self.began))


def _spread(weights: Sequence[int], *, first: int) -> Iterable[int]:
    """Each place as often as its share of the weights, in ascending order."""
    total, passed, filled = sum(weights), 0, 0
    for place, weight in enumerate(weights, start=first):
        passed += weight
        upto = passed * RANGE // total
        yield from (place for _ in range(filled, upto))
        filled = upto

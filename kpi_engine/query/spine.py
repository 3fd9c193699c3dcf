"""Periods as queries see them: a table of half-open bounds in days and in seconds, cut off at the moment of the report.

A running period counts only what happened up to `as_of`: its bounds end there. What is dated later is in no period yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kpi_engine.facts import ColumnType
from kpi_engine.period import Calendar, Grain, Period, epoch_day, epoch_second

NEVER = 2**60
"""Later than any day and any second."""

TABLE = "spine"
"""One row per period."""
DAYS_TABLES: Mapping[ColumnType, str] = {ColumnType.DATE: "spine_dates", ColumnType.INSTANT: "spine_instants"}
"""One row per period and day that it meets, to find a row's periods by an equal day first: five times faster than by
bounds alone (measured). For dates it is the date, for instants the UTC day, and the bounds decide."""

COLUMNS = {
    "id": "integer",
    "grain": "text",
    "from_day": "integer",
    "to_day": "integer",
    "from_second": "integer",
    "to_second": "integer",
}
DAYS_COLUMNS = {"day": "integer", **COLUMNS}
BOUNDS: Mapping[ColumnType, tuple[str, str]] = {
    ColumnType.DATE: ("from_day", "to_day"),
    ColumnType.INSTANT: ("from_second", "to_second"),
}
"""Which bounds a time column is compared with."""

DAY_SECONDS = 86_400
SHIFT_DAYS = 1_000_000
"""Added before a division, so that it never meets a negative number, which engines round differently."""

GRAINS = tuple(Grain)


@dataclass(frozen=True)
class Spine:
    """The periods of a report, numbered; a number is the row's id in the engine."""

    periods: tuple[Period, ...]
    numbers: Mapping[Period, int]

    @classmethod
    def of(cls, periods: Iterable[Period]) -> Spine:
        """Numbered by grain and date, so that numbers follow time."""
        ordered = sorted(
            set(periods), key=lambda period: (GRAINS.index(period.grain), period.key, period.end or date.max)
        )
        return cls(tuple(ordered), {period: number for number, period in enumerate(ordered)})

    def rows(self, calendar: Calendar, as_of: datetime) -> list[tuple[Any, ...]]:
        """Rows for `TABLE`."""
        return [
            (number, period.grain.value, *_days(period, calendar, as_of), *_seconds(period, calendar, as_of))
            for number, period in enumerate(self.periods)
        ]

    def days(self, time: ColumnType, calendar: Calendar, as_of: datetime, *, first: date) -> list[tuple[object, ...]]:
        """Rows for the table of days of a type of time column.

        Args:
            time: date or instant.
            calendar: the organisation's.
            as_of: the moment of the report.
            first: no fact is older; where the period `all` begins here.
        """
        begin, end = (COLUMNS_AT[bound] for bound in BOUNDS[time])
        floor = epoch_day(first) - 1
        return [
            (day, *row)
            for row in self.rows(calendar, as_of)
            for day in range(max(_day(row[begin], time), floor), _day(row[end] - 1, time) + 1)
        ]


COLUMNS_AT = {name: position for position, name in enumerate(COLUMNS)}


def _day(bound: int, time: ColumnType) -> int:
    return bound if time is ColumnType.DATE else bound // DAY_SECONDS


def cut_day(calendar: Calendar, as_of: datetime) -> date:
    """The first day that is not counted: the one after the report's own.

    >>> from datetime import UTC
    >>> cut_day(Calendar("Asia/Shanghai"), datetime(2017, 3, 31, 16, tzinfo=UTC)).isoformat()
    '2017-04-02'
    """
    return calendar.local_date(as_of) + timedelta(days=1)


def _days(period: Period, calendar: Calendar, as_of: datetime) -> tuple[int, int]:
    cut = epoch_day(cut_day(calendar, as_of))
    if period.start is None or period.end is None:
        return -NEVER, cut
    return epoch_day(period.start), min(epoch_day(period.end), cut)


def _seconds(period: Period, calendar: Calendar, as_of: datetime) -> tuple[int, int]:
    cut = epoch_second(as_of) + 1
    if period.start is None or period.end is None:
        return -NEVER, cut
    first, last = (epoch_second(calendar.start_of_day(day)) for day in (period.start, period.end))
    return first, min(last, cut)

"""From when to when the files reach, as their own dates tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from connector.formats.date import DateFormat
from connector.formats.misfit import Misfit
from connector.init.columns import ColumnProposal, TableProposal
from kpi_engine.period import Calendar, Grain, Period

MOMENTS: Mapping[str, tuple[str, ...]] = {
    "deals": ("closed_on",),
    "orders": ("ordered_on",),
    "cases": ("created_at",),
    "activities": ("started_at", "done_at"),
}
"""When what is counted has happened; plans and birthdays say nothing."""
PLACEHOLDER_GAP = timedelta(days=3 * 366)
"""A day that lies further than this from all others is 1970-01-01, or somebody's slip."""
STALE = timedelta(days=92)
"""Files that end longer ago are an archive: the quarters since then would all be empty."""


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day on which something happened."""

    first: date
    last: date

    def is_archive(self, today: date) -> bool:
        """Whether nothing has happened for so long that nothing more is to come."""
        return today - self.last > STALE

    def since(self, calendar: Calendar) -> date:
        """The first day of the fiscal year in which the files begin."""
        return _bounds(calendar.period_of(Grain.YEAR, self.first))[0]

    def until(self, calendar: Calendar) -> date:
        """The day after the quarter in which the files end."""
        return _bounds(calendar.period_of(Grain.QUARTER, self.last))[1]


def _bounds(period: Period) -> tuple[date, date]:
    assert period.start is not None
    assert period.end is not None
    return period.start, period.end


def span_of(tables: Mapping[str, TableProposal], *, today: date) -> Span | None:
    """How far the facts reach; None where no file has a date that can be read.

    Args:
        tables: The proposals, with the formats of their dates.
        today: What lies after it has not happened, whatever a file says.
    """
    found = [each for table in tables.values() for each in _spans(table, today)]
    if not found:
        return None
    return Span(min(each.first for each in found), max(each.last for each in found))


def _spans(table: TableProposal, today: date) -> Iterator[Span]:
    for column in table.columns:
        if column.column in MOMENTS.get(table.table, ()) and column.source and not column.readings:
            days = likely(day for day in _days(table, column) if day <= today)
            if days:
                yield Span(days[0], days[-1])


def _days(table: TableProposal, column: ColumnProposal) -> Iterator[date]:
    """The different days of a column, or enough of them."""
    style = column.format if isinstance(column.format, DateFormat) else DateFormat()
    for word in table.look.columns[column.source].sample.words:
        try:
            yield style.parse(word).date()
        except Misfit:
            continue


def likely(days: Iterable[date]) -> list[date]:
    """The days in order, without those that lie years away from all others.

    >>> [day.year for day in likely([date(2024, 5, 1), date(1970, 1, 1), date(2025, 3, 1)])]
    [2024, 2025]
    """
    ordered = sorted(set(days))
    breaks = [at for at, (before, after) in enumerate(pairwise(ordered), start=1) if after - before > PLACEHOLDER_GAP]
    pieces = [ordered[start:end] for start, end in pairwise([0, *breaks, len(ordered)])]
    return max(pieces, key=len)

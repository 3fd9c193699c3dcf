"""Windows that end today: as long as a week, a month, a quarter or a year, wherever those begin.

A calendar of its own, so that every KPI is computed for them as it is for the company's own periods.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import date

from kpi_engine.period import MONTHS, WEEK, Calendar, Grain, Period


@dataclass(frozen=True)
class TrailingCalendar(Calendar):
    """The organisation's calendar with periods that end with a given day.

    >>> windows = TrailingCalendar("UTC", ends=date(2026, 8, 18))
    >>> period = windows.period_of(Grain.QUARTER, date(2026, 8, 17))
    >>> period.start.isoformat(), period.end.isoformat()
    ('2026-05-18', '2026-08-18')
    >>> windows.previous(period).start.isoformat(), windows.prior_year(period).start.isoformat()
    ('2026-02-18', '2025-05-18')
    """

    ends: date = date.max
    """The day after the last one of the latest window."""

    @classmethod
    def of(cls, calendar: Calendar, *, ends: date) -> TrailingCalendar:
        """The same zone and working days, with windows for periods."""
        return cls(**{each.name: getattr(calendar, each.name) for each in fields(Calendar)}, ends=ends)

    def period_of(self, grain: Grain, day: date) -> Period:
        """The window that the day lies in."""
        if grain is Grain.ALL:
            return Period(grain, None, None)
        if grain is Grain.WEEK:
            after = (day - self.ends) // WEEK + 1
            return Period(grain, self.ends + WEEK * (after - 1), self.ends + WEEK * after)
        months = MONTHS[grain]
        apart = (day.year - self.ends.year) * 12 + day.month - self.ends.month
        after = apart // months
        while _months_later(self.ends, after * months) <= day:
            after += 1
        return Period(grain, _months_later(self.ends, (after - 1) * months), _months_later(self.ends, after * months))

    def prior_year(self, period: Period) -> Period | None:
        """The window that ended a year before this one; weeks 52 weeks before."""
        if period.start is None:
            return None
        if period.grain is Grain.WEEK:
            return self.period_of(period.grain, period.start - 52 * WEEK)
        return self.period_of(period.grain, _months_later(period.start, -12))


def _months_later(day: date, months: int) -> date:
    """The same day of another month, or its last one where it has fewer.

    >>> _months_later(date(2026, 5, 31), -3).isoformat()
    '2026-02-28'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

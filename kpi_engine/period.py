"""Calendars: which local dates and which instants belong to a week, month, quarter or year.

Queries know no time zones: they join a table of half-open bounds made here, so that a zone, a fiscal year or a day of
23 hours means the same on every engine. A *phase* is a period's place in its year: March, the second fiscal quarter,
week 12; `prior_year` keeps it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from kpi_engine.errors import KpiError, did_you_mean
from kpi_engine.message import Message

if TYPE_CHECKING:
    from holidays import HolidayBase

EPOCH = date(1970, 1, 1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Grain(StrEnum):
    """How long a period is; `all` is the one period without bounds."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates from `start` up to, not including, `end`; both None for `all`.

    >>> Period(Grain.MONTH, date(2017, 3, 1), date(2017, 4, 1)).key
    '2017-03-01'
    >>> Period(Grain.ALL, None, None).key
    ''
    """

    grain: Grain
    start: date | None
    end: date | None

    @property
    def key(self) -> str:
        """How the period is written in results: its first day, ISO; empty for `all`."""
        return self.start.isoformat() if self.start else ""


def epoch_day(day: date) -> int:
    """Days since 1970-01-01, as date columns are seen in a query.

    >>> epoch_day(date(1970, 1, 2)), epoch_day(date(1969, 12, 31))
    (1, -1)
    """
    return (day - EPOCH).days


def epoch_second(instant: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00:00Z, as instant columns are seen in a query; rounds down.

    >>> epoch_second(datetime(1970, 1, 2, tzinfo=UTC))
    86400
    """
    return (_utc(instant) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


@dataclass(frozen=True)
class Calendar:
    """The organisation's calendar.

    Working days are Monday to Friday, or as the `holidays` library knows the country, less its public holidays, plus
    the days off that it moved to a weekend (调休). Governments announce those year by year: a year that is not
    announced yet counts its fixed holidays and plain weekends. `extra_holidays` and `extra_working_days` correct this
    for one company; a day named in both is a working day.

    Args:
        timezone: IANA name, such as Asia/Shanghai.
        fiscal_year_starts: month, 1 to 12; quarters and years begin with it.
        week_starts: 0 is Monday, 6 is Sunday.
        holidays: ISO 3166 country, or country and region: CN, US-CA. None: no public holidays.

    Raises:
        KpiError: the zone, the month or the weekday does not exist. An unknown country is noticed when working days
            are first asked for: loading the holiday library takes longer than most commands.

    >>> calendar = Calendar("Asia/Shanghai", fiscal_year_starts=4)
    >>> calendar.period_of(Grain.QUARTER, date(2017, 3, 31)).key
    '2017-01-01'
    >>> calendar.period_of(Grain.YEAR, date(2017, 3, 31)).key
    '2016-04-01'
    """

    timezone: str
    fiscal_year_starts: int = 1
    week_starts: int = 0
    holidays: str | None = None
    extra_holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        _ = self._zone
        if not 1 <= self.fiscal_year_starts <= 12:
            raise KpiError(
                Message("a fiscal year cannot start in month {month}", month=self.fiscal_year_starts),
                hint=Message("give the number of a month, 1 to 12"),
            )
        if not 0 <= self.week_starts <= 6:
            raise KpiError(
                Message("a week cannot start on day {day}", day=self.week_starts),
                hint=Message("0 is Monday, 6 is Sunday"),
            )

    # Periods -----------------------------------------------------------------------------------------------------

    def periods(self, grain: Grain, since: date, until: date) -> tuple[Period, ...]:
        """All periods that meet the days from `since` up to, not including, `until`, in order.

        >>> [period.key for period in Calendar("UTC").periods(Grain.MONTH, date(2017, 1, 31), date(2017, 3, 1))]
        ['2017-01-01', '2017-02-01']
        """
        found: list[Period] = []
        day = since
        while day < until:
            period = self.period_of(grain, day)
            found.append(period)
            if period.end is None:
                break
            day = period.end
        return tuple(found)

    def period_of(self, grain: Grain, day: date) -> Period:
        """The period that the day lies in.

        >>> Calendar("UTC", week_starts=6).period_of(Grain.WEEK, date(2017, 3, 1)).key
        '2017-02-26'
        """
        if grain is Grain.ALL:
            return Period(grain, None, None)
        if grain is Grain.WEEK:
            start = day - DAY * ((day.weekday() - self.week_starts) % 7)
            return Period(grain, start, start + WEEK)
        months = MONTHS[grain]
        into = (day.month - self.fiscal_year_starts) % months
        start = _add_months(day.replace(day=1), -into)
        return Period(grain, start, _add_months(start, months))

    def previous(self, period: Period) -> Period | None:
        """The period just before; None for `all`, which has none.

        >>> calendar = Calendar("UTC")
        >>> calendar.previous(calendar.period_of(Grain.MONTH, date(2017, 1, 15))).key
        '2016-12-01'
        """
        if period.start is None:
            return None
        return self.period_of(period.grain, period.start - DAY)

    def prior_year(self, period: Period) -> Period | None:
        """The period of the same phase one year earlier; None for `all`.

        Weeks are compared by number, as ISO 8601 counts them (a week belongs to the year of its fourth day). A
        week 53 is compared with the last week of the year before, as no two years running have 53.

        >>> calendar = Calendar("UTC")
        >>> calendar.prior_year(calendar.period_of(Grain.QUARTER, date(2017, 5, 1))).key
        '2016-04-01'
        >>> calendar.prior_year(calendar.period_of(Grain.WEEK, date(2021, 1, 4))).key
        '2019-12-30'
        """
        if period.start is None:
            return None
        if period.grain is Grain.WEEK:
            return self._same_week_last_year(period.start)
        return self.period_of(period.grain, _add_months(period.start, -12))

    def _same_week_last_year(self, start: date) -> Period:
        middle = start + 3 * DAY
        number = (middle - date(middle.year, 1, 1)) // WEEK
        first = self.period_of(Grain.WEEK, date(middle.year - 1, 1, 4))
        last = self.period_of(Grain.WEEK, date(middle.year - 1, 12, 28))
        assert first.start is not None  # weeks have bounds
        assert last.start is not None
        return self.period_of(Grain.WEEK, min(first.start + number * WEEK, last.start))

    # Instants ----------------------------------------------------------------------------------------------------

    @cached_property
    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as exc:  # OSError: "America" is a folder of the zone database
            nearest = did_you_mean(self.timezone, available_timezones())
            raise KpiError(
                Message("there is no time zone {zone}", zone=repr(self.timezone)),
                hint=nearest or Message("use an IANA name such as Asia/Shanghai or Europe/Berlin"),
            ) from exc

    def start_of_day(self, day: date) -> datetime:
        """The first instant (UTC) at which clocks show this date; the bound between it and the day before.

        Where clocks jump over midnight it is the jump; where they are set back over midnight it is the first of the
        two midnights. A date that a zone skipped (Samoa, 30 December 2011) starts and ends in the same instant.

        >>> Calendar("Asia/Shanghai").start_of_day(date(2017, 3, 1)).isoformat()
        '2017-02-28T16:00:00+00:00'
        >>> Calendar("America/Sao_Paulo").start_of_day(date(2017, 10, 15)).isoformat()
        '2017-10-15T03:00:00+00:00'
        """
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        before, after = midnight.utcoffset(), midnight.replace(fold=1).utcoffset()
        assert before is not None  # a zone of ours always knows its offset
        assert after is not None
        if after <= before:
            return midnight.astimezone(UTC)
        return self._jump(midnight.replace(fold=1).astimezone(UTC), midnight.astimezone(UTC), offset=after)

    def _jump(self, earliest: datetime, latest: datetime, *, offset: timedelta) -> datetime:
        """When, in whole seconds, the zone takes on `offset`: not before `earliest`, and by `latest` at the latest."""
        while latest - earliest > timedelta(seconds=1):
            between = earliest + timedelta(seconds=(latest - earliest) // timedelta(seconds=2))
            if between.astimezone(self._zone).utcoffset() == offset:
                latest = between
            else:
                earliest = between
        return latest

    def local_date(self, instant: datetime) -> date:
        """The day whose bounds hold the instant: the date on the organisation's clocks.

        >>> Calendar("Asia/Shanghai").local_date(datetime(2017, 2, 28, 16, tzinfo=UTC)).isoformat()
        '2017-03-01'
        """
        day = _utc(instant).astimezone(self._zone).date()
        # Set back over midnight, clocks show yesterday again for a while, but the new day has begun.
        return day + DAY if instant >= self.start_of_day(day + DAY) else day

    # Working days ------------------------------------------------------------------------------------------------

    @cached_property
    def _public_holidays(self) -> HolidayBase | None:
        return None if self.holidays is None else _public_holidays(self.holidays)

    def is_working_day(self, day: date) -> bool:
        """Whether the company works on that day.

        Raises:
            KpiError: `holidays` names an unknown country or region.

        >>> china = Calendar("Asia/Shanghai", holidays="CN")
        >>> china.is_working_day(date(2026, 2, 14))  # a Saturday, worked for a day off in the spring festival
        True
        >>> china.is_working_day(date(2026, 2, 17))
        False
        """
        if day in self.extra_working_days:
            return True
        if day in self.extra_holidays:
            return False
        if self._public_holidays is None:
            return day.weekday() < 5
        with warnings.catch_warnings():
            # The library warns where it knows no lunar dates (India before 2001): as with a year not yet announced.
            warnings.simplefilter("ignore")
            return bool(self._public_holidays.is_working_day(day))

    def working_days(self, start: date, end: date) -> int:
        """Working days from `start` up to, not including, `end`.

        >>> Calendar("UTC").working_days(date(2017, 3, 1), date(2017, 4, 1))
        23
        """
        return sum(self.is_working_day(start + DAY * n) for n in range((end - start).days))


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def _add_months(first: date, months: int) -> date:
    """The first of the month so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _public_holidays(code: str) -> HolidayBase:
    import holidays  # 100 ms, and few commands count working days

    country, _, region = code.partition("-")
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise KpiError(
            Message("no public holidays are known for country {country}", country=repr(country)),
            hint=did_you_mean(country, supported) or Message("give an ISO 3166 code: CN, DE, US-CA"),
        )
    if region and region not in supported[country]:
        raise KpiError(
            Message("no public holidays are known for region {region} of {country}", region=region, country=country),
            hint=did_you_mean(region, supported[country]) or Message("leave the region out"),
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a code that the library would rather see spelled otherwise still works
        return holidays.country_holidays(country, subdiv=region or None)

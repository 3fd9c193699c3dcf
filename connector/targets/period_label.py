"""Periods as people write them in a sheet: 2026, 2026-Q1, 2026-03, 2026-W07, all; or a length and a first day.

A fiscal year is called by the year in which it begins; its first quarter is Q1, whatever the month.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from connector.errors import Message, did_you_mean
from connector.formats.text import text_of
from kpi_engine.errors import KpiError
from kpi_engine.period import Calendar, Grain, Period

_FORMS = Message("write 2026, 2026-Q1, 2026-01 or 2026-W07; or year, quarter, month, week and a first day in `starts`")
_YEAR = re.compile(r"(?P<year>[0-9]{4})")
_QUARTER = re.compile(r"(?P<year>[0-9]{4})[-\s]?[Qq](?P<quarter>[1-4])")
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_WEEK = re.compile(r"(?P<year>[0-9]{4})-?[Ww](?P<week>[0-5]?[0-9])")


def read_period(value: Any, starts: Any, *, calendar: Calendar) -> Period:
    """The period that a line is about.

    Raises:
        KpiError: it is none, or it does not begin where a period of the company's calendar does.

    >>> april = Calendar("UTC", fiscal_year_starts=4)
    >>> read_period("2026-Q1", None, calendar=april).key, read_period(2026, None, calendar=april).key
    ('2026-04-01', '2026-04-01')
    >>> read_period("month", "2026-02-01", calendar=april).end.isoformat()
    '2026-03-01'
    """
    if isinstance(value, date):
        day = _day(value)
        raise KpiError(
            Message("{day} is a day: is the month, the quarter or the year meant?", day=day.isoformat()),
            hint=Message("format the cell as text and write {month}, or 2026-Q1, or 2026", month=f"{day:%Y-%m}"),
        )
    text = text_of(value) or ""
    if text.lower() in set(Grain):
        return _by_first_day(Grain(text.lower()), starts, calendar=calendar)
    period = _labelled(text, calendar)
    if starts is not None and _read_day(starts) != period.start:
        raise KpiError(
            Message("{label} begins on {start}, not on {given}", label=text, start=period.key, given=str(starts)[:10])
        )
    return period


def _labelled(text: str, calendar: Calendar) -> Period:
    first_month = calendar.fiscal_year_starts
    try:
        if found := _YEAR.fullmatch(text):
            return calendar.period_of(Grain.YEAR, date(int(found["year"]), first_month, 1))
        if found := _QUARTER.fullmatch(text):
            return _quarter(int(found["year"]), int(found["quarter"]), calendar)
        if found := _MONTH.fullmatch(text):
            return calendar.period_of(Grain.MONTH, date(int(found["year"]), int(found["month"]), 1))
        if found := _WEEK.fullmatch(text):
            return _week(int(found["year"]), int(found["week"]), calendar)
    except (ValueError, OverflowError):  # year 0000, week 53 of a year that has none
        pass
    raise KpiError(Message("{period} is not a period", period=repr(text)[:40]), hint=_FORMS)


def _quarter(year: int, quarter: int, calendar: Calendar) -> Period:
    months = year * 12 + calendar.fiscal_year_starts - 1 + (quarter - 1) * 3
    return calendar.period_of(Grain.QUARTER, date(months // 12, months % 12 + 1, 1))


def _week(year: int, week: int, calendar: Calendar) -> Period:
    """As ISO 8601 counts: the first week is the one with 4 January in it, wherever weeks begin."""
    start = _first_week(year, calendar) + timedelta(weeks=week - 1)
    if not _first_week(year, calendar) <= start < _first_week(year + 1, calendar):
        raise ValueError(week)
    return calendar.period_of(Grain.WEEK, start)


def _first_week(year: int, calendar: Calendar) -> date:
    start = calendar.period_of(Grain.WEEK, date(year, 1, 4)).start
    assert start is not None  # weeks have bounds
    return start


def _by_first_day(grain: Grain, starts: Any, *, calendar: Calendar) -> Period:
    if grain is Grain.ALL:
        raise KpiError(Message("a target needs a period that ends"), hint=_FORMS)
    if starts is None:
        raise KpiError(Message("which {grain}? its first day is missing", grain=grain), hint=_FORMS)
    day = _read_day(starts)
    period = calendar.period_of(grain, day)
    if period.start != day:
        raise KpiError(
            Message("no {grain} begins on {day}: it would overlap two of them", grain=grain, day=day.isoformat()),
            hint=Message("the {grain} with that day begins on {start}", grain=grain, start=period.key),
        )
    return period


def _read_day(value: Any) -> date:
    if isinstance(value, date):
        return _day(value)
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        hint = Message("write it like 2026-01-31")
        raise KpiError(Message("{value} is not a date", value=repr(str(value))[:40]), hint=hint) from error


def read_day(value: Any) -> date:
    """A day, as text or as a spreadsheet's date.

    Raises:
        KpiError: it is none.
    """
    return _read_day(value)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def read_grain(value: Any) -> Grain:
    """How often people look at a target.

    Raises:
        KpiError: it is no length of a period.
    """
    text = str(value).strip().lower()
    known = [grain.value for grain in Grain if grain is not Grain.ALL]
    if text not in known:
        raise KpiError(
            Message("{value} is not a period's length", value=repr(text)[:40]), hint=did_you_mean(text, known)
        )
    return Grain(text)


def label(period: Period, *, calendar: Calendar) -> str:
    """How a period is written in a sheet, so that it is read as the same again.

    >>> utc = Calendar("UTC")
    >>> [label(utc.period_of(grain, date(2026, 2, 3)), calendar=utc) for grain in list(Grain)[:4]]
    ['2026-W06', '2026-02', '2026-Q1', '2026']
    """
    start = period.start
    if start is None:
        return Grain.ALL.value
    into = (start.year * 12 + start.month - 1) - (calendar.fiscal_year_starts - 1)
    match period.grain:
        case Grain.YEAR:
            return f"{start.year}"
        case Grain.QUARTER:
            return f"{into // 12}-Q{into % 12 // 3 + 1}"
        case Grain.MONTH:
            return f"{start:%Y-%m}"
        case _:
            year = (start + timedelta(days=3)).year
            return f"{year}-W{(start - _first_week(year, calendar)).days // 7 + 1:02d}"

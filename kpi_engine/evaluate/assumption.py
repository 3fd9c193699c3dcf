"""Dated values of the configuration, averaged over the days of a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from kpi_engine.evaluate.request import DatedValue


def average(values: Sequence[DatedValue], start: date, end: date) -> Fraction | None:
    """The average over the days from `start` up to, not including, `end`; None where a day has no value.

    >>> margins = [DatedValue(date(2017, 1, 1), 0.3), DatedValue(date(2017, 1, 21), 0.5)]
    >>> average(margins, date(2017, 1, 11), date(2017, 1, 31))
    Fraction(2, 5)
    >>> average(margins, date(2016, 12, 31), date(2017, 1, 31)) is None
    True
    """
    if start >= end:
        return None
    ordered = sorted(values, key=lambda one: one.valid_from)
    if not ordered or ordered[0].valid_from > start:
        return None
    ends = [*(one.valid_from for one in ordered[1:]), date.max]
    weighted = sum(
        Fraction(str(one.value)) * _days(max(one.valid_from, start), min(until, end))
        for one, until in zip(ordered, ends, strict=True)
    )
    return Fraction(weighted) / _days(start, end)


def _days(start: date, end: date) -> int:
    return max((end - start).days, 0)

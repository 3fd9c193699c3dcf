"""Durations: from start to end of what ended in the period, in the unit asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kpi_engine.evaluate import Status

DAYS = {"start": "engaged_on", "unit": "days"}


def _deal(engaged, closed):
    return {"outcome": "won", "engaged_on": engaged, "closed_on": closed}


def test_mean_and_median_of_days_between_dates(world, kpi):
    world.has(
        "deals",
        _deal(date(2017, 3, 1), date(2017, 3, 2)),
        _deal(date(2017, 2, 1), date(2017, 3, 3)),
        _deal(date(2016, 3, 4), date(2017, 3, 4)),
        _deal(None, date(2017, 3, 4)),
        _deal(date(2017, 3, 5), date(2017, 3, 4)),
    )
    mean = world.value(kpi("duration", statistic="mean", **DAYS))
    median = world.value(kpi("duration", **DAYS))
    assert (mean.value, mean.numerator, mean.denominator, mean.n, mean.excluded) == (132.0, 396, 3, 3, 2)
    assert (median.value, median.numerator, median.n, median.excluded) == (30.0, None, 3, 2)


@pytest.mark.parametrize(("unit", "expected"), [("hours", 1.5), ("days", 0.0625)])
def test_seconds_between_instants_in_the_unit(world, kpi, unit, expected):
    begin, end = datetime(2017, 3, 1, 8, tzinfo=UTC), datetime(2017, 3, 1, 9, 30, tzinfo=UTC)
    world.has("cases", {"created_at": begin, "resolved_at": end})
    taken = kpi("duration", table="cases", time="resolved_at", start="created_at", unit=unit)
    assert world.value(taken).value == expected


def test_dates_in_hours(world, kpi):
    world.has("deals", _deal(date(2017, 3, 1), date(2017, 3, 3)))
    assert world.value(kpi("duration", start="engaged_on", unit="hours")).value == 48.0


def test_zero_days_are_a_duration_and_nothing_is_none(world, kpi):
    world.has("deals", _deal(date(2017, 3, 1), date(2017, 3, 1)))
    assert world.value(kpi("duration", **DAYS)).value == 0.0
    february = world.value(kpi("duration", **DAYS), period="2017-02-01")
    assert (february.value, february.status) == (None, Status.NO_DATA)

"""Which periods have values, and what belongs to a period that still runs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kpi_engine.evaluate import Status, TooManyPeriods
from kpi_engine.period import Calendar

MIDDLE = datetime(2017, 3, 15, 12, tzinfo=UTC)


def _deal(day, **more):
    return {"outcome": "won", "closed_on": day, **more}


def test_a_running_period_counts_what_happened_so_far_and_later_ones_are_not_listed(world, kpi):
    world.has("deals", _deal(date(2017, 3, 15)), _deal(date(2017, 3, 16)), _deal(date(2017, 4, 2)))
    cells = world.values(kpi("count"), as_of=MIDDLE, until=date(2017, 7, 1))
    assert [(one.period_start, one.value) for one in cells][-1] == ("2017-03-01", 1.0)
    assert world.value(kpi("count"), as_of=MIDDLE, grains=("all",), period="").value == 1.0


def test_an_instant_counts_up_to_the_very_second(world, kpi):
    world.has("activities", {"kind": "call", "done_at": MIDDLE}, {"kind": "call", "done_at": MIDDLE.replace(second=1)})
    assert world.value(kpi("count", table="activities", time="done_at"), as_of=MIDDLE).value == 1.0


def test_today_is_the_organisations_today(world, kpi):
    world.has("deals", _deal(date(2017, 3, 16)))
    evening = datetime(2017, 3, 15, 16, tzinfo=UTC)
    assert world.value(kpi("count"), as_of=evening, calendar=Calendar("Asia/Shanghai")).value == 1.0
    assert world.value(kpi("count"), as_of=evening).value is None


def test_since_says_which_periods_are_listed_and_cuts_none(world, kpi):
    world.has("deals", _deal(date(2017, 2, 1)), _deal(date(2017, 2, 28)))
    cells = world.values(kpi("count"), since=date(2017, 2, 20), until=date(2017, 3, 1))
    assert [(one.period_start, one.value) for one in cells] == [("2017-02-01", 2.0)]


def test_without_since_a_table_begins_with_its_first_fact(world, kpi):
    world.has("deals", _deal(date(2017, 2, 5)))
    world.has("activities", {"kind": "call", "done_at": MIDDLE})
    calls = kpi("count", id="calls", table="activities", time="done_at", no_data="zero")
    cells = world.values(kpi("count"), calls, since=None)
    starts = [(one.kpi, one.period_start) for one in cells]
    assert starts == [("count", "2017-02-01"), ("count", "2017-03-01"), ("calls", "2017-03-01")]


def test_without_any_fact_there_is_the_running_period(world, kpi):
    cells = world.values(kpi("count"), since=None, until=None, as_of=MIDDLE)
    assert [(one.period_start, one.status) for one in cells] == [("2017-03-01", Status.NO_DATA)]


def test_too_many_periods_are_refused_with_the_remedy_instead_of_cut(world, kpi):
    world.has("deals", _deal(date(1900, 1, 1)))
    with pytest.raises(TooManyPeriods, match=r"1408 periods \(month\).*since 1900-01-01.*limit is 1000") as refused:
        world.values(kpi("count"), since=None, until=None, as_of=MIDDLE.replace(year=2017, month=4))
    assert "kpis.since" in str(refused.value.hint)
    assert len(world.values(kpi("count"), since=None, grains=("year",))) == 118


def test_all_time_reaches_back_behind_since(world, kpi):
    world.has("deals", _deal(date(1901, 1, 1)), _deal(date(2017, 3, 1)))
    value = world.value(kpi("count"), grains=("all",), period="")
    assert (value.value, value.period_end) == (2.0, "")


@pytest.mark.parametrize(("days", "status"), [(0, Status.OK), (31, Status.OK), (32, Status.HISTORY_TRUNCATED)])
def test_history_must_reach_far_enough_back(world, kpi, days, status):
    world.has("deals", _deal(date(2017, 1, 29)), _deal(date(2017, 3, 1)))
    value = world.value(kpi("count", history_days=days))
    assert (value.value, value.status) == (1.0, status)


@pytest.mark.parametrize(("days", "status"), [(1, Status.OK), (2, Status.NOT_MATURE)])
def test_a_young_period_has_no_value_yet(world, kpi, days, status):
    world.has("deals", _deal(date(2017, 3, 1)))
    value = world.value(kpi("count", maturity_days=days))
    assert (value.value is None, value.status, value.n) == (status is Status.NOT_MATURE, status, 1)


def test_a_fiscal_year_and_weeks_from_sunday(world, kpi):
    world.has("deals", _deal(date(2017, 3, 4)), _deal(date(2017, 3, 5)))
    calendar = Calendar("UTC", fiscal_year_starts=3, week_starts=6)
    found = {
        (one.period, one.period_start): one.value
        for one in world.values(kpi("count"), grains=("year", "quarter", "week"), calendar=calendar)
        if one.value
    }
    assert found == {
        ("year", "2017-03-01"): 2.0,
        ("quarter", "2017-03-01"): 2.0,
        ("week", "2017-02-26"): 1.0,
        ("week", "2017-03-05"): 1.0,
    }


def test_days_before_1970_and_a_night_of_23_hours(world, kpi):
    calls = kpi("count", table="activities", time="done_at")
    world.has(
        "activities",
        {"kind": "call", "done_at": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)},
        {"kind": "call", "done_at": datetime(1970, 1, 1, tzinfo=UTC)},
        {"kind": "call", "done_at": datetime(2017, 3, 31, 21, 59, 59, tzinfo=UTC)},
        {"kind": "call", "done_at": datetime(2017, 3, 31, 22, 0, 0, tzinfo=UTC)},
    )
    since = {"since": date(1969, 12, 1), "until": date(1970, 2, 1)}
    assert [one.value for one in world.values(calls, **since)] == [1.0, 1.0]
    berlin = {"calendar": Calendar("Europe/Berlin"), "since": date(2017, 3, 1), "until": date(2017, 5, 1)}
    assert [one.value for one in world.values(calls, **berlin)] == [1.0, 1.0]

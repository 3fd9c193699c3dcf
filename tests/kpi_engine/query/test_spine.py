"""Periods and rates as rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.facts import ColumnType
from kpi_engine.period import Calendar, Grain, epoch_day, epoch_second
from kpi_engine.query import fx
from kpi_engine.query.spine import COLUMNS, NEVER, Spine

SHANGHAI = Calendar("Asia/Shanghai")
AS_OF = datetime(2017, 3, 15, 20, tzinfo=UTC)


def _spine():
    return Spine.of([SHANGHAI.period_of(grain, date(2017, 3, 1)) for grain in Grain])


def test_a_running_period_ends_with_the_report():
    rows = {row[1]: dict(zip(COLUMNS, row, strict=True)) for row in _spine().rows(SHANGHAI, AS_OF)}
    assert rows["month"]["from_day"] == epoch_day(date(2017, 3, 1))
    assert rows["month"]["to_day"] == epoch_day(date(2017, 3, 17))
    assert rows["month"]["from_second"] == epoch_second(datetime(2017, 2, 28, 16, tzinfo=UTC))
    assert rows["month"]["to_second"] == epoch_second(AS_OF) + 1
    assert (rows["all"]["from_day"], rows["all"]["to_second"]) == (-NEVER, rows["month"]["to_second"])
    assert rows["week"]["to_day"] == epoch_day(date(2017, 3, 6))


@given(st.datetimes(datetime(2017, 2, 20), datetime(2017, 3, 15, 20), timezones=st.just(UTC)))  # noqa: DTZ001  # as asked
def test_an_instant_meets_the_same_periods_by_day_and_bounds_as_by_bounds_alone(instant):
    second = epoch_second(instant)
    spine = _spine()
    by_bounds = {row[0] for row in spine.rows(SHANGHAI, AS_OF) if row[4] <= second < row[5]}
    days = spine.days(ColumnType.INSTANT, SHANGHAI, AS_OF, first=date(2017, 2, 1))
    by_day = [row[1] for row in days if row[0] == second // 86_400 and row[5] <= second < row[6]]
    assert sorted(by_day) == sorted(by_bounds)


@given(st.dates(date(2017, 2, 20), date(2017, 3, 25)))
def test_a_date_meets_the_same_periods_by_day_as_by_bounds(day):
    number = epoch_day(day)
    spine = _spine()
    by_bounds = {row[0] for row in spine.rows(SHANGHAI, AS_OF) if row[2] <= number < row[3]}
    days = spine.days(ColumnType.DATE, SHANGHAI, AS_OF, first=date(2017, 2, 1))
    assert sorted(row[1] for row in days if row[0] == number) == sorted(by_bounds)


def test_rates_that_are_no_positive_numbers_leave_the_one_before_in_force():
    rates = [
        ("USD", 0, "7"),
        ("USD", 1, "0"),
        ("USD", 2, "NaN"),
        ("USD", 3, "Infinity"),
        ("USD", 4, "x"),
        ("USD", 5, "8"),
    ]
    found = [row[1:4] for row in fx.ranges(rates, SHANGHAI)]
    assert found == [(7 * fx.RATE_SCALE, 0, 5), (8 * fx.RATE_SCALE, 5, NEVER)]


def test_of_two_rates_of_one_day_the_first_counts():
    assert [row[1] for row in fx.ranges([("USD", 0, "7"), ("USD", 0, "9")], SHANGHAI)] == [7 * fx.RATE_SCALE]

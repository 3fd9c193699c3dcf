"""Snapshots: what stood at the end of a period, or stands now."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kpi_engine.evaluate import Status
from kpi_engine.period import Calendar

OPEN = [{"column": "outcome", "is": "open"}]
PIPELINE = {"time": "engaged_on", "until": "closed_on", "standing": OPEN, "unit": "money", "measure": {"sum": "amount"}}


def _by_month(world, definition, **more):
    return [value.value for value in world.values(definition, **more)]


def test_a_row_stands_from_its_first_day_to_the_day_before_its_last(world, kpi):
    world.has(
        "deals",
        {"outcome": "won", "amount": 1, "engaged_on": date(2017, 1, 31), "closed_on": date(2017, 3, 1)},
        {"outcome": "won", "amount": 10, "engaged_on": date(2017, 1, 31), "closed_on": date(2017, 2, 28)},
        {"outcome": "open", "amount": 100, "engaged_on": date(2017, 2, 1), "closed_on": None},
    )
    assert _by_month(world, kpi("snapshot", **PIPELINE)) == [11.0, 101.0, 100.0]


def test_without_an_end_only_what_is_standing_stands(world, kpi):
    row = {"amount": 1, "engaged_on": date(2017, 1, 1), "closed_on": None}
    world.has("deals", {"outcome": "lost", **row}, {"outcome": "open", **row})
    assert _by_month(world, kpi("snapshot", **PIPELINE)) == [1.0, 1.0, 1.0]


def test_a_running_period_shows_what_stands_now(world, kpi):
    row = {"outcome": "won", "engaged_on": date(2017, 1, 1)}
    world.has(
        "deals",
        {**row, "amount": 1, "closed_on": date(2017, 3, 15)},
        {**row, "amount": 10, "closed_on": date(2017, 3, 16)},
        {**row, "amount": 100, "closed_on": date(2017, 3, 31), "engaged_on": date(2017, 3, 16)},
    )
    definition = kpi("snapshot", **PIPELINE)
    middle = datetime(2017, 3, 15, 12, tzinfo=UTC)
    assert _by_month(world, definition, as_of=middle)[-1] == 10.0
    assert _by_month(world, definition, as_of=middle, grains=("all",)) == [10.0]
    assert _by_month(world, definition)[-1] is None


def test_from_an_instant_until_a_date(world, kpi):
    created = datetime(2017, 1, 31, 17, tzinfo=UTC)
    world.has("deals", {"outcome": "won", "amount": 1, "created_at": created, "closed_on": date(2017, 3, 1)})
    definition = kpi("snapshot", **PIPELINE | {"time": "created_at"})
    assert _by_month(world, definition) == [1.0, 1.0, None]
    assert _by_month(world, definition, calendar=Calendar("Asia/Shanghai")) == [None, 1.0, None]


def test_a_row_is_weighted_before_it_is_added_a_half_going_to_the_even_neighbour(world, kpi):
    row = {"outcome": "open", "engaged_on": date(2017, 3, 1)}
    world.has(
        "deals",
        {**row, "amount": "0.0001", "probability": 50},
        {**row, "amount": "0.0003", "probability": 50},
        {**row, "amount": "-0.0003", "probability": 50},
        {**row, "amount": 200, "probability": 25},
        {**row, "amount": 200, "probability": None},
    )
    value = world.value(kpi("snapshot", weight_percent="probability", **PIPELINE))
    assert (value.numerator, value.n, value.excluded) == (0 + 2 - 2 + 500_000, 4, 1)


def test_rows_can_be_counted_too(world, kpi):
    world.has("deals", {"outcome": "open", "engaged_on": date(2017, 3, 1)})
    definition = kpi("snapshot", **PIPELINE | {"measure": {"count": "rows"}, "unit": "count"}, no_data="zero")
    assert _by_month(world, definition) == [0.0, 0.0, 1.0]


def test_nothing_standing_is_unknown_unless_said_otherwise(world, kpi):
    value = world.value(kpi("snapshot", **PIPELINE))
    assert (value.value, value.status) == (None, Status.NO_DATA)

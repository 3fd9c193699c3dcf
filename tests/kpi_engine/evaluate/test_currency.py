"""Amounts in several currencies: each row at its own day's rate, stocks at the period's; never a rate of 1."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kpi_engine.evaluate import Status

AMOUNT = {"sum": "amount", "unit": "money", "no_data": "zero"}
RATE = {"to_currency": "CNY", "from_currency": "USD"}


def _deal(day, amount, currency, **more):
    return {"outcome": "won", "closed_on": day, "amount": amount, "currency": currency, **more}


def _rates(world):
    world.has(
        "fx_rates",
        {**RATE, "valid_on": date(2017, 2, 1), "rate": "7"},
        {**RATE, "valid_on": date(2017, 3, 10), "rate": "8"},
        {**RATE, "valid_on": date(2017, 3, 10), "rate": "9", "connection": "shop"},
        {"from_currency": "USD", "to_currency": "EUR", "valid_on": date(2017, 2, 1), "rate": "1000"},
    )


def test_each_row_takes_the_latest_rate_of_its_day(world, kpi):
    _rates(world)
    world.has(
        "deals",
        _deal(date(2017, 3, 9), 1, "USD"),
        _deal(date(2017, 3, 10), 10, "USD"),
        _deal(date(2017, 3, 11), 1000, "CNY"),
        _deal(date(2017, 3, 11), 2000, None),
    )
    value = world.value(kpi("sum", **AMOUNT))
    assert (value.value, value.currency, value.status, value.n) == (7 + 80 + 3000.0, "CNY", Status.OK, 4)


def test_a_row_without_a_rate_is_left_out_and_counted(world, kpi):
    _rates(world)
    world.has("deals", _deal(date(2017, 3, 1), 5, "USD"), _deal(date(2017, 3, 1), 7, "XAU"))
    value = world.value(kpi("sum", **AMOUNT))
    assert (value.value, value.status, value.excluded, value.n) == (35.0, Status.MISSING_FX, 1, 1)


def test_before_the_first_rate_there_is_none_and_nothing_is_not_zero(world, kpi):
    _rates(world)
    world.has("deals", _deal(date(2017, 1, 31), 5, "USD"))
    value = world.value(kpi("sum", **AMOUNT), period="2017-01-01")
    assert (value.value, value.status, value.excluded) == (None, Status.MISSING_FX, 1)


def test_a_missing_amount_is_not_a_missing_rate(world, kpi):
    _rates(world)
    world.has("deals", _deal(date(2017, 3, 1), None, "XAU"), _deal(date(2017, 3, 1), 1, "CNY"))
    value = world.value(kpi("sum", **AMOUNT))
    assert (value.value, value.status, value.excluded) == (1.0, Status.OK, 1)


def test_a_half_of_the_smallest_part_goes_to_the_even_neighbour(world, kpi):
    world.has("fx_rates", {**RATE, "valid_on": date(2017, 1, 1), "rate": "0.5"})
    world.has("deals", *(_deal(date(2017, 3, 1), amount, "USD") for amount in ("0.0001", "0.0003", "-0.0005")))
    assert world.value(kpi("sum", **AMOUNT)).numerator == 0 + 2 - 2


def test_counts_need_no_rate(world, kpi):
    world.has("deals", _deal(date(2017, 3, 1), 1, "XAU"))
    assert world.value(kpi("count")).status is Status.OK


def test_a_rate_of_amounts_and_a_percentile_are_converted_too(world, kpi):
    _rates(world)
    world.has("deals", _deal(date(2017, 3, 1), 1, "USD"), _deal(date(2017, 3, 2), 7, "CNY", outcome="lost"))
    won = [{"column": "outcome", "is": "won"}]
    share = kpi("ratio", unit="percent", numerator={"sum": "amount", "where": won}, denominator={"sum": "amount"})
    assert world.value(share).value == 0.5
    assert world.value(kpi("percentile", of="amount", percentile=0.5, unit="money")).value == 7.0
    assert world.value(kpi("mean", mean="amount", unit="money")).value == 7.0


def test_instants_take_the_rate_of_the_organisations_day(world, kpi):
    from kpi_engine.period import Calendar

    _rates(world)
    world.has(
        "deal_stage_changes",
        {"deal_id": "1", "amount": 1, "currency": "USD", "changed_at": datetime(2017, 3, 9, 15, 59, tzinfo=UTC)},
        {"deal_id": "1", "amount": 10, "currency": "USD", "changed_at": datetime(2017, 3, 9, 16, 0, tzinfo=UTC)},
    )
    definition = kpi("sum", table="deal_stage_changes", time="changed_at", **AMOUNT)
    assert world.value(definition, calendar=Calendar("Asia/Shanghai")).value == 7 + 80


def test_what_stands_takes_the_rate_of_the_periods_last_day(world, kpi):
    _rates(world)
    world.has("deals", _deal(None, 10, "USD", outcome="open", engaged_on=date(2017, 1, 5)))
    pipeline = kpi(
        "snapshot",
        time="engaged_on",
        until="closed_on",
        standing=[{"column": "outcome", "is": "open"}],
        measure={"sum": "amount"},
        unit="money",
    )
    found = [(one.value, one.status) for one in world.values(pipeline)]
    assert found == [(None, Status.MISSING_FX), (70.0, Status.OK), (80.0, Status.OK)]
    early = datetime(2017, 3, 9, tzinfo=UTC)
    assert world.value(pipeline, as_of=early).value == 70.0

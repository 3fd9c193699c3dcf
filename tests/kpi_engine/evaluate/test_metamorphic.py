"""What must not change the values, and what must change them in a known way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from kpi_engine.evaluate import evaluate
from kpi_engine.period import Calendar, Grain

WON = [{"column": "outcome", "is": "won"}]
ALL_GRAINS = ("week", "month", "quarter", "year", "all")


@pytest.fixture
def rows():
    draw = Random(7)
    start = datetime(2017, 1, 1, tzinfo=UTC)
    return [
        {
            "id": f"{n:04}",
            "outcome": draw.choice(("won", "lost", "open")),
            "closed_on": (start + timedelta(days=draw.randrange(90))).date(),
            "created_at": start + timedelta(seconds=draw.randrange(90 * 86_400)),
            "amount": draw.randrange(10**9) / 10_000,
            "account_id": f"a{draw.randrange(30)}",
            "owner_id": f"o{draw.randrange(5)}",
        }
        for n in range(400)
    ]


@pytest.fixture
def definitions(kpi):
    return (
        kpi("count", where=WON, first_per="account_id"),
        kpi("sum", sum="amount", unit="money", where=WON),
        kpi("percentile", of="amount", percentile=0.9, unit="money"),
        kpi("count", id="buyers", distinct="account_id"),
    )


def _scopes():
    grains = tuple(map(Grain, ALL_GRAINS))
    return {"organisation": grains, "owner": grains, "account": grains}


def test_the_order_in_which_rows_arrive_means_nothing(world, rows, definitions):
    world.has("deals", *rows)
    before = world.values(*definitions, scopes=_scopes())
    Random(1).shuffle(rows)
    world.has("deals", *rows)
    assert world.values(*definitions, scopes=_scopes()) == before


def test_the_same_request_gives_the_same_bytes_again_and_again(world, rows, definitions):
    world.has("deals", *rows)
    request = world.request(*definitions, scopes=_scopes())
    runs = {repr(list(evaluate(world.engine, request))) for _ in range(5)}
    assert len(runs) == 1


def test_the_order_of_definitions_orders_the_values_and_changes_none(world, rows, definitions):
    world.has("deals", *rows)
    forward, backward = world.values(*definitions), world.values(*reversed(definitions))
    assert sorted(forward, key=repr) == sorted(backward, key=repr)
    assert [one.kpi for one in backward] != [one.kpi for one in forward]


def test_computing_a_kpi_alone_gives_what_it_gives_among_others(world, rows, definitions):
    world.has("deals", *rows)
    together = world.values(*definitions, scopes=_scopes())
    for definition in definitions:
        assert world.values(definition, scopes=_scopes()) == [one for one in together if one.kpi == definition.id]


@pytest.mark.parametrize(("whole", "part"), [("quarter", "month"), ("year", "quarter"), ("all", "week")])
def test_a_sum_over_a_period_is_the_sum_over_its_parts(world, rows, definitions, whole, part):
    world.has("deals", *rows)
    found = world.values(*definitions[:2], grains=(whole, part))
    for kpi in ("count", "sum"):
        totals = {one.period: 0 for one in found}
        for one in found:
            if one.kpi == kpi:
                totals[one.period] += one.numerator
        assert totals[whole] == totals[part] > 0


def test_the_owners_of_an_additive_kpi_add_up_to_the_organisation(world, rows, definitions):
    world.has("deals", *rows)
    found = world.values(definitions[1], scopes={"organisation": (Grain.ALL,), "owner": (Grain.ALL,)})
    organisation, *owners = (one.numerator for one in found)
    assert len(owners) == 5
    assert organisation == sum(owners)


def test_moving_every_instant_and_the_zone_together_changes_nothing(world, kpi, rows):
    created = kpi("count", time="created_at")
    world.has("deals", *rows)
    utc = [one.value for one in world.values(created, grains=("week", "month"))]
    moved = [{**row, "created_at": row["created_at"] - timedelta(hours=8)} for row in rows]
    world.has("deals", *moved)
    as_of = datetime(2017, 3, 31, 16, tzinfo=UTC)
    shanghai = world.values(created, grains=("week", "month"), calendar=Calendar("Asia/Shanghai"), as_of=as_of)
    assert [one.value for one in shanghai] == utc
    assert [one.value for one in world.values(created, grains=("week", "month"))] != utc


def test_a_row_more_changes_its_own_cells_only(world, rows, definitions):
    world.has("deals", *rows)
    before = world.values(definitions[1], scope="owner", grains=ALL_GRAINS)
    world.has(
        "deals", *rows, {"id": "x", "outcome": "won", "owner_id": "o1", "closed_on": rows[0]["closed_on"], "amount": 1}
    )
    after = world.values(definitions[1], scope="owner", grains=ALL_GRAINS)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert {one.scope_id for one in changed} == {"o1"}
    assert sorted(one.period for one in changed) == sorted(ALL_GRAINS)

"""Which KPIs pile up, add up, go below zero, or end at 100 %."""

from __future__ import annotations

import pytest

from kpi_engine.catalog import read_family, shipped
from kpi_engine.target import nature

ADDITIVE = {  # the column "add-o" of the reference's table of KPIs, for those that ship
    "won_amount",
    "pipeline_value",
    "pipeline_weighted",
    "new_customers",
    "order_amount",
}
NOT_ADDITIVE = {"win_rate", "win_rate_value", "sales_cycle", "order_amount_growth"}
KPIS = {definition.id: nature(definition) for definition in shipped()}


@pytest.mark.parametrize("kpi", sorted(ADDITIVE | NOT_ADDITIVE))
def test_what_adds_up_over_people(kpi: str) -> None:
    assert KPIS[kpi].additive is (kpi in ADDITIVE)


@pytest.mark.parametrize(
    ("kpi", "flow", "negative", "largest"),
    [
        ("won_amount", True, False, None),
        ("new_customers", True, False, None),
        ("pipeline_value", False, False, None),
        ("win_rate", False, False, 1.0),
        ("sales_cycle", False, False, None),
        ("order_amount_growth", False, True, None),
    ],
)
def test_the_rest_of_its_nature(kpi: str, flow: bool, negative: bool, largest: float | None) -> None:
    assert (KPIS[kpi].flow, KPIS[kpi].negative, KPIS[kpi].largest) == (flow, negative, largest)


def test_what_is_counted_once_in_several_places_does_not_add_up() -> None:
    (buyers,) = read_family(
        """
kpis:
  - id: buyers
    names: {en: Buyers, zh-CN: 买家, zh-TW: 買家}
    question: How many accounts bought?
    formula: accounts with an order
    kind: count
    table: orders
    time: ordered_on
    distinct: account_id
    unit: count
""",
        "own.yaml",
    )
    assert (nature(buyers).flow, nature(buyers).additive) == (True, False)

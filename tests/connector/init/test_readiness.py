"""Which KPIs a CRM has the facts for."""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import Message
from connector.init.proposal import ColumnFill, TableFill
from connector.init.readiness import Readiness, State, readiness
from kpi_engine import catalog


def column(*, confidence: float = 1.0, filled: float | None = None) -> ColumnFill:
    return ColumnFill({"from": "Field"}, confidence, Message(""), filled)


def deals(**columns: ColumnFill) -> TableFill:
    all_columns = {"outcome": column(), "closed_on": column(), "amount": column(filled=0.9), **columns}
    found = {name: how for name, how in all_columns.items() if how is not None}
    missing = {"engaged_on": Message("add a date field to Deals")}
    return TableFill("deals", "Deals", "id", found, records=100, since="2024-02-01", missing=missing)


def judged(*tables: TableFill) -> Mapping[str, Readiness]:
    return {each.kpi.id: each for each in readiness(catalog.shipped(), tables)}


def test_every_kpi_is_judged() -> None:
    assert set(judged()) == {each.id for each in catalog.shipped()}


def test_a_kpi_whose_facts_are_there_is_ready_since_the_first_of_them() -> None:
    found = judged(deals())["won_amount"]
    assert (found.state, found.since, found.remedies) == (State.READY, "2024-02-01", ())
    assert found.filled == {"deals.amount": 0.9}


def test_without_a_module_it_is_impossible_and_the_remedy_names_the_table() -> None:
    found = judged(deals())["order_amount"]
    assert found.state is State.IMPOSSIBLE
    assert [str(each) for each in found.remedies] == ["map a module to orders"]


def test_a_column_that_the_crm_does_not_have_has_the_adapters_own_remedy() -> None:
    found = judged(deals())["sales_cycle"]
    assert found.state is State.IMPOSSIBLE
    assert "add a date field to Deals" in [str(each) for each in found.remedies]


def test_a_proposal_that_is_not_sure_fills_nothing() -> None:
    assert judged(deals(amount=column(confidence=0.4)))["won_amount"].state is State.IMPOSSIBLE


def test_a_field_that_few_records_have_makes_it_partly_ready() -> None:
    found = judged(deals(amount=column(filled=0.2)))["won_amount"]
    assert found.state is State.PARTLY
    assert [str(each) for each in found.remedies] == ["have people fill in Field of Deals: 20 % of the records have it"]


def test_a_kpi_that_needs_a_number_that_no_crm_holds_names_the_setting() -> None:
    found = judged(deals())["won_margin"]
    assert (found.state, found.filled) == (State.IMPOSSIBLE, {"deals.amount": 0.9})
    assert [str(each) for each in found.remedies] == ["no CRM holds it: state assumptions.gross_margin in the settings"]


def test_a_field_that_nobody_fills_in_makes_it_impossible() -> None:
    assert judged(deals(amount=column(filled=0)))["won_amount"].state is State.IMPOSSIBLE


def test_of_two_modules_that_fill_a_table_the_better_one_counts() -> None:
    empty = TableFill("activities", "Tasks", "id", {}, records=5)
    full = {"kind": column(), "done_at": column(filled=0.9), "direction": column(), "started_at": column()}
    calls = TableFill("activities", "Calls", "id", full, records=10)
    assert judged(empty, calls)["calls"].state is State.READY


def test_a_kpi_made_of_others_is_as_ready_as_the_worst_of_them() -> None:
    assert judged(deals())["order_amount_growth"].state is State.IMPOSSIBLE

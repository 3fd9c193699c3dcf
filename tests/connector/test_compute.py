"""Computing: the same facts, definitions and moment give the same bytes, and what is known to be missing is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.apply import apply
from connector.compute import compute, request_of, windows
from connector.config import read
from connector.engine.duckdb import DuckDBEngine
from connector.errors import ConnectorError, Message
from connector.plan import plan
from connector.store import Store, coverage, facts, freshness, problems, runs, values, withheld
from connector.store.coverage import Coverage
from connector.store.problems import Quarantined
from connector.store.withheld import WithheldColumn
from kpi_engine.errors import EngineError
from kpi_engine.facts import FactTable

DEALS = [
    ("crm", "D1", "Acme", "won", 1_000_000, "2025-02-01"),
    ("crm", "D2", "Acme", "lost", 500_000, "2025-02-02"),
    ("crm", "D3", "Bolt", "won", 2_000_000, "2025-03-03"),
]
OWN_KPI = """
kpis:
  - id: big_wins
    names: {en: Big wins, zh-CN: 大单数, zh-TW: 大單數}
    question: How many big ones?
    formula: deals that are called big
    kind: count
    table: deals
    time: closed_on
    where: [{column: x_size, is: big}]
    unit: count
"""
COLUMNS = ("connection", "id", "account_id", "outcome", "amount", "closed_on")


def fill(desk: Any, deals: Collection[tuple[object, ...]] = DEALS) -> None:
    with desk.store.transaction():
        facts.upsert(desk.store, "deals", COLUMNS, deals)


def computed(desk: Any, **more: Any) -> Any:
    with desk.store.transaction():
        run_id = runs.start(desk.store, "compute", desk.now)
    return compute(desk.config, desk.store, run_id=run_id, **more)


def cells(desk: Any, kpi: str = "won_amount") -> dict[tuple[str, str], Any]:
    return {(row["scope"], row["scope_id"]): row for row in values.read(desk.store, kpi=kpi)}


def test_values_of_every_scope_are_stored(desk: Any) -> None:
    fill(desk)
    report = computed(desk)
    assert (report.kpis, report.changed) == (3, report.cells)
    found = cells(desk)
    assert {key: row["value"] for key, row in found.items()} == {
        ("organisation", ""): 300.0,
        ("account", "Acme"): 100.0,
        ("account", "Bolt"): 200.0,
    }
    assert found["organisation", ""]["as_of"] == "2025-05-20T08:00:00Z", "the moment up to which the facts reach"


def test_computing_again_changes_nothing(desk: Any) -> None:
    fill(desk)
    computed(desk)
    before = list(values.read(desk.store))
    assert computed(desk).changed == 0
    assert list(values.read(desk.store)) == before


class _NoEngine:
    def __enter__(self) -> Any:
        raise AssertionError("nothing was to be computed")

    def __exit__(self, *_: object) -> None:
        return


def test_what_rests_on_the_same_is_not_computed_again(desk: Any) -> None:
    fill(desk)
    first = computed(desk)
    again = computed(desk, again=False, engine=_NoEngine)
    assert (again.cells, again.statuses, again.changed) == (first.cells, first.statuses, 0)


def withhold(desk: Any) -> None:
    row = WithheldColumn("crm", "deals", "deals", "amount", "Amount", "2025-05-20T08:00:00Z")
    with desk.store.transaction():
        withheld.replace(desk.store, "crm", "deals", [row])


def bring_news(desk: Any) -> None:
    with desk.store.transaction():
        runs.note_news(desk.store, runs.start(desk.store, "pull", desk.now), desk.now)


def leave_a_kpi_out(desk: Any) -> None:
    desk.settings(lambda text: text.replace("[won_amount, won_deals, win_rate]", "[won_deals]").split("write_back")[0])


def quarantine(desk: Any) -> None:
    row = Quarantined("crm", "deals", "deals", None, "deals.csv", 5, "id", "", "no id", "{}", 1, "2025-05-20T08:00:00Z")
    with desk.store.transaction():
        problems.add_quarantine(desk.store, [row])


@pytest.mark.parametrize("change", [withhold, bring_news, leave_a_kpi_out, quarantine])
def test_what_rests_on_something_else_is_computed_again(desk: Any, change: Any) -> None:
    fill(desk)
    computed(desk)
    change(desk)
    with pytest.raises(AssertionError, match="nothing was to be computed"):
        computed(desk, again=False, engine=_NoEngine)
    computed(desk, again=False)
    computed(desk, again=False, engine=_NoEngine)


def test_another_moment_is_computed_again(desk: Any) -> None:
    fill(desk)
    computed(desk, as_of=datetime(2025, 3, 1, tzinfo=UTC))
    assert cells(desk)["organisation", ""]["value"] == 100.0
    computed(desk, again=False)
    assert cells(desk)["organisation", ""]["value"] == 300.0


def test_values_that_rest_on_a_withheld_column_are_not_applicable(desk: Any) -> None:
    fill(desk)
    withhold(desk)
    computed(desk)
    assert {row["status"] for row in values.read(desk.store, kpi="won_amount")} == {"not_applicable"}
    assert "ok" in {row["status"] for row in values.read(desk.store, kpi="won_deals")}


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_facts_does_not_matter(desk: Any, order: int) -> None:
    fill(desk, DEALS[::order])
    computed(desk)
    assert [row["value"] for row in values.read(desk.store, kpi="won_amount", scope="organisation")] == [300.0]


def test_only_what_changed_is_written(desk: Any) -> None:
    fill(desk)
    computed(desk)
    fill(desk, [("crm", "D3", "Bolt", "won", 3_000_000, "2025-03-03")])
    report = computed(desk)
    rewritten = {(row["kpi"], row["scope_id"]) for row in values.read(desk.store) if row["run_id"] > 2}
    assert rewritten == {("won_amount", ""), ("won_amount", "Bolt")}
    assert report.changed == 2


def test_a_kpi_that_is_not_enabled_any_more_leaves_its_place(desk: Any) -> None:
    fill(desk)
    computed(desk)
    desk.settings(lambda text: text.replace("[won_amount, won_deals, win_rate]", "[won_deals]").split("write_back")[0])
    computed(desk)
    assert {row["kpi"] for row in values.read(desk.store)} == {"won_deals"}


def test_another_moment_gives_other_values(desk: Any) -> None:
    fill(desk)
    report = computed(desk, as_of=datetime(2025, 2, 15, tzinfo=UTC))
    assert cells(desk)["organisation", ""]["value"] == 100.0
    assert report.as_of == datetime(2025, 2, 15, tzinfo=UTC)


def test_tombstones_are_not_counted(desk: Any) -> None:
    fill(desk)
    with desk.store.transaction():
        facts.tombstone(desk.store, "deals", "crm", ["D3"], "2025-05-20T08:00:00Z")
    computed(desk)
    assert cells(desk)["organisation", ""]["value"] == 100.0


def test_what_the_vendor_has_more_makes_values_incomplete(desk: Any) -> None:
    fill(desk)
    counts = Coverage("crm", "deals", "deals", 9, 3, 3, 0, 0, complete=False, checked_at="2025-05-20T08:00:00Z")
    with desk.store.transaction():
        coverage.save(desk.store, counts)
    report = computed(desk)
    assert report.incomplete == ("deals",)
    assert {row["status"] for row in values.read(desk.store)} == {"incomplete"}
    assert report.statuses == {"incomplete": report.cells}


def test_a_connection_that_is_gone_from_the_settings_makes_nothing_incomplete(desk: Any) -> None:
    counts = Coverage("old_crm", "deals", "deals", 9, 3, 3, 0, 0, complete=False, checked_at="2025-05-20T08:00:00Z")
    with desk.store.transaction():
        coverage.save(desk.store, counts)
    assert request_of(desk.config, desk.store).incomplete == frozenset()


def test_records_in_quarantine_are_excluded_and_counted(desk: Any) -> None:
    fill(desk)
    row = Quarantined("crm", "deals", "deals", None, "deals.csv", 5, "id", "", "no id", "{}", 1, "2025-05-20T08:00:00Z")
    with desk.store.transaction():
        problems.add_quarantine(desk.store, [row])
    computed(desk)
    assert cells(desk)["organisation", ""]["excluded"] == 1


def test_before_the_first_pull_there_is_nothing_to_compute(tmp_path: Path, desk: Any) -> None:
    empty = Store.open(tmp_path / "empty.sqlite", create=True)
    with empty as store, pytest.raises(ConnectorError, match="no facts") as raised:
        compute(desk.config, store, run_id=1)
    assert "crm-kpi pull" in str(raised.value.hint)


def test_assumptions_reach_the_values_and_are_stamped_on_them(desk: Any) -> None:
    fill(desk)
    desk.settings(
        lambda text: (
            text.replace("[won_amount, won_deals, win_rate]", "[won_amount, win_rate, won_deals, won_margin]")
            + "assumptions: {gross_margin: [{from: 2024-01-01, value: 0.25}]}\n"
        )
    )
    computed(desk)
    margin = cells(desk, "won_margin")["organisation", ""]
    assert (margin["value"], margin["assumptions"]) == (75.0, '{"gross_margin": 0.25}')


class FailingEngine(DuckDBEngine):
    """Dies after the facts were copied."""

    def copy(self, store: Path, tables: Mapping[str, Collection[str]], *, facts: Mapping[str, FactTable]) -> None:
        super().copy(store, tables, facts=facts)
        raise ConnectorError(Message("out of memory"))


def test_a_failure_leaves_the_values_as_they_were_and_the_store_usable(desk: Any) -> None:
    fill(desk)
    computed(desk)
    before = list(values.read(desk.store))
    fill(desk, [("crm", "D4", "Bolt", "won", 9_000_000, "2025-03-03")])
    with pytest.raises(ConnectorError, match="out of memory"):
        computed(desk, engine=FailingEngine)
    assert list(values.read(desk.store)) == before
    assert computed(desk).changed == 6


def test_the_persons_are_told_what_is_being_done(desk: Any) -> None:
    fill(desk)
    told: list[str] = []
    computed(desk, progress=lambda message: told.append(str(message)))
    assert told == ["reading the facts", "computing 3 KPIs"]


def test_the_admins_own_kpis_over_own_columns(desk: Any, tmp_path: Path) -> None:
    from kpi_engine.facts import ColumnType

    (tmp_path / "own.yaml").write_text(OWN_KPI, "utf-8")
    desk.settings(
        lambda text: text.replace(
            "closed_on: Closed", "closed_on: Closed\n          x_size: {from: Size, type: text}"
        ).replace("win_rate]", "win_rate, big_wins]\n  files: [own.yaml]")
    )
    with desk.store.transaction():
        facts.ensure_columns(desk.store, "deals", {"x_size": ColumnType.TEXT})
        facts.upsert(desk.store, "deals", (*COLUMNS, "x_size"), [(*DEALS[0], "big"), (*DEALS[1], "small")])
    computed(desk)
    assert cells(desk, "big_wins")["organisation", ""]["value"] == 1
    assert read(desk.config.path, environment={}).definitions == desk.config.definitions


def test_a_column_that_no_pull_has_brought_yet_is_empty_and_no_error(desk: Any, tmp_path: Path) -> None:
    fill(desk)
    (tmp_path / "own.yaml").write_text(OWN_KPI, "utf-8")
    desk.settings(
        lambda text: text.replace(
            "closed_on: Closed", "closed_on: Closed\n          x_size: {from: Size, type: text}"
        ).replace("win_rate]", "win_rate, big_wins]\n  files: [own.yaml]")
    )
    computed(desk)
    assert cells(desk, "big_wins")["organisation", ""]["value"] is None
    assert cells(desk)["organisation", ""]["value"] == 300.0


class LyingEngine(DuckDBEngine):
    """Refuses whatever asks when a deal began."""

    def query(self, tree: Any) -> list[tuple[Any, ...]]:
        if "engaged_on" in (text := tree.sql(dialect=self.dialect)) and "GROUP BY" in text:
            raise EngineError(Message("no beginnings here"))
        return super().query(tree)


def test_a_kpi_that_fails_is_named_and_the_others_go_on(desk: Any) -> None:
    with desk.store.transaction():
        deals = [(*deal, "2025-01-01") for deal in DEALS]
        facts.upsert(desk.store, "deals", (*COLUMNS, "engaged_on"), deals)
    desk.settings(
        lambda text: text.replace("won_deals, win_rate]", "won_deals, win_rate, sales_cycle]").replace(
            "closed_on: Closed", "closed_on: Closed\n          engaged_on: Engaged"
        )
    )
    report = computed(desk, engine=LyingEngine)
    assert {kpi: str(why) for kpi, why in report.failed.items()} == {"sales_cycle": "no beginnings here"}
    assert {row["status"] for row in values.read(desk.store, kpi="sales_cycle")} == {"error"}
    assert cells(desk)["organisation", ""]["value"] == 300.0


class NoAmountsEngine(DuckDBEngine):
    """Refuses whatever adds up amounts."""

    def query(self, tree: Any) -> list[tuple[Any, ...]]:
        if "amount" in tree.sql(dialect=self.dialect):
            raise EngineError(Message("no amounts here"))
        return super().query(tree)


def test_a_kpi_that_fails_where_only_accounts_have_values_takes_no_number_back(desk: Any) -> None:
    """Accounts have a value only where they have rows, so that no value says that these failed."""
    desk.settings(
        lambda text: (
            text.replace("won_deals, win_rate]", "won_deals, win_rate, won_margin]")
            .replace("organisation: [year], ", "")
            .replace("scopes: [organisation]", "scopes: [account]")
            .replace("Rate: {kpi: win_rate", "Rate: {kpi: won_margin")
            + "assumptions:\n  gross_margin: [{from: 2020-01-01, value: 0.5}]\n"
        )
    )
    desk.accounts("Acme", "Bolt")
    fill(desk)
    computed(desk)
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    apply(desk.config, desk.store, desk.adapters, yes=True, now=desk.now)
    held = {"Won": 100.0, "Rate": 50.0}
    assert desk.crm.held["accounts", "Acme"] == held
    computed(desk, engine=NoAmountsEngine)
    assert not cells(desk)
    assert freshness.incomplete_kpis(desk.store) == {("won_amount", "organisation"), ("won_margin", "organisation")}
    assert plan(desk.config, desk.store, desk.adapters, now=desk.now).plan_id == ""
    computed(desk, again=False)
    assert freshness.incomplete_kpis(desk.store) == frozenset()
    assert plan(desk.config, desk.store, desk.adapters, now=desk.now).plan_id == ""


# ---- windows that end today ------------------------------------------------------------------------------------------

ORGANISATION_YEAR = ("", "win_rate", "organisation", "", "year", "2025-01-01")


def test_a_window_reaches_as_far_back_as_the_period_is_long(desk: Any) -> None:
    """On 20 May 2025 the year so far has 2 of 3 won, the twelve months 2 of 4; what is older does not count."""
    earlier = [("crm", "D4", "Acme", "lost", 1, "2024-05-21"), ("crm", "D5", "Acme", "won", 1, "2024-05-20")]
    fill(desk, [*DEALS, *earlier])
    computed(desk)
    acme = ("crm", "win_rate", "account", "Acme", "year", "2025-01-01")
    nobody = ("crm", "win_rate", "account", "Zzz", "year", "2025-01-01")
    found = windows(desk.config, desk.store, [ORGANISATION_YEAR, acme, nobody])
    assert {cell: actual.value for cell, actual in found.items()} == {
        ORGANISATION_YEAR: 0.5,
        acme: pytest.approx(1 / 3),
    }


def test_without_running_levels_no_engine_is_opened(desk: Any) -> None:
    def never() -> Any:
        raise AssertionError("nothing is to be computed")

    assert windows(desk.config, desk.store, [], engine=never) == {}


def test_windows_leave_the_values_alone(desk: Any) -> None:
    fill(desk)
    computed(desk)
    before = list(values.read(desk.store))
    windows(desk.config, desk.store, [ORGANISATION_YEAR])
    assert list(values.read(desk.store)) == before

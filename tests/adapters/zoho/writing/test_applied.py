"""From a plan to the stand-in: shown, agreed to, made, written once, and settled after lines that broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.apply import ApplyReport, apply
from connector.config import Config, read
from connector.errors import AdapterError, RejectedError, StoreError, WriteBackRefused
from connector.plan import PlanReport, plan
from connector.store import Store, acknowledged, credits, facts, outbox, runs, values
from tests.effort import quickly

NOW = datetime(2025, 5, 20, 8, 0, tzinfo=UTC)

SETTINGS = """\
organisation: {{timezone: Europe/Berlin, currency: EUR, language: zh-CN}}
store: store.sqlite
connections:
  crm:
    adapter: zoho
    settings:
      client_id: {client_id}
      client_secret: {client_secret}
      refresh_token: {refresh_token}
      accounts_url: {url}
      api_url: {url}
kpis:
  enabled: [won_amount, won_deals, win_rate]
  scopes: {{organisation: [year], account: [year]}}
write_back:
  max_changed_share: 1
  targets:
    - name: accounts
      connection: crm
      kind: fields
      module: Accounts
      scope: account
      fields:
        KPI_Won: {{kpi: won_amount, period: year}}
        KPI_Rate: {{kpi: win_rate, period: year}}
    - name: report
      connection: crm
      kind: records
"""


@dataclass
class Desk:
    """Settings, a store and a stand-in."""

    config: Config
    store: Store
    zoho: Any
    ids: list[str]

    def values(self, plus: float = 0.0) -> None:
        """A won amount and a win rate for each account."""
        rows = [
            row
            for number, record_id in enumerate(self.ids)
            for row in (
                value("won_amount", record_id, 100.0 * number + plus, unit="money"),
                value("win_rate", record_id, number / 1_000, unit="percent"),
            )
        ]
        with self.store.transaction():
            run_id = runs.start(self.store, "compute", NOW)
            tuples = [tuple(row[column] for column in values.VALUE_COLUMNS) for row in rows]
            values.write(self.store, tuples, run_id)
            runs.finish(self.store, run_id, "done", NOW, {})

    def plan(self) -> PlanReport:
        return plan(self.config, self.store, {"crm": self.zoho.adapter}, now=NOW)

    def apply(self, *, yes: bool = False) -> ApplyReport:
        adapters = {"crm": self.zoho.adapter}
        return apply(self.config, self.store, adapters, yes=yes, now=NOW, world=self.zoho.world)

    def written(self, module: str) -> Counter[str]:
        """Record -> how often it was written."""
        return Counter(each["record_id"] for each in self.zoho.server.journal if each["module"] == module)

    def expect_everything_written(self, plus: float = 0.0, *, emptied: int = 0) -> None:
        """What the CRM holds is what was computed; report records that nobody wants any more are there, and empty."""
        held = {record_id: self.zoho.record("Accounts", record_id) for record_id in self.ids}
        assert {record_id: (row["KPI_Won"], row["KPI_Rate"]) for record_id, row in held.items()} == {
            record_id: (100.0 * number + plus, round(number / 10, 2)) for number, record_id in enumerate(self.ids)
        }
        assert len(dict(acknowledged.acknowledged(self.store, "crm", "report"))) == 2 * len(self.ids) + emptied
        (count,) = self.zoho.server.state.db.execute('SELECT count(*) FROM "KPI_Reports"').fetchone()
        assert count == 2 * len(self.ids) + emptied


def value(kpi: str, scope_id: str, number: float, *, unit: str) -> dict[str, Any]:
    moment = "2025-05-20T08:00:00Z"
    return {
        "connection": "crm",
        "kpi": kpi,
        "scope": "account",
        "scope_id": scope_id,
        "period": "year",
        "period_start": "2025-01-01",
        "period_end": "2026-01-01",
        "numerator": 1,
        "denominator": 2,
        "n": 2,
        "value": number,
        "unit": unit,
        "currency": "EUR" if unit == "money" else "",
        "ci_low": None,
        "ci_high": None,
        "status": "ok",
        "excluded": 0,
        "as_of": moment,
        "data_as_of": moment,
        "definition": "abc",
        "assumptions": "",
    }


@pytest.fixture
def desk(talks: Callable[..., Any], tmp_path: Path) -> Iterator[Desk]:
    zoho = talks(scale=0.4)
    stated = zoho.server.settings
    path = tmp_path / "crm-kpi.yaml"
    path.write_text(
        SETTINGS.format(
            url=zoho.server.url,
            client_id=stated.client_id,
            client_secret=stated.client_secret,
            refresh_token=stated.refresh_token,
        ),
        "utf-8",
    )
    config = read(path, environment={})
    ids = zoho.accounts(130)
    with Store.open(config.store, create=True) as store:
        with store.transaction():
            run_id = runs.start(store, "pull", NOW)
            runs.note_news(store, run_id, NOW)
            facts.upsert(store, "accounts", ("connection", "id", "name"), [("crm", each, each) for each in ids])
        made = Desk(config, store, zoho, ids)
        made.values()
        yield made


def test_from_nothing_to_numbers_on_accounts_and_report_records(desk: Desk) -> None:
    report = desk.plan()
    assert (report.calls, report.credits) == (2 + 3, 13 + 26)
    assert len(report.places) == 2 + 1 + 17
    with pytest.raises(WriteBackRefused):
        desk.apply()
    assert desk.zoho.calls() == [], "nobody agreed, so nobody was asked"
    applied = desk.apply(yes=True)
    assert (applied.done, applied.unknown, applied.rejected) == (130 + 260, 0, ())
    desk.expect_everything_written()
    labels = {name: field.label for name, field in desk.zoho.server.state.fields("Accounts").items()}
    assert labels["KPI_Won"].isascii() is False, "in the organisation's language"
    assert desk.zoho.server.workflow_runs == []


def test_nothing_new_asks_nothing_and_one_change_is_one_call(desk: Desk) -> None:
    desk.plan()
    desk.apply(yes=True)
    desk.zoho.server.calls.clear()
    assert desk.plan().plan_id == ""
    desk.apply()
    assert desk.zoho.calls() == []
    desk.values(plus=1.0)
    desk.plan()
    assert desk.apply().done == 260
    writes = desk.zoho.calls("PUT", "POST")
    assert Counter(path for _, path in writes) == {"/crm/v8/Accounts": 2, "/crm/v8/KPI_Reports/upsert": 2}
    assert len(desk.zoho.calls("GET")) <= 6
    desk.expect_everything_written(plus=1.0)


def test_what_writing_cost_is_kept(desk: Desk) -> None:
    desk.plan()
    desk.apply(yes=True)
    spent = sum(each for _, each in credits.spent(desk.store, "crm"))
    assert spent == sum(each.credits for each in desk.zoho.server.calls)


def test_a_sandbox_gets_nothing_of_productions_plan(desk: Desk, talks: Callable[..., Any]) -> None:
    desk.plan()
    desk.apply(yes=True)
    desk.values(plus=1.0)
    desk.plan()
    other = talks(modules=(), environment="sandbox")
    with pytest.raises(StoreError, match="sandbox"):
        apply(desk.config, desk.store, {"crm": other.adapter}, yes=True, now=NOW, world=other.world)
    assert other.calls("PUT", "POST") == []


LINES = ("drop_after", "gateway_502", "drop_before", "error_500", "html_200", "drop_body")


@pytest.mark.parametrize("fault", quickly("drop_after", "error_500", of=LINES))
def test_lines_that_break_leave_nothing_lost_and_nothing_doubled(desk: Desk, fault: str) -> None:
    desk.plan()
    desk.apply(yes=True)
    before = {module: desk.written(module) for module in ("Accounts", "KPI_Reports")}
    desk.values(plus=2.0)
    for number in range(1, 12):
        desk.zoho.server.faults.plan(fault, 3 * number, prefix="/crm/v8")
    for _ in range(8):
        desk.plan()
        try:
            applied = desk.apply()
        except AdapterError:
            continue
        if not applied.unknown:
            break
    assert len(desk.zoho.server.faults.played) >= 3
    desk.expect_everything_written(plus=2.0)
    assert set((desk.written("Accounts") - before["Accounts"]).values()) == {1}
    assert set((desk.written("KPI_Reports") - before["KPI_Reports"]).values()) == {1}
    assert set(outbox.counts(desk.store)) == {"done"}


def test_fields_that_somebody_deleted_are_made_again_and_filled_on_every_account(desk: Desk) -> None:
    desk.plan()
    desk.apply(yes=True)
    for name in ("KPI_Won", "KPI_Rate"):
        desk.zoho.server.state.remove_field("Accounts", name)
    desk.values(plus=1.0)  # the rates are as before
    desk.plan()
    with pytest.raises(RejectedError, match="Accounts has no field KPI_Won"):
        desk.apply()
    with pytest.raises(WriteBackRefused, match=r"Accounts\.KPI_Won"):
        desk.apply()
    for _ in range(2):
        desk.plan()
        desk.apply(yes=True)
    desk.expect_everything_written(plus=1.0)
    assert desk.plan().plan_id == ""


def test_an_account_that_was_deleted_or_merged_meanwhile_is_refused_once_and_then_over(desk: Desk) -> None:
    desk.plan()
    desk.apply(yes=True)
    gone, loser, winner = desk.ids[:3]
    desk.zoho.server.state.delete("Accounts", gone)
    desk.zoho.server.state.merge("Accounts", winner, loser)
    desk.values(plus=1.0)
    desk.plan()
    applied = desk.apply()
    assert ({each.record_id for each in applied.rejected}, applied.done) == ({gone, loser}, 128 + 130)
    with desk.store.transaction():
        facts.tombstone(desk.store, "accounts", "crm", [gone, loser], "2025-05-20T09:00:00Z")
    desk.ids = desk.ids[2:]
    desk.values(plus=1.0)
    desk.plan()
    assert desk.apply().rejected == ()
    desk.expect_everything_written(plus=1.0, emptied=4)
    assert set(outbox.counts(desk.store)) == {"done"}

"""What status reads out of a store, and the advice that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.config import Connection, Credits
from connector.errors import Message
from connector.kit.fake_adapter import FAKE_CRM, FakeSettings
from connector.status import status
from connector.store import Store, coverage, credits, origins, problems, runs, withheld
from connector.store.coverage import Coverage
from connector.store.origins import Origin
from connector.store.problems import Quarantined
from connector.store.withheld import WithheldColumn

NOW = datetime(2025, 5, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store.sqlite", create=True) as opened:
        yield opened


def ran(store: Store, outcome: str, **summary: object) -> int:
    with store.transaction():
        run_id = runs.start(store, "run", NOW)
        runs.finish(store, run_id, outcome, NOW, summary)
    return run_id


def advice(store: Store) -> list[str]:
    return [str(each) for each in status(store, now=NOW).advice]


def test_before_the_first_run(store: Store) -> None:
    report = status(store, now=NOW)
    assert (report.runs, report.data_as_of, report.age, report.plan) == ((), None, None, None)
    assert advice(store) == ["runs: nothing ran yet (start with: crm-kpi run)"]


def test_all_is_well(store: Store) -> None:
    ran(store, "done")
    assert advice(store) == []


def test_how_old_the_facts_are(store: Store) -> None:
    run_id = ran(store, "done")
    with store.transaction():
        runs.note_news(store, run_id, NOW - timedelta(hours=5))
    assert status(store, now=NOW).age == timedelta(hours=5)


def test_a_crm_without_news_makes_the_facts_no_older(store: Store) -> None:
    earlier = ran(store, "done")
    with store.transaction():
        runs.note_news(store, earlier, NOW - timedelta(days=5))
    ran(store, "done", up_to_date=True)
    report = status(store, now=NOW + timedelta(hours=1))
    assert report.age == timedelta(hours=1)
    assert report.data_as_of == NOW - timedelta(days=5)


def test_a_run_that_could_not_ask_says_nothing_of_the_facts_age(store: Store) -> None:
    earlier = ran(store, "done")
    with store.transaction():
        runs.note_news(store, earlier, NOW - timedelta(days=5))
    ran(store, "failed", up_to_date=False)
    assert status(store, now=NOW).age == timedelta(days=5)


def test_a_failed_run_says_why(store: Store) -> None:
    ran(store, "failed", error="the disk is full")
    assert advice(store) == ["runs: run failed: the disk is full (mend it and run it again; nothing is lost)"]


def test_a_failed_run_says_why_and_what_to_do_in_any_language(store: Store) -> None:
    told = [Message("{file} is gone", file="a.csv").written(), Message("put it back").written()]
    ran(store, "failed", error="a.csv is gone", told=told)
    (said,) = status(store, now=NOW).advice
    words = {"{command} failed: {reason}": "{command} 失败: {reason}", "{file} is gone": "{file} 不见了"}
    assert said.message.render(lambda template: words.get(template, template)) == "run 失败: a.csv 不见了"
    assert str(said.hint) == "put it back; mend it and run it again; nothing is lost"


def test_an_interrupted_run_goes_on(store: Store) -> None:
    ran(store, "interrupted")
    assert advice(store) == ["runs: run was interrupted (run it again; it goes on where it stopped)"]


def test_an_old_failure_is_no_news(store: Store) -> None:
    ran(store, "failed", error="x")
    ran(store, "done")
    assert advice(store) == []


def test_what_was_not_read_to_its_end_is_one_line_a_connection(store: Store) -> None:
    ran(store, "done")
    with store.transaction():
        for module, table, count in (("Calls", "activities", 9), ("Deals", "deals", 9), ("Events", "activities", None)):
            found = Coverage("crm", module, table, count, 9, 9, 0, 0, complete=False, checked_at="2025-05-20")
            coverage.save(store, found)
    assert advice(store) == [
        "crm: the last reading of Calls, Deals, Events did not come to its end; KPIs on activities, deals are "
        "incomplete (pull again: crm-kpi pull)"
    ]


def test_what_did_not_arrive(store: Store) -> None:
    ran(store, "done")
    with store.transaction():
        coverage.save(store, Coverage("crm", "Deals", "deals", 10, 9, 9, 0, 0, complete=False, checked_at="2025-05-20"))
    assert advice(store) == [
        "crm.Deals: 10 records were announced and 9 arrived; KPIs on deals are incomplete (pull again: crm-kpi pull)"
    ]


def short(**more: Any) -> Coverage:
    return Coverage(
        "crm", "Deals", "deals", 10, 9, 9, 0, 0, complete=False, checked_at="2025-05-20", agreed=False, **more
    )


def test_what_nobody_shows_us_may_be_accepted(store: Store) -> None:
    ran(store, "done")
    with store.transaction():
        coverage.save(store, short())
    (line,) = advice(store)
    assert line.endswith("say so in the settings: connections.crm.accept_missing: {Deals: 1})")


def test_what_is_too_much_is_found_by_reading_everything(store: Store) -> None:
    ran(store, "done")
    with store.transaction():
        coverage.save(store, replace(short(), vendor_count=8))
    (line,) = advice(store)
    assert line.endswith("(read everything again: crm-kpi pull --reconcile)")


def test_what_is_withheld(store: Store) -> None:
    ran(store, "done")
    place = ("crm", "Deals", "deals")
    with store.transaction():
        rows = [
            WithheldColumn(*place, name, field, "2025") for name, field in (("amount", "Amount"), ("name", "Title"))
        ]
        withheld.replace(store, "crm", "Deals", rows)
    assert status(store, now=NOW).withheld == tuple(rows)
    (line,) = advice(store)
    assert "Amount, Title are withheld from our account; KPIs on deals.amount, deals.name are not applicable" in line


def connection(**how: Any) -> Connection:
    return Connection("crm", FAKE_CRM, FakeSettings(), {}, Path(), Credits(**how))


def test_what_was_spent_and_when_there_is_more(store: Store) -> None:
    ran(store, "done")
    with store.transaction():
        origins.note(store, Origin("crm", "zoho 1 production", "Lantern", "2025", 4000))
        credits.add(store, "crm", [("2025-05-20T07:00Z", 30), ("2025-05-18T07:00Z", 500)], now=NOW)
    (spent,) = status(store, now=NOW, connections=[connection()]).credits
    assert (spent.connection, spent.spent, spent.allowed, spent.vendors, spent.free_at) == ("crm", 30, 3000, 4000, None)
    report = status(store, now=NOW, connections=[connection(a_day=30)])
    assert str(report.advice[0].message) == ("30 of 30 credits are spent; more can be spent from 2025-05-21 07:01 UTC")


def test_what_is_in_quarantine(store: Store) -> None:
    ran(store, "partly")
    with store.transaction():
        row = Quarantined("crm", "deals", "deals", "D1", "d.csv", 2, "Stage", "?", "no", None, None, "2025-05-20")
        problems.add_quarantine(store, [row])
    report = status(store, now=NOW)
    assert report.quarantined == 1
    assert "deals: 1 records are in quarantine and in no KPI" in advice(store)[0]

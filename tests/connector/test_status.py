"""What status reads out of a store, and the advice that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.status import status
from connector.store import Store, coverage, problems, runs
from connector.store.coverage import Coverage
from connector.store.problems import Quarantined

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


def test_a_failed_run_says_why(store: Store) -> None:
    ran(store, "failed", error="the disk is full")
    assert advice(store) == ["runs: run failed: the disk is full (mend it and run it again; nothing is lost)"]


def test_an_interrupted_run_goes_on(store: Store) -> None:
    ran(store, "interrupted")
    assert advice(store) == ["runs: run was interrupted (run it again; it goes on where it stopped)"]


def test_an_old_failure_is_no_news(store: Store) -> None:
    ran(store, "failed", error="x")
    ran(store, "done")
    assert advice(store) == []


def test_what_did_not_arrive(store: Store) -> None:
    ran(store, "done")
    with store.transaction():
        coverage.save(store, Coverage("crm", "Deals", "deals", 10, 9, 9, 0, 0, complete=False, checked_at="2025-05-20"))
    assert advice(store) == [
        "crm.Deals: 10 records were announced and 9 arrived; KPIs on deals are incomplete (pull again: crm-kpi pull)"
    ]


def test_what_is_in_quarantine(store: Store) -> None:
    ran(store, "partly")
    with store.transaction():
        row = Quarantined("crm", "deals", "deals", "D1", "d.csv", 2, "Stage", "?", "no", None, None, "2025-05-20")
        problems.add_quarantine(store, [row])
    report = status(store, now=NOW)
    assert report.quarantined == 1
    assert "deals: 1 records are in quarantine and in no KPI" in advice(store)[0]

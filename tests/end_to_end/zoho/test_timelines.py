"""What happens to records between runs, at its real size: after the next run the store, or a mirror, is the server.

Random timelines, pages that move and restarts in the middle are in `tests/adapters/zoho/reading/test_timelines.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import adapters.zoho.reading.coql
from adapters.zoho.emulator.server import Served
from adapters.zoho.emulator.state import State, stamp
from connector.errors import ConnectorError, RejectedError
from tests.adapters.zoho.reading.organisation import START, Zoho, deals, loaded, mirrored, without_records, zoho
from tests.end_to_end.zoho import bugs, company
from tests.end_to_end.zoho.company import LATER, account, call, deal, go, quiet_world, settled_in, small_pages
from tests.end_to_end.zoho.stage import Theatre, theatre

MANY, VERY_MANY = 2_001, 100_001
"""One more than a COQL page, and one more than a list and COQL show behind one another."""


@pytest.fixture(scope="module")
def empty() -> Iterator[State]:
    state = without_records()
    yield state
    state.close()


@contextmanager
def connected(empty: State, folder: Path, **settings: Any) -> Iterator[Zoho]:
    """A connection to an organisation without records, whose real limits hold."""
    with closing(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)) as db:
        empty.db.backup(db)
        state = State(db, clock=lambda: START)
        state.set_clock(START)
        with zoho(state, folder, **settings) as org:
            yield org


# ---- ties ----------------------------------------------------------------------------------------------------------


def changed_at_once(org: Zoho, count: int) -> None:
    """Somebody changes so many records in one second, an hour later."""
    org.later(hours=1)
    now = stamp(org.state.now())
    org.state.db.execute('UPDATE "Deals" SET Amount = Amount + 1, Modified_Time = ? WHERE rowid <= ?', (now, count))


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("count", "way"),
    [(MANY, "coql"), (MANY, "list"), (MANY, "bulk"), (VERY_MANY, "coql"), (VERY_MANY, "bulk")],
)
def test_so_many_records_of_one_second(count: int, way: str, empty: State, tmp_path: Path) -> None:
    with connected(empty, tmp_path, way=way) as org:
        loaded(org.state, "Deals", deals(count, at=START - timedelta(days=3)))
        assert mirrored(org.run()) == org.stored()
        changed_at_once(org, count)
        mirror = org.run()
        assert mirrored(mirror) == org.stored()
        assert len(mirror.rows) == count
        for again in (count, 0):  # once more, as nobody remembers so many checksums; and then never
            org.later(hours=1)
            assert org.run().arrived == again
        assert mirrored(mirror) == org.stored()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_more_of_one_second_than_lists_can_show_is_one_clear_line(empty: State, tmp_path: Path) -> None:
    modules = {"Deals": {"way": "list"}}
    with connected(empty, tmp_path, modules=modules) as org:
        loaded(org.state, "Deals", deals(VERY_MANY, at=START - timedelta(days=3)))
        with pytest.raises(RejectedError, match="more than 100,000 records changed in one second"):
            org.run()


def in_one_second(org: Zoho) -> None:
    """A change, a run, and another change in the very second of the first."""
    loaded(org.state, "Deals", deals(3))
    org.run()
    org.later(hours=1)
    first, _, third = sorted(each for each, *_ in org.stored())
    org.state.update("Deals", third, {"Amount": 70.0})
    org.run()
    org.state.update("Deals", first, {"Amount": 50.0})
    org.later(seconds=1)
    org.run()


def test_a_change_in_the_second_in_which_a_run_ended(empty: State, tmp_path: Path) -> None:
    with connected(empty, tmp_path, way="coql") as org:
        in_one_second(org)
        assert mirrored(org.mirrors["Deals"]) == org.stored()


def test_strictly_later_is_caught(empty: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters.zoho.reading.coql, "_since", adapters.zoho.reading.coql._since)
    bugs.strictly_later()
    with connected(empty, tmp_path, way="coql", overlap_seconds=0) as org:
        in_one_second(org)
        assert mirrored(org.mirrors["Deals"]) != org.stored()


@pytest.mark.parametrize("fault", ["forbidden_403", "redirect"])
def test_a_list_of_deletions_that_was_refused_is_asked_for_again(fault: str, empty: State, tmp_path: Path) -> None:
    """The count would tell, too, and have everything read."""
    with connected(empty, tmp_path, way="coql") as org:
        loaded(org.state, "Deals", deals(3))
        org.run()
        org.server.faults.plan(fault, prefix="/crm/v8/Deals/deleted")
        with suppress(ConnectorError):
            org.run()
        assert org.server.faults.played
        org.later(hours=1)
        org.state.delete("Deals", min(each for each, *_ in org.stored()))
        mirror = org.run()
        assert mirrored(mirror) == org.stored()
        assert not mirror.end.snapshot


# ---- clocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["coql", "list"])
def test_what_becomes_visible_late_by_any_second_of_the_overlap(way: str, empty: State, tmp_path: Path) -> None:
    with connected(empty, tmp_path, way=way) as org:
        loaded(org.state, "Deals", deals(3))
        org.state.insert("Deals", {"Deal_Name": "New", "Stage": "Qualification", "Amount": 1.0})
        org.run()
        org.later(seconds=1)
        for late in range(301):
            at = org.state.now() - timedelta(seconds=late)
            org.state.insert("Deals", {"Deal_Name": "Late", "Stage": "Qualification", "Amount": float(late)}, at=at)
        assert mirrored(org.run()) == org.stored()


@pytest.mark.parametrize("hours", [-24 * 400, -25, -1, -0.1, 0.1, 1, 25, 24 * 400])
def test_a_client_whose_clock_is_wrong(hours: float, empty: State, tmp_path: Path) -> None:
    with connected(empty, tmp_path) as org:
        org.world = replace(org.world, now=lambda: org.state.now() + timedelta(hours=hours))
        loaded(org.state, "Deals", deals(9))
        for _ in range(3):
            assert mirrored(org.run()) == org.stored()
            org.later(minutes=10)
            (first, *_) = sorted(each for each, *_ in org.stored())
            org.state.update("Deals", first, {"Amount": float(org.state.now().minute)})
            org.state.insert("Deals", {"Deal_Name": "New", "Stage": "Qualification", "Amount": 1.0})
        assert mirrored(org.run()) == org.stored()
        assert not org.mirrors["Deals"].end.snapshot, "a wrong clock of ours is no reason to read everything"


# ---- what other people do between two runs -------------------------------------------------------------------------


def deleted(state: State) -> None:
    state.delete("Deals", deal(2))


def deleted_for_good(state: State) -> None:
    state.delete("Deals", deal(2), permanent=True)


def deleted_and_replaced(state: State) -> None:
    """The count says nothing."""
    state.delete("Deals", deal(2))
    state.insert("Deals", {"Deal_Name": "New", "Stage": "Closed won", "Amount": 2.0, "Closing_Date": "2025-05-01"})


def merged(state: State) -> None:
    """What belonged to the loser belongs to the winner, and says nothing of it."""
    state.merge("Accounts", account(1), account(4))


def deals_merged(state: State) -> None:
    state.merge("Deals", deal(0), deal(1))


def account_deleted(state: State) -> None:
    state.delete("Accounts", account(2))


def deleted_and_restored(state: State) -> None:
    state.delete("Deals", deal(2))
    state.restore("Deals", deal(2))


def restored_elsewhere(state: State) -> None:
    """Deleted, seen to be deleted by a run, and back with the old time of change."""
    state.restore("Deals", deal(7))


def restored_and_touched(state: State) -> None:
    state.restore("Deals", deal(7), touch=True)


def converted(state: State) -> None:
    """A lead becomes an account with a deal; what it was is told by the new records."""
    at = state.insert("Accounts", {"Account_Name": "Converted"})["id"]
    values = {"Deal_Name": "Converted", "Stage": "Proposal", "Amount": 3.0, "Account_Name": at}
    state.insert("Deals", values)


def call_deleted(state: State) -> None:
    state.delete("Calls", call(0))


def everything_changed(state: State) -> None:
    for number in range(9):
        if number != 7:
            state.update("Deals", deal(number), {"Amount": 5.0 + number})


HAPPENS: tuple[Callable[[State], None], ...] = (
    deleted, deleted_for_good, deleted_and_replaced, merged, deals_merged, account_deleted, deleted_and_restored,
    restored_elsewhere, restored_and_touched, converted, call_deleted, everything_changed,
)  # fmt: skip


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    first = company.founded()
    with small_pages(), theatre(first, at=company.START) as found:
        yield found
    first.close()


@pytest.mark.parametrize("what", HAPPENS, ids=lambda what: what.__name__)
def test_what_happens_between_two_runs_is_right_after_the_second(
    what: Callable[[State], None], stage: Theatre, tmp_path: Path
) -> None:
    settled_in(tmp_path, stage.url)
    state = company.founded()
    with stage.playing(state, at=company.START) as server:
        _run(tmp_path, server)
        server.state.set_clock(company.START + timedelta(minutes=20))
        server.state.delete("Deals", deal(7))
        _run(tmp_path, server)
        server.state.set_clock(LATER)
        what(server.state)
        server.state.advance(1)
        _run(tmp_path, server)
        assert in_the_store(tmp_path) == in_the_crm(server.state)
    state.close()


def _run(folder: Path, server: Served) -> None:
    now = server.state.now()
    report = go(folder, now, quiet_world(folder, now))
    assert report.status == "done"
    assert all(each.complete for each in report.pulled.modules)


def in_the_store(folder: Path) -> Mapping[str, Any]:
    """What is alive there."""
    with closing(sqlite3.connect(folder / "store.sqlite")) as db:
        return {
            "accounts": set(db.execute("SELECT id, name FROM accounts WHERE deleted_at IS NULL")),
            "deals": set(db.execute("SELECT id, amount / 10000.0, account_id FROM deals WHERE deleted_at IS NULL")),
            "calls": set(db.execute("SELECT id, account_id FROM activities WHERE deleted_at IS NULL")),
        }


def in_the_crm(state: State) -> Mapping[str, Any]:
    """The same, as people see it."""
    return {
        "accounts": set(state.db.execute("SELECT id, Account_Name FROM Accounts")),
        "deals": set(state.db.execute("SELECT id, Amount, Account_Name FROM Deals")),
        "calls": set(state.db.execute("SELECT id, What_Id FROM Calls")),
    }

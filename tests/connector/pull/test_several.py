"""Several modules that feed one fact table: each touches its own rows only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connector.contract import Deletions, Finished, PullTalk, State
from connector.pull import ModuleReport

from .conftest import Desk, snapshot


def of(kind: str, module: str, **columns: Any) -> dict[str, Any]:
    return {"module": module, "id": "id", "columns": {"kind": {"constant": kind}, "due_at": "due", **columns}}


TASKS, CALLS = of("task", "Tasks"), of("call", "Calls", owner_id="owner")
DUE = "2024-05-01T10:00:00Z"


def activity(record_id: str, due: str = DUE) -> dict[str, str]:
    return {"id": record_id, "due": due, "owner": "u1"}


def listing(module: str, *ids: str, late: str = "") -> Any:
    records = (activity(each, "soon" if each == late else DUE) for each in ids)
    return snapshot(*records, module=module, source="")


@pytest.fixture
def two(desk: Desk) -> Desk:
    desk.mappings = {"activities": [TASKS, CALLS]}
    desk.adapter.scripts = {
        "Tasks": listing("Tasks", "t1", "t2", "t3", "t4", "t5", "t6"),
        "Calls": listing("Calls", "c1", "c2", "c3", "c4", "c5", "c6"),
    }
    desk.pull()
    return desk


def by_module(desk: Desk, **how: Any) -> Mapping[str, ModuleReport]:
    return {each.module: each for each in desk.pull(**how).modules}


@pytest.fixture(params=[True, False], ids=["files", "streams"])
def either(request: pytest.FixtureRequest, desk: Desk) -> Desk:
    desk.adapter.atomic = request.param
    return desk


def test_all_of_them_are_facts_of_the_table(either: Desk, two: Desk) -> None:
    assert two.facts("activities", "kind") == {**dict.fromkeys(["c1", "c2", "c3", "c4", "c5", "c6"], "call")} | {
        **dict.fromkeys(["t1", "t2", "t3", "t4", "t5", "t6"], "task")
    }
    assert [(each.module, each.facts, each.complete) for each in two.covered("activities")] == [
        ("Calls", 6, True),
        ("Tasks", 6, True),
    ]


def test_what_a_snapshot_lacks_is_deleted_among_its_own_rows_only(either: Desk, two: Desk) -> None:
    two.adapter.scripts["Calls"] = listing("Calls", "c1", "c2", "c3", "c4", "c5")
    reports = by_module(two)
    assert (reports["Calls"].deleted, reports["Tasks"].deleted) == (1, 0)
    assert list(two.deleted("activities")) == ["c6"]


def test_the_guard_looks_at_a_modules_own_rows(two: Desk) -> None:
    two.adapter.scripts["Calls"] = listing("Calls", "c1", "c2", "c3", "c4")
    assert "2 of 6 activities" in str(by_module(two)["Calls"].error)


def test_a_deletion_of_one_module_leaves_the_others_rows(two: Desk) -> None:
    def talk(_: State | None) -> PullTalk:
        yield Deletions("Calls", ["c1", "t1"])
        yield Finished("Calls", next_state={"v": 2})

    two.adapter.atomic = False
    two.adapter.scripts["Calls"] = talk
    by_module(two)
    assert list(two.deleted("activities")) == ["c1"]


def test_another_mapping_of_one_module_empties_its_own_columns_only(two: Desk) -> None:
    two.mappings = {
        "activities": [{**TASKS, "columns": {**TASKS["columns"], "owner_id": "owner"}}, of("call", "Calls")]
    }
    by_module(two)
    owners = two.facts("activities", "owner_id")
    assert (owners["t1"], owners["c1"]) == ("u1", None)


def test_problems_of_one_module_stay_when_the_other_is_read_again(either: Desk, two: Desk) -> None:
    two.adapter.scripts["Tasks"] = listing("Tasks", "t1", "t2", "t3", "t4", "t5", "t6", late="t6")
    by_module(two)
    assert len(two.issues()) == 1
    two.adapter.scripts["Calls"] = listing("Calls", "c1", "c2", "c3", "c4", "c5", "c6", "c7")
    by_module(two)
    assert len(two.issues()) == 1
    two.adapter.scripts["Tasks"] = listing("Tasks", "t1", "t2", "t3", "t4", "t5", "t6")
    by_module(two)
    assert two.issues() == []


def test_an_id_of_another_modules_record_goes_to_quarantine_and_takes_nothing_away(either: Desk, two: Desk) -> None:
    two.adapter.scripts["Calls"] = listing("Calls", "c1", "c2", "c3", "c4", "c5", "c6", "t1")
    assert by_module(two)["Calls"].quarantined == 1
    assert two.facts("activities", "kind")["t1"] == "task"
    assert [each[0] for each in two.quarantine()] == ["t1"]


def test_rows_of_a_module_that_no_longer_feeds_the_table_leave_with_the_next_whole_reading(two: Desk) -> None:
    two.mappings = {"activities": [TASKS, of("meeting", "Events")]}
    two.adapter.scripts["Events"] = listing("Events", "e1")
    assert "6 of 12 activities" in str(by_module(two)["Tasks"].error), "much at once is for a person to accept"
    by_module(two, accept_deletions=True)
    assert set(two.facts("activities", "kind").values()) == {"task", "meeting"}


def test_a_constant_that_is_renamed_takes_its_rows_along(two: Desk) -> None:
    two.mappings = {"activities": [TASKS, of("email", "Calls")]}
    by_module(two, accept_deletions=True)
    by_module(two, accept_deletions=True)
    assert set(two.facts("activities", "kind").values()) == {"task", "email"}
    assert len(two.facts("activities", "kind")) == 12


def test_one_mapping_becomes_two(desk: Desk) -> None:
    desk.mappings = {"activities": {**TASKS, "columns": {"kind": {"constant": "task"}}}}
    desk.adapter.scripts = {"Tasks": listing("Tasks", "t1", "t2"), "Calls": listing("Calls", "c1")}
    desk.pull()
    desk.mappings = {"activities": [TASKS, CALLS]}
    desk.pull()
    assert desk.facts("activities", "kind") == {"c1": "call", "t1": "task", "t2": "task"}


def test_names_are_looked_up_when_every_module_that_has_them_was_read(desk: Desk) -> None:
    account = {"id": "id", "columns": {"name": "name", "segment": {"constant": "a"}}}
    desk.mappings = {
        "accounts": [
            {**account, "module": "Firms"},
            {**account, "module": "People", "columns": {"name": "name", "segment": {"constant": "b"}}},
        ],
        "deals": {
            "id": "id",
            "columns": {"outcome": "stage", "account_id": {"from": "account", "link": {"by": "name"}}},
        },
    }
    desk.adapter.scripts = {
        "Firms": snapshot({"id": "f1", "name": "Acme"}, module="Firms"),
        "People": snapshot({"id": "p1", "name": "Wang"}, module="People"),
        "deals": snapshot(
            {"id": "1", "stage": "won", "account": "Wang"}, {"id": "2", "stage": "won", "account": "Acme"}
        ),
    }
    assert [each.module for each in desk.pull().modules] == ["Firms", "People", "deals"]
    assert desk.facts("deals", "account_id") == {"1": "p1", "2": "f1"}

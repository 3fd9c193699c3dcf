"""Plans, changes and receipts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connector.contract import Cell, Change, Receipt
from connector.errors import Message, StoreError
from connector.store import Store, outbox
from connector.store.acknowledged import acknowledged
from connector.store.outbox import ChangeStatus, Plan, PlannedChange, PlanStatus

AT, LATER = "2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"
Fields = dict[str, Cell]


def plan(plan_id: str) -> Plan:
    return Plan(plan_id, AT, AT, "basis", 3, '{"fields": 2}')


def change(plan_id: str, record_id: str, fields: Fields, *, target: str = "accounts") -> PlannedChange:
    return PlannedChange(plan_id, "crm", target, Change(f"{plan_id}-{target}-{record_id}", record_id, fields))


def save(store: Store, plan_id: str, *changes: PlannedChange) -> int:
    with store.transaction():
        return outbox.save_plan(store, plan(plan_id), changes)


def mark(store: Store, ids: Sequence[str], status: ChangeStatus) -> None:
    with store.transaction():
        outbox.mark(store, ids, status, LATER)


def acknowledge(store: Store, *receipts: Receipt) -> None:
    with store.transaction():
        outbox.acknowledge(store, receipts, LATER)


def statuses(store: Store) -> dict[str, str]:
    return dict(store.db.execute("SELECT id, status FROM changes"))


def plans(store: Store) -> dict[str, str]:
    return dict(store.db.execute("SELECT plan_id, status FROM plans"))


def test_a_plan_comes_back(store: Store) -> None:
    planned = change("p1", "a1", {"KPI": 0.5})
    assert outbox.current_plan(store) is None
    assert save(store, "p1", planned, change("p1", "a2", {"KPI": None})) == 2
    assert outbox.current_plan(store) == plan("p1")
    first, second = outbox.pending(store)
    assert (first.change, second.change) == (planned.change, Change("p1-accounts-a2", "a2", {"KPI": None}))
    assert (first.status, first.attempts, first.at) == ("planned", 0, AT)


@pytest.mark.parametrize("value", ["1", 1, 1.0, None, "", 0, 0.1, 2**60, "大客户", "\x00", "null"])
def test_values_keep_their_type(store: Store, value: Cell) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": value}))
    acknowledge(store, Receipt("p1-accounts-a1", "done"))
    [(_, fields)] = acknowledged(store, "crm", "accounts")
    assert (fields["KPI"], type(fields["KPI"])) == (value, type(value))


def test_a_value_that_no_crm_can_hold_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        save(store, "p1", change("p1", "a1", {"KPI": float("nan")}))
    assert plans(store) == {}


def test_a_new_plan_replaces_one_that_was_not_sent(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}), change("p1", "a2", {"KPI": 1}))
    save(store, "p2", change("p2", "a1", {"KPI": 2}))
    assert statuses(store) == {"p2-accounts-a1": "planned"}
    assert plans(store) == {"p1": "superseded", "p2": "planned"}


def test_what_is_being_sent_outlives_a_new_plan(store: Store) -> None:
    save(store, "p1", *(change("p1", f"a{number}", {"KPI": 1}) for number in range(4)))
    mark(store, ["p1-accounts-a0", "p1-accounts-a1", "p1-accounts-a2"], ChangeStatus.SENDING)
    acknowledge(store, Receipt("p1-accounts-a0", "done"), Receipt("p1-accounts-a1", "unknown"))
    save(store, "p2", change("p2", "a3", {"KPI": 2}))
    assert statuses(store) == {
        "p1-accounts-a0": "done",
        "p1-accounts-a1": "unknown",
        "p1-accounts-a2": "sending",
        "p2-accounts-a3": "planned",
    }
    assert plans(store)["p1"] == "planned"
    acknowledge(store, Receipt("p1-accounts-a1", "done"), Receipt("p1-accounts-a2", "rejected"))
    assert plans(store) == {"p1": "done", "p2": "planned"}


def test_a_plan_that_fails_leaves_the_older_one(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    with pytest.raises(StoreError):
        save(store, "p2", change("p2", "a1", {"KPI": 1}), change("p2", "a1", {"KPI": 2}))
    assert statuses(store) == {"p1-accounts-a1": "planned"}
    assert plans(store) == {"p1": "planned"}


def test_sending_counts_attempts(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    for _ in range(2):
        mark(store, ["p1-accounts-a1"], ChangeStatus.SENDING)
    mark(store, ["p1-accounts-a1"], ChangeStatus.UNKNOWN)
    [pending] = outbox.pending(store)
    assert (pending.status, pending.attempts, pending.at) == ("unknown", 2, LATER)


def test_receipts(store: Store) -> None:
    save(store, "p1", *(change("p1", record, {"KPI": 1}) for record in ("a1", "a2", "a3")))
    acknowledge(
        store,
        Receipt("p1-accounts-a1", "done"),
        Receipt("p1-accounts-a2", "rejected", Message("no such field {name}", name="KPI")),
    )
    assert outbox.counts(store) == {"done": 1, "planned": 1, "rejected": 1}
    [rejected] = outbox.rejected(store, "crm", "accounts")
    assert (rejected.change.record_id, rejected.message) == ("a2", "no such field KPI")
    assert list(acknowledged(store, "crm", "accounts")) == [("a1", {"KPI": 1})]
    assert plans(store) == {"p1": "planned"}
    acknowledge(store, Receipt("p1-accounts-a3", "done"))
    assert plans(store) == {"p1": "done"}
    assert outbox.current_plan(store) is None


def test_receipts_and_what_they_acknowledge_are_one(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    with pytest.raises(ZeroDivisionError):
        _acknowledge_and_fail(store)
    assert statuses(store) == {"p1-accounts-a1": "planned"}
    assert list(acknowledged(store, "crm", "accounts")) == []


def _acknowledge_and_fail(store: Store) -> None:
    with store.transaction():
        outbox.acknowledge(store, [Receipt("p1-accounts-a1", "done")], LATER)
        raise ZeroDivisionError


def test_a_receipt_given_twice_is_one(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    acknowledge(store, Receipt("p1-accounts-a1", "done"), Receipt("p1-accounts-a1", "done"))
    assert list(acknowledged(store, "crm", "accounts")) == [("a1", {"KPI": 1})]


def test_pending_by_target_status_and_number(store: Store) -> None:
    save(
        store,
        "p1",
        change("p1", "a1", {"K": 1}),
        change("p1", "a2", {"K": 1}),
        change("p1", "r", {"K": 1}, target="report"),
    )
    mark(store, ["p1-accounts-a2"], ChangeStatus.SENDING)
    assert [each.change.record_id for each in outbox.pending(store, connection="crm", target="accounts")] == [
        "a1",
        "a2",
    ]
    assert [each.change.record_id for each in outbox.pending(store, statuses=[ChangeStatus.SENDING])] == ["a2"]
    assert [each.change.record_id for each in outbox.pending(store, limit=1)] == ["a1"]
    assert outbox.pending(store, connection="erp") == []


def test_a_record_that_was_rejected_once_and_then_accepted_is_not_rejected(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    acknowledge(store, Receipt("p1-accounts-a1", "rejected"))
    save(store, "p2", change("p2", "a1", {"KPI": 2}))
    assert list(outbox.rejected(store, "crm", "accounts")) == []
    acknowledge(store, Receipt("p2-accounts-a1", "rejected"))
    assert [each.change.fields for each in outbox.rejected(store, "crm", "accounts")] == [{"KPI": 2}]


def test_desired_overlays_what_is_acknowledged_with_open_changes(store: Store) -> None:
    save(store, "p1", change("p1", "a2", {"A": 1, "B": 1}), change("p1", "a1", {"A": 1, "B": 1}))
    acknowledge(store, Receipt("p1-accounts-a1", "done"), Receipt("p1-accounts-a2", "done"))
    rejected = change("p2", "a2", {"A": 9})
    save(
        store,
        "p2",
        change("p2", "a1", {"B": None}),
        change("p2", "a0", {"A": 3}),
        rejected,
        change("p2", "x", {}, target="r"),
    )
    acknowledge(store, Receipt("p2-accounts-a2", "rejected"))
    assert list(outbox.desired(store, "crm", "accounts")) == [
        ("a0", {"A": 3}),
        ("a1", {"A": 1, "B": None}),
        ("a2", {"A": 1, "B": 1}),
    ]
    assert list(outbox.desired(store, "crm", "nothing")) == []


def test_desired_overlays_in_the_order_of_the_changes(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"A": 1}))
    mark(store, ["p1-accounts-a1"], ChangeStatus.SENDING)
    save(store, "p2", change("p2", "a1", {"A": 2}))
    assert list(outbox.desired(store, "crm", "accounts")) == [("a1", {"A": 2})]


def test_superseding_alone(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    with store.transaction():
        assert outbox.supersede(store) == 1
        assert outbox.supersede(store) == 0
    assert outbox.current_plan(store) is None


def test_the_latest_open_plan_is_current(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}))
    with store.transaction():
        outbox.mark_plan(store, "p1", PlanStatus.APPLYING)
    current = outbox.current_plan(store)
    assert current is not None
    assert current.status == "applying"


def test_confirmations(store: Store) -> None:
    assert not outbox.confirmed(store, "digest")
    for at in (AT, LATER):
        with store.transaction():
            outbox.confirm(store, "digest", at, by="admin")
    assert outbox.confirmed(store, "digest")
    assert not outbox.confirmed(store, "another")
    assert store.db.execute("SELECT confirmed_at FROM confirmations").fetchall() == [(AT,)]


def test_whether_a_plan_has_open_changes_is_found_by_index(store: Store) -> None:
    """Every batch of receipts asks; reading all changes that ever were would make each batch slower than the last."""
    said: list[str] = []
    store.db.conn.set_trace_callback(said.append)
    with store.transaction():
        outbox.acknowledge(store, [], "2026-01-01T00:00:00Z")
        outbox.supersede(store)
    store.db.conn.set_trace_callback(None)
    asking = [statement for statement in said if "NOT EXISTS" in statement]
    assert len(asking) == 2
    for statement in asking:
        steps = [row[-1] for row in store.db.conn.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert any("USING COVERING INDEX idx_changes_plan_id_status" in step for step in steps), steps


def test_a_refusal_counts_until_the_record_takes_something_else(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}), change("p1", "a2", {"KPI": 1}))
    acknowledge(store, Receipt("p1-accounts-a1", "rejected"), Receipt("p1-accounts-a2", "rejected"))
    assert outbox.refused(store) == 2
    save(store, "p2", change("p2", "a1", {"KPI": 2}))
    acknowledge(store, Receipt("p2-accounts-a1", "done"))
    assert (outbox.refused(store), outbox.counts(store)["rejected"]) == (1, 2)


def test_the_latest_change_of_a_record_stands_for_those_before_it(store: Store) -> None:
    save(store, "p1", change("p1", "a1", {"KPI": 1}), change("p1", "a2", {"KPI": 1}))
    mark(store, ["p1-accounts-a1"], ChangeStatus.UNKNOWN)
    save(store, "p2", change("p2", "a1", {"KPI": 2}), change("p2", "a3", {"KPI": 2}))
    with store.transaction():
        taken = outbox.take(store, "crm", "accounts", LATER)
    assert [(each.change.id, each.status) for each in taken] == [
        ("p2-accounts-a1", "unknown"),
        ("p2-accounts-a3", "planned"),
    ]
    assert statuses(store) == {"p2-accounts-a1": "sending", "p2-accounts-a3": "sending"}

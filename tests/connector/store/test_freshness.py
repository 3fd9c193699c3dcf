"""Marks that change when what they stand for does."""

from __future__ import annotations

from connector.store import Store, freshness, outbox, sync, values
from connector.store.outbox import Plan, PlanStatus
from connector.store.schema import VALUE_KEY
from connector.store.values import VALUE_COLUMNS

AT = "2026-11-21T08:00:00Z"


def cell(kpi: str, *, value: float = 1.0) -> tuple[object, ...]:
    filled = {**dict.fromkeys(VALUE_KEY, ""), "kpi": kpi, "status": "ok", "as_of": AT, "value": value}
    return tuple(filled.get(column) for column in VALUE_COLUMNS)


def write(store: Store, run_id: int, *cells: tuple[object, ...]) -> str:
    with store.transaction():
        values.write(store, cells, run_id)
    return freshness.values_mark(store)


def test_values_mark_changes_with_the_values_and_only_then(store: Store) -> None:
    assert freshness.values_as_of(store) is None
    marks = [freshness.values_mark(store)]
    marks.append(write(store, 1, cell("a"), cell("b")))
    assert write(store, 2, cell("a"), cell("b")) == marks[-1]
    marks.append(write(store, 3, cell("a"), cell("b", value=2.0)))
    marks.append(write(store, 4, cell("a")))
    marks.append(write(store, 5, cell("a", value=2.0)))
    assert len(set(marks)) == len(marks)
    assert freshness.values_as_of(store) == AT


def test_source_mark_changes_when_something_new_of_the_module_was_read(store: Store) -> None:
    def save(key: str, state: int) -> str:
        with store.transaction():
            sync.save_state(store, "crm", key, {"size": state}, basis="b", at=AT)
        return freshness.source_mark(store, "crm", "deals")

    before = freshness.source_mark(store, "crm", "deals")
    first = save("deals", 1)
    assert before != first
    assert save("accounts", 1) == first
    assert save("deals", 2) != first


def test_plans(store: Store) -> None:
    assert (freshness.plans_made(store), freshness.last_written(store)) == (0, None)
    for name in ("p1", "p2"):
        with store.transaction():
            outbox.save_plan(store, Plan(name, AT, AT, "b", 1, f"summary of {name}"), [])
    assert (freshness.plans_made(store), freshness.last_written(store)) == (2, None)
    with store.transaction():
        outbox.mark_plan(store, "p1", PlanStatus.DONE)
    assert freshness.last_written(store) == "summary of p1"

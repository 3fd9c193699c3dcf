"""Gaps in the store: rewritten only when they change; and the values that they rest on."""

from __future__ import annotations

import random
from typing import Any

import pytest

from connector.store import Store, gaps, values


def row(target: str, scope_id: str, actual: float | None, **more: Any) -> tuple[Any, ...]:
    fields = dict.fromkeys(gaps.GAP_COLUMNS) | {
        "target_id": target,
        "connection": "crm",
        "kpi": "won_amount",
        "scope": "owner",
        "scope_id": scope_id,
        "period": "quarter",
        "period_start": "2026-07-01",
        "actual": actual,
        "unit": "money",
        "rag": "green",
        "status": "ok",
    }
    return tuple((fields | more).values())


def write(store: Store, *rows: tuple[Any, ...], run_id: int = 1) -> int:
    with store.transaction():
        return gaps.write(store, rows, run_id)


def test_only_what_changed_is_written(store: Store) -> None:
    assert write(store, row("a", "1", 5.0), row("b", "2", None)) == 2
    assert write(store, row("a", "1", 5.0), row("b", "2", None), run_id=2) == 0
    assert write(store, row("a", "1", 5.0), row("b", "2", 7.0), run_id=3) == 1
    assert [(each["target_id"], each["actual"], each["run_id"]) for each in gaps.read(store)] == [
        ("a", 5.0, 1),
        ("b", 7.0, 3),
    ]


def test_what_is_no_longer_judged_is_gone(store: Store) -> None:
    write(store, row("a", "1", 5.0), row("", "2", None))
    assert write(store, row("a", "1", 5.0)) == 1
    assert [each["scope_id"] for each in gaps.read(store)] == ["1"]
    assert write(store) == 1
    assert gaps.is_empty(store)


def test_whatever_was_there_only_these_rows_are_there_afterwards(store: Store) -> None:
    """Both sides are walked through in the order of keys, which SQLite and Python have to agree on."""
    chance = random.Random(1)
    people = ["", "1", "10", "2", "Z", "a", "é", "客", "ｱ", "😀"]
    for run_id in range(60):
        before = {each["target_id"] + each["scope_id"]: each["actual"] for each in gaps.read(store)}
        wanted = {
            t + p: (t, p, chance.choice([None, 1, 2.0])) for t in ("", "t") for p in people if chance.random() < 0.6
        }
        rows = [row(*each) for each in wanted.values()]
        chance.shuffle(rows)
        changed = write(store, *rows, run_id=run_id)
        found = {each["target_id"] + each["scope_id"]: each["actual"] for each in gaps.read(store)}
        assert found == {key: actual for key, (_, _, actual) in wanted.items()}
        unlike = [key for key in before.keys() | found if before.get(key, "none") != found.get(key, "none")]
        assert changed == len(unlike)


def test_a_cell_with_and_without_a_target_are_two_rows(store: Store) -> None:
    assert write(store, row("", "1", 5.0), row("a", "1", 5.0)) == 2


def test_writing_needs_a_transaction(store: Store) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        gaps.write(store, [], 1)


def test_parts_for_fields_of_the_crm(store: Store) -> None:
    write(store, row("a", "1", 5.0, rag="amber", gap=-2.0), row("b", "2", 5.0, kpi="other"))
    where = {
        "connection": "crm",
        "kpi": "won_amount",
        "scope": "owner",
        "period": "quarter",
        "period_start": "2026-07-01",
    }
    assert gaps.parts(store, "rag", **where) == [("1", "money", "ok", "amber")]
    assert gaps.parts(store, "gap_status", **where) == [("1", "money", "ok", "ok")]
    assert gaps.parts(store, "gap", **where) == [("1", "money", "ok", -2.0)]


@pytest.fixture
def valued(store: Store) -> Store:
    def value(person: str, number: float, start: str, period: str = "quarter") -> tuple[Any, ...]:
        fields = dict.fromkeys(values.VALUE_COLUMNS) | {
            "connection": "crm",
            "kpi": "won_amount",
            "scope": "owner",
            "scope_id": person,
            "period": period,
            "period_start": start,
            "value": number,
            "status": "ok",
        }
        return tuple(fields.values())

    with store.transaction():
        values.write(
            store,
            [
                value("1", 1.0, "2026-07-01"),
                value("2", 2.0, "2026-07-01"),
                value("1", 3.0, "2026-04-01"),
                value("2", 4.0, "2026-04-01"),
                value("2", 5.0, "2026-07-01", "month"),
            ],
            1,
        )
    return store


def cell(person: str, start: str) -> gaps.Cell:
    return ("crm", "won_amount", "owner", person, "quarter", start)


def test_values_of_cells(valued: Store) -> None:
    wanted = [cell("1", "2026-07-01"), cell("3", "2026-07-01")]
    assert gaps.values_at(valued, wanted, columns=("value", "status")) == {wanted[0]: (1.0, "ok")}


def test_values_of_their_neighbours(valued: Store) -> None:
    beside = dict(gaps.values_beside(valued, [cell("1", "2026-07-01")], columns=("value",)))
    assert beside == {cell("2", "2026-07-01"): (2.0,)}


def test_a_store_that_is_only_read_can_be_asked(valued: Store) -> None:
    valued.close()
    with Store.open(valued.path, read_only=True) as store:
        assert gaps.values_at(store, [cell("1", "2026-07-01")], columns=("value",))
        assert list(gaps.values_beside(store, [cell("1", "2026-07-01")], columns=("value",)))

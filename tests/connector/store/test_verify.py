"""What `store verify` finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.store import Store, coverage, facts
from connector.store.coverage import Coverage
from kpi_engine.facts import ColumnType

AT = "2026-11-21T08:00:00Z"


def found(store: Store) -> list[str]:
    return [f"{problem.where}: {problem.message}" for problem in store.verify()]


def test_a_new_store_is_whole(store: Store) -> None:
    assert store.verify() == ()


def test_counts_that_do_not_add_up(store: Store) -> None:
    with store.transaction():
        coverage.save(store, Coverage("crm", "deals", "deals", 10, 10, 7, 2, 0, True, AT))
        coverage.save(store, Coverage("crm", "users", "users", 10, 9, 7, 2, 0, False, AT))
    assert found(store) == ["crm: deals: 10 records arrived, but 7 became facts and 2 went to quarantine"]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE deals",
        "ALTER TABLE deals DROP COLUMN amount",
        "ALTER TABLE deals ADD COLUMN x_unknown TEXT",
        "ALTER TABLE deals RENAME COLUMN amount TO sum",
    ],
)
def test_a_changed_schema(store: Store, statement: str) -> None:
    store.db.execute(statement)
    assert found(store) == [f"{store.path}: deals: the table is missing, or its columns or indexes were changed"]


def test_a_lost_index(store: Store) -> None:
    store.db.table("changes").drop_index("idx_changes_id")
    assert found(store) == [f"{store.path}: changes: the table is missing, or its columns or indexes were changed"]


def test_columns_tables_and_indexes_of_the_admins_are_no_problem(store: Store) -> None:
    with store.transaction():
        facts.ensure_columns(store, "deals", {"x_tier": ColumnType.TEXT})
    store.db.table("my_notes").create({"id": int})
    store.db.table("deals").create_index(["owner_id"])
    assert store.verify() == ()


def test_a_store_that_others_can_read(store: Store, path: Path) -> None:
    path.chmod(0o640)
    assert found(store) == [f"{path}: others than its owner may read or write it (mode 0640)"]
    assert "chmod 600" in str(store.verify()[0].hint)


def test_damage_comes_alone(store: Store, path: Path) -> None:
    with store.transaction():
        rows = [("crm", str(number), "won") for number in range(20_000)]
        facts.upsert(store, "deals", ("connection", "id", "outcome"), rows)
    store.close()
    content = bytearray(path.read_bytes())
    content[-100_000:-50_000] = b"\x00" * 50_000
    path.write_bytes(content)
    path.chmod(0o644)
    with Store.open(path) as damaged:
        problems = damaged.verify()
    assert problems
    assert all("restore" in str(problem.hint) for problem in problems)


def test_a_lost_row_of_an_index_is_found(store: Store, path: Path) -> None:
    with store.transaction():
        facts.upsert(store, "deals", ("connection", "id", "outcome"), [("crm", "needle-in-the-index", "won")])
    store.close()
    content = path.read_bytes()
    assert content.count(b"needle-in-the-index") == 2  # the row and the index of its key
    path.write_bytes(content.replace(b"needle-in-the-index", b"needle-in-the-INDEX", 1))
    with Store.open(path) as damaged:
        assert damaged.verify()

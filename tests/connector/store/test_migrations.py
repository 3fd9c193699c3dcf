"""From an older store to a newer one: a copy first, then whole steps or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from connector.errors import MigrationError, StoreTooNew
from connector.store import Store, facts
from connector.store.migrations import MIGRATIONS, Migration, latest_version


def add_column(db: Database) -> None:
    db.table("accounts").add_column("rating", str)


def add_table(db: Database) -> None:
    db.table("notes").create({"id": int, "text": str}, pk="id", strict=True)


def add_and_fail(db: Database) -> None:
    add_table(db)
    db.table("accounts").drop()
    raise ZeroDivisionError("division by zero")


STEPS = (*MIGRATIONS, Migration("ratings", add_column), Migration("notes", add_table))
OLD, NEW = latest_version(MIGRATIONS), latest_version(STEPS)


@pytest.fixture
def old(path: Path) -> Path:
    with Store.open(path, create=True) as store, store.transaction():
        facts.upsert(store, "accounts", ("connection", "id", "name"), [("crm", "1", "Acme")])
    return path


def version(path: Path) -> int:
    with Store.open(path, migrations=STEPS[: NEW - 1]) as store:
        return store.version


def test_every_missing_step_is_taken(old: Path) -> None:
    with Store.open(old, migrations=STEPS) as store:
        assert store.version == NEW
        assert store.db.table("notes").exists()
        assert list(store.db.query("SELECT name, rating FROM accounts")) == [{"name": "Acme", "rating": None}]


def test_a_copy_is_kept_before_each_step(old: Path) -> None:
    Store.open(old, migrations=STEPS).close()
    first, second = (old.with_name(f"{old.name}.before-v{number}") for number in (OLD + 1, OLD + 2))
    assert {path.stat().st_mode & 0o777 for path in (first, second)} == {0o600}
    with Store.open(first) as store:
        assert (store.version, "rating" in store.db.table("accounts").columns_dict) == (OLD, False)
        assert list(facts.names(store, "accounts", "crm")) == [("1", "Acme")]
    with Store.open(second, migrations=STEPS[:-1]) as store:
        assert (store.version, store.db.table("notes").exists()) == (OLD + 1, False)


def test_a_store_that_is_up_to_date_is_not_copied(old: Path) -> None:
    for _ in range(2):
        Store.open(old).close()
    assert [path.name for path in old.parent.iterdir()] == [old.name]


def test_a_failing_step_leaves_the_store_as_it_was(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(MigrationError, match="division by zero") as caught:
        Store.open(old, migrations=(*MIGRATIONS, Migration("fails", add_and_fail)))
    assert f"before-v{OLD + 1}" in str(caught.value.hint)
    assert old.read_bytes() == before
    with Store.open(old) as store:
        assert store.verify() == ()


def test_steps_before_the_failing_one_stand(old: Path) -> None:
    with pytest.raises(MigrationError):
        Store.open(old, migrations=(*STEPS[:-1], Migration("fails", add_and_fail)))
    with Store.open(old, migrations=STEPS[:-1]) as store:
        assert store.version == OLD + 1
        assert store.db.table("accounts").exists()


def test_a_step_is_not_taken_when_no_copy_can_be_made(old: Path) -> None:
    old.with_name(f"{old.name}.before-v{OLD + 1}").mkdir()
    with pytest.raises(MigrationError, match="folder"):
        Store.open(old, migrations=STEPS)
    with Store.open(old) as store:
        assert store.version == OLD


def test_after_the_upgrade_the_older_program_refuses(old: Path) -> None:
    Store.open(old, migrations=STEPS).close()
    with pytest.raises(StoreTooNew):
        Store.open(old)


def test_a_step_may_not_end_the_transaction(old: Path) -> None:
    def ends_it(db: Database) -> None:
        add_column(db)
        db.conn.execute("COMMIT")

    with pytest.raises(MigrationError):
        Store.open(old, migrations=(*MIGRATIONS, Migration("ends it", ends_it)))

"""The schema follows the data dictionary, and released versions are never edited in place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from connector.store import Store, coverage, problems, schema
from connector.store.migrations import MIGRATIONS, latest_version
from kpi_engine.facts import FACTS

RELEASED = Path(__file__).parent / "released"


def test_every_fact_table_with_every_column_in_order(store: Store) -> None:
    for name, table in FACTS.items():
        assert tuple(store.db.table(name).columns_dict) == table.column_names
        assert store.db.table(name).pks == ["connection", "id"]


def test_required_columns_are_required(store: Store) -> None:
    for name, table in FACTS.items():
        required = {column.name for column in store.db.table(name).columns if column.notnull}
        assert required == {"connection", "id"} | {column.name for column in table.columns if not column.nullable}


def test_all_tables_are_strict(store: Store) -> None:
    rows = store.db.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    assert {name for name, strict in rows if not strict} == {"sqlite_schema"}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "kpi_values",
            "connection kpi scope scope_id period period_start period_end numerator denominator n value unit currency "
            "ci_low ci_high status excluded as_of data_as_of definition assumptions run_id",
        ),
        (
            "gaps",
            "target_id connection kpi scope scope_id period period_start period_end actual target baseline unit "
            "currency gap attainment progress expected pace forecast p_hit rag status run_id "
            "target_low target_high trailing green_from amber_from judged judged_at",
        ),
    ],
)
def test_tables_that_others_rely_on(store: Store, table: str, columns: str) -> None:
    assert list(store.db.table(table).columns_dict) == columns.split()


def test_any_sqlite_tool_recognises_a_store(store: Store, path: Path) -> None:
    store.close()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert other.execute("PRAGMA user_version").fetchone() == (latest_version(MIGRATIONS),)


@pytest.mark.parametrize("version", range(schema.FIRST_VERSION, latest_version(MIGRATIONS) + 1))
def test_every_released_schema_leads_to_this_one(tmp_path: Path, store: Store, version: int) -> None:
    """A change of the schema or of the dictionary without a migration fails here."""
    path = tmp_path / "released.sqlite"
    with closing(sqlite3.connect(path)) as released:
        released.executescript((RELEASED / f"v{version}.sql").read_text(encoding="utf-8"))
        released.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        released.execute(f"PRAGMA user_version = {version}")
    path.chmod(0o600)
    with Store.open(path) as migrated:
        assert _described(migrated.db) == _described(store.db)
        assert migrated.verify() == ()


def test_what_a_first_store_held_is_still_there_and_counts_as_it_did(tmp_path: Path) -> None:
    path = tmp_path / "released.sqlite"
    with closing(sqlite3.connect(path)) as released:
        released.executescript((RELEASED / "v1.sql").read_text(encoding="utf-8"))
        released.executemany(
            "INSERT INTO coverage VALUES ('crm', 'deals', ?, 3, 3, 3, 0, 0, ?, '2024-06-01T00:00:00Z')",
            [("deals", 1), ("orders", 0)],
        )
        released.execute(
            "INSERT INTO issues (connection, table_name, record_id, reason, found_at) "
            "VALUES ('crm', 'deals', '1', 'no date', '2024-06-01T00:00:00Z')"
        )
        released.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        released.execute("PRAGMA user_version = 1")
        released.commit()
    path.chmod(0o600)
    with Store.open(path) as migrated:
        found = {each.table: (each.complete, each.agreed, each.accepted) for each in coverage.all(migrated)}
        assert found == {"deals": (True, True, None), "orders": (False, False, None)}
        assert [(each.record_id, each.module, each.message) for each in problems.issues(migrated)] == [
            ("1", None, None)
        ]


def _described(db: Database) -> dict[str, object]:
    return {
        table.name: (
            [tuple(column)[1:] for column in table.columns],
            sorted((index.columns, index.unique) for index in table.indexes),
            table.strict,
        )
        for table in db.tables
    }

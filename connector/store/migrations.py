"""From an older store to this version's: a copy first, then one transaction a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from connector.errors import Message, MigrationError, StoreError
from connector.store.schema import FIRST_VERSION


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version to the next."""

    says: str
    change: Callable[[Database], object]
    """Makes the change; it runs inside a transaction and must not end it."""


def _gaps_with_bounds_and_colours(db: Database) -> None:
    """Both bounds of a range, the trailing value, and what a colour rests on; old rows are judged anew."""
    for name in ("target_low", "target_high", "trailing", "green_from", "amber_from"):
        db.conn.execute(f"ALTER TABLE gaps ADD COLUMN {name} REAL")
    for name in ("judged", "judged_at"):
        db.conn.execute(f"ALTER TABLE gaps ADD COLUMN {name} TEXT")


def _problems_with_messages(db: Database) -> None:
    """Template and values beside the English sentence; what was stored before has only that."""
    for table in ("quarantine", "issues"):
        db.conn.execute(f"ALTER TABLE {table} ADD COLUMN message TEXT")


def _index_changes_by_plan(db: Database) -> None:
    """Each batch of receipts asks whether a plan has open changes: without this, by reading all that ever were."""
    db.table("changes").create_index(["plan_id", "status"])


def _issues_by_module(db: Database) -> None:
    """Several modules may feed a table; an issue of before is found again, and gone, when its record is."""
    db.conn.execute("ALTER TABLE issues ADD COLUMN module TEXT")


def _coverage_with_what_follows(db: Database) -> None:
    """What was accepted, whether the counts agreed, when everything was read last, and what the adapter said of it."""
    for name, kind in (
        ("accepted", "INTEGER"),
        ("agreed", "INTEGER"),
        ("read_whole_at", "TEXT"),
        ("difference_then", "INTEGER"),
        ("note", "TEXT"),
    ):
        db.conn.execute(f"ALTER TABLE coverage ADD COLUMN {name} {kind}")
    db.conn.execute("UPDATE coverage SET agreed = complete")


def _tables_of_a_network(db: Database) -> None:
    """Who is at the other end, what it withholds, what it was asked for, and which records a reading has seen."""
    for statement in _NETWORK_TABLES:
        db.conn.execute(statement)


_NETWORK_TABLES = (
    """CREATE TABLE readings (
        number INTEGER PRIMARY KEY, connection TEXT NOT NULL, module TEXT NOT NULL, table_name TEXT NOT NULL,
        first INTEGER NOT NULL, run_id INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX idx_readings_connection_module_table_name ON readings (connection, module, table_name)",
    """CREATE TABLE reading_ids (
        reading INTEGER NOT NULL, record_id TEXT NOT NULL, PRIMARY KEY (reading, record_id)
    ) STRICT""",
    """CREATE TABLE sources (
        connection TEXT NOT NULL PRIMARY KEY, identity TEXT NOT NULL, title TEXT NOT NULL, first_seen_at TEXT NOT NULL,
        credits_a_day INTEGER
    ) STRICT""",
    """CREATE TABLE credits (
        connection TEXT NOT NULL, at TEXT NOT NULL, credits INTEGER NOT NULL, PRIMARY KEY (connection, at)
    ) STRICT""",
    """CREATE TABLE withheld (
        connection TEXT NOT NULL, module TEXT NOT NULL, table_name TEXT NOT NULL, name TEXT NOT NULL,
        field TEXT NOT NULL, found_at TEXT NOT NULL, PRIMARY KEY (connection, module, table_name, name)
    ) STRICT""",
    "CREATE TABLE computed (basis TEXT NOT NULL PRIMARY KEY, as_of TEXT NOT NULL, run_id INTEGER) STRICT",
)
"""As this version has them, whatever the schema says in later ones."""


def _places_that_were_seen(db: Database) -> None:
    """The fields and modules that values are written to: once seen, they are not looked for again."""
    db.conn.execute(
        """CREATE TABLE write_places (
            connection TEXT NOT NULL, target TEXT NOT NULL, module TEXT NOT NULL, field TEXT NOT NULL,
            shape TEXT NOT NULL, seen_at TEXT NOT NULL, PRIMARY KEY (connection, target, module, field)
        ) STRICT"""
    )


def _failed_kpis(db: Database) -> None:
    """KPIs that could not be computed when the values were: what a CRM shows of them stays."""
    db.conn.execute("CREATE TABLE failed_kpis (kpi TEXT NOT NULL PRIMARY KEY, run_id INTEGER) STRICT")


def _in_order(*changes: Callable[[Database], object]) -> Callable[[Database], None]:
    def change(db: Database) -> None:
        for each in changes:
            each(db)

    return change


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "gaps hold both bounds and what their colour rests on; problems can be told in any language",
        _in_order(_gaps_with_bounds_and_colours, _problems_with_messages),
    ),
    Migration("changes are found by plan and status", _index_changes_by_plan),
    Migration(
        "what a network adds: identity, credits, withheld fields, counts that agree, readings that go on",
        _in_order(_issues_by_module, _coverage_with_what_follows, _tables_of_a_network),
    ),
    Migration("fields and modules that were seen to be there are not looked for again", _places_that_were_seen),
    Migration("KPIs that could not be computed are known, also where they have no value to say so", _failed_kpis),
)
"""The step at index 0 leads from version 1 to version 2, and so on. Released steps are never edited."""


def latest_version(migrations: Sequence[Migration]) -> int:
    """The version that these steps end at."""
    return FIRST_VERSION + len(migrations)


def copy_before(path: Path, version: int) -> Path:
    """Where the copy is kept that was taken before the step to `version`."""
    return path.with_name(f"{path.name}.before-v{version}")


def migrate(
    db: Database, path: Path, *, version: int, migrations: Sequence[Migration], keep_copy: Callable[[Path], None]
) -> None:
    """Take every step that is missing; each is whole or has not happened, even when the process is killed in it.

    Raises:
        MigrationError: a step failed; the store is as it was before that step, and so is the copy.
    """
    for step in range(version, latest_version(migrations)):
        copy = copy_before(path, step + 1)
        try:
            keep_copy(copy)
            _take_step(db, migrations[step - FIRST_VERSION], version=step + 1)
        except Exception as error:
            raise MigrationError(
                Message(
                    "{path} could not be brought to version {version}: {reason}",
                    path=str(path),
                    version=step + 1,
                    reason=error.message if isinstance(error, StoreError) else str(error),
                ),
                hint=Message("the store is as it was; a copy of it is in {copy}", copy=str(copy)),
            ) from error


def _take_step(db: Database, migration: Migration, *, version: int) -> None:
    # sqlite-utils' own atomic() begins without the write lock, and its Migrations class stamps a table, not the header.
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migration.change(db)
        db.conn.execute(f"PRAGMA user_version = {version:d}")
        db.conn.execute("COMMIT")
    finally:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")

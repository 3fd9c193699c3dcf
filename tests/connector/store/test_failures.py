"""SQLite's failures, each with what to do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from connector.errors import StoreBusy, StoreError
from connector.store.failures import store_error


def failure(name: str, *, text: str = "detail") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "says", "remedy"),
    [
        ("SQLITE_FULL", "disk is full", "free some space"),
        ("SQLITE_READONLY", "read-only", "write permission"),
        ("SQLITE_READONLY_DIRECTORY", "read-only", "write permission"),
        ("SQLITE_READONLY_ROLLBACK", "interrupted", "crm-kpi run"),
        ("SQLITE_CORRUPT", "damaged", "store restore"),
        ("SQLITE_CORRUPT_INDEX", "damaged", "store restore"),
        ("SQLITE_NOTADB", "not a store", "store restore"),
        ("SQLITE_CANTOPEN_ISDIR", "cannot be opened", "check that the path"),
        ("SQLITE_IOERR_FSYNC", "disk failed", "check the disk"),
        ("SQLITE_BUSY", "Another program", "close it there"),
        ("SQLITE_CONSTRAINT_UNIQUE", "detail", "store verify"),
        ("", "detail", "store verify"),
    ],
)
def test_every_failure_names_the_file_and_a_remedy(name: str, says: str, remedy: str) -> None:
    error = store_error(failure(name), Path("/data/crm-kpi.sqlite"))
    assert str(error).startswith("/data/crm-kpi.sqlite: ")
    assert says in str(error)
    assert remedy in str(error.hint)


@pytest.mark.parametrize("name", ["SQLITE_BUSY", "SQLITE_BUSY_TIMEOUT"])
def test_busy_is_a_class_of_its_own(name: str) -> None:
    assert type(store_error(failure(name), Path("s"))) is StoreBusy
    assert type(store_error(failure("SQLITE_FULL"), Path("s"))) is StoreError


def test_an_error_without_a_name_is_no_accident() -> None:
    assert "odd" in str(store_error(sqlite3.DatabaseError("odd"), Path("s")))

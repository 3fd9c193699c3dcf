"""Seeded facts for benchmarks, written straight into SQLite tables of the store's schema.

Plain on purpose: uniform draws from one seeded generator, no story. The same seed and sizes give the same rows.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from kpi_engine.facts import FACTS, ColumnType

FIRST_DAY = date(2024, 1, 1)
DAYS = 730
CONNECTION = "crm"
CURRENCY = "CNY"
SQL_TYPES = {ColumnType.REAL: "REAL"} | dict.fromkeys(
    (ColumnType.INTEGER, ColumnType.BOOLEAN, ColumnType.MONEY), "INTEGER"
)
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each kind."""

    deals: int = 1_000_000
    cases: int = 300_000
    activities: int = 2_000_000
    accounts: int = 200_000
    users: int = 200
    teams: int = 20


def write(path: Path, sizes: Sizes = Sizes(), *, seed: int = 1) -> None:
    """Make the file at `path`; it must not exist yet."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA journal_mode=OFF")
        for table in ("users", "teams", "deals", "cases", "activities", "fx_rates"):
            db.execute(_ddl(table))
        draw = random.Random(seed)  # data for a benchmark, not a secret
        _fill(db, "teams", _teams(sizes))
        _fill(db, "users", _users(sizes))
        _fill(db, "deals", _deals(sizes, draw))
        _fill(db, "cases", _cases(sizes, draw))
        _fill(db, "activities", _activities(sizes, draw))
        db.commit()


def _ddl(table: str) -> str:
    columns = ", ".join(
        f"{name} {SQL_TYPES.get(column.type, 'TEXT')}"
        for name in FACTS[table].column_names
        if (column := FACTS[table].column(name))
    )
    return f"CREATE TABLE {table} ({columns}, PRIMARY KEY (connection, id)) STRICT"


def _fill(db: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    names = FACTS[table].column_names
    marks = ", ".join("?" * len(names))
    while page := list(islice(rows, 10_000)):
        db.executemany(
            f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608  # names from the data dictionary
            [(CONNECTION, *(row.get(name) for name in names[1:])) for row in page],
        )


def _teams(sizes: Sizes) -> Iterator[dict[str, object]]:
    for number in range(sizes.teams):
        yield {
            "id": f"team{number:03}",
            "name": f"Team {number}",
            "parent_id": f"team{number // 4:03}" if number else None,
        }


def _users(sizes: Sizes) -> Iterator[dict[str, object]]:
    for number in range(sizes.users):
        yield {"id": f"user{number:05}", "name": f"User {number}", "team_id": f"team{number % sizes.teams:03}"}


def _deals(sizes: Sizes, draw: random.Random) -> Iterator[dict[str, object]]:
    days = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(DAYS + 200)]
    for number in range(sizes.deals):
        engaged = int(draw.random() * DAYS)
        outcome = ("won", "won", "won", "lost", "lost", "open")[int(draw.random() * 6)]
        yield {
            "id": f"deal{number:08}",
            "account_id": f"account{int(draw.random() * sizes.accounts):07}",
            "owner_id": f"user{int(draw.random() * sizes.users):05}",
            "outcome": outcome,
            "amount": int(draw.random() * 900_000_000) + 1_000_000,
            "currency": CURRENCY,
            "probability": float(int(draw.random() * 100)),
            "product": f"Product {int(draw.random() * 12)}",
            "engaged_on": days[engaged],
            "closed_on": None if outcome == "open" else days[engaged + 1 + int(draw.random() * 120)],
        }


def _cases(sizes: Sizes, draw: random.Random) -> Iterator[dict[str, object]]:
    for number in range(sizes.cases):
        created = int(draw.random() * DAYS * 86_400)
        answered = created + 60 + int(draw.random() ** 3 * 200_000)
        resolved = answered + int(draw.random() ** 2 * 900_000)
        is_open = draw.random() < 0.1
        yield {
            "id": f"case{number:08}",
            "account_id": f"account{int(draw.random() * sizes.accounts):07}",
            "owner_id": f"user{int(draw.random() * sizes.users):05}",
            "is_complaint": int(draw.random() < 0.2),
            "created_at": _instant(created),
            "first_response_at": _instant(answered),
            "resolved_at": None if is_open else _instant(resolved),
            "reopen_count": int(draw.random() * 1.3),
        }


def _activities(sizes: Sizes, draw: random.Random) -> Iterator[dict[str, object]]:
    for number in range(sizes.activities):
        started = int(draw.random() * DAYS * 86_400)
        yield {
            "id": f"activity{number:08}",
            "kind": ("call", "call", "meeting", "task")[int(draw.random() * 4)],
            "account_id": f"account{int(draw.random() * sizes.accounts):07}",
            "owner_id": f"user{int(draw.random() * sizes.users):05}",
            "direction": ("inbound", "outbound")[int(draw.random() * 2)],
            "started_at": _instant(started),
            "done_at": _instant(started + 1800) if draw.random() < 0.9 else None,
        }


_ORIGIN = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
_DAYS = [(_ORIGIN + timedelta(days=day)).strftime("%Y-%m-%dT") for day in range(DAYS + 60)]


def _instant(second: int) -> str:
    day, rest = divmod(second, 86_400)
    return f"{_DAYS[day]}{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"

"""What ran, when, and how it ended."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.store.database import Store
from connector.store.moments import written
from connector.store.schema import columns_of
from connector.store.statements import names

RUNNING, INTERRUPTED = "running", "interrupted"
UP_TO_DATE = "up_to_date"
"""In a run's summary: every CRM was asked to the end, so that the facts are those of its beginning, changed or not."""

TOLD = "told"
"""In the summary of a run that failed: why, and what to do, as messages that were written."""
SAMPLE = "sample"
"""In a run's summary: an answer that nobody documented, where it failed; everything private is taken out."""


@dataclass(frozen=True, slots=True)
class Run:
    """One row of `runs`."""

    run_id: int
    command: str
    started_at: str
    finished_at: str | None
    status: str
    data_as_of: str | None
    """Set where the run brought news: the moment up to which its facts are complete."""
    summary: Mapping[str, Any]


def start(store: Store, command: str, now: datetime) -> int:
    """Note that a command begins; returns its run id. Runs that never ended (a killed process) become interrupted."""
    writing = store.writing
    writing.execute("UPDATE runs SET status = ? WHERE status = ?", (INTERRUPTED, RUNNING))
    cursor = writing.execute(
        "INSERT INTO runs (command, started_at, status) VALUES (?, ?, ?)", (command, written(now), RUNNING)
    )
    return int(cursor.lastrowid or 0)


def note_news(store: Store, run_id: int, data_as_of: datetime) -> None:
    """Note, in the transaction of the facts themselves, that this run brought news, and up to when they reach."""
    store.writing.execute("UPDATE runs SET data_as_of = ? WHERE run_id = ?", (written(data_as_of), run_id))


def finish(store: Store, run_id: int, status: str, now: datetime, summary: Mapping[str, Any]) -> None:
    """Note how a run ended."""
    text = json.dumps(summary, ensure_ascii=False, default=str)
    store.writing.execute(
        "UPDATE runs SET status = ?, finished_at = ?, summary = ? WHERE run_id = ?",
        (status, written(now), text, run_id),
    )


def last(store: Store, n: int = 1) -> tuple[Run, ...]:
    """The last runs, the latest first."""
    columns = names(columns_of("runs"))
    rows = store.db.conn.execute(f"SELECT {columns} FROM runs ORDER BY run_id DESC LIMIT ?", (n,))
    return tuple(Run(*row[:6], summary=json.loads(row[6] or "{}")) for row in rows)  # type: ignore[misc]  # six columns


def data_as_of(store: Store) -> str | None:
    """The moment up to which the facts reach: that of the last run that brought news; None before the first."""
    row = store.db.conn.execute(
        "SELECT data_as_of FROM runs WHERE data_as_of IS NOT NULL ORDER BY run_id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else row[0]


def news_mark(store: Store) -> str:
    """Changes whenever a fact does: names the last run that brought news, and its moment."""
    row = store.db.conn.execute(
        "SELECT run_id, data_as_of FROM runs WHERE data_as_of IS NOT NULL ORDER BY run_id DESC LIMIT 1"
    ).fetchone()
    return json.dumps(row)


def reached(store: Store) -> str | None:
    """The moment whose facts these are: of the last news, or of a later run that asked and was told of none."""
    row = store.db.conn.execute(
        "SELECT max(started_at) FROM runs WHERE json_valid(summary) AND json_extract(summary, ?)", (f"$.{UP_TO_DATE}",)
    ).fetchone()
    return max(filter(None, (row[0], data_as_of(store))), default=None)

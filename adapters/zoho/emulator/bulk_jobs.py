"""Bulk jobs: kept in the state, one after the other in an org, and forgotten after their time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.state import State, stamp

Kind = Literal["read", "write"]
Phase = Literal["ADDED", "QUEUED", "IN PROGRESS", "DONE"]
PHASES: tuple[Phase, ...] = ("ADDED", "QUEUED", "IN PROGRESS", "DONE")
KEPT: Mapping[Kind, timedelta] = {"read": timedelta(days=1), "write": timedelta(days=7)}
_ADDED_PART, _QUEUED_PART = 0.1, 0.2
"""How much of its time a job is at least said to be added, and then queued."""
_TABLE = """
CREATE TABLE IF NOT EXISTS bulk_jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, created TEXT NOT NULL, begins TEXT NOT NULL, ends TEXT NOT NULL,
    polls INTEGER NOT NULL DEFAULT 0, fails INTEGER NOT NULL, request TEXT NOT NULL, result TEXT
)
"""
_COLUMNS = "id, kind, created, begins, ends, polls, fails, request, result"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands now."""

    id: str
    created: str
    phase: Phase
    fails: bool
    request: Mapping[str, Any]
    result: Mapping[str, Any] | None
    """What is known once it ran."""


class Jobs:
    """The jobs of an org. Zoho runs them one after the other."""

    def __init__(self, state: State, *, seconds: float = 0.0) -> None:
        self.state, self.seconds = state, seconds
        state.db.execute(_TABLE)

    def add(self, kind: Kind, request: Mapping[str, Any], *, fails: bool = False) -> Job:
        """A new job, behind those that are not done.

        Args:
            kind: What it does.
            request: What it was asked for; comes back with the job.
            fails: Whether it will end in failure (a planned fault).
        """
        now, job_id = self.state.now(), self.state.new_id()
        begins = max(now, self._last_end() or now)
        ends = begins + timedelta(seconds=self.seconds)
        values = (job_id, kind, stamp(now), begins.isoformat(), ends.isoformat(), 0, fails, _json(request), None)
        self.state.db.execute("INSERT INTO bulk_jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return Job(job_id, stamp(now), "ADDED", fails, request, None)

    def get(self, kind: Kind, job_id: str, *, poll: bool = False) -> Job:
        """A job.

        Args:
            kind: What it does.
            job_id: Which one.
            poll: Whether somebody asks how it stands, which moves a job on that takes no time of the clock.

        Raises:
            Refusal: 404, there is none, or it is forgotten.
        """
        row = self.state.db.execute(
            f"SELECT {_COLUMNS} FROM bulk_jobs WHERE id = ? AND kind = ?",  # noqa: S608 - names of columns
            (job_id, kind),
        ).fetchone()
        if row is None or datetime.fromisoformat(row[4]) + KEPT[kind] <= self.state.now():
            raise not_found(job_id)
        polls = row[5] + poll
        if poll:
            self.state.db.execute("UPDATE bulk_jobs SET polls = ? WHERE id = ?", (polls, job_id))
        result = None if row[8] is None else orjson.loads(row[8])
        return Job(job_id, row[2], self._phase(row, polls), bool(row[6]), orjson.loads(row[7]), result)

    def finish(self, job: Job, result: Mapping[str, Any]) -> None:
        """Keep what a job gave."""
        self.state.db.execute("UPDATE bulk_jobs SET result = ? WHERE id = ?", (_json(result), job.id))

    def _phase(self, row: tuple[Any, ...], polls: int) -> Phase:
        """By the clock where jobs take time, else one step on with each question."""
        created, begins, ends = (datetime.fromisoformat(text) for text in row[2:5])
        if ends == begins:
            return PHASES[min(polls, len(PHASES) - 1)]
        now, whole = self.state.now(), ends - created
        if now >= ends:
            return "DONE"
        if now - created < whole * _ADDED_PART:
            return "ADDED"
        return "QUEUED" if now < begins or now - created < whole * _QUEUED_PART else "IN PROGRESS"

    def _last_end(self) -> datetime | None:
        (last,) = self.state.db.execute("SELECT max(ends) FROM bulk_jobs").fetchone()
        return None if last is None else datetime.fromisoformat(last)


def not_found(resource: str) -> Refusal:
    """There is no such job, or nothing to fetch."""
    return Refusal(404, "RESOURCE_NOT_FOUND", "The requested resource does not exist", details={"resource": resource})


def _json(values: Mapping[str, Any]) -> str:
    return orjson.dumps(values).decode()

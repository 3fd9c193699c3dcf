"""Starts Zoho's own SDK on a stand-in, and keeps what it found beside what the stand-in held."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, quoted

SDK = "CRM_KPI_ZOHO_SDK"
"""Variable that names the Python which has the SDK."""
NOW = datetime(2025, 12, 1, 18, tzinfo=UTC)
SCALE = 0.35
"""So many tasks that pages by number end before they do."""
PATIENCE_SECONDS = 240
SCRIPT = Path(__file__).parent / "sdk"


@dataclass(frozen=True)
class Judged:
    """What the SDK found, what the stand-in held before, and what it holds now."""

    found: dict[str, Any]
    before: State
    served: Served

    @property
    def after(self) -> State:
        """Now."""
        return self.served.state

    def step(self, name: str) -> Any:
        """What one step found; why there is nothing, where it did not come so far."""
        assert name in self.found, "\n".join(text for step, text in self.found.items() if step.startswith("broken"))
        return self.found[name]


@contextmanager
def judged(python: str, folder: Path) -> Iterator[Judged]:
    """One stand-in, one run of the SDK."""
    with serve(Settings(scale=SCALE, clock=lambda: NOW)) as served, closing(copied(served.state)) as before:
        yield Judged(run(python, served, folder), before, served)


def run(python: str, served: Served, folder: Path) -> dict[str, Any]:
    """Every step's finding by its name; the process has ended."""
    known = served.settings
    done = subprocess.run(  # noqa: S603 - a script of ours
        [python, str(SCRIPT), served.url, known.client_id, known.client_secret, known.refresh_token, str(folder)],
        timeout=PATIENCE_SECONDS,  # the child is ended then
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TZ": "UTC", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    return {name: found for line in done.stdout.splitlines() for name, found in json.loads(line).items()}


def copied(state: State) -> State:
    """As it is at this moment."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with state.lock:
        state.db.backup(db)
    return State(db, clock=lambda: NOW)


def rows(state: State, module: str, *names: str, where: str = "1", order: str = "id DESC") -> list[tuple[Any, ...]]:
    """Stored values, with ids as the SDK gives them: as numbers."""
    columns = ", ".join("CAST(id AS INTEGER)" if name == "id" else quoted(name) for name in names)
    sql = f'SELECT {columns} FROM {quoted(module)} WHERE "$approval_state" IS NULL AND {where} ORDER BY {order}'  # noqa: S608
    return state.db.execute(sql).fetchall()


def picked(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """The same columns of the SDK's records; of a lookup its id, as text."""
    return [tuple(_stored(each[name]) for name in names) for each in found]


def _stored(value: Any) -> Any:
    return str(value["id"]) if isinstance(value, dict) else value

"""SIGKILL at every boundary, enumerated: a restart ends with the store and the files of an undisturbed run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def experiment(scenario: str, bug: str, folder: Path) -> dict[str, Any]:
    """In a process without threads, which may fork; see `killing.py`."""
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-m", "tests.end_to_end.killing", scenario, bug, str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("scenario", ["first_run", "second_run"])
def test_killed_anywhere_nothing_is_lost_and_nothing_doubled(scenario: str, tmp_path: Path) -> None:
    found = experiment(scenario, "none", tmp_path)
    assert found["bad"] == []
    boundaries = found["boundaries"]
    assert set(boundaries) >= {
        f"{when} {what}" for when in ("before", "after") for what in ("commit", "rename", "send")
    }
    assert boundaries.count("before send") == 2, "both files"
    # start, two modules, values, plan, begin, two targets (marked, acknowledged), end
    assert boundaries.count("before commit") >= 10


@pytest.mark.parametrize(
    ("bug", "scenario", "unlike"),
    [
        pytest.param("cursor_before_rows", "first_run", "deals", id="cursor saved before the rows"),
        pytest.param("acknowledged_before_sent", "first_run", "out/accounts.csv", id="acknowledged before sent"),
        pytest.param("append_for_upsert", "second_run", "accounts", id="append for upsert"),
        pytest.param("append_to_file", "first_run", "out/accounts.csv", id="append for a whole file"),
        pytest.param("rename_left_out", "first_run", "out/accounts.csv", id="a rename left out"),
    ],
)
def test_a_planted_bug_is_caught(bug: str, scenario: str, unlike: str, tmp_path: Path) -> None:
    (bad,) = experiment(scenario, bug, tmp_path)["bad"]
    assert unlike in bad["unlike"]

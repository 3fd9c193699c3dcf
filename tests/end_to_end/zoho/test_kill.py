"""SIGKILL at every boundary of a run against the stand-in, enumerated: a restart ends as an undisturbed run does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

LEAST = {"first_load": 150, "news": 90, "setting_up": 120}
"""Boundaries; every run of CI has to try 150 of them."""


def experiment(scenario: str, bug: str, folder: Path, pattern: str = "") -> dict[str, Any]:
    """In a process without threads, which may fork; see `killing.py`."""
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-m", "tests.end_to_end.zoho.killing", scenario, bug, str(folder), pattern],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(each, marks=() if each == "first_load" else pytest.mark.exhaustive) for each in LEAST],
)
def test_killed_anywhere_nothing_is_lost_and_nothing_doubled(scenario: str, tmp_path: Path) -> None:
    found = experiment(scenario, "none", tmp_path)
    assert found["bad"] == []
    counts = Counter(" ".join(each.split()[:2]) for each in found["boundaries"])
    assert counts["before request"] == counts["after request"] >= counts["in mid-reply"] >= 15
    assert counts["before commit"] == counts["after commit"] >= 15
    assert counts.total() >= LEAST[scenario]


@pytest.mark.parametrize(
    ("bug", "pattern", "unlike"),
    [
        pytest.param("cursor_before_rows", "commit", "accounts", id="cursor saved before the rows"),
        pytest.param("no_read_back", "after request PUT", "journal", id="no read-back"),
        pytest.param("acknowledged_before_sent", "before request PUT", "journal", id="acknowledged before sent"),
        pytest.param("append_for_upsert", "commit", "deals", id="append for upsert"),
    ],
)
def test_a_planted_bug_is_caught(bug: str, pattern: str, unlike: str, tmp_path: Path) -> None:
    (bad,) = experiment("news", bug, tmp_path, pattern)["bad"]
    assert unlike in bad["unlike"]

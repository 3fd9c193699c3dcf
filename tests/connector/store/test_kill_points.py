"""SIGKILL at every boundary of the store's own work: the store is whole, and the next run finishes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "kill_points.py"

pytestmark = pytest.mark.slow


def killed_everywhere(scenario: str) -> tuple[int, list[str]]:
    run = subprocess.run(  # noqa: S603 -- our own script
        [sys.executable, str(SCRIPT), scenario], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    return result["boundaries"], result["complaints"]


@pytest.mark.parametrize(
    ("scenario", "at_least"), [("create", 8), ("load", 16), ("migrate", 24), ("backup", 6), ("restore", 10)]
)
def test_nothing_is_lost_wherever_it_is_killed(scenario: str, at_least: int) -> None:
    boundaries, complaints = killed_everywhere(scenario)
    assert complaints == []
    assert boundaries >= at_least


@pytest.mark.parametrize("scenario", ["planted: state before rows", "planted: no rename"])
def test_a_planted_bug_is_caught(scenario: str) -> None:
    _, complaints = killed_everywhere(scenario)
    assert complaints

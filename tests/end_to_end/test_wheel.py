"""The built wheel, installed as a user would, runs: nothing that it needs was left in the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(  # noqa: S603  # our own commands
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_installed_wheel_runs_the_demo(root: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", root, cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("crm_kpi-*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    pip, command = (tmp_path / "venv" / "bin" / name for name in ("pip", "crm-kpi"))
    run(pip, "install", "-q", wheel, cwd=tmp_path)
    assert run(command, "--version", cwd=tmp_path).strip()
    run(command, "demo", "--files", "--folder", "files", cwd=tmp_path)  # without any extra
    run(pip, "install", "-q", f"{wheel}[demo]", cwd=tmp_path)
    run(command, "demo", cwd=tmp_path)
    status = json.loads(run(command, "status", "--json", "--config", "crm-kpi-demo/crm-kpi.yaml", cwd=tmp_path))
    assert status
    assert "win_rate" in run(command, "kpi", "list", cwd=tmp_path)

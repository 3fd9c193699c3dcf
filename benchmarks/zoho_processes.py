"""The processes of the Zoho benchmarks: stand-in, contenders, a Python with dlt. Each ends with its block."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DLT = "CRM_KPI_DLT"
"""The environment variable that names a Python with dlt."""
SECONDS_TO_END = 30
Measured = Mapping[str, Any]
"""`seconds`, of them the `processor`'s, `megabytes`, `ways` by module, and `tables`: rows and a digest of each."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in that answers in a process of its own."""

    address: Mapping[str, str]

    def calls(self) -> list[Mapping[str, Any]]:
        """Every call that it answered, with its credits."""
        return list(self._asked("calls")["calls"])

    def now(self) -> str:
        """Its clock."""
        return str(self._asked("clock")["now"])

    def later(self, seconds: float) -> None:
        """Let time pass there."""
        self._asked("clock", {"advance_seconds": seconds})

    def update(self, module: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Somebody changes a record."""
        self._asked("change", {"action": "update", "module": module, "id": record_id, "values": values})

    def _asked(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.address['url']}/__stand_in/{what}", data=data) as answer:
            return json.load(answer)


@contextmanager
def stand_in(file: Path, *, records: int, latency_ms: float = 0.0, job_seconds: float = 0.0) -> Iterator[StandIn]:
    """A stand-in with about so many deals, which are kept in the file."""
    command = [sys.executable, str(FOLDER / "zoho_stand_in.py"), str(file)]
    told = {"--records": records, "--latency-ms": latency_ms, "--job-seconds": job_seconds}
    command += [str(each) for pair in told.items() for each in pair]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit("the stand-in did not start")
            yield StandIn(json.loads(line))
            process.stdin.close()  # it ends by itself then
            process.wait(SECONDS_TO_END)
        finally:
            if process.poll() is None:
                process.kill()


def run(script: str, server: StandIn, store: Path, *more: str, python: str = sys.executable) -> Measured:
    """One contender, with what it measured itself.

    Raises:
        SystemExit: it failed, with its own words.
    """
    command = [python, str(FOLDER / script), "--at", json.dumps(server.address), "--store", str(store), *more]
    done = subprocess.run(command, capture_output=True, text=True, cwd=store.parent)  # noqa: S603  # our own files
    if done.returncode:
        raise SystemExit(f"{script} {' '.join(more)}: {done.stderr[-2_000:]}")
    found: Measured = json.loads(done.stdout.splitlines()[-1])
    return found


def run_alone(script: str, server: StandIn, *more: str, python: str = sys.executable) -> Measured:
    """One contender into a store that is new, and gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return run(script, server, Path(folder, "facts.sqlite"), *more, python=python)


@contextmanager
def python_with_dlt() -> Iterator[str | None]:
    """The one that the environment names, or one made for as long as the block lasts; None where that fails."""
    if named := os.environ.get(DLT):
        yield named
        return
    folder = tempfile.mkdtemp(prefix="crm-kpi-dlt-")
    try:
        yield _installed(Path(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _installed(folder: Path) -> str | None:
    try:
        venv.create(folder, with_pip=True)
        python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        subprocess.run([python, "-m", "pip", "install", "-q", "dlt[sqlalchemy]"], check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    return python

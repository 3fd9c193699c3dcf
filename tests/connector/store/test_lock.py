"""One run at a time, across processes."""

# ruff: noqa: S603 -- the processes run scripts of this file

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.errors import StoreBusy, StoreError
from connector.store import run_lock

HOLD = (
    "import sys; from pathlib import Path; from connector.store import run_lock\n"
    "with run_lock(Path(sys.argv[1])):\n"
    "    print('held', flush=True); sys.stdin.readline()"
)


@contextmanager
def another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_second_run_is_told_who_holds_it(path: Path) -> None:
    with another_process(path) as process:
        with pytest.raises(StoreBusy, match=str(process.pid)) as caught, run_lock(path):
            pass
        assert "wait" in str(caught.value.hint)


def test_a_killed_runs_lock_ends_with_it(path: Path) -> None:
    with another_process(path) as process:
        process.kill()
        process.wait(timeout=30)
        with run_lock(path):
            pass


def test_a_second_lock_in_the_same_process_is_refused_too(path: Path) -> None:
    with run_lock(path), pytest.raises(StoreBusy, match=str(os.getpid())), run_lock(path):
        pass


def test_the_lock_file_stays_whatever_it_says(path: Path) -> None:
    lock = path.with_name(path.name + ".lock")
    lock.write_text("999999999 left by somebody\n")
    before = lock.stat().st_ino
    with run_lock(path):
        assert lock.read_text() == f"{os.getpid()}\n"
    assert lock.stat().st_ino == before


def test_every_name_of_a_store_is_one_lock(tmp_path: Path, path: Path) -> None:
    path.touch()
    (tmp_path / "link").symlink_to(path)
    with run_lock(path), pytest.raises(StoreBusy), run_lock(tmp_path / "link"):
        pass


def test_it_is_released_after_an_error(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), run_lock(path):
        raise ZeroDivisionError
    with run_lock(path):
        pass


def test_a_forked_child_does_not_keep_it() -> None:
    script = (
        "import os, sys, tempfile; from pathlib import Path; from connector.store import run_lock\n"
        "path = Path(tempfile.mkdtemp()) / 's'; go, done = os.pipe(), os.pipe()\n"
        "with run_lock(path):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        os.write(done[1], b'.'); os.read(go[0], 1); os._exit(0)\n"
        "    os.read(done[0], 1)\n"
        "try:\n"
        "    with run_lock(path): print('free')\n"
        "finally:\n"
        "    os.write(go[1], b'.'); os.waitpid(child, 0)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (run.stdout, run.stderr) == ("free\n", "")


def test_a_forked_child_that_leaves_does_not_release_it() -> None:
    script = (
        "import os, sys, tempfile; from pathlib import Path; from connector.store import run_lock\n"
        "from connector.errors import StoreBusy\n"
        "path = Path(tempfile.mkdtemp()) / 's'; parent = os.getpid()\n"
        "with run_lock(path):\n"
        "    child = os.fork()\n"
        "    if child: os.waitpid(child, 0)\n"
        "    if child:\n"
        "        try:\n"
        "            with run_lock(path): print('taken')\n"
        "        except StoreBusy: print('held')\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (run.stdout, run.stderr) == ("held\n", "")


def test_a_lock_file_that_is_a_link_is_refused(tmp_path: Path, path: Path) -> None:
    path.with_name(path.name + ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="lock"), run_lock(path):
        pass
    assert not (tmp_path / "elsewhere").exists()

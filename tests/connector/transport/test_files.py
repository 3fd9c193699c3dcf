"""Files are listed in order, opened once, written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.errors import RejectedError
from connector.transport import files
from connector.transport.files import PART, list_files, open_file, write_file


def test_globs_are_sorted_and_hold_no_folders(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "d.csv").mkdir()
    found = list_files(str(tmp_path / "*.csv"))
    assert [info.path.name for info in found] == ["a.csv", "b.csv"]
    assert found[0].size == 1
    assert found[0].modified_ns == (tmp_path / "a.csv").stat().st_mtime_ns


def test_a_name_with_brackets_is_a_name_when_there_is_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "deals[1].csv").write_text("x")
    assert len(list_files(str(tmp_path / "deals[1].csv"))) == 1


def test_nothing_there_is_an_empty_list(tmp_path: Path) -> None:
    assert list_files(str(tmp_path / "nothing*.csv")) == ()


@pytest.mark.parametrize(
    ("make", "reason"),
    [(lambda path: None, "not there"), (lambda path: path.mkdir(), "a folder")],
    ids=["missing", "folder"],
)
def test_what_cannot_be_opened_says_why_and_what_to_do(tmp_path: Path, make: Any, reason: str) -> None:
    path = tmp_path / "deals.csv"
    make(path)
    with pytest.raises(RejectedError, match=reason) as caught:
        open_file(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EIO, errno.EMFILE, None])
def test_every_failure_of_the_system_is_an_error_of_ours(code: int | None) -> None:
    exc = OSError(code, os.strerror(code)) if code else OSError("odd")
    assert str(files.file_error(exc, path="deals.csv")).startswith("deals.csv: ")


def test_a_file_is_written_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "out" / "accounts.csv"
    info = write_file(path, iter([b"a;b\n", b"1;2\n"]))
    assert path.read_bytes() == b"a;b\n1;2\n"
    assert (info.path, info.size) == (path, 8)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["accounts.csv"]


def test_what_a_killed_run_left_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    (tmp_path / f".accounts.csv{PART}").write_text("half")
    write_file(path, [b"new"])
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"accounts.csv": b"new"}


def test_nobodys_link_is_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f".accounts.csv{PART}").symlink_to(victim)
    write_file(tmp_path / "accounts.csv", [b"new"])
    assert victim.read_text() == "mine"


def test_the_old_file_stays_when_the_new_one_cannot_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(b"old")

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise KeyError("an adapter's fault")

    with pytest.raises(KeyError):
        write_file(path, chunks())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(os, name, full)
            with pytest.raises(RejectedError, match="disk is full"):
                write_file(path, [b"new"])
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"accounts.csv": b"old"}


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_we_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    sync, replace = os.fsync, os.replace

    def noted_sync(descriptor: int) -> None:
        happened.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def noted_replace(source: Path, target: Path) -> None:
        happened.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_file(tmp_path / "accounts.csv", [b"new"])
    assert happened == ["file", "rename", "folder"]

"""Files that are private from their first byte, and in place only when whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from connector.errors import StoreError
from connector.store import disk


def test_a_file_is_flushed_before_it_gets_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished, target = tmp_path / "a.unfinished", tmp_path / "a"
    finished.write_text("whole")
    done: list[str] = []
    flush, replace = disk.flush_file, os.replace

    def flushed(path: Path) -> None:
        done.append(f"flush {path.name}")
        flush(path)

    def replaced(source: Path, destination: Path) -> None:
        done.append(f"rename {source.name}")
        replace(source, destination)

    monkeypatch.setattr(disk, "flush_file", flushed)
    monkeypatch.setattr(os, "replace", replaced)
    disk.put_in_place(finished, target)
    assert done == ["flush a.unfinished", "rename a.unfinished", f"flush {tmp_path.name}"]
    assert target.read_text() == "whole"


def test_what_an_interrupted_run_left_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "new").symlink_to(tmp_path / "precious")
    disk.create_private(tmp_path / "new")
    assert not (tmp_path / "new").is_symlink()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    assert (tmp_path / "precious").read_text() == "precious"


def test_an_unfinished_file_is_gone_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _begin_and_fail(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def _begin_and_fail(target: Path) -> None:
    with disk.unfinished_file(target) as path:
        path.write_text("half")
        raise ZeroDivisionError


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_persons_file_stays_as_private_as_it_was(tmp_path: Path, umask: int, mode: int) -> None:
    target = tmp_path / "crm-kpi.yaml"
    target.write_text("old")
    target.chmod(mode)
    (tmp_path / "link").symlink_to(target)
    before = os.umask(umask)
    try:
        disk.put_whole(tmp_path / "link", b"new")
        disk.put_whole(tmp_path / "first", b"1")
    finally:
        os.umask(before)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", mode)
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "first").stat().st_mode) == 0o666 & ~umask
    assert len(list(tmp_path.iterdir())) == 3


def test_nobodys_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "crm-kpi.yaml.unfinished").symlink_to(tmp_path / "precious")
    disk.put_whole(tmp_path / "crm-kpi.yaml", b"new")
    assert (tmp_path / "precious").read_text() == "precious"


def test_the_systems_refusals_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file") as caught, disk.file_errors(tmp_path / "a"):
        (tmp_path / "missing" / "a").read_bytes()
    assert str(tmp_path / "a") in str(caught.value)
    assert "folder exists" in str(caught.value.hint)

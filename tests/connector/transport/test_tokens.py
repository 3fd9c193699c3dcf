"""The file between processes: private from its first byte on, one process at a time, and never in the way."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from connector.contract import Access
from connector.errors import AuthError
from connector.transport import Accesses
from connector.transport.token_file import LOOKS, Kept, held
from tests.connector.transport.vendor import NOW, Clock

ACCESS = Access("t0ken", "https://api.vendor.example", NOW + timedelta(hours=1))
OTHER = Access("0ther", "https://api.vendor.example", NOW + timedelta(hours=1))


def no_wait(_: float) -> None:
    return


def asked(folder: Path, access: Access = ACCESS) -> str:
    """What a process that has just started uses; `access` is what it would be given if it asked."""
    keeper = Accesses(folder).keeper("0a1b")
    return keeper.access(lambda: access, now=Clock(), sleep=no_wait).token


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_files_and_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    asked(tmp_path / "cache" / "access")
    asked(tmp_path / "cache" / "access", OTHER)
    file = tmp_path / "cache" / "access" / "0a1b.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(each.stat().st_mode) for each in file.parents[:2]] == [0o700, 0o700]
    assert [each.name for each in file.parent.iterdir()] == ["0a1b.json"]


def test_what_one_process_obtained_another_uses(tmp_path: Path) -> None:
    assert (asked(tmp_path), asked(tmp_path, OTHER)) == ("t0ken", "t0ken")


def test_a_file_is_private_before_anything_is_done_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.transport.token_file._tighten", lambda *_: None)
    before = os.umask(0)
    try:
        asked(tmp_path / "access")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "access" / "0a1b.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o606, 0o640, 0o700])
def test_what_others_could_read_is_not_used_and_made_tight(tmp_path: Path, mode: int) -> None:
    asked(tmp_path)
    file = tmp_path / "0a1b.json"
    file.chmod(mode)
    assert asked(tmp_path, OTHER) == "0ther"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_loose_folder_is_made_tight(tmp_path: Path) -> None:
    folder = tmp_path / "access"
    folder.mkdir()
    folder.chmod(0o777)
    asked(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", ["link to a file", "link to nothing", "second name", "folder", "linked folder"])
def test_what_is_not_ours_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    folder, elsewhere = tmp_path / "access", tmp_path / "elsewhere"
    file = folder / "0a1b.json"
    elsewhere.mkdir()
    if kind == "linked folder":
        folder.symlink_to(elsewhere)
    else:
        folder.mkdir(mode=0o700)
    match kind:
        case "link to a file":
            (elsewhere / "victim").write_text("precious")
            file.symlink_to(elsewhere / "victim")
        case "link to nothing":
            file.symlink_to(elsewhere / "nothing")
        case "second name":
            (elsewhere / "victim").write_text("precious")
            (elsewhere / "victim").chmod(0o600)
            file.hardlink_to(elsewhere / "victim")
        case "folder":
            file.mkdir()
    with pytest.raises(AuthError, match="is a link, or belongs to somebody else") as caught:
        asked(folder)
    assert caught.value.hint
    assert "t0ken" not in "".join(each.read_text() for each in elsewhere.iterdir())
    assert all(each.read_text() == "precious" for each in elsewhere.iterdir())


def test_without_a_place_for_files_it_works_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert asked(tmp_path / "file" / "access") == "t0ken"


def test_without_a_place_for_files_threads_ask_once_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keeper, asked_for = Accesses(tmp_path / "file" / "access").keeper("0a1b"), []

    def ask() -> Access:
        asked_for.append(1)
        return ACCESS

    with ThreadPoolExecutor(20) as pool:
        got = pool.map(lambda _: keeper.instead_of(OTHER, ask, now=Clock(), sleep=no_wait), range(20))
        assert list(got) == [ACCESS] * 20
    assert len(asked_for) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"token": "t"}',
        b'{"token":1,"base_url":"x","expires_at":"2025-06-30T13:00:00Z","obtained_at":"2025-06-30T12:00:00Z"}',
        b'{"token":"t","base_url":"x","expires_at":"2025-06-30T13:00:00","obtained_at":"2025-06-30T12:00:00"}',
        b"[" * 100_000,
    ],
)
def test_half_a_file_is_no_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "0a1b.json"
    file.write_bytes(content)
    file.chmod(0o600)
    assert asked(tmp_path) == "t0ken"
    assert asked(tmp_path, OTHER) == "t0ken"


def test_a_shorter_access_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    asked(tmp_path, Access("t" * 500, "https://api.vendor.example", NOW - timedelta(hours=1)))
    keeper = Accesses(tmp_path).keeper("0a1b")
    refused = Access("t" * 500, "", NOW)
    assert keeper.instead_of(refused, lambda: ACCESS, now=Clock(), sleep=no_wait) == ACCESS
    assert asked(tmp_path, OTHER) == "t0ken"


@pytest.mark.parametrize("identity", ["../../evil", "/etc/passwd", "a/b", "", ".", "..", "x" * 300, "ä\x00"])
def test_an_identity_names_a_file_in_our_folder_only(tmp_path: Path, identity: str) -> None:
    folder = tmp_path / "a" / "access"
    Accesses(folder).keeper(identity).access(lambda: ACCESS, now=Clock(), sleep=no_wait)
    assert [each.parent for each in tmp_path.rglob("*") if each.is_file()] == [folder]


def test_another_process_is_waited_for(tmp_path: Path) -> None:
    asked(tmp_path, Access("0ld", "https://api.vendor.example", NOW))
    file = tmp_path / "0a1b.json"
    other, looks = os.open(file, os.O_RDWR), []

    def wait(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            os.ftruncate(other, 0)
            os.pwrite(other, _text(OTHER), 0)
            os.close(other)

    fcntl.flock(other, fcntl.LOCK_EX)
    refused = Access("0ld", "", NOW)
    got = Accesses(tmp_path).keeper("0a1b").instead_of(refused, lambda: ACCESS, now=Clock(), sleep=wait)
    assert got == OTHER
    assert len(looks) == 3


def test_a_process_that_never_lets_go_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    asked(tmp_path)
    looks: list[float] = []
    with (tmp_path / "0a1b.json").open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with held(tmp_path / "0a1b.json", sleep=looks.append) as file:
            assert file.read() is None
            file.write(Kept(OTHER, NOW))
    assert len(looks) == LOOKS
    assert asked(tmp_path, OTHER) == "t0ken"


def _text(access: Access) -> bytes:
    times = f'"expires_at":"{access.expires_at.isoformat()}","obtained_at":"{NOW.isoformat()}"'
    return f'{{"token":"{access.token}","base_url":"{access.base_url}",{times}}}'.encode()


_PROCESS = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from connector.contract import Access
from connector.transport import Accesses

folder, journal = map(Path, sys.argv[1:])
now = datetime(2025, 6, 30, 12, tzinfo=UTC)

def ask():
    with journal.open("a") as file:
        file.write("asked\\n")
    return Access("t0ken", "https://api.vendor.example", now + timedelta(hours=1))

print(Accesses(folder).keeper("0a1b").access(ask, now=lambda: now, sleep=time.sleep).token)
"""


def test_several_processes_ask_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROCESS, str(tmp_path / "access"), str(tmp_path / "journal")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]  # noqa: S603  # our own program
    assert [process.communicate()[0] for process in running] == ["t0ken\n"] * 4
    assert (tmp_path / "journal").read_text() == "asked\n"

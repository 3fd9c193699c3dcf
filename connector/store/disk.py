"""Files and folders that only their owner can read, from their first byte on, and files that survive a power cut.

`open(path, "w")` and SQLite both create files as the umask says; a store holds customers' names, so neither is used to
create one.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from connector.errors import Message, StoreError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_NEW_FILE = 0o666
"""Less what the umask takes away."""


def make_private_folder(folder: Path) -> None:
    """Make the folder and those above it that are missing, each for its owner only; existing ones stay as they are."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=PRIVATE_FOLDER)


def create_private(path: Path, *, mode: int = PRIVATE_FILE) -> None:
    """Create an empty file for its owner only, in place of whatever an interrupted run left under that name."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode))


@contextmanager
def unfinished_file(target: Path, *, mode: int = PRIVATE_FILE) -> Iterator[Path]:
    """An empty private file beside `target`, to be filled and put in its place; gone afterwards if it was not."""
    path = target.with_name(target.name + ".unfinished")
    create_private(path, mode=mode)
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def flush_file(path: Path) -> None:
    """Have the file's bytes on the disk itself before going on.

    No SQLite connection of this process may be in a transaction on it: closing a descriptor drops POSIX locks.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _flush(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Have the folder's entries (a rename, a new file) on the disk itself before going on."""
    flush_file(folder)


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":  # there, fsync only hands the bytes to the drive
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def put_in_place(finished: Path, target: Path) -> None:
    """Give a finished file its name, at once and for good: a power cut leaves the old file or the new one."""
    flush_file(finished)
    os.replace(finished, target)
    flush_folder(target.parent)


def put_whole(target: Path, content: bytes) -> None:
    """Put a person's own file (settings, targets) in its place, whole or not at all.

    Whose it is and who may read it stays as it was: settings may hold secrets, or be shared with a group. A new one is
    as the umask says. A link stays a link.
    """
    real = target.resolve()
    before = real.stat() if real.exists() else None
    with unfinished_file(real, mode=_NEW_FILE if before is None else PRIVATE_FILE) as unfinished:
        unfinished.write_bytes(content)
        if before is not None:
            with suppress(OSError):  # somebody else's: as far as this user may
                os.chown(unfinished, before.st_uid, before.st_gid)
            unfinished.chmod(stat.S_IMODE(before.st_mode))
        put_in_place(unfinished, real)


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """The operating system's refusals as one clear line."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            Message("{path}: {reason}", path=str(path), reason=error.strerror or str(error)),
            hint=Message("check that the folder exists, has room, and may be written by this user"),
        ) from error

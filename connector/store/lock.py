"""One run at a time: a lock file beside the store, held by the operating system for as long as the process lives."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from connector.errors import Message, StoreBusy
from connector.store.disk import PRIVATE_FILE, file_errors, make_private_folder

_held: set[int] = set()
"""Descriptors of the locks that this process holds."""


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the store at `path` (which need not exist yet) against every other run, without waiting.

    The lock lives in `<store>.lock`, which stays: a file that is deleted and made again is two locks. The store itself
    is never locked by hand, for closing a descriptor of it would drop SQLite's own locks. A killed run's lock ends with
    it, whatever the file says.

    Raises:
        StoreBusy: another run holds it, with that run's process id.
        StoreError: the lock file cannot be made.
    """
    lock_path = lock_file(path)
    with file_errors(lock_path):
        descriptor = _open(lock_path)
    _held.add(descriptor)
    try:
        _take(descriptor, path)
        yield
    finally:
        if descriptor in _held:  # not in a forked child, where it was closed already
            _held.discard(descriptor)
            os.close(descriptor)  # never LOCK_UN, which a forked child would do for its parent too


def lock_file(path: Path) -> Path:
    """The lock's own file; the same for every name of one store."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + ".lock")


def _open(lock_path: Path) -> int:
    make_private_folder(lock_path.parent)
    return os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE)


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        raise StoreBusy(
            Message("Another run (process {pid}) is using {path}", pid=holder or "?", path=str(path)),
            hint=Message("wait until it has ended, then run again"),
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)


def _forget_in_child() -> None:
    """A forked child must not keep its parent's lock alive."""
    while _held:
        with suppress(OSError):
            os.close(_held.pop())


os.register_at_fork(after_in_child=_forget_in_child)

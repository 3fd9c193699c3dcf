"""One access, kept in a private file, and one process at a time that renews it.

The file is its own lock (`flock`), is made 0600 and never looser. What somebody else could have read is not used, and
what is not a file of ours is refused. Where no file can be kept (a read-only system), processes do without.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from connector.contract import Access
from connector.errors import AuthError, Message
from connector.store.disk import PRIVATE_FILE, PRIVATE_FOLDER, make_private_folder

LOOKS: Final = 600
LOOKS_EVERY_SECONDS: Final = 0.1
"""A minute, longer than any renewal takes: who still holds the file then is dead or stopped, and not waited for."""
MOST_BYTES: Final = 2**16
SHORTEST_USE: Final = timedelta(minutes=1)
MARGIN: Final = timedelta(minutes=2)
"""So long before its end an access is renewed: longer than a request takes, and than clocks differ."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An access, and when it was obtained by the clock of whoever obtained it."""

    access: Access
    obtained_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether it should be renewed before it is used.

        An access that is said to have ended when it came, or hardly lives, is used until the vendor refuses it: by a
        clock alone it would be renewed for every request.
        """
        lives = self.access.expires_at - self.obtained_at
        return lives > SHORTEST_USE and now >= self.access.expires_at - min(MARGIN, lives / 4)


class _Written(BaseModel):
    """What stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: str
    base_url: str
    expires_at: AwareDatetime
    obtained_at: AwareDatetime
    scopes: tuple[str, ...] = ()


class TokenFile:
    """An open file that this thread holds; or none, which keeps nothing."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def read(self) -> Kept | None:
        """What is kept; None where that is nothing, or nothing that can be read."""
        if self._descriptor is None:
            return None
        try:
            written = _Written.model_validate_json(os.pread(self._descriptor, MOST_BYTES, 0))
        except (ValidationError, OSError):
            return None
        access = Access(written.token, written.base_url, written.expires_at, written.scopes)
        return Kept(access, written.obtained_at)

    def write(self, kept: Kept) -> None:
        """Keep it instead of what was kept. Half of it, after a crash, is nothing."""
        if self._descriptor is None:
            return
        access = kept.access
        written = _Written(
            token=access.token,
            base_url=access.base_url,
            expires_at=access.expires_at,
            obtained_at=kept.obtained_at,
            scopes=access.scopes,
        )
        with suppress(OSError):  # a full disk: the access is used all the same
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, written.model_dump_json().encode(), 0)


@contextmanager
def held(path: Path, *, sleep: Callable[[float], None]) -> Iterator[TokenFile]:
    """The file, held against every other thread and process.

    Raises:
        AuthError: there is something else in its place.
    """
    descriptor = _opened(path)
    try:
        yield TokenFile(descriptor if descriptor is not None and _locked(descriptor, sleep) else None)
    finally:
        if descriptor is not None:
            os.close(descriptor)  # which lets go of the lock


def _opened(path: Path) -> int | None:
    try:
        _make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.EISDIR):
            raise _not_ours(path) from error
        return None
    try:
        _tighten(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _make_folder(folder: Path) -> None:
    make_private_folder(folder)
    status = os.lstat(folder)
    if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid():
        raise _not_ours(folder)
    if status.st_mode & 0o077:
        folder.chmod(PRIVATE_FOLDER)


def _tighten(descriptor: int, path: Path) -> None:
    """Refuse what is no file of ours; empty one that others could open: what it holds may be known."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_nlink > 1:
        raise _not_ours(path)
    if stat.S_IMODE(status.st_mode) != PRIVATE_FILE:
        os.fchmod(descriptor, PRIVATE_FILE)
        os.ftruncate(descriptor, 0)


def _not_ours(path: Path) -> AuthError:
    return AuthError(
        Message("{path} is a link, or belongs to somebody else: no access is kept there", path=str(path)),
        hint=Message("remove it; it is made again when it is needed"),
    )


def _locked(descriptor: int, sleep: Callable[[float], None]) -> bool:
    for _ in range(LOOKS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(LOOKS_EVERY_SECONDS)
        except OSError:  # a file system without locks
            return False
        else:
            return True
    return False

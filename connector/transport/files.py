"""Files: listed in a fixed order, opened once, written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from glob import glob
from pathlib import Path
from typing import BinaryIO, Final

from connector.contract import FileInfo
from connector.errors import Message, RejectedError

PART: Final = ".crm-kpi-part"
"""Ends the name of a file that is being written. One fixed name: what a killed run left is overwritten by the next."""

_REASONS: Final = {
    errno.ENOENT: (Message("it is not there"), Message("check the path; paths start from the settings file's folder")),
    errno.EACCES: (Message("it may not be opened"), Message("give the user who runs crm-kpi the right to it")),
    errno.EPERM: (Message("it may not be opened"), Message("give the user who runs crm-kpi the right to it")),
    errno.EISDIR: (Message("it is a folder"), Message("name a file")),
    errno.ENOTDIR: (Message("a part of its path is a file"), Message("check the path")),
    errno.ENOSPC: (Message("the disk is full"), Message("free some space and start again; nothing is half written")),
    errno.EDQUOT: (Message("the disk quota is used up"), Message("free some space and start again")),
    errno.EROFS: (Message("its file system is read-only"), Message("choose another folder")),
    errno.EMFILE: (Message("too many files are open"), Message("raise the limit (ulimit -n)")),
    errno.ENAMETOOLONG: (Message("its name is too long"), Message("choose a shorter name")),
}


def file_error(exc: OSError, *, path: object, adapter: str = "") -> RejectedError:
    """What the system said about a file, in one line with a remedy."""
    other = Message("{reason}", reason=exc.strerror or type(exc).__name__), Message("")
    reason, hint = _REASONS.get(exc.errno or 0, other)
    message = Message("{path}: {reason}", path=path or Message("a file"), reason=reason)
    return RejectedError(message, hint=hint, adapter=adapter)


def list_files(pattern: str) -> tuple[FileInfo, ...]:
    """Files that match a path or a glob, sorted by path; folders are left out."""
    try:
        paths = [pattern] if os.path.lexists(pattern) else glob(pattern, recursive=True)
        found = [(Path(path), os.stat(path)) for path in sorted(paths) if not os.path.isdir(path)]
    except OSError as exc:
        raise file_error(exc, path=exc.filename or pattern) from exc
    return tuple(FileInfo(path, stat.st_size, stat.st_mtime_ns) for path, stat in found)


def open_file(path: Path) -> BinaryIO:
    """A seekable handle for reading."""
    try:
        return path.open("rb")
    except OSError as exc:
        raise file_error(exc, path=path) from exc


def write_file(path: Path, chunks: Iterable[bytes]) -> FileInfo:
    """Write beside, flush, rename: at every moment the old file or the new one is there, whole."""
    part = path.with_name(f".{path.name}{PART}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            _write_part(part, chunks)
            os.replace(part, path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        _settle_folder(path.parent)
        stat = path.stat()
    except OSError as exc:
        raise file_error(exc, path=path) from exc
    return FileInfo(path, stat.st_size, stat.st_mtime_ns)


def _write_part(part: Path, chunks: Iterable[bytes]) -> None:
    # O_EXCL after the unlink: nobody's link is followed. 0600: the file holds customers' data.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        for chunk in chunks:
            handle.write(chunk)
        handle.flush()
        os.fsync(handle.fileno())


def _settle_folder(folder: Path) -> None:
    """A rename is only on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""From a file as it lies in its folder to the tables in it: plain, gzip, zip, workbook.

Told apart by their first bytes, not by their names. Compressed data is only ever read as a stream, with its size, its
ratio and the number of members bounded; nothing is unpacked to disk, so a member's name is never used as a path, and
names that would need trust are refused all the same.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import BinaryIO, Literal, cast

from adapters.generic_csv import faults
from adapters.generic_csv.limits import Limits
from connector.errors import Message

_GZIP, _ZIP, _OLE = b"\x1f\x8b", b"PK", b"\xd0\xcf\x11\xe0"
_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
_ARCHIVE_SUFFIXES = frozenset({".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz", ".xlsx", ".xlsm"})
_BUFFER = 1 << 16
_DAMAGE = (EOFError, OSError, RuntimeError, ValueError, OverflowError, zlib.error, zipfile.BadZipFile, struct.error)
"""What gzip and zipfile raise over bytes that they did not write, and what a failing disk raises.

RuntimeError is an encrypted member, and its subclass NotImplementedError an unknown kind of packing.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a file: its name in messages, and a fresh stream of its bytes.

    The parts of a file share a handle, so only the stream that was opened last is valid.
    """

    name: str
    kind: Literal["text", "workbook"]
    open: Callable[[], BinaryIO]


@dataclass(slots=True)
class _Meter:
    """Counts what comes out of one compressed stream."""

    file: str
    packed: int
    limits: Limits
    unpacked: int = 0

    def add(self, count: int) -> None:
        self.unpacked += count
        if self.unpacked > self.limits.unpacked_bytes:
            raise faults.bomb(self.file, reason=_too_many_bytes(self.limits))
        if self.unpacked > max(self.limits.ratio_from_bytes, self.limits.unpacked_ratio * self.packed):
            raise faults.bomb(
                self.file,
                reason=Message("it unpacks to more than {ratio} times its size", ratio=self.limits.unpacked_ratio),
            )


def _too_many_bytes(limits: Limits) -> Message:
    return Message("it unpacks to more than {limit} bytes", limit=limits.unpacked_bytes)


class _Stream(io.RawIOBase):
    """A stream over a borrowed source: closing it leaves the source open, and broken data becomes our error."""

    def __init__(self, source: BinaryIO, *, file: str, meter: _Meter | None = None) -> None:
        self._source = source
        self._file = file
        self._meter = meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._source.read(len(buffer))
        except _DAMAGE as exc:
            raise faults.damaged(self._file, reason=exc) from exc
        if self._meter is not None:
            self._meter.add(len(data))
        buffer[: len(data)] = data
        return len(data)


def buffered(source: BinaryIO, *, file: str, meter: _Meter | None = None) -> BinaryIO:
    """The source behind a buffer of its own."""
    return io.BufferedReader(_Stream(source, file=file, meter=meter), _BUFFER)


def parts(handle: BinaryIO, *, file: str, limits: Limits) -> tuple[Part, ...]:
    """The tables in an open file.

    Args:
        handle: seekable; belongs to the caller.
        file: what messages call it.
        limits: bounds on what compressed data may unpack to.

    Raises:
        RejectedError: nothing in it can be read as a table, or something in it is not to be trusted.
    """
    size = handle.seek(0, io.SEEK_END)
    handle.seek(0)
    head = handle.read(4)
    if head.startswith(_GZIP):
        return (_gzip_part(handle, file=file, packed=size, limits=limits),)
    if head.startswith(_ZIP) and head[2:4] in (b"\x03\x04", b"\x05\x06"):
        return _zip_parts(handle, file=file, limits=limits)
    if head == _OLE:
        raise faults.unsupported(file, remedy=Message("save it as .xlsx without a password, or as CSV"))
    return (Part(file, "text", lambda: buffered(_rewound(handle), file=file)),)


def _rewound(handle: BinaryIO) -> BinaryIO:
    handle.seek(0)
    return handle


def _gzip_part(handle: BinaryIO, *, file: str, packed: int, limits: Limits) -> Part:
    def fresh() -> BinaryIO:
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=_rewound(handle), mode="rb"))
        return buffered(unpacked, file=file, meter=_Meter(file, packed, limits))

    return Part(file, "text", fresh)


def _zip_parts(handle: BinaryIO, *, file: str, limits: Limits) -> tuple[Part, ...]:
    archive = open_zip(handle, file=file, limits=limits)
    infos = archive.infolist()
    if any(info.filename == "[Content_Types].xml" for info in infos):
        return (Part(file, "workbook", lambda: _rewound(handle)),)
    tables = [info for info in infos if _is_table(info, file=file)]
    if not tables:
        raise faults.no_tables(file)
    in_order = sorted(tables, key=lambda info: info.filename)
    return tuple(_member_part(archive, info, file=file, limits=limits) for info in in_order)


def open_zip(handle: BinaryIO, *, file: str, limits: Limits) -> zipfile.ZipFile:
    """The archive, after its own list says that it stays within the limits.

    A member never gives more than its declared size (zipfile stops there), so the declared total bounds the real one.
    """
    try:
        archive = zipfile.ZipFile(handle)
    except _DAMAGE as exc:
        raise faults.damaged(file, reason=exc) from exc
    if len(archive.infolist()) > limits.members:
        raise faults.bomb(file, reason=Message("it holds more than {limit} files", limit=limits.members))
    if sum(info.file_size for info in archive.infolist()) > limits.unpacked_bytes:
        raise faults.bomb(file, reason=_too_many_bytes(limits))
    return archive


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, name: str, limits: Limits) -> BinaryIO:
    """A stream of one member, metered."""
    try:
        member = cast(BinaryIO, archive.open(info))
    except _DAMAGE as exc:
        raise faults.damaged(name, reason=exc) from exc
    return buffered(member, file=name, meter=_Meter(name, info.compress_size, limits))


def _member_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, file: str, limits: Limits) -> Part:
    name = "/".join((file, info.filename))
    return Part(name, "text", lambda: open_member(archive, info, name=name, limits=limits))


def _is_table(info: zipfile.ZipInfo, *, file: str) -> bool:
    """Whether a member is to be read; raises when its mere presence says that the archive is not a plain export."""
    if reason := _distrust(info):
        raise faults.unsafe_member(file, member=info.filename, reason=reason)
    path = PurePosixPath(info.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not info.is_dir() and not hidden and path.suffix.lower() in _TEXT_SUFFIXES


def _distrust(info: zipfile.ZipInfo) -> Message | None:
    # zipfile cuts a name at NUL and turns the system's separator; orig_filename is what stands in the archive
    name = info.orig_filename.replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or name[1:2] == ":" or ".." in path.parts or "\0" in name:
        return Message("its name points outside the archive")
    if S_ISLNK(info.external_attr >> 16):
        return Message("it is a link")
    if path.suffix.lower() in _ARCHIVE_SUFFIXES:
        return Message("it is an archive in an archive")
    if info.flag_bits & 1:
        return Message("it is encrypted")
    return None

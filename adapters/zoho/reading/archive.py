"""The zip of a bulk job: one CSV, checked whole before its first row is believed, read row by row."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO, BinaryIO, Final

from adapters.zoho.asking import unreadable
from connector.contract import HttpResponse

MOST_MEMBERS: Final = 100
MOST_BYTES: Final = 16 * 2**30
"""Unpacked."""
MOST_RATIO: Final = 1_500
"""Unpacked by packed: zeros pack a thousandfold, customers' data tenfold."""
CHUNK: Final = 2**20
LONGEST_LINE: Final = 16 * CHUNK
"""A line is held in memory whole; five hundred columns of Zoho's longest texts are shorter."""
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What the standard library raises on half a zip, a wrong checksum, a password, an unknown method."""


def checked(response: HttpResponse) -> BinaryIO:
    """The file of an answer, if it is a whole archive: what is torn is asked for again.

    Raises:
        UnexpectedResponse: it is torn, or no archive of one CSV.
    """
    if response.file is None:
        raise unreadable()
    try:
        with zipfile.ZipFile(response.file) as archive, archive.open(_member(archive)) as rows:
            _check_lines(rows)
    except _BROKEN as exc:
        raise unreadable() from exc
    response.file.seek(0)
    return response.file


def _check_lines(rows: IO[bytes]) -> None:
    """Read all of it, by which the checksum is checked; what has no end of a line anywhere is no sheet."""
    length = 0
    while chunk := rows.read(CHUNK):
        length = 0 if b"\n" in chunk or b"\r" in chunk else length + len(chunk)
        if length > LONGEST_LINE:
            raise unreadable()


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    found = [each for each in members[:MOST_MEMBERS] if each.filename.lower().endswith(".csv") and not each.is_dir()]
    if len(members) > MOST_MEMBERS or len(found) != 1:
        raise unreadable()
    (member,) = found
    if member.file_size > MOST_BYTES or member.file_size > MOST_RATIO * max(member.compress_size, 1):
        raise unreadable()
    return member


def rows_of(file: BinaryIO, *, at_once: int, skip: int = 0) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The header and up to so many rows at a time, all as long as the header.

    Args:
        file: What `checked` gave.
        at_once: How many rows.
        skip: Rows that were read before.

    Raises:
        UnexpectedResponse: it is no CSV.
    """
    with zipfile.ZipFile(file) as archive, archive.open(_member(archive)) as raw:
        reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), strict=True)
        try:
            header = next(reader, [])
            records = islice(filter(None, reader), skip, None)
            while rows := list(islice(records, at_once)):
                if set(map(len, rows)) != {len(header)}:
                    raise unreadable()
                yield header, rows
        except (csv.Error, UnicodeDecodeError) as exc:
            raise unreadable() from exc

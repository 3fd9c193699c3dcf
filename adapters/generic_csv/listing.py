"""Which files a table consists of: patterns become effects, answers become files, and a missing file an error."""

from __future__ import annotations

import glob
import os
from collections.abc import Generator
from pathlib import Path

from adapters.generic_csv import faults
from adapters.generic_csv.settings import TableSettings
from connector.contract import FileInfo, ListFiles

Listing = Generator[ListFiles, tuple[FileInfo, ...], tuple[FileInfo, ...]]


def list_table(table: TableSettings, folder: Path) -> Listing:
    """The files of a table, each once, sorted by path.

    Raises:
        RejectedError: a file that is named is not there, or no file fits any pattern.
    """
    found: dict[Path, FileInfo] = {}
    for pattern in table.patterns:
        infos = yield from list_pattern(pattern, folder)
        if not infos and not glob.has_magic(pattern):
            raise (yield from _missing(pattern, folder))
        found.update((info.path, info) for info in infos)
    if not found:
        raise (yield from _missing(", ".join(table.patterns), folder))
    return tuple(found[path] for path in sorted(found))


def list_pattern(pattern: str, folder: Path) -> Listing:
    """The files that fit one pattern, without those that programs leave while they work (`~$deals.xlsx`, `.hidden`)."""
    infos = yield ListFiles(absolute(pattern, folder))
    if not glob.has_magic(pattern):
        return infos
    return tuple(info for info in infos if not info.path.name.startswith(("~$", ".")))


def absolute(pattern: str, folder: Path) -> str:
    """A pattern that starts at the root; what is magic in the folder's own name is not meant as a pattern."""
    if not glob.has_magic(pattern):
        return os.path.normpath(folder / pattern)
    return os.path.normpath(os.path.join(glob.escape(str(folder)), pattern))


def _missing(pattern: str, folder: Path) -> Generator[ListFiles, tuple[FileInfo, ...], Exception]:
    beside = Path(absolute(pattern, folder)).parent if not glob.has_magic(pattern) else folder
    present = yield from list_pattern("*", beside)
    return faults.missing_file(pattern, folder=str(beside), present=(info.path.name for info in present))


def shown(path: Path, folder: Path) -> str:
    """A file as messages and the saved state name it: relative to its folder where it lies in it."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()

"""One table's pull, as a conversation: list, compare with the last run, read what is news, look again.

A file is the same as in the last run when its SHA-256 is. Neither its time nor its size is trusted to say so: copies
keep times, and a file may be written twice within one tick of its file system's clock. Hashing costs a small part of
what reading does. A file whose size or time differs after it was read raises `SourceChanged`; should it change unseen
between being hashed and being read, the next run finds another hash and reads it again.

A snapshot is the union of its files: one that changes, comes or goes has all of them read again, and what is in none
of them is deleted. Additions (`append`) are read file by file, once each; a file that changed is read whole again, and
one that left is nothing but forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from adapters.generic_csv import faults
from adapters.generic_csv.archive import buffered
from adapters.generic_csv.encoding import chunks
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.listing import list_pattern, list_table, shown
from adapters.generic_csv.reading import read_file
from adapters.generic_csv.settings import TableSettings
from connector.contract import Effect, FileInfo, Finished, OpenFile, Page, PullTalk, State, Unreadable
from connector.errors import RejectedError

VERSION = 1
"""Of the saved state and of the way files are read; another version has everything read again."""

Hashes = Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class TablePull:
    """How one table is pulled."""

    module: str
    table: TableSettings
    folder: Path
    fields: tuple[str, ...]
    limits: Limits

    def talk(self, state: State | None) -> PullTalk:
        """The conversation.

        Without news it says `Finished(next_state=<the state it was given>, snapshot=False, vendor_count=None)` and
        nothing else. With news, `vendor_count` is how many records were read, unreadable ones included.
        """
        known = self._known(state)
        listed = yield from self._listed(known)
        hashes = yield from self._hashes(listed)
        news = self._news(listed, hashes, known)
        if state is not None and not news:
            yield Finished(self.module, next_state=state)
            return
        count = yield from self._read(news)
        yield from self._look_again(news)
        yield Finished(
            self.module,
            next_state=self._state(listed, hashes),
            snapshot=self.table.semantics == "snapshot",
            vendor_count=count,
        )

    def _known(self, state: State | None) -> dict[str, str]:
        """The hash of each file at the last run, nothing when the files were then read by other settings."""
        if state is None or (state.get("version"), state.get("settings")) != (VERSION, self._settings_digest):
            return {}
        return {entry["path"]: entry["sha256"] for entry in state["files"]}

    @property
    def _settings_digest(self) -> str:
        stated = self.table.model_dump_json(include={"semantics", "format", "overrides"}, exclude_defaults=True)
        return sha256(stated.encode()).hexdigest()[:16]

    def _listed(self, known: Mapping[str, str]) -> Generator[Effect, Any, tuple[FileInfo, ...]]:
        """The table's files; an emptied inbox of additions that were read before is no error."""
        try:
            return (yield from list_table(self.table, self.folder))
        except RejectedError:
            if self.table.semantics == "append" and known:
                return ()
            raise

    def _hashes(self, listed: tuple[FileInfo, ...]) -> Generator[Effect, Any, Hashes]:
        hashes = {}
        for info in listed:
            handle: BinaryIO = yield OpenFile(info.path)
            with handle:
                hashes[info.path] = content_hash(buffered(handle, file=shown(info.path, self.folder)))
        return hashes

    def _news(self, listed: tuple[FileInfo, ...], hashes: Hashes, known: Mapping[str, str]) -> tuple[FileInfo, ...]:
        """The files to read: none, the changed ones (append), or all when one changed, came or went (snapshot)."""
        now = {shown(info.path, self.folder): hashes[info.path] for info in listed}
        if self.table.semantics == "snapshot":
            return () if now == known else listed
        return tuple(info for info in listed if known.get(shown(info.path, self.folder)) != hashes[info.path])

    def _read(self, news: tuple[FileInfo, ...]) -> Generator[Effect | Page | Unreadable, Any, int]:
        count = 0
        for info in news:
            handle: BinaryIO = yield OpenFile(info.path)
            with handle:
                for event in self._events(handle, info.path):
                    count += event.count if isinstance(event, Page) else 1
                    yield event
        return count

    def _events(self, handle: BinaryIO, path: Path) -> Generator[Page | Unreadable, None, None]:
        stated = self.table.format_of(path)
        name = shown(path, self.folder)
        yield from read_file(handle, stated, file=name, module=self.module, fields=self.fields, limits=self.limits)

    def _look_again(self, news: Collection[FileInfo]) -> Generator[Effect, Any, None]:
        listed: set[FileInfo] = set()
        for pattern in self.table.patterns:
            listed.update((yield from list_pattern(pattern, self.folder)))
        if changed := sorted(set(news) - listed, key=lambda info: info.path):
            raise faults.changed_while_read(shown(changed[0].path, self.folder))

    def _state(self, listed: tuple[FileInfo, ...], hashes: Hashes) -> State:
        files = [
            {
                "path": shown(info.path, self.folder),
                "size": info.size,
                "modified_ns": info.modified_ns,
                "sha256": hashes[info.path],
            }
            for info in listed
        ]
        return {"version": VERSION, "settings": self._settings_digest, "files": files}


def content_hash(handle: BinaryIO) -> str:
    """The SHA-256 of a whole file."""
    digest = sha256()
    for chunk in chunks(handle):
        digest.update(chunk)
    return digest.hexdigest()

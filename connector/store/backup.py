"""Copies of the store that can be trusted: made while it may be in use, checked before they get their name."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from connector.errors import Message, StoreError, StoreTooNew
from connector.store.checksum import forget_checksum, verify_checksum, write_checksum
from connector.store.connection import connect, settle
from connector.store.disk import (
    create_private,
    file_errors,
    flush_file,
    flush_folder,
    make_private_folder,
    put_in_place,
    unfinished_file,
)
from connector.store.schema import APPLICATION_ID

BACKUP_HINT = Message("choose another file; nothing was written")


def back_up(source: sqlite3.Connection, path: Path, *, target: Path, with_checksum: bool) -> None:
    """Copy the open database at `path` to `target`, which is replaced only by a copy that has been checked.

    Args:
        source: The open database.
        path: Where that is.
        target: Where the copy goes.
        with_checksum: Note its checksum beside it, for copies that will travel.

    Raises:
        StoreError: the target is the store itself or cannot be written, or the store is damaged.
    """
    real = Path(os.path.realpath(target))
    _refuse_own_files(path, real)
    with file_errors(real):
        make_private_folder(real.parent)
        with unfinished_file(real) as unfinished:
            _copy(source, unfinished)
            forget_checksum(real)
            put_in_place(unfinished, real)
        if with_checksum:
            write_checksum(real)


def _refuse_own_files(path: Path, target: Path) -> None:
    own = {path, *(path.with_name(path.name + suffix) for suffix in ("-journal", ".lock"))}
    same_file = target.exists() and path.exists() and target.samefile(path)
    if target in own or same_file or target.is_dir():
        raise StoreError(Message("{path} is the store itself, or a folder", path=str(target)), hint=BACKUP_HINT)


def _copy(source: sqlite3.Connection, unfinished: Path) -> None:
    with closing(connect(unfinished)) as copy:
        copy.execute("PRAGMA journal_mode = OFF")  # it has no name yet: when this fails it is simply deleted,
        copy.execute("PRAGMA synchronous = OFF")  # and it is flushed as a whole before it gets one
        source.backup(copy)
        complaints = list(damage(copy))
    if complaints:
        raise StoreError(
            Message("The store is damaged: {detail}", detail=complaints[0]),
            hint=Message("restore an older backup with `crm-kpi store restore`"),
        )


def damage(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite's own check of every page and index complains about."""
    for (complaint,) in connection.execute("PRAGMA integrity_check"):
        if complaint != "ok":
            yield complaint


def recognise(connection: sqlite3.Connection, path: Path, *, latest: int) -> int:
    """The version of the store behind a connection.

    Raises:
        StoreError: it is not a store of ours, or it is damaged.
        StoreTooNew: a newer version of this program wrote it.
    """
    settle(connection)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version < 1:
        raise StoreError(
            Message("{path} is a database of another program", path=str(path)),
            hint=Message("name another file as `store` in the settings; this one was left untouched"),
        )
    if version > latest:
        raise StoreTooNew(
            Message(
                "{path} was written by a newer version (store version {found}, this program knows {known})",
                path=str(path),
                found=version,
                known=latest,
            ),
            hint=Message("upgrade crm-kpi, or restore a backup from before the upgrade"),
        )
    _refuse_cut_off(connection, path)
    return int(version)


def _refuse_cut_off(connection: sqlite3.Connection, path: Path) -> None:
    """SQLite notices missing pages, but reads the missing part of the last one as zeros."""
    connection.execute("BEGIN")  # while we read, nobody changes the file's size
    try:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        size = path.stat().st_size
    finally:
        connection.execute("COMMIT")
    if size < pages * page_size:
        raise StoreError(
            Message("{path} is damaged: its end is missing", path=str(path)),
            hint=Message("restore a backup with `crm-kpi store restore`"),
        )


def put_back(backup: Path, target: Path, *, latest: int) -> Path | None:
    """Put a backup in the place of the store at `target`, whose run lock the caller holds.

    Returns:
        Where the replaced store was kept; None where there was none.

    Raises:
        StoreError: the backup is missing, damaged, another program's or a newer version's; nothing was changed.
    """
    real = Path(os.path.realpath(target))
    _refuse_missing(backup)
    _refuse_own_files(real, Path(os.path.realpath(backup)))
    if real.exists() and not real.is_file():
        raise StoreError(Message("{path} is not a file", path=str(real)), hint=BACKUP_HINT)
    with file_errors(backup):
        verify_checksum(backup)
    with file_errors(real), closing(connect(backup, read_only=True)) as source:
        recognise(source, backup, latest=latest)
        make_private_folder(real.parent)
        with unfinished_file(real) as unfinished:
            _copy(source, unfinished)
            kept = _keep(real)
            put_in_place(unfinished, real)
    return kept


def _refuse_missing(backup: Path) -> None:
    if not backup.is_file() or backup.stat().st_size == 0:
        raise StoreError(
            Message("{path} is not a backup", path=str(backup)),
            hint=Message("name a file that `crm-kpi store backup` has written; nothing was changed"),
        )


def _keep(target: Path) -> Path | None:
    """Give the store a second name, and its journal too: left behind, it would be undone into the restored store."""
    if not target.exists():
        return None
    _settle(target)
    kept = next(path for path in _kept_names(target) if not path.exists())
    _name_twice(target, kept)
    journal = target.with_name(target.name + "-journal")
    if journal.exists():
        os.replace(journal, kept.with_name(kept.name + "-journal"))
    flush_folder(target.parent)
    return kept


def _name_twice(target: Path, kept: Path) -> None:
    try:
        os.link(target, kept)
    except OSError:  # a file system without hard links
        create_private(kept)
        shutil.copyfile(target, kept)
        flush_file(kept)


def _kept_names(target: Path) -> Iterator[Path]:
    return (target.with_name(f"{target.name}.replaced-{number}") for number in count(1))


def _settle(target: Path) -> None:
    with suppress(StoreError), closing(connect(target)) as connection:
        settle(connection)

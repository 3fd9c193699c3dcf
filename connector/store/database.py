"""The open store: transactions, lending the file to another engine, copies."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from os.path import realpath
from pathlib import Path
from types import TracebackType

from sqlite_utils import Database

from connector.errors import Message, MigrationError, Problem, StoreError
from connector.store import backup as copies
from connector.store.connection import connect, settle
from connector.store.disk import create_private, file_errors, make_private_folder, put_in_place, unfinished_file
from connector.store.migrations import MIGRATIONS, Migration, latest_version, migrate
from connector.store.schema import APPLICATION_ID, create_tables


class Store:
    """One SQLite file with everything that we know; `connector.store`'s other modules read and write its tables.

    Made by `Store.open`. Used by one thread.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._db: Database | None = _wrap(connection)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        read_only: bool = False,
        migrations: Sequence[Migration] = MIGRATIONS,
    ) -> Store:
        """Open the store at `path`, bring it up to date, and finish or undo what an interrupted run left.

        Writers hold `run_lock` first.

        Args:
            path: The file; a symbolic link is followed.
            create: Make an empty store where there is none.
            read_only: Change nothing (a step that a killed run left half done is undone, where that is allowed).
            migrations: The steps from version 1 on; another list than the shipped one is for tests.

        Raises:
            StoreError: there is no store, it is damaged, or it is another program's database.
            StoreTooNew: a newer version of this program wrote it.
            MigrationError: it is older and cannot be brought up to date.
        """
        real = Path(realpath(path))
        with file_errors(real):
            _refuse_unusable(real, create=create)
            if not real.exists():
                _create(real)
        connection = _open_settled(real, read_only=read_only)
        try:
            _bring_up_to_date(connection, real, read_only=read_only, migrations=migrations)
        except BaseException:
            connection.close()
            raise
        return cls(real, connection, read_only=read_only)

    @property
    def db(self) -> Database:
        """The database as sqlite-utils sees it; not while the file is lent, nor after `close`."""
        if self._db is None:
            raise RuntimeError("the store is lent or closed")
        return self._db

    @property
    def version(self) -> int:
        """The schema's version."""
        return int(self.db.conn.execute("PRAGMA user_version").fetchone()[0])

    @property
    def writing(self) -> sqlite3.Connection:
        """The connection, for a write; only inside `transaction()`, so that no write stands on its own by mistake."""
        connection = self.db.conn
        if not connection.in_transaction:
            raise RuntimeError("write inside store.transaction()")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen, or none; the write lock is taken at the start. Not nestable.

        Raises:
            StoreError: full disk, read-only, damaged, or in use; everything inside was undone.
        """
        connection = self.db.conn
        if connection.in_transaction:
            raise RuntimeError("transactions do not nest")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        finally:
            _undo_what_is_open(connection)

    @contextmanager
    def lent(self) -> Iterator[Path]:
        """Lend the file to another SQLite library in this process, and take it back.

        Two such libraries break each other's file locks, so our connection is closed meanwhile, after a read that
        undoes whatever an interrupted run left (the other library must not have to).
        """
        if self.db.conn.in_transaction:
            raise RuntimeError("a transaction is open")
        settle(self.db.conn)
        self.close()
        try:
            yield self.path
        finally:
            self._db = _wrap(_open_settled(self.path, read_only=self.read_only))

    def backup(self, target: Path) -> None:
        """Write a checked copy to `target`, in place of an older copy there, and its checksum beside it.

        Raises:
            StoreError: the target is the store itself, or cannot be written; or the store is damaged.
        """
        if self.db.conn.in_transaction:
            raise RuntimeError("a backup inside a transaction would hold what may still be undone")
        copies.back_up(self.db.conn, self.path, target=target, with_checksum=True)

    @staticmethod
    def restore(backup: Path, target: Path) -> Path | None:
        """Put a backup in the place of the store at `target`; the caller holds `run_lock(target)`.

        Returns:
            Where the replaced store was kept, None where there was none.

        Raises:
            StoreError: the backup is missing, damaged, another program's or a newer version's; nothing was changed.
        """
        return copies.put_back(backup, target, latest=latest_version(MIGRATIONS))

    def verify(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the store: damage, a changed schema, counts that do not add up."""
        from connector.store.verify import problems  # which reads other tables, through this class

        return tuple(problems(self))

    def close(self) -> None:
        """Close the file; twice is no harm."""
        if self._db is not None:
            self._db.conn.close()
            self._db = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _undo_what_is_open(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        with suppress(StoreError):  # the failure that brought us here is the one to tell
            connection.execute("ROLLBACK")


def _wrap(connection: sqlite3.Connection) -> Database:
    # Handed over open: sqlite-utils would prefer pysqlite3 where that is installed. Its plug-ins stay out.
    return Database(connection, recursive_triggers=False, execute_plugins=False)


def _refuse_unusable(path: Path, *, create: bool) -> None:
    if not path.exists():
        if not create:
            raise StoreError(
                Message("There is no store at {path}", path=str(path)),
                hint=Message("`crm-kpi pull` makes one, `crm-kpi store restore` brings one back"),
            )
    elif not path.is_file():
        raise StoreError(
            Message("{path} is not a file", path=str(path)), hint=Message("name a file as `store` in the settings")
        )
    elif path.stat().st_size == 0:
        raise StoreError(
            Message("{path} is empty: it was cut off", path=str(path)),
            hint=Message("restore a backup with `crm-kpi store restore`, or delete the file to begin anew"),
        )


def _create(path: Path) -> None:
    """Make an empty store elsewhere and put it in place whole, so that a store never exists half made."""
    with tempfile.TemporaryDirectory(prefix="crm-kpi-") as folder:
        made = Path(folder) / "store.sqlite"
        create_private(made)
        _fill(made)
        make_private_folder(path.parent)
        with unfinished_file(path) as unfinished:
            unfinished.write_bytes(made.read_bytes())
            put_in_place(unfinished, path)


def _fill(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # it is flushed once, whole, before it gets its name
        connection.execute("BEGIN IMMEDIATE")
        create_tables(_wrap(connection))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        connection.execute(f"PRAGMA user_version = {latest_version(MIGRATIONS):d}")
        connection.execute("COMMIT")


def _open_settled(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection; where only reading is asked for but a run was interrupted, its step is undone first if allowed."""
    if read_only and path.with_name(path.name + "-journal").exists():
        with suppress(StoreError), closing(connect(path)) as settling:
            settle(settling)
    return connect(path, read_only=read_only)


def _bring_up_to_date(
    connection: sqlite3.Connection, path: Path, *, read_only: bool, migrations: Sequence[Migration]
) -> None:
    version = copies.recognise(connection, path, latest=latest_version(migrations))
    if version == latest_version(migrations):
        return
    if read_only:
        raise MigrationError(
            Message("{path} was written by an older version", path=str(path)),
            hint=Message("run `crm-kpi pull` once, which brings it up to date"),
        )
    migrate(
        _wrap(connection),
        path,
        version=version,
        migrations=migrations,
        keep_copy=lambda copy: copies.back_up(connection, path, target=copy, with_checksum=False),
    )

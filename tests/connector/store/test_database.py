"""Opening, transactions, lending: what the rest relies on."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest

from connector.errors import Message, MigrationError, StoreBusy, StoreError, StoreTooNew
from connector.store import Store, database, facts, run_lock
from connector.store.connection import connect
from connector.store.migrations import MIGRATIONS, Migration

DEAL = ("connection", "id", "outcome")


def deals(store: Store) -> set[str]:
    return {row[0] for row in store.db.execute("SELECT id FROM deals")}


def add(store: Store, *ids: str) -> int:
    return facts.upsert(store, "deals", DEAL, [("crm", id, "won") for id in ids])


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def crash(path: Path) -> None:
    """Leave a hot journal: a transaction that has begun to reach the file, and a process that is killed in it."""
    script = (
        "import os, signal, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1'); c.execute('PRAGMA cache_spill = 1'); c.execute('BEGIN IMMEDIATE')\n"
        "rows = (('crm', str(i), 'won', 'x' * 500) for i in range(500))\n"
        "c.executemany('INSERT INTO deals (connection, id, outcome, name) VALUES (?, ?, ?, ?)', rows)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=30)  # noqa: S603 -- our own script
    assert path.with_name(path.name + "-journal").exists()


# ---- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "delete"),
        ("synchronous", 3),
        ("trusted_schema", 0),
        ("mmap_size", 0),
        ("temp_store", 0),
        ("fullfsync", 1),
    ],
)
def test_settings_that_were_measured_to_lose_nothing(store: Store, pragma: str, value: object) -> None:
    assert store.db.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_the_standard_librarys_sqlite_is_used(store: Store) -> None:
    assert isinstance(store.db.conn, sqlite3.Connection)
    assert store.db.conn.isolation_level is None


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_files_are_private_under_any_umask(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "new" / "deeper" / "crm-kpi.sqlite"
    with umask(mask), run_lock(path), Store.open(path, create=True) as store:
        with store.transaction():
            add(store, "1")
            journal = path.with_name(path.name + "-journal")
            assert mode(journal) == 0o600
        store.backup(tmp_path / "copies" / "backup.sqlite")
        assert mode(path) == mode(path.with_name(path.name + ".lock")) == 0o600
        assert mode(tmp_path / "copies" / "backup.sqlite") == 0o600
        assert {mode(tmp_path / name) for name in ("new", "new/deeper", "copies")} == {0o700}


def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Store.open(tmp_path / "s.sqlite", create=True).close()
    assert mode(tmp_path) == 0o755


def test_the_store_is_private_before_it_has_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    real = sqlite3.connect

    def connect(name: str, **more: object) -> object:
        file = Path(unquote(name.removeprefix("file://").split("?")[0]))
        seen.append((mode(file), file.stat().st_size))
        return real(name, **more)

    monkeypatch.setattr(sqlite3, "connect", connect)
    with umask(0):
        Store.open(tmp_path / "s.sqlite", create=True).close()
    assert seen[0] == (0o600, 0)
    assert {found for found, _ in seen} == {0o600}


def test_a_symbolic_link_is_followed(tmp_path: Path, path: Path) -> None:
    Store.open(path, create=True).close()
    link = tmp_path / "link.sqlite"
    link.symlink_to(path)
    with Store.open(link) as store:
        assert store.path == path


@pytest.mark.parametrize("name", ["with space.sqlite", "what?.sqlite", "a#b%20.sqlite", "客户.sqlite"])
def test_any_file_name(tmp_path: Path, name: str) -> None:
    with Store.open(tmp_path / name, create=True) as store, store.transaction():
        add(store, "1")
    with Store.open(tmp_path / name, read_only=True) as store:
        assert deals(store) == {"1"}


# ---- opening what cannot be opened ----------------------------------------------------------------------------------


def test_no_store(path: Path) -> None:
    with pytest.raises(StoreError, match="no store") as caught:
        Store.open(path)
    assert "crm-kpi pull" in str(caught.value.hint)
    assert not path.exists()


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a file"):
        Store.open(tmp_path, create=True)


def test_not_a_database(path: Path) -> None:
    path.write_bytes(b"id,name\n" * 1000)
    with pytest.raises(StoreError, match="not a store") as caught:
        Store.open(path, create=True)
    assert "restore" in str(caught.value.hint)
    assert path.read_bytes() == b"id,name\n" * 1000


def test_empty_file_is_not_taken_for_a_new_store(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreError, match="cut off") as caught:
        Store.open(path, create=True)
    assert "restore" in str(caught.value.hint)


def test_another_programs_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE deals (id)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Store.open(path, create=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_truncated(path: Path, part: float) -> None:
    Store.open(path, create=True).close()
    os.truncate(path, int(path.stat().st_size * part))
    with pytest.raises(StoreError, match="damaged") as caught:
        Store.open(path)
    assert "restore" in str(caught.value.hint)


def test_damaged_inside_is_told_when_it_is_read_and_by_verify(path: Path) -> None:
    with Store.open(path, create=True) as store, store.transaction():
        add(store, *(str(number) for number in range(20_000)))
    content = bytearray(path.read_bytes())
    content[-200_000:] = b"\xff" * 200_000
    path.write_bytes(content)
    with Store.open(path) as store:
        with pytest.raises(StoreError, match="damaged"):
            deals(store)
        assert store.verify()


def test_newer_store_is_refused_and_left_alone(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.db.conn.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="99") as caught:
        Store.open(path)
    assert "upgrade" in str(caught.value.hint)
    assert path.read_bytes() == before


def test_sqlite_too_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match="too old"):
        Store.open(path, create=True)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/s\.sqlite"):
        Store.open(tmp_path / "file" / "s.sqlite", create=True)


def test_creating_fails_half_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(StoreError, match="No space left"):
            Store.open(path, create=True)
    assert list(path.parent.iterdir()) == []
    Store.open(path, create=True).close()


# ---- read-only ------------------------------------------------------------------------------------------------------


def test_read_only_writes_nothing(path: Path, store: Store) -> None:
    with Store.open(path, read_only=True) as reading:
        with pytest.raises(StoreError, match="read-only"), reading.transaction():
            add(reading, "1")
        assert deals(reading) == set()


def test_a_folder_where_nothing_may_be_written() -> None:
    """Not below pytest's own folder, which only its owner may enter: root becomes another user in this one."""
    script = Path(__file__).parent / "read_only_folder.py"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if any(not parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents):
            pytest.skip(f"only its owner may enter {folder.parent}: another user could not even read there")
        run = subprocess.run(  # noqa: S603 -- our own script
            [sys.executable, str(script), name], capture_output=True, text=True, timeout=60, check=False
        )
        folder.chmod(0o700)
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert (said["read"], said["still read"], said["left"]) == (["1"], ["1"], ["store.sqlite"])
    assert "store.sqlite: The store is read-only give this user write permission" in said["written"]
    assert "new.sqlite: Permission denied" in said["made"]
    assert "may be written by this user" in said["made"]
    assert "copy.sqlite: Permission denied" in said["backed up"]


def test_an_interrupted_step_is_undone_before_reading(path: Path, store: Store) -> None:
    store.close()
    crash(path)
    with Store.open(path, read_only=True) as reading:
        assert deals(reading) == set()
    assert not path.with_name(path.name + "-journal").exists()


def test_an_interrupted_step_that_cannot_be_undone_is_told(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    crash(path)

    def only_reading(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
        if not read_only:  # root may write everywhere, so a folder's mode cannot forbid it here
            raise StoreError(Message("forbidden"))
        return connect(path, read_only=True)

    monkeypatch.setattr(database, "connect", only_reading)
    with pytest.raises(StoreError, match="interrupted") as caught:
        Store.open(path, read_only=True)
    assert "write permission" in str(caught.value.hint)


def test_older_store_cannot_be_read_without_writing(path: Path, store: Store) -> None:
    with pytest.raises(MigrationError, match="older"):
        Store.open(path, read_only=True, migrations=(*MIGRATIONS, Migration("adds", lambda db: None)))


# ---- transactions ---------------------------------------------------------------------------------------------------


def _add_and_press_ctrl_c(store: Store) -> None:
    with store.transaction():
        add(store, "2")
        raise KeyboardInterrupt


def test_all_or_nothing(store: Store) -> None:
    with store.transaction():
        add(store, "1")
    with pytest.raises(KeyboardInterrupt):
        _add_and_press_ctrl_c(store)
    assert deals(store) == {"1"}


def test_the_write_lock_is_taken_at_the_start(path: Path, store: Store) -> None:
    locked = pytest.raises(sqlite3.OperationalError, match="locked")
    with store.transaction(), closing(sqlite3.connect(path, timeout=0)) as other, locked:
        other.execute("BEGIN IMMEDIATE")


def test_transactions_do_not_nest(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="nest"), store.transaction():
        pass
    with store.transaction():
        add(store, "1")


def test_a_write_outside_a_transaction_is_a_mistake(store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside"):
        add(store, "1")


def test_somebody_elses_reader_makes_it_busy(path: Path, store: Store) -> None:
    store.db.conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM deals").fetchall()
        with pytest.raises(StoreBusy, match="Another program"), store.transaction():
            add(store, "1")
        other.execute("COMMIT")
    assert deals(store) == set()
    with store.transaction():
        add(store, "1")


def test_disk_full(store: Store) -> None:
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full") as caught, store.transaction():
        add(store, *(str(number) for number in range(10_000)))
    assert "free some space" in str(caught.value.hint)
    store.db.execute("PRAGMA max_page_count = 1000000")
    assert deals(store) == set()
    with store.transaction():
        assert add(store, "1") == 1


@pytest.mark.parametrize("value", [1 << 64, "\ud800"], ids=["too large", "no unicode"])
def test_values_that_sqlite_cannot_hold(store: Store, value: object) -> None:
    with pytest.raises(StoreError, match="cannot be stored"), store.transaction():
        facts.upsert(store, "deals", ("connection", "id", "outcome", "name"), [("crm", "1", "won", value)])


def test_a_value_of_the_wrong_type_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="amount") as caught, store.transaction():
        facts.upsert(store, "deals", (*DEAL, "amount"), [("crm", "1", "won", "twelve secret")])
    assert "secret" not in str(caught.value)


# ---- lending --------------------------------------------------------------------------------------------------------


def test_lent_closes_and_reopens(store: Store, path: Path) -> None:
    with store.lent() as lent:
        assert lent == path
        with pytest.raises(RuntimeError, match="lent"):
            store.db.execute("SELECT 1")
        with closing(sqlite3.connect(lent)) as other:  # nothing of ours is in the way
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
    with store.transaction():
        add(store, "1")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc, to see which files are open")
def test_a_query_that_was_read_half_way_does_not_keep_the_file_open(store: Store, path: Path) -> None:
    with store.transaction():
        add(store, *(str(number) for number in range(1_000)))
    half_way = facts.live_ids(store, "deals", "crm")
    next(half_way)
    assert str(path) in open_files()
    with store.lent():
        assert str(path) not in open_files()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        next(half_way)


def open_files() -> list[str]:
    numbers = [entry for entry in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{entry}")]
    return [os.readlink(f"/proc/self/fd/{number}") for number in numbers]


def test_lent_reopens_after_an_error(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.lent():
        raise ZeroDivisionError
    assert deals(store) == set()


def test_not_lent_twice_nor_inside_a_transaction(store: Store) -> None:
    with store.lent(), pytest.raises(RuntimeError), store.lent():
        pass
    with store.transaction(), pytest.raises(RuntimeError, match="transaction"), store.lent():
        pass


def test_a_read_only_store_stays_so_after_lending(path: Path, store: Store) -> None:
    with Store.open(path, read_only=True) as reading:
        with reading.lent():
            pass
        with pytest.raises(StoreError, match="read-only"), reading.transaction():
            add(reading, "1")


def test_closing_twice_is_no_harm(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        _ = store.version

"""Copies that can be trusted, and the way back."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from connector.errors import Message, StoreError, StoreTooNew
from connector.store import Store, backup, facts


def put(store: Store, *ids: str) -> None:
    with store.transaction():
        facts.upsert(store, "deals", ("connection", "id", "outcome"), [("crm", id, "won") for id in ids])


def deals(path: Path) -> list[str]:
    with Store.open(path, read_only=True) as store:
        return list(facts.live_ids(store, "deals", "crm"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite"


def test_a_backup_holds_what_the_store_held(store: Store, copy: Path) -> None:
    put(store, "1")
    store.backup(copy)
    put(store, "2")
    assert deals(copy) == ["1"]
    with Store.open(copy) as restored:
        assert restored.verify() == ()


def test_a_backup_replaces_an_older_one(store: Store, copy: Path) -> None:
    store.backup(copy)
    put(store, "1")
    store.backup(copy)
    assert deals(copy) == ["1"]
    names = ["backup.sqlite", "backup.sqlite.sha256", "crm-kpi.sqlite"]
    assert sorted(path.name for path in copy.parent.iterdir()) == names


def test_a_loose_older_backup_becomes_private(store: Store, copy: Path) -> None:
    copy.write_bytes(b"")
    copy.chmod(0o644)
    store.backup(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name", ["crm-kpi.sqlite", "crm-kpi.sqlite-journal", "crm-kpi.sqlite.lock", "link", "hard", "."]
)
def test_the_store_is_never_its_own_backup(store: Store, path: Path, name: str) -> None:
    put(store, "1")
    path.with_name("link").symlink_to(path)
    os.link(path, path.with_name("hard"))
    with pytest.raises(StoreError, match="store itself"):
        store.backup(path.parent / name)
    store.close()
    assert deals(path) == ["1"]


def test_no_backup_inside_a_transaction(store: Store, copy: Path) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="transaction"):
        store.backup(copy)


def test_a_damaged_store_is_not_backed_up_over_a_good_copy(store: Store, path: Path, copy: Path) -> None:
    put(store, *map(str, range(5_000)))
    store.backup(copy)
    store.close()
    content = bytearray(path.read_bytes())
    content[-40_000:] = b"\xff" * 40_000
    path.write_bytes(content)
    good = copy.read_bytes()
    with Store.open(path) as damaged, pytest.raises(StoreError, match="damaged") as caught:
        damaged.backup(copy)
    assert "restore" in str(caught.value.hint)
    assert copy.read_bytes() == good
    assert not copy.with_name(copy.name + ".unfinished").exists()


def test_a_backup_that_cannot_be_written(store: Store, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StoreError, match="No space left"):
        store.backup(copy)
    assert [path.name for path in copy.parent.iterdir()] == ["crm-kpi.sqlite"]


def test_a_backup_is_made_while_others_read(store: Store, path: Path, copy: Path) -> None:
    put(store, "1")
    with Store.open(path, read_only=True) as reading:
        reading.db.execute("SELECT * FROM deals").fetchone()
        store.backup(copy)
    assert deals(copy) == ["1"]


# ---- restore --------------------------------------------------------------------------------------------------------


def test_restore_keeps_what_it_replaces(store: Store, path: Path, copy: Path) -> None:
    put(store, "1")
    store.backup(copy)
    for name in ("2", "3"):
        with Store.open(path) as again:
            put(again, name)
            again.close()
        kept = Store.restore(copy, path)
        assert kept is not None
        assert deals(path) == ["1"]
        assert deals(kept) == ["1", name]
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sorted(each.name for each in path.parent.glob("*.replaced-*")) == [
        "crm-kpi.sqlite.replaced-1",
        "crm-kpi.sqlite.replaced-2",
    ]


def test_restore_where_there_is_no_store(store: Store, tmp_path: Path, copy: Path) -> None:
    put(store, "1")
    store.backup(copy)
    assert Store.restore(copy, tmp_path / "new" / "s.sqlite") is None
    assert deals(tmp_path / "new" / "s.sqlite") == ["1"]


@pytest.mark.parametrize("content", [b"", b"no database at all", b"\xff" * 5_000], ids=["empty", "text", "bytes"])
def test_restore_over_a_store_that_is_lost(store: Store, path: Path, copy: Path, content: bytes) -> None:
    put(store, "1")
    store.backup(copy)
    store.close()
    path.write_bytes(content)
    kept = Store.restore(copy, path)
    assert kept is not None
    assert kept.read_bytes() == content
    assert deals(path) == ["1"]


def test_a_journal_of_the_lost_store_is_not_undone_into_the_restored_one(
    store: Store, path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *map(str, range(2_000)))
    store.backup(copy)
    with store.transaction():
        facts.tombstone(store, "deals", "crm", [str(number) for number in range(2_000)], "2026-11-21T08:00:00Z")
        store.writing.execute("PRAGMA cache_spill = 1")
        journal = path.with_name(path.name + "-journal")
        left = journal.read_bytes()
    store.close()
    journal.write_bytes(left)
    connect = backup.connect

    def too_damaged(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
        if path == store.path:
            raise StoreError(Message("damaged"))
        return connect(path, read_only=read_only)

    monkeypatch.setattr(backup, "connect", too_damaged)
    kept = Store.restore(copy, path)
    assert kept is not None
    assert not journal.exists()
    assert kept.with_name(kept.name + "-journal").read_bytes() == left
    assert len(deals(path)) == 2_000


def test_restore_without_hard_links(store: Store, path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", unsupported)
    store.backup(copy)
    put(store, "1")
    store.close()
    kept = Store.restore(copy, path)
    assert kept is not None
    assert (deals(kept), deals(path)) == (["1"], [])
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_damaged_backup_changes_nothing(store: Store, path: Path, copy: Path) -> None:
    put(store, *map(str, range(5_000)))
    store.backup(copy)
    copy.with_name("backup.sqlite.sha256").unlink()  # which would say so before anything is read
    store.close()
    content = bytearray(copy.read_bytes())
    content[-40_000:] = b"\xff" * 40_000
    copy.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged"):
        Store.restore(copy, path)
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["backup.sqlite", "crm-kpi.sqlite"]


def test_only_a_backup_of_ours_is_restored(store: Store, path: Path, copy: Path) -> None:
    with pytest.raises(StoreError, match="not a backup"):
        Store.restore(copy, path)
    copy.touch()
    with pytest.raises(StoreError, match="not a backup"):
        Store.restore(copy, path)
    with closing(sqlite3.connect(copy)) as other:
        other.execute("CREATE TABLE deals (id)")
    with pytest.raises(StoreError, match="another program"):
        Store.restore(copy, path)
    with pytest.raises(StoreError, match="store itself"):
        Store.restore(path, path)
    assert list(path.parent.glob("*.replaced-*")) == []


def test_a_newer_backup_is_refused(store: Store, path: Path, copy: Path) -> None:
    store.backup(copy)
    copy.with_name("backup.sqlite.sha256").unlink()
    with closing(sqlite3.connect(copy)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew, match="99"):
        Store.restore(copy, path)


def test_restore_in_place_of_a_folder(store: Store, tmp_path: Path, copy: Path) -> None:
    store.backup(copy)
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="not a file"):
        Store.restore(copy, tmp_path / "folder")


def test_restore_through_a_link_replaces_the_store_and_not_the_link(store: Store, path: Path, copy: Path) -> None:
    store.backup(copy)
    put(store, "1")
    store.close()
    link = path.with_name("link")
    link.symlink_to(path)
    Store.restore(copy, link)
    assert link.is_symlink()
    assert deals(path) == []


def test_damage_is_silent_on_a_whole_store(store: Store) -> None:
    assert list(backup.damage(store.db.conn)) == []


# ---- checksums ------------------------------------------------------------------------------------------------------


def test_the_checksum_is_one_that_other_tools_know(store: Store, copy: Path) -> None:
    store.backup(copy)
    noted = copy.with_name("backup.sqlite.sha256")
    assert noted.read_text() == f"{sha256(copy.read_bytes()).hexdigest()}  backup.sqlite\n"
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600


def test_a_backup_that_changed_on_its_way_is_not_restored(store: Store, path: Path, copy: Path) -> None:
    put(store, "1")
    store.backup(copy)
    store.close()
    before = path.read_bytes()
    with closing(sqlite3.connect(copy)) as other, other:  # whole for SQLite, and yet another
        other.execute("DELETE FROM deals")
    with pytest.raises(StoreError, match="is not what was backed up") as caught:
        Store.restore(copy, path)
    assert "nothing was changed" in str(caught.value.hint)
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "backup.sqlite",
        "backup.sqlite.sha256",
        "crm-kpi.sqlite",
    ]


@pytest.mark.parametrize("content", [b"", b"\xff", b"no checksum\n"], ids=["empty", "bytes", "words"])
def test_a_checksum_that_is_none(store: Store, path: Path, copy: Path, content: bytes) -> None:
    store.backup(copy)
    store.close()
    copy.with_name("backup.sqlite.sha256").write_bytes(content)
    with pytest.raises(StoreError, match=r"backup\.sqlite\.sha256"):
        Store.restore(copy, path)


def test_a_backup_without_its_checksum_is_judged_by_its_content(store: Store, path: Path, copy: Path) -> None:
    put(store, "1")
    store.backup(copy)
    store.close()
    copy.with_name("backup.sqlite.sha256").unlink()
    Store.restore(copy, path)
    assert deals(path) == ["1"]

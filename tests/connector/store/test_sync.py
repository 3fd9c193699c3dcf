"""States of conversations, tied to the mapping that the rows were made with."""

from __future__ import annotations

from pathlib import Path

from connector.store import Store, sync

AT, LATER = "2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"


def save(store: Store, state: dict[str, object], *, basis: str = "b1", at: str = AT) -> bool:
    with store.transaction():
        return sync.save_state(store, "crm", "deals", state, basis=basis, at=at)


def test_no_state_yet(store: Store) -> None:
    assert sync.load_state(store, "crm", "deals") is None


def test_a_state_comes_back(store: Store) -> None:
    state = {"cursor": "2017-01-01", "pages": [1, 2.5, None], "客户": {"a": True}}
    assert save(store, state)
    saved = sync.load_state(store, "crm", "deals")
    assert saved == sync.SyncState(state, "b1", AT)
    assert sync.load_state(store, "erp", "deals") is None


def test_after_a_change_of_the_mapping_everything_is_read_again(store: Store) -> None:
    save(store, {"cursor": 1})
    saved = sync.load_state(store, "crm", "deals")
    assert saved is not None
    assert saved.on("b1") == {"cursor": 1}
    assert saved.on("b2") is None


def test_the_same_state_is_not_written_again(store: Store, path: Path) -> None:
    save(store, {"a": 1, "b": 2})
    before = path.read_bytes()
    assert not save(store, {"b": 2, "a": 1}, at=LATER)
    assert path.read_bytes() == before
    assert save(store, {"a": 1, "b": 2}, basis="b2", at=LATER)
    saved = sync.load_state(store, "crm", "deals")
    assert saved is not None
    assert saved.at == LATER

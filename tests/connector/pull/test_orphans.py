"""A record that names one which has left is read again: it may name another by now, and nobody said so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.store import Store

from . import shop
from .shop import Shop


@pytest.fixture
def linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Deals of accounts, pulled once."""
    deals = {"id": "id", "columns": {"outcome": "outcome", "account_id": "account", "modified_at": "modified"}}
    accounts = {"id": "id", "columns": {"name": "name", "modified_at": "modified"}}
    monkeypatch.setattr(shop, "MAPPINGS", {"accounts": [accounts], "deals": [deals]})
    with Store.open(tmp_path / "store.sqlite", create=True) as store:
        made = Shop(store)
        for account in ("a1", "a2", "a3"):
            made.crm.put("accounts", account, name=account)
        for number in range(6):
            made.crm.put("deals", f"d{number}", outcome="won", account="a1" if number % 2 else "a2")
        made.pull()
        yield made


def accounts_of(linked: Shop) -> dict[str, str]:
    return dict(linked.store.db.conn.execute("SELECT id, account_id FROM deals WHERE deleted_at IS NULL"))


def merge(linked: Shop, winner: str, loser: str) -> None:
    """As some vendors do it: what changes hands does not change its time of change."""
    for record in linked.crm._records["deals"].values():
        if record["account"] == loser:
            record["account"] = winner
    linked.crm.delete("accounts", loser)


def test_what_a_merge_moved_is_read_again(linked: Shop) -> None:
    merge(linked, "a1", "a2")
    linked.pull()
    assert set(accounts_of(linked).values()) == {"a1"}
    assert linked.lists() >= 2


def test_a_record_that_nobody_names_leaves_without_a_stir(linked: Shop) -> None:
    linked.crm.delete("accounts", "a3")
    linked.pull()
    assert linked.lists() == 1


def test_a_name_that_stays_is_read_again_once(linked: Shop) -> None:
    linked.crm.delete("accounts", "a2")
    linked.pull()
    assert linked.lists() >= 2
    linked.pull()
    assert linked.lists() == 1
    assert set(accounts_of(linked).values()) == {"a1", "a2"}


def test_a_run_that_was_stopped_in_between_is_made_up_for(linked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    merge(linked, "a1", "a2")
    with monkeypatch.context() as patched:
        patched.setattr("connector.pull.connection.names_what_left", lambda *_: False)
        linked.pull()
    assert set(accounts_of(linked).values()) == {"a1", "a2"}
    linked.pull()
    assert set(accounts_of(linked).values()) == {"a1"}

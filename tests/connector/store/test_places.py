"""What was seen to be there is not looked for again, until something says otherwise."""

from __future__ import annotations

from connector.store import Store, places


def test_what_was_noted_is_seen(store: Store) -> None:
    with store.transaction():
        places.note(store, "crm", "accounts", "Accounts", shapes={"": "", "KPI_Won": "money:2"}, at="2025-01-01")
        places.note(store, "crm", "accounts", "Accounts", shapes={"KPI_Won": "number:2"}, at="2025-01-02")
    assert places.seen(store, "crm", "accounts", "Accounts") == {"": "", "KPI_Won": "number:2"}
    assert places.seen(store, "crm", "accounts", "Leads") == {}, "another module is another place"
    assert places.seen(store, "crm", "report", "Accounts") == {}


def test_what_is_forgotten_is_looked_for_again(store: Store) -> None:
    with store.transaction():
        for target in ("accounts", "report"):
            places.note(store, "crm", target, "Accounts", shapes={"KPI_Won": "money:2"}, at="2025-01-01")
        places.forget(store, "crm", "accounts")
    assert places.seen(store, "crm", "accounts", "Accounts") == {}
    assert places.seen(store, "crm", "report", "Accounts") == {"KPI_Won": "money:2"}

"""Who works here: live rows only, in a stable order."""

from __future__ import annotations

from connector.store import Store, facts, people


def test_people_and_teams_and_accounts(store: Store) -> None:
    with store.transaction():
        facts.upsert(
            store,
            "users",
            ("connection", "id", "name", "team_id", "active", "left_on"),
            [
                ("crm", "2", "Bob", "N", 0, "2026-01-31"),
                ("crm", "1", "Ann", "N", None, None),
                ("crm", "3", None, None, 1, None),
            ],
        )
        facts.upsert(store, "teams", ("connection", "id", "name", "parent_id"), [("crm", "N", "North", None)])
        facts.upsert(store, "accounts", ("connection", "id", "name"), [("crm", "a", "Acme")])
        facts.tombstone(store, "users", "crm", ["3"], "2026-01-01T00:00:00Z")
    assert people.people(store) == [
        people.Person("crm", "1", "Ann", "N", True, None),
        people.Person("crm", "2", "Bob", "N", False, "2026-01-31"),
    ]
    assert people.teams(store) == [people.Team("crm", "N", "North", None)]
    assert people.accounts(store) == [("crm", "a", "Acme")]
    assert people.known_scope_ids(store, "product") == []

"""Who works here and in which team: what names in a file of targets may mean."""

from __future__ import annotations

from typing import NamedTuple

from connector.store.database import Store


class Person(NamedTuple):
    """A live row of `users`."""

    connection: str
    id: str
    name: str | None
    team_id: str | None
    active: bool
    """False where the CRM says that the person has left."""
    left_on: str | None


class Team(NamedTuple):
    """A live row of `teams`."""

    connection: str
    id: str
    name: str | None
    parent_id: str | None


def people(store: Store) -> list[Person]:
    """Everybody, in the order of ids."""
    rows = store.db.conn.execute(
        "SELECT connection, id, name, team_id, active IS NOT 0, left_on FROM users WHERE deleted_at IS NULL "
        "ORDER BY connection, id"
    )
    return [Person._make((*row[:4], bool(row[4]), row[5])) for row in rows]


def teams(store: Store) -> list[Team]:
    """Every team, in the order of ids."""
    rows = store.db.conn.execute(
        "SELECT connection, id, name, parent_id FROM teams WHERE deleted_at IS NULL ORDER BY connection, id"
    )
    return [Team._make(row) for row in rows]


def accounts(store: Store) -> list[tuple[str, str, str | None]]:
    """(connection, id, name) of every account."""
    return store.db.conn.execute(
        "SELECT connection, id, name FROM accounts WHERE deleted_at IS NULL ORDER BY connection, id"
    ).fetchall()


def known_scope_ids(store: Store, scope: str) -> list[tuple[str, str]]:
    """(connection, scope id) of every place of a scope for which there are KPI values."""
    return store.db.conn.execute(
        "SELECT DISTINCT connection, scope_id FROM kpi_values WHERE scope = ? AND scope_id <> '(none)' ORDER BY 1, 2",
        (scope,),
    ).fetchall()

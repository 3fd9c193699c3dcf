"""Who there is: teams as a tree, people in their teams, and what each is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connector.report.text import one_line
from connector.store import Store

NOBODY = "(none)"
"""The id under which the engine keeps the rows that have no owner or no team."""


class Place(NamedTuple):
    """Whose values: a key into `kpi_values`. The organisation's connection and id are empty."""

    scope: str
    connection: str
    id: str


ORGANISATION = Place("organisation", "", "")


@dataclass(frozen=True)
class People:
    """The teams and the people of all connections."""

    names: Mapping[Place, str]
    """What each is called; two of the same name carry their ids too."""
    above: Mapping[Place, Place]
    """The team that a person is in, and the team that a team belongs to."""

    def name(self, place: Place) -> str:
        """What it is called; its id where nobody named it."""
        return self.names.get(place) or one_line(place.id)

    def ancestors(self, place: Place) -> Iterator[Place]:
        """The team, the team above it, and so on; a circle of teams is walked once."""
        seen = {place}
        while (place := self.above.get(place, ORGANISATION)) not in seen and place is not ORGANISATION:
            seen.add(place)
            yield place

    def order(self, places: Iterable[Place]) -> list[Place]:
        """Teams before their members and their subteams, by name; those in no team at the end."""
        return sorted(places, key=self._place_in_tree)

    def _place_in_tree(self, place: Place) -> tuple[object, ...]:
        path = [*reversed(list(self.ancestors(place))), place]
        homeless = place.scope == "owner" and place not in self.above
        return (
            place.id == NOBODY,
            homeless,
            # Members of a team come before its subteams, so "owner" < "team".
            tuple((each.scope, self.name(each).casefold(), each.connection, each.id) for each in path),
        )


def read_people(store: Store) -> People:
    """Everybody that the facts know; who was deleted still has the name that old values are shown under."""
    teams = [Place("team", *key) for key in _keys(store, "teams")]
    users = [Place("owner", *key) for key in _keys(store, "users")]
    names = dict(zip(teams, _texts(store, "teams", "name"), strict=True))
    names |= zip(users, _texts(store, "users", "name"), strict=True)
    above = dict(zip(teams, _texts(store, "teams", "parent_id"), strict=True))
    above |= zip(users, _texts(store, "users", "team_id"), strict=True)
    known = set(teams)
    parents = {place: Place("team", place.connection, parent) for place, parent in above.items() if parent}
    return People(
        names=dict(_distinct({place: one_line(name) for place, name in names.items() if name})),
        above={place: parent for place, parent in parents.items() if parent in known},
    )


def _keys(store: Store, table: str) -> list[tuple[str, str]]:
    return store.db.conn.execute(f"SELECT connection, id FROM {table} ORDER BY connection, id").fetchall()  # noqa: S608  # our own table


def _texts(store: Store, table: str, column: str) -> list[str | None]:
    rows = store.db.conn.execute(f"SELECT {column} FROM {table} ORDER BY connection, id")  # noqa: S608  # our own table
    return [row[0] for row in rows]


def _distinct(names: Mapping[Place, str]) -> Iterator[tuple[Place, str]]:
    counted = Counter((place.scope, name) for place, name in names.items())
    for place, name in names.items():
        if counted[place.scope, name] == 1:
            yield place, name
        else:
            yield place, f"{name} ({one_line(place.id)})"

"""Who and what targets may be for: names become ids, and nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from connector.config.references import RECORD_SCOPES
from connector.errors import Message, did_you_mean
from connector.formats.misfit import shown
from connector.mapping.links import folded
from connector.store import Store
from connector.store.people import Person, Team, accounts, known_scope_ids, people, teams
from kpi_engine.errors import KpiError
from kpi_engine.target import ORGANISATION, Node


class Named(NamedTuple):
    """A record that targets may be for."""

    connection: str
    id: str
    name: str


class Register:
    """The records of one scope, found by id, by name, and by name as people write it."""

    def __init__(self, scope: str, records: Iterable[Named]) -> None:
        self.scope = scope
        self.records = sorted(set(records))
        self._by_id = _grouped((each.id, each) for each in self.records)
        self._by_name = _grouped((each.name, each) for each in self.records if each.name)
        self._by_folded = _grouped((folded(each.name), each) for each in self.records if each.name)
        self._not_found: dict[str, KpiError] = {}

    def find(self, word: str, *, connection: str) -> Named:
        """The one record that is meant; ids come before names, and exact names before similar ones.

        Raises:
            KpiError: nobody is, or several are.
        """
        for known, key in ((self._by_id, word), (self._by_name, word), (self._by_folded, folded(word))):
            found = [each for each in known.get(key, ()) if connection in ("", each.connection)]
            if len(found) == 1:
                return found[0]
            if found:
                raise self._several(word, found)
        if word not in self._not_found:
            self._not_found[word] = self._nobody(word)
        raise self._not_found[word]

    def _several(self, word: str, found: Iterable[Named]) -> KpiError:
        each = list(found)
        message = Message("several records are called {name}: {table}", name=shown(word), table=self._table)
        if len({named.id for named in each}) == 1:
            connections = ", ".join(sorted({named.connection for named in each}))
            return KpiError(message, hint=Message("say in `connection` which: {connections}", connections=connections))
        ids = ", ".join(named.id for named in each[:10])
        return KpiError(message, hint=Message("give the id instead: {ids}", ids=ids))

    def _nobody(self, word: str) -> KpiError:
        message = Message("none of the {table} is called {name}", table=self._table, name=shown(word))
        if not self.records:
            return KpiError(message, hint=Message("none are known yet: run `crm-kpi pull`"))
        names = {text for each in self.records for text in (each.id, each.name) if text}
        return KpiError(message, hint=did_you_mean(word, names))

    @property
    def _table(self) -> str:
        return RECORD_SCOPES.get(self.scope, self.scope)


def _grouped(pairs: Iterable[tuple[str, Named]]) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = defaultdict(list)
    for key, named in pairs:
        found[key].append(named)
    return found


class Directory:
    """Everybody and everything in the store that targets may be for, loaded when it is first asked for."""

    def __init__(self, store: Store, connections: Iterable[str]) -> None:
        self._store = store
        self._connections = frozenset(connections)
        self._registers: dict[str, Register] = {}
        self._names_by_scope: dict[str, Mapping[tuple[str, str], str]] = {}

    def register(self, scope: str) -> Register:
        """The records of a scope."""
        if scope not in self._registers:
            self._registers[scope] = Register(scope, self._records(scope))
        return self._registers[scope]

    def _records(self, scope: str) -> Iterable[Named]:
        """Those that the CRM has; of connections that export none (only deals, say), those that values are known of."""
        exported = self._exported(scope)
        covered = {each.connection for each in exported}
        if covered >= self._connections:
            return exported
        known = known_scope_ids(self._store, scope)
        return [*exported, *(Named(*row, row[1]) for row in known if row[0] not in covered)]

    def _exported(self, scope: str) -> list[Named]:
        match scope:
            case "owner":
                return [Named(each.connection, each.id, each.name or "") for each in self._people]
            case "team":
                return [Named(each.connection, each.id, each.name or "") for each in self._teams]
            case "account":
                rows = accounts(self._store)
                return [Named(*row[:2], row[2] or "") for row in rows if row[0] in self._connections]
            case _:
                return []

    @cached_property
    def _people(self) -> list[Person]:
        return [each for each in people(self._store) if each.connection in self._connections]

    @cached_property
    def _teams(self) -> list[Team]:
        return [each for each in teams(self._store) if each.connection in self._connections]

    @cached_property
    def above(self) -> Mapping[Node, Node]:
        """Each team and each person who is still there, and the place right above; the organisation is the top."""
        known = {Node(each.connection, "team", each.id) for each in self._teams}
        found: dict[Node, Node] = {}
        for team in self._teams:
            parent = Node(team.connection, "team", team.parent_id or "")
            found[Node(team.connection, "team", team.id)] = parent if parent in known else ORGANISATION
        if not self._people:
            return found | {
                Node(each.connection, "owner", each.id): ORGANISATION for each in self.register("owner").records
            }
        for person in self._people:
            parent = Node(person.connection, "team", person.team_id or "")
            if person.active:
                found[Node(person.connection, "owner", person.id)] = parent if parent in known else ORGANISATION
        return found

    @cached_property
    def left_on(self) -> Mapping[Node, str]:
        """The last day of those who have one."""
        return {Node(each.connection, "owner", each.id): each.left_on for each in self._people if each.left_on}

    def name_of(self, node: Node) -> str:
        """How people call a place; its id where it has no name."""
        if node.scope == ORGANISATION.scope:
            return ""
        return self._names(node.scope).get((node.connection, node.scope_id)) or node.scope_id

    def _names(self, scope: str) -> Mapping[tuple[str, str], str]:
        if scope not in self._names_by_scope:
            records = self.register(scope).records
            self._names_by_scope[scope] = {(each.connection, each.id): each.name for each in records}
        return self._names_by_scope[scope]

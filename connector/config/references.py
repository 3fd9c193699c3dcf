"""What the sections say about each other: write-back names KPIs, scopes, connections and modules that must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from connector.config.connections import Connection
from connector.config.definitions import Definitions
from connector.config.model import FieldsTarget, Kpis, RecordsTarget, Target, WriteBack
from connector.errors import Message, Problem, did_you_mean
from kpi_engine.document import Document, Steps
from kpi_engine.period import Grain

RECORD_SCOPES: Mapping[str, str] = {"account": "accounts", "owner": "users", "team": "teams"}
"""The scopes whose ids are records, and the fact table that holds them."""


@dataclass(frozen=True, slots=True)
class References:
    """All that a name in the file may mean."""

    document: Document
    connections: Mapping[str, Connection]
    definitions: Definitions
    kpis: Kpis

    def problems(self, write_back: WriteBack) -> Iterator[Problem]:
        """Names that mean nothing, and combinations that cannot be computed."""
        yield from self._scopes()
        yield from self._doubles(write_back.targets)
        for at, target in enumerate(write_back.targets):
            yield from self._target(target, ("write_back", "targets", at))

    def _scopes(self) -> Iterator[Problem]:
        known = {"organisation", *RECORD_SCOPES, *self._dimensions()}
        for scope, grains in self.kpis.scopes.items():
            way: Steps = ("kpis", "scopes", scope)
            yield from self._unknown(way, scope, known, Message("{scope} is not a scope", scope=scope))
            if scope == "account" and Grain.WEEK in grains:
                hint = Message("choose month, quarter, year or all")
                yield self.document.problem(way, Message("accounts are not computed by week"), hint=hint)

    def _dimensions(self) -> set[str]:
        return {each for definition in self.definitions.known for each in getattr(definition, "dimensions", ())}

    def _doubles(self, targets: Iterable[Target]) -> Iterator[Problem]:
        seen: set[str] = set()
        for at, target in enumerate(targets):
            if target.name in seen:
                way: Steps = ("write_back", "targets", at, "name")
                yield self.document.problem(way, Message("two targets are called {name}", name=target.name))
            seen.add(target.name)

    def _target(self, target: Target, way: Steps) -> Iterator[Problem]:
        not_there = Message("there is no connection {name}", name=target.connection)
        named = self.document.at(("connections",)) or ()  # those with problems of their own are there too
        yield from self._unknown((*way, "connection"), target.connection, named, not_there)
        if isinstance(target, FieldsTarget):
            yield from self._fields_target(target, way)
        else:
            yield from self._records_target(target, way)

    def _fields_target(self, target: FieldsTarget, way: Steps) -> Iterator[Problem]:
        if target.scope not in RECORD_SCOPES:
            hint = did_you_mean(target.scope, RECORD_SCOPES)
            message = Message("{scope} has no records that could hold a field", scope=target.scope)
            yield self.document.problem((*way, "scope"), message, hint=hint)
        else:
            yield from self._module(target, way)
            yield from self._scope((*way, "scope"), target.scope)
        for name, source in target.fields.items():
            yield from self._kpi((*way, "fields", name, "kpi"), source.kpi)
            yield from self._period((*way, "fields", name, "period"), target.scope, source.period)

    def _module(self, target: FieldsTarget, way: Steps) -> Iterator[Problem]:
        connection = self.connections.get(target.connection)
        table = RECORD_SCOPES[target.scope]
        if connection is None:
            return
        modules = [mapping.module or table for mapping in connection.mapping.get(table, ())]
        message = Message("{module} is not where {table} come from", module=target.module, table=table)
        yield from self._unknown((*way, "module"), target.module, modules, message)

    def _records_target(self, target: RecordsTarget, way: Steps) -> Iterator[Problem]:
        for at, kpi in enumerate(target.kpis or ()):
            yield from self._kpi((*way, "kpis", at), kpi)
        for at, scope in enumerate(target.scopes or ()):
            yield from self._scope((*way, "scopes", at), scope)

    def _kpi(self, way: Steps, kpi: str) -> Iterator[Problem]:
        known = {definition.id for definition in self.definitions.known}
        selected = {definition.id for definition in self.definitions.selected}
        yield from self._unknown(way, kpi, known, Message("{kpi} is not a KPI", kpi=kpi))
        if kpi in known - selected:
            hint = Message("add it to kpis.enabled, and to assumptions what it needs")
            yield self.document.problem(way, Message("{kpi} is not computed", kpi=kpi), hint=hint)

    def _scope(self, way: Steps, scope: str) -> Iterator[Problem]:
        message = Message("the scope {scope} is not computed", scope=scope)
        yield from self._unknown(way, scope, self.kpis.scopes, message)

    def _period(self, way: Steps, scope: str, period: Grain) -> Iterator[Problem]:
        computed = self.kpis.scopes.get(scope)
        if computed is not None and period not in computed:
            hint = Message("add {period} to kpis.scopes.{scope}", period=period, scope=scope)
            message = Message("{scope} is not computed by {period}", scope=scope, period=period)
            yield self.document.problem(way, message, hint=hint)

    def _unknown(self, way: Steps, word: str, known: Collection[str], message: Message) -> Iterator[Problem]:
        if word not in known:
            yield self.document.problem(way, message, hint=did_you_mean(word, known))

"""The `connections` section: adapters by name, their own settings, and the mapping laid over each adapter's default."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from connector import registry
from connector.config.document import read_document
from connector.config.faults import faults
from connector.config.model import ConnectionSettings, Credits
from connector.contract import Adapter, AdapterType
from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.mapping import TableMapping, merged, module_of, several_faults
from connector.mapping.check import Fault, column_of, mapping_faults
from kpi_engine.document import Document, Steps
from kpi_engine.facts import FACTS, FactTable


@dataclass(frozen=True, slots=True)
class Connection:
    """One configured CRM account, folder or set of files."""

    name: str
    adapter: AdapterType
    settings: BaseModel = field(repr=False)
    mapping: Mapping[str, tuple[TableMapping, ...]]
    """By fact table: one mapping for each module that feeds it."""
    folder: Path
    """Relative paths in the settings start here."""
    credits: Credits = Credits()
    accept_missing: Mapping[str, int] = field(default_factory=dict)
    """Module -> how many records the vendor counts that never arrive, which an administrator has accepted."""

    def connect(self) -> Adapter:
        """The adapter, ready to talk; nothing is opened yet."""
        return self.adapter.connect(self.settings, self.folder)

    def each_mapping(self) -> Iterator[tuple[str, TableMapping]]:
        """Every mapping with its fact table."""
        return ((table, mapping) for table, mappings in self.mapping.items() for mapping in mappings)


def read_connections(document: Document, *, folder: Path) -> tuple[dict[str, Connection], list[Problem]]:
    """The connections that are right, and what is wrong with the others.

    Works on the raw document, because a fault elsewhere in the file should not hide one in here.
    """
    section = document.data.get("connections") if isinstance(document.data, dict) else None
    found: dict[str, Connection] = {}
    problems: list[Problem] = []
    for name, raw in section.items() if isinstance(section, dict) else ():
        if isinstance(raw, dict) and isinstance(raw.get("adapter"), str):
            reading = _Reading(document, ("connections", name), raw, problems)
            connection = reading.connection(name, folder)
            found |= {name: connection} if connection else {}
    return found, problems


@dataclass(frozen=True, slots=True)
class _Reading:
    """One connection while it is read."""

    document: Document
    way: Steps
    raw: Mapping[str, Any]
    problems: list[Problem]

    def connection(self, name: str, folder: Path) -> Connection | None:
        kind = self._kind()
        if kind is None:
            return None
        settings, mapping = self._settings(kind), self._mapping(kind)
        if settings is None or mapping is None:
            return None
        stated = self._stated()
        self._check_accepted(stated.accept_missing, mapping)
        return Connection(name, kind, settings, mapping, folder, stated.credits, stated.accept_missing)

    def _stated(self) -> ConnectionSettings:
        """What the section says beside settings and mapping; what is wrong with it, reading the section tells."""
        try:
            return ConnectionSettings.model_validate(self.raw)
        except ValidationError:
            return ConnectionSettings(adapter=self.raw["adapter"])

    def _check_accepted(self, accepted: Iterable[str], mapping: Mapping[str, Sequence[TableMapping]]) -> None:
        known = {each.module or table for table, mappings in mapping.items() for each in mappings}
        for module in accepted:
            if module not in known:
                message = Message("{module} is not a module that is read", module=module)
                way = (*self.way, "accept_missing", module)
                self.problems.append(self.document.problem(way, message, hint=did_you_mean(module, known)))

    def _kind(self) -> AdapterType | None:
        try:
            return registry.adapter_type(self.raw["adapter"])
        except ConfigError as error:
            where = self.document.where((*self.way, "adapter"))
            self.problems.extend(Problem(where, each.message, each.hint) for each in error.problems)
            return None

    def _settings(self, kind: AdapterType) -> BaseModel | None:
        way = (*self.way, "settings")
        try:
            return kind.settings.model_validate(self.raw.get("settings") or {})
        except ValidationError as error:
            self.problems.extend(faults(error, self.document, model=kind.settings, prefix=way))
            return None

    def _mapping(self, kind: AdapterType) -> dict[str, tuple[TableMapping, ...]] | None:
        own = self.raw.get("mapping") or {}
        if not isinstance(own, dict):
            return None
        default = _default_mapping(kind)
        self.problems.extend(default.problems)
        tables = {name: self._table(name, raw) for name, raw in merged(default.data, own).items()}
        right = {name: table for name, table in tables.items() if table is not None}
        return right if len(right) == len(tables) else None

    def _table(self, name: str, raw: Any) -> tuple[TableMapping, ...] | None:
        """All mappings of a table; None where one of them is wrong."""
        read = [self._one(name, each) for each in (raw if isinstance(raw, list) else [raw])]
        right = tuple(each for each in read if each is not None)
        if len(right) < len(read):
            return None
        wrong = tuple(several_faults(name, right))
        self._note((*self.way, "mapping", name), wrong)
        return None if wrong else right

    def _one(self, name: str, raw: Any) -> TableMapping | None:
        way = mapping_way(self.document, self.way, name, module_of(name, raw))
        try:
            mapping = TableMapping.model_validate(raw)
        except ValidationError as error:
            self.problems.extend(faults(error, self.document, model=TableMapping, prefix=way))
            return None
        wrong = mapping_faults(name, mapping)
        self._note(way, wrong)
        return None if wrong else mapping

    def _note(self, way: Steps, wrong: Iterable[Fault]) -> None:
        self.problems.extend(self.document.problem((*way, *each.way), each.message, hint=each.hint) for each in wrong)


def mapping_way(document: Document, connection: Steps, table: str, module: str) -> Steps:
    """Where the file has the mapping of a table from a module; where that is the adapter's, where it would be."""
    way: Steps = (*connection, "mapping", table)
    stated = document.at(way)
    if not isinstance(stated, list):
        return way
    at = next((at for at, each in enumerate(stated) if module_of(table, each) == module), None)
    return way if at is None else (*way, at)


def facts_of(connections: Mapping[str, Connection]) -> dict[str, FactTable]:
    """The data dictionary with the extra columns that the mappings add to it."""
    facts = dict(FACTS)
    for connection in connections.values():
        for table, mapping in connection.each_mapping():
            known = facts[table]
            extra = [column_of(known, name, how) for name, how in mapping.columns.items() if known.column(name) is None]
            facts[table] = replace(known, columns=(*known.columns, *filter(None, extra)))
    return facts


def filled_columns(
    connections: Mapping[str, Connection], withheld: Collection[tuple[str, str, str]] = ()
) -> dict[str, set[str]]:
    """The fact columns that any connection's mapping fills, by table.

    Args:
        connections: Those of the settings.
        withheld: Connection, module and field of what a vendor does not show to us: what comes from there is not
            filled, which is not the same as empty.
    """
    filled: dict[str, set[str]] = {}
    for connection in connections.values():
        for table, mapping in connection.each_mapping():
            place = (connection.name, mapping.module or table)
            shown = {
                name
                for name, how in mapping.columns.items()
                if not any((*place, each) in withheld for each in how.source)
            }
            filled.setdefault(table, set()).update(shown)
    return filled


def _default_mapping(kind: AdapterType) -> Document:
    """What the adapter ships; nothing in it comes from the environment."""
    if kind.default_mapping is None:
        return Document("", data={})
    return read_document(kind.default_mapping, environment={})

"""A trial pull of one connection: every module is read to its end, and nothing is stored.

A CRM that counts calls is not read: it says of itself what its modules and fields are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from connector.check.column import ColumnTrial
from connector.check.described import description_problems
from connector.check.names import NamesTrial
from connector.check.report import Findings, Proposal
from connector.config import Config, Connection
from connector.config.connections import facts_of, mapping_way
from connector.contract import Adapter, ModuleInfo, Page, PullEvent, Unreadable
from connector.errors import ConfigError, ConnectorError, Message, Problem, did_you_mean
from connector.mapping import TableMapping
from connector.mapping.check import unknown_fields
from connector.transport import World, converse
from kpi_engine.document import Steps


@dataclass(slots=True)
class _Module:
    """One module, and the fact tables that it fills."""

    name: str
    fields: tuple[str, ...]
    columns: list[tuple[Steps, ColumnTrial]]
    unreadable: int = 0
    first: Message = field(default_factory=lambda: Message(""))


@dataclass(slots=True)
class ConnectionTrial:
    """One connection while it is tried."""

    config: Config
    connection: Connection
    found: Findings
    progress: Callable[[Message], None]
    world: World | None = None
    names: NamesTrial = field(init=False)

    def __post_init__(self) -> None:
        self.names = NamesTrial(self.connection)

    def run(self) -> bool:
        """Inspect everything, then read what the mapping needs; whether it answered at all."""
        adapter = self.connection.connect()
        try:
            said = list(self._said(adapter, adapter.inspect()))
        except ConnectorError as error:
            self._note(self._place, error)
            return False
        inspected = {info.name: info for info in said if isinstance(info, ModuleInfo)}
        self.found.add(errors=(each for each in said if isinstance(each, Problem)))
        for name, tables in self._tables().items():
            self._module(adapter, name, tables, inspected)
        self.found.add(warnings=self.names.problems(self.config.document))
        return True

    @property
    def _place(self) -> str:
        return self.config.document.where(("connections", self.connection.name))

    def _tables(self) -> dict[str, dict[str, TableMapping]]:
        """Module -> the fact tables that it fills."""
        modules: dict[str, dict[str, TableMapping]] = {}
        for table, mapping in self.connection.each_mapping():
            modules.setdefault(mapping.module or table, {})[table] = mapping
        return modules

    def _module(
        self,
        adapter: Adapter,
        name: str,
        tables: Mapping[str, TableMapping],
        inspected: Mapping[str, ModuleInfo],
    ) -> None:
        info = inspected.get(name)
        if info is None:
            self.found.errors.append(self._unknown_module(next(iter(tables)), name, inspected))
            return
        known = [each.name for each in info.fields]
        wrong = [problem for table, mapping in tables.items() for problem in self._fields(table, mapping, known)]
        if known and wrong:
            self.found.add(errors=wrong, warnings=info.problems)
        elif adapter.http is not None:
            place = f"{self.connection.name}.{name}"
            said = description_problems(info, tuple(tables.values()), place=place)
            stops = () if known else info.problems  # a module that shows no field cannot be pulled
            self.found.add(errors=stops, warnings=[*(info.problems if known else ()), *said])
        elif not self._read(adapter, self._trial_of(name, tables)):
            self.found.add(warnings=info.problems)
            self._propose_format(info)

    def _unknown_module(self, table: str, name: str, inspected: Mapping[str, ModuleInfo]) -> Problem:
        way = (*self._way(table, name), "module")
        message = Message("there is no module {module}", module=name)
        return self.config.document.problem(way, message, hint=did_you_mean(name, inspected))

    def _way(self, table: str, module: str) -> Steps:
        return mapping_way(self.config.document, ("connections", self.connection.name), table, module)

    def _fields(self, table: str, mapping: TableMapping, known: Sequence[str]) -> Iterator[Problem]:
        way = self._way(table, mapping.module or table)
        for fault in unknown_fields(mapping, known):
            yield self.config.document.problem((*way, *fault.way), fault.message, hint=fault.hint)

    def _trial_of(self, name: str, tables: Mapping[str, TableMapping]) -> _Module:
        zone = ZoneInfo(self.config.organisation.timezone)
        facts = facts_of({self.connection.name: self.connection})
        columns: list[tuple[Steps, ColumnTrial]] = []
        fields: dict[str, None] = {}
        for table, mapping in tables.items():
            fields |= dict.fromkeys(mapping.id)
            for column_name, how in mapping.columns.items():
                fields |= dict.fromkeys(how.source)
                column = facts[table].column(column_name)
                trial = ColumnTrial.of(column, mapping, zone=zone) if column else None
                if trial:
                    columns.append(((*self._way(table, name), "columns", column_name), trial))
        return _Module(name, tuple(fields), columns)

    def _read(self, adapter: Adapter, module: _Module) -> bool:
        """Read a module to its end; whether it failed."""
        self.progress(Message("reading {module}", module=module.name))
        try:
            for conversation in adapter.pull({module.name: module.fields}):
                for event in self._said(adapter, conversation.talk(None)):
                    self._hear(event, module)
        except ConnectorError as error:
            self._note(f"{self.connection.name}.{module.name}", error)
            return True
        for way, trial in module.columns:
            trial.findings(self.config.document, way, self.found)
        if module.unreadable:
            self.found.warnings.append(_unreadable(f"{self.connection.name}.{module.name}", module))
        return False

    def _hear(self, event: PullEvent, module: _Module) -> None:
        if isinstance(event, Page):
            for _, trial in module.columns:
                if (cells := event.columns.get(trial.how.source[0])) is not None:
                    trial.feed(cells)
            self.names.feed(module.name, event)
        elif isinstance(event, Unreadable):
            module.unreadable += 1
            module.first = module.first or event.reason

    def _said(self, adapter: Adapter, talk: Any) -> Iterator[Any]:
        return converse(talk, adapter=self.connection.adapter.name, http=adapter.http, world=self.world)

    def _note(self, place: str, error: ConnectorError) -> None:
        problems = error.problems if isinstance(error, ConfigError) else (Problem(place, error.message, error.hint),)
        self.found.add(errors=problems)

    def _propose_format(self, info: ModuleInfo) -> None:
        """How a file is written, stated in the settings, is verified by each pull."""
        way: Steps = ("connections", self.connection.name, "settings", "tables", info.name)
        stated = self.config.document.at(way)
        found = info.settings.get("format")
        if isinstance(stated, Mapping) and "format" not in stated and isinstance(found, Mapping):
            formats = {name: value for name, value in found.items() if value is not None}
            if formats:
                self.found.proposals.append(
                    Proposal(self.config.document.where(way), way, "format", formats, is_found_anyway=True)
                )


def _unreadable(place: str, module: _Module) -> Problem:
    message = Message("{count} rows cannot be read: {reason}", count=module.unreadable, reason=module.first)
    return Problem(place, message, Message("mend them, or leave them: they go to quarantine"))

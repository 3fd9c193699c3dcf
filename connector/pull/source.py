"""A connection made ready for pulling: its adapter connected, its mappings compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector.config import Config, Connection, Credits
from connector.contract import Adapter
from connector.errors import ConfigError, Problem
from connector.mapping import CompiledMapping, compile_mappings


@dataclass(frozen=True, slots=True)
class Source:
    """One connection."""

    name: str
    adapter_name: str
    adapter: Adapter
    mappings: Sequence[CompiledMapping]
    """One for each fact table and each module that feeds it."""
    credits: Credits = Credits()
    accept_missing: Mapping[str, int] = field(default_factory=dict)
    """Module -> how many records the vendor may count that never arrive."""

    def modules(self) -> dict[str, tuple[CompiledMapping, ...]]:
        """The vendor modules to pull, and the mappings that each feeds."""
        found: dict[str, tuple[CompiledMapping, ...]] = {}
        for mapping in self.mappings:
            found[mapping.module] = (*found.get(mapping.module, ()), mapping)
        return found

    def fields(self) -> dict[str, tuple[str, ...]]:
        """The fields that are needed of each module."""
        return {
            module: tuple(dict.fromkeys(field for mapping in mappings for field in mapping.fields))
            for module, mappings in self.modules().items()
        }


def sources(config: Config) -> tuple[Source, ...]:
    """Every connection of the settings, ready to be pulled; nothing is opened yet.

    Raises:
        ConfigError: with everything that is wrong with the mappings.
    """
    problems: list[Problem] = []
    found = []
    for connection in config.connections.values():
        compiled, wrong = _compiled(connection, config)
        problems.extend(wrong)
        if not wrong:
            found.append(
                Source(
                    connection.name,
                    connection.adapter.name,
                    connection.connect(),
                    compiled,
                    connection.credits,
                    connection.accept_missing,
                )
            )
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def _compiled(connection: Connection, config: Config) -> tuple[list[CompiledMapping], list[Problem]]:
    compiled: list[CompiledMapping] = []
    problems: list[Problem] = []
    for table, mappings in connection.mapping.items():
        try:
            compiled += compile_mappings(
                table,
                mappings,
                timezone=config.organisation.timezone,
                currency=config.organisation.currency,
                where=f"connections.{connection.name}.mapping.{table}",
            )
        except ConfigError as error:
            problems.extend(error.problems)
    return compiled, problems

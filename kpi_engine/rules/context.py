"""What a rule is, and what it knows beside the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kpi_engine.definition import Definition
from kpi_engine.errors import Problem
from kpi_engine.facts import FactTable
from kpi_engine.parts import OnFacts, on_facts


@dataclass(frozen=True, slots=True)
class Context:
    """What definitions may refer to."""

    facts: Mapping[str, FactTable]
    """With the columns that the administrator added."""
    assumptions: frozenset[str]
    """Those that the configuration states."""

    def with_table(self, definitions: Iterable[Definition]) -> Iterator[tuple[OnFacts, FactTable]]:
        """The definitions whose fact table exists, and the table."""
        for definition in on_facts(definitions):
            table = self.facts.get(definition.table)
            if table is not None:
                yield definition, table


Rule: TypeAlias = Callable[[tuple[Definition, ...], Context], Iterator[Problem]]

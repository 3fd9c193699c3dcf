"""What a rule is, and what it knows beside the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kpi_engine.definition import Definition
from kpi_engine.errors import Problem
from kpi_engine.facts import FactTable


@dataclass(frozen=True, slots=True)
class Context:
    """What definitions may refer to."""

    facts: Mapping[str, FactTable]
    """With the columns that the administrator added."""
    assumptions: frozenset[str]
    """Those that the configuration states."""


Rule: TypeAlias = Callable[[tuple[Definition, ...], Context], Iterator[Problem]]

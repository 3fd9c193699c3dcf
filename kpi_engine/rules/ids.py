"""Rules about ids."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Iterator

from kpi_engine import catalog
from kpi_engine.definition import Definition
from kpi_engine.errors import Problem
from kpi_engine.expression import FUNCTIONS
from kpi_engine.message import Message
from kpi_engine.rules.context import Context

_RENAME = Message("give it another id")


def ids_are_unique(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """An id means one thing."""
    for name, times in Counter(definition.id for definition in definitions).items():
        if times > 1:
            yield Problem(f"{name} id", Message("{times} KPIs have this id", times=times), _RENAME)


def shipped_ids_are_kept(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """A user's KPI does not take the place of a shipped one: the same name would mean another number elsewhere."""
    shipped = {definition.id: definition for definition in catalog.shipped()}
    for definition in definitions:
        if shipped.get(definition.id, definition) != definition:
            yield Problem(f"{definition.id} id", Message("a KPI that ships has this id"), _RENAME)


def ids_can_stand_in_formulas(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """An id is no word that formulas use for something else."""
    for definition in definitions:
        if definition.id in FUNCTIONS or keyword.iskeyword(definition.id):
            yield Problem(f"{definition.id} id", Message("this word means something else in formulas"), _RENAME)

"""Which module is pulled after which: names have to be in the store before they can be looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.mapping import CompiledMapping
from kpi_engine.facts import FACTS

_BEFORE_ALL = "teams"
"""Where teams and users name each other, teams come first: a user's team is used by more KPIs than a team's head."""


def levels(modules: Mapping[str, Sequence[CompiledMapping]]) -> list[list[str]]:
    """Modules in groups; a group needs names of earlier groups only, as far as the links allow.

    Where modules name each other in a circle, one of them comes first all the same; `connection` reads it again when
    the names that it needed have come.
    """
    feeds: dict[str, set[str]] = {}
    for module, mappings in modules.items():
        for mapping in mappings:
            feeds.setdefault(mapping.table, set()).add(module)
    waits = {
        module: {feeder for mapping in mappings for table in mapping.links for feeder in feeds.get(table, ())}
        - {module}
        for module, mappings in modules.items()
    }
    found: list[list[str]] = []
    while waits:
        ready = [module for module, needed in waits.items() if not needed & waits.keys()] or [_first(waits, modules)]
        found.append(sorted(ready, key=lambda module: _rank(modules[module])))
        for module in ready:
            del waits[module]
    return found


def _first(waiting: Mapping[str, object], modules: Mapping[str, Sequence[CompiledMapping]]) -> str:
    return min(waiting, key=lambda module: _rank(modules[module]))


def _rank(mappings: Sequence[CompiledMapping]) -> tuple[bool, int]:
    tables = [mapping.table for mapping in mappings]
    return (_BEFORE_ALL not in tables, min(list(FACTS).index(table) for table in tables))

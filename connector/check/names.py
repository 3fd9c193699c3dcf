"""Links by name: which names of other tables' records would find nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.config import Connection
from connector.config.connections import mapping_way
from connector.contract import Page
from connector.errors import Message, Problem
from connector.formats.misfit import Misfit
from connector.mapping import TableMapping
from connector.mapping.links import NameIndex
from kpi_engine.document import Document
from kpi_engine.facts import FACTS

NAMED = 5


@dataclass(slots=True)
class NamesTrial:
    """The names that are looked up, and those that there are."""

    connection: Connection
    _wanted: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    """(table, module, column) -> the names that it holds."""
    _known: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    """Fact table -> (id, name) of its records."""

    def feed(self, module: str, page: Page) -> None:
        """Note a page's names."""
        for table, mapping in self.connection.each_mapping():
            if (mapping.module or table) == module:
                self._note_wanted(table, mapping, page)
                self._note_known(table, mapping, page)

    def problems(self, document: Document) -> Iterator[Problem]:
        """Columns in which names find nobody; those records keep no link, and are listed as issues."""
        for (table, module, column), names in self._wanted.items():
            target = _target(table, column)
            index = NameIndex(target, self._known.get(target, ()))
            lost = sorted(_lost(names, index))
            way = (*mapping_way(document, ("connections", self.connection.name), table, module), "columns", column)
            shared = [name for name in lost if index.is_shared(name)]
            unknown = [name for name in lost if name not in shared]
            if unknown:
                yield document.problem(way, _nobody(unknown, total=len(names), target=target), hint=_ADD)
            if shared:
                yield document.problem(way, _several(shared, total=len(names), target=target), hint=_TELL_APART)

    def _note_wanted(self, table: str, mapping: TableMapping, page: Page) -> None:
        for name, how in mapping.columns.items():
            if how.link and len(how.source) == 1:
                words = self._wanted.setdefault((table, mapping.module or table, name), set())
                cells = page.columns.get(how.source[0], ())
                words.update(text for cell in cells if cell is not None and (text := str(cell).strip()))

    def _note_known(self, table: str, mapping: TableMapping, page: Page) -> None:
        name = mapping.columns.get("name")
        if name is None or len(name.source) != 1 or not self._is_wanted(table):
            return
        ids = zip(*(_cells(page, each) for each in mapping.id), strict=True)
        found = zip(ids, _cells(page, name.source[0]), strict=True)
        known = self._known.setdefault(table, [])
        pairs = dict.fromkeys(("|".join(map(str, key)), str(word)) for key, word in found if word is not None)
        known.extend(pairs if not mapping.distinct else (pair for pair in pairs if pair not in known))

    def _is_wanted(self, table: str) -> bool:
        return any(
            how.link and _target(each, name) == table
            for each, mapping in self.connection.each_mapping()
            for name, how in mapping.columns.items()
        )


_ADD = Message("add the missing records, or correct the names; such records keep no link and are listed as issues")
_TELL_APART = Message("make these names differ, or link by id; such records keep no link and are listed as issues")


def _target(table: str, column: str) -> str:
    found = FACTS[table].column(column)
    return found.links if found else ""


def _cells(page: Page, name: str) -> Sequence[Any]:
    return page.columns.get(name, [None] * page.count)


def _lost(names: set[str], index: NameIndex) -> Iterator[str]:
    for name in names:
        try:
            index.find(name)
        except Misfit:
            yield name


def _nobody(names: Sequence[str], *, total: int, target: str) -> Message:
    return Message(
        "{count} of {total} names find none of the {table}: {words}",
        count=len(names),
        total=total,
        table=target,
        words=_listed(names),
    )


def _several(names: Sequence[str], *, total: int, target: str) -> Message:
    return Message(
        "{count} of {total} names are those of several {table}: {words}",
        count=len(names),
        total=total,
        table=target,
        words=_listed(names),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")

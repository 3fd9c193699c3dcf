"""Which KPIs are computed: those that ship, the files of the user's own, and what `enabled` leaves of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.config.model import Kpis
from connector.errors import Message, Problem, did_you_mean
from kpi_engine import catalog, rules
from kpi_engine.definition import Definition, Derived
from kpi_engine.document import Document
from kpi_engine.errors import DefinitionError
from kpi_engine.expression import Names, names, parse
from kpi_engine.facts import FactTable


@dataclass(frozen=True, slots=True)
class Definitions:
    """All that is known, and what of it is computed."""

    known: tuple[Definition, ...]
    selected: tuple[Definition, ...]


def read_definitions(
    document: Document, kpis: Kpis | None, *, folder: Path, assumptions: Collection[str], facts: Mapping[str, FactTable]
) -> tuple[Definitions, list[Problem]]:
    """The KPIs of this configuration, and everything that is wrong with them."""
    settings = kpis or Kpis()
    own, problems = _own(document, settings, folder=folder)
    known = (*catalog.shipped(), *own)
    unknown = _unknown(document, settings, known=known)
    selected = _selected(settings, known, own=own, assumptions=assumptions)
    broken = rules.check(_checked(selected, own), facts=facts, assumptions=assumptions)
    return Definitions(known, selected), [*problems, *unknown, *broken]


def _own(document: Document, kpis: Kpis, *, folder: Path) -> tuple[list[Definition], list[Problem]]:
    own: list[Definition] = []
    problems: list[Problem] = []
    for at, name in enumerate(kpis.files):
        try:
            own.extend(catalog.read_family((folder / name).read_text("utf-8-sig"), name))
        except DefinitionError as error:
            problems.extend(error.problems)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or Message("it is not written in UTF-8")
            message = Message("{file} cannot be read: {reason}", file=name, reason=reason)
            problems.append(document.problem(("kpis", "files", at), message))
    return own, problems


def _unknown(document: Document, kpis: Kpis, *, known: Iterable[Definition]) -> list[Problem]:
    ids = {definition.id for definition in known}
    return [
        document.problem(("kpis", "enabled", at), Message("{kpi} is not a KPI", kpi=kpi), hint=did_you_mean(kpi, ids))
        for at, kpi in enumerate(kpis.enabled or ())
        if kpi not in ids
    ]


def _selected(
    kpis: Kpis, known: Iterable[Definition], *, own: Iterable[Definition], assumptions: Collection[str]
) -> tuple[Definition, ...]:
    """Those enabled and what they are derived from, in the catalogue's order.

    Without `enabled` a shipped KPI whose assumptions nobody stated is left out: it could only be missing everywhere.
    """
    by_id = {definition.id: definition for definition in known}
    mine = {definition.id for definition in own}
    wanted = kpis.enabled
    if wanted is None:
        wanted = tuple(name for name in by_id if name in mine or _assumed(name, by_id) <= set(assumptions))
    needed = {each for name in wanted for each in _closure(name, by_id)}
    return tuple(definition for name, definition in by_id.items() if name in needed)


def _closure(name: str, by_id: Mapping[str, Definition], seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """A KPI and all that it is derived from; circles are the rules' business, here they only end."""
    if name in seen or name not in by_id:
        return frozenset()
    found = frozenset([name])
    for each in _names(by_id[name]).kpis:
        found |= _closure(each, by_id, seen | {name})
    return found


def _assumed(name: str, by_id: Mapping[str, Definition]) -> frozenset[str]:
    needed = _closure(name, by_id)
    return frozenset(each for kpi in needed for each in _names(by_id[kpi]).assumptions)


def _names(definition: Definition) -> Names:
    """What a KPI is derived from; nothing, where its formula is no formula (the rules say so)."""
    if isinstance(definition, Derived):
        try:
            return names(parse(definition.expression))
        except DefinitionError:
            pass
    return Names(frozenset(), frozenset())


def _checked(selected: Iterable[Definition], own: Iterable[Definition]) -> tuple[Definition, ...]:
    """What is computed, and all of the user's own: a fault in a file is named even while the KPI is not enabled."""
    return tuple({id(definition): definition for definition in (*selected, *own)}.values())

"""Which KPIs a CRM has the facts for, since when, and what to do about the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connector.errors import Message
from connector.init.proposal import TableFill
from kpi_engine import expression
from kpi_engine.definition import Definition, Derived
from kpi_engine.evaluate import essential_columns
from kpi_engine.facts import FACTS, FactTable

SURE: Final = 0.5
"""A proposal that is less sure is written as a comment, so it fills nothing."""
WELL_FILLED: Final = 0.5
"""A field that fewer records have gives a number about the others only."""


class State(StrEnum):
    """How far a KPI can be had, from the best on."""

    READY = "ready"
    PARTLY = "partly"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a CRM has for one KPI."""

    kpi: Definition
    state: State
    since: str
    """Date from which there is data; empty where it is not known."""
    filled: Mapping[str, float]
    """Share of the records that have each of its facts (`deals.amount`), where somebody counted."""
    remedies: tuple[Message, ...]
    """What to click or map to have it, or to have it better."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """What a CRM has for one fact column."""

    state: State
    since: str
    filled: float | None
    remedy: Message | None


def readiness(
    definitions: Iterable[Definition], tables: Sequence[TableFill], *, facts: Mapping[str, FactTable] = FACTS
) -> tuple[Readiness, ...]:
    """Every KPI, in the order of the definitions.

    Args:
        definitions: The KPIs.
        tables: What the CRM proposes; several may fill one fact table.
        facts: The data dictionary.
    """
    found: dict[str, Readiness] = {}
    known = {each.id: each for each in definitions}
    for definition in known.values():
        _judge(definition, known, found, tables=tables, facts=facts)
    return tuple(found[each] for each in known)


def _judge(
    definition: Definition,
    known: Mapping[str, Definition],
    found: dict[str, Readiness],
    *,
    tables: Sequence[TableFill],
    facts: Mapping[str, FactTable],
) -> Readiness:
    """A KPI made of others is as ready as those; the rules have refused circles."""
    if definition.id not in found:
        if isinstance(definition, Derived):
            names = expression.names(expression.parse(definition.expression))
            parts = [
                _judge(known[name], known, found, tables=tables, facts=facts)
                for name in sorted(names.kpis & known.keys())
            ]
            parts += [_assumed(definition, name) for name in sorted(names.assumptions)]
            found[definition.id] = _together(definition, parts)
        else:
            found[definition.id] = _own(definition, tables, facts)
    return found[definition.id]


def _assumed(definition: Definition, assumption: str) -> Readiness:
    """The settings that `init` writes assume nothing."""
    remedy = Message("no CRM holds it: state {setting} in the settings", setting=f"assumptions.{assumption}")
    return Readiness(definition, State.IMPOSSIBLE, since="", filled={}, remedies=(remedy,))


def _together(definition: Definition, parts: Sequence[Readiness]) -> Readiness:
    return Readiness(
        definition,
        state=_worst(each.state for each in parts),
        since=max((each.since for each in parts), default=""),
        filled={name: share for each in parts for name, share in each.filled.items()},
        remedies=tuple(dict.fromkeys(remedy for each in parts for remedy in each.remedies)),
    )


def _worst(states: Iterable[State]) -> State:
    return max(states, key=list(State).index, default=State.READY)


def _own(definition: Definition, tables: Sequence[TableFill], facts: Mapping[str, FactTable]) -> Readiness:
    essential = essential_columns(definition, facts=facts)
    found = {name: _fact(name, tables) for name in essential}
    return Readiness(
        definition,
        state=_worst(each.state for each in found.values()),
        since=max((each.since for each in found.values()), default=""),
        filled={name: each.filled for name, each in found.items() if each.filled is not None},
        remedies=tuple(dict.fromkeys(each.remedy for each in found.values() if each.remedy)),
    )


def _fact(name: str, tables: Sequence[TableFill]) -> _Fact:
    table, _, column = name.partition(".")
    offered = [each for each in tables if each.table == table]
    if not offered:
        return _Fact(State.IMPOSSIBLE, "", None, Message("map a module to {table}", table=table))
    return min((_column(each, column) for each in offered), key=lambda fact: list(State).index(fact.state))


def _column(table: TableFill, column: str) -> _Fact:
    proposal = table.columns.get(column)
    if proposal is None or proposal.confidence < SURE:
        otherwise = Message(
            "map a field of {module} to {table}.{column}", module=table.module, table=table.table, column=column
        )
        return _Fact(State.IMPOSSIBLE, table.since, None, table.missing.get(column, otherwise))
    filled = proposal.filled if table.records else None
    return _Fact(_state(filled), table.since, filled, _remedy(table, column, filled))


def _state(filled: float | None) -> State:
    if filled == 0:
        return State.IMPOSSIBLE
    return State.PARTLY if filled is not None and filled < WELL_FILLED else State.READY


def _remedy(table: TableFill, column: str, filled: float | None) -> Message | None:
    if _state(filled) is State.READY:
        return None
    source = table.columns[column].mapping.get("from", column)
    return Message(
        "have people fill in {field} of {module}: {percent} % of the records have it",
        field=source,
        module=table.module,
        percent=round(100 * (filled or 0)),
    )

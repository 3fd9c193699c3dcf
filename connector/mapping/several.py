"""Several modules that feed one fact table: a constant column tells their rows apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from connector.errors import ConfigError, Message
from connector.formats.misfit import Misfit
from connector.mapping.check import Fault, column_of
from connector.mapping.compile import CompiledMapping, compile_mapping
from connector.mapping.model import TableMapping
from connector.mapping.readers import plain_value
from connector.store.share import Share
from kpi_engine.facts import FACTS

_ANY_ZONE = ZoneInfo("UTC")


def compile_mappings(
    table: str, mappings: Sequence[TableMapping], *, timezone: str, currency: str, where: str = ""
) -> tuple[CompiledMapping, ...]:
    """All mappings of a table, each with the share of its rows; as `compile_mapping` does it for one.

    Raises:
        ConfigError: with everything that is wrong.
    """
    if faults := tuple(several_faults(table, mappings)):
        raise ConfigError(fault.problem(where) for fault in faults)
    compiled = [compile_mapping(table, each, timezone=timezone, currency=currency, where=where) for each in mappings]
    return tuple(
        _with_share(each, share) for each, share in zip(compiled, shares(table, mappings, timezone), strict=True)
    )


def shares(table: str, mappings: Sequence[TableMapping], timezone: str = "UTC") -> list[Share]:
    """Which rows are whose; the first mapping also has those that are nobody's."""
    if len(mappings) < 2:
        return [Share() for _ in mappings]
    column = telling_column(table, mappings)
    values = [_constant(table, each, column, ZoneInfo(timezone)) for each in mappings]
    return [Share(column, own, others=(*values[:at], *values[at + 1 :]), rest=at == 0) for at, own in enumerate(values)]


def several_faults(table: str, mappings: Sequence[TableMapping]) -> Iterator[Fault]:
    """What is wrong between the mappings of one table."""
    modules = [each.module or table for each in mappings]
    for module in dict.fromkeys(name for name in modules if modules.count(name) > 1):
        message = Message("{module} feeds {table} twice", module=module, table=table)
        yield Fault((), message, Message("put both into one mapping"))
    if table in FACTS and len(mappings) > 1 and not telling_column(table, mappings):
        message = Message(
            "{table} comes from {modules}, and no column tells their rows apart",
            table=table,
            modules=", ".join(modules),
        )
        hint = Message("give each a constant of its own in the same column, such as kind: {example}", example=_EXAMPLE)
        yield Fault((), message, hint)


_EXAMPLE = "{constant: call}"


def telling_column(table: str, mappings: Sequence[TableMapping]) -> str:
    """The first column in which each mapping has a constant of its own; empty where there is none."""
    for column in mappings[0].columns:
        values = [_constant(table, each, column, _ANY_ZONE) for each in mappings]
        if None not in values and len(set(values)) == len(values):
            return column
    return ""


def _constant(table: str, mapping: TableMapping, name: str, zone: ZoneInfo) -> Any:
    how = mapping.columns.get(name)
    column = None if how is None else column_of(FACTS[table], name, how)
    if how is None or column is None or how.source:
        return None
    try:
        return plain_value(column, how.constant, zone=zone)
    except Misfit:  # `check` says so
        return None


def _with_share(compiled: CompiledMapping, share: Share) -> CompiledMapping:
    """Rows of modules that came or went change hands: then the one that has the rest is read again, whole."""
    if not share.column:
        return compiled
    said = repr((compiled.digest, share.column, share.own, sorted(map(repr, share.others)) if share.rest else ()))
    return replace(compiled, share=share, digest=sha256(said.encode()).hexdigest())

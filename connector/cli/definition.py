"""A KPI's definition as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connector.cli.output import Words
from connector.errors import ConfigError, Message, Problem, did_you_mean

if TYPE_CHECKING:
    from kpi_engine.definition import Definition


def found(kpi: str, definitions: tuple[Definition, ...]) -> Definition:
    """The definition of that id.

    Raises:
        ConfigError: there is none.
    """
    by_id = {definition.id: definition for definition in definitions}
    if kpi not in by_id:
        raise ConfigError([Problem("KPI", Message("{kpi} is not a KPI", kpi=kpi), did_you_mean(kpi, by_id))])
    return by_id[kpi]


def name(definition: Definition, language: str) -> str:
    """The KPI's name as the reader calls it."""
    return {"zh-CN": definition.names.zh_cn, "zh-TW": definition.names.zh_tw}.get(language, definition.names.en)


def as_data(definition: Definition) -> dict[str, Any]:
    """The definition as it would stand in a file."""
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def in_words(definition: Definition, language: str) -> Iterator[Words]:
    """What a KPI is, one line after the other."""
    yield f"{definition.id}: {name(definition, language)}"
    yield definition.question
    yield Message("formula: {formula}", formula=definition.formula)
    yield Message("kind: {kind}, unit: {unit}", kind=definition.kind, unit=definition.unit.value)
    compare = definition.compare.value
    yield Message("better: {better}; compared by {compare}", better=definition.better.value, compare=compare)
    yield from _rows(definition)
    if definition.minimum_n:
        yield Message("below {count} rows it is shown without a judgement", count=definition.minimum_n)
    if definition.source:
        yield Message("source: {source}", source=definition.source)


def _rows(definition: Definition) -> Iterator[Words]:
    table = getattr(definition, "table", None)
    if table is None:
        yield Message("expression: {expression}", expression=getattr(definition, "expression", ""))
        return
    yield Message("facts: {table}, placed in time by {time}", table=table, time=getattr(definition, "time", ""))
    if dimensions := getattr(definition, "dimensions", ()):
        yield Message("also by: {dimensions}", dimensions=", ".join(dimensions))

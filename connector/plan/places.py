"""Where values would go that nobody has seen yet: what `apply` looks for, and makes where a person agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector.config import Config, Target
from connector.config.write_back import write_target
from connector.contract import Adapter, FieldShape, WriteTarget
from connector.store import Store, places


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A field or a module that is made where the CRM does not have it yet."""

    target: str
    module: str
    field: str
    """As the target names it; empty for the module itself."""
    label: str
    type: str = ""
    """Empty for a module."""


def unseen_places(config: Config, store: Store, target: Target, *, adapter: Adapter) -> tuple[PlannedPlace, ...]:
    """What the target needs and was never seen to be there. A file that is written whole needs nothing."""
    if adapter.capabilities.whole_file_write:
        return ()
    told = write_target(config, target)
    known = places.seen(store, target.connection, target.name, target.module)
    unseen = ((name, shape) for name, shape in _needed(told) if known.get(name) != mark_of(shape))
    return tuple(
        PlannedPlace(target.name, target.module, name, shape.label, shape.type)
        if shape is not None
        else PlannedPlace(target.name, target.module, name, told.label)
        for name, shape in unseen
    )


def needed_marks(told: WriteTarget) -> dict[str, str]:
    """Everything that a target needs, as it is noted once it was seen."""
    return {name: mark_of(shape) for name, shape in _needed(told)}


def _needed(told: WriteTarget) -> Iterator[tuple[str, FieldShape | None]]:
    if told.kind == "records":
        yield "", None
    yield from told.shapes.items()


def mark_of(shape: FieldShape | None) -> str:
    """What a place must be able to hold; its label may change without being looked for again.

    >>> mark_of(FieldShape("Won amount", "money", 2)), mark_of(None)
    ('money 2', 'module')
    """
    return "module" if shape is None else f"{shape.type} {shape.decimals}" + " unique" * shape.unique

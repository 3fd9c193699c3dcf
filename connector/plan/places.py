"""Where values would go that nobody has seen yet: what `apply` looks for, and makes where a person agreed."""

from __future__ import annotations

from dataclasses import dataclass

from connector.config import Config, Target
from connector.config.needs import mark_of, needed
from connector.config.write_back import write_target
from connector.contract import Adapter
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
    unseen = ((name, shape) for name, shape in needed(told) if known.get(name) != mark_of(shape))
    return tuple(
        PlannedPlace(target.name, target.module, name, shape.label, shape.type)
        if shape is not None
        else PlannedPlace(target.name, target.module, name, told.label)
        for name, shape in unseen
    )

"""What a write-back target needs to be there: the fields with their shapes, and for report records the module."""

from __future__ import annotations

from collections.abc import Iterator

from connector.contract import FieldShape, WriteTarget


def needed(told: WriteTarget) -> Iterator[tuple[str, FieldShape | None]]:
    """(field, its shape); the module of report records comes first, without a name and a shape."""
    if told.kind == "records":
        yield "", None
    yield from told.shapes.items()


def needed_marks(told: WriteTarget) -> dict[str, str]:
    """Everything that a target needs, as it is noted once it was seen."""
    return {name: mark_of(shape) for name, shape in needed(told)}


def mark_of(shape: FieldShape | None) -> str:
    """What a place must be able to hold; its label may change without being looked for again.

    >>> mark_of(FieldShape("Won amount", "money", 2)), mark_of(None)
    ('money 2', 'module')
    """
    return "module" if shape is None else f"{shape.type} {shape.decimals}" + " unique" * shape.unique

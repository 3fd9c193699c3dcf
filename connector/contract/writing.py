"""Write-back: what is sent, and what became of it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from connector.contract.effect import Effect
from connector.errors import Message

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class FieldShape:
    """What a field that we write looks like, should it have to be made."""

    label: str
    """In the organisation's language."""
    type: Literal["text", "long_text", "integer", "number", "percent", "money", "date", "instant"]
    decimals: int = 0
    unique: bool = False


@dataclass(frozen=True, slots=True)
class WriteTarget:
    """Where values are written: fields of a module's records, or report records."""

    name: str
    kind: Literal["fields", "records"]
    module: str
    id_fields: tuple[str, ...]
    """The vendor fields whose values, joined as the mapping joins them, are the record id (`fields` only)."""
    fields: tuple[str, ...]
    """The fields that we write, in order; no other is ever touched."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The adapter's own settings for this target, such as the output path."""
    shapes: Mapping[str, FieldShape] = field(default_factory=dict)
    """By field: what it has to be like. Of report records also `key`, which holds the record id."""
    label: str = ""
    """Of the report module, in the organisation's language (`records` only)."""


@dataclass(frozen=True, slots=True)
class Change:
    """The values that one record is to hold."""

    id: str
    record_id: str
    fields: Mapping[str, Cell]
    uncertain: bool = False
    """An earlier run may have sent it and knows no answer: what the record holds is looked at first."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one change. `unknown` (sent, answer lost) is settled by the next run's read-back."""

    change_id: str
    outcome: Literal["done", "rejected", "unknown"]
    message: Message = Message("")


PushTalk: TypeAlias = Generator[Effect | Receipt, Any, None]


@dataclass(frozen=True, slots=True)
class Place:
    """A field or a module that a write-back needs, and whether the CRM has it."""

    module: str
    field: str
    """Empty for the module itself."""
    state: Literal["there", "missing", "made", "unfit"]
    """`unfit`: it is there, and cannot hold what we would write."""
    message: Message = Message("")
    """Why it is unfit, and the remedy."""


PlaceTalk: TypeAlias = Generator[Effect | Place, Any, None]

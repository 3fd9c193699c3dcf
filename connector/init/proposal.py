"""How fact tables could be filled from the modules of a CRM, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Message


@dataclass(frozen=True, slots=True)
class ColumnFill:
    """How one fact column could be filled."""

    mapping: Mapping[str, Any]
    """As in the settings: `{from: Stage, values: {…}}`."""
    confidence: float
    """0 to 1; below 0.5 it is written as a comment."""
    why: Message
    filled: float | None = None
    """Share of the records that have it; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class TableFill:
    """How one fact table could be filled from one module; several modules may fill one table."""

    table: str
    module: str
    id: str
    columns: Mapping[str, ColumnFill]
    records: int | None = None
    since: str = ""
    """Date of the oldest record; empty where it is not known."""
    missing: Mapping[str, Message] = field(default_factory=dict)
    """Fact column -> what to click or map to get it."""

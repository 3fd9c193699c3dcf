"""Gaps as a person reads them: names for ids, labels for periods, a word for the colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connector.config import Config
from connector.errors import Message
from connector.store import Store, freshness
from connector.targets.directory import Directory
from connector.targets.period_label import label
from kpi_engine.gap import SHAPES, Rag, word
from kpi_engine.period import Grain, Period
from kpi_engine.target import Node


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    row: Mapping[str, Any]
    """As in the table `gaps`."""
    place: str
    period: str
    state: Message


def listed(config: Config, store: Store, rows: Iterable[Mapping[str, Any]]) -> list[Listed]:
    """Rows of `gaps` with words."""
    as_of = freshness.values_as_of(store)
    calendar, directory = config.calendar(), Directory(store, config.connections)
    today = calendar.local_date(datetime.fromisoformat(as_of)) if as_of else date.min
    return [
        Listed(
            row,
            directory.name_of(Node(row["connection"], row["scope"], row["scope_id"])),
            label(_period(row), calendar=calendar),
            _state(row, finished=bool(row["period_end"]) and row["period_end"] <= today.isoformat()),
        )
        for row in rows
    ]


def _period(row: Mapping[str, Any]) -> Period:
    start, end = (date.fromisoformat(row[name]) if row[name] else None for name in ("period_start", "period_end"))
    return Period(Grain(row["period"]), start, end)


def _state(row: Mapping[str, Any], *, finished: bool) -> Message:
    said = word(row["rag"], row["status"], finished=finished)
    return Message("{shape} {word}", shape=SHAPES[Rag(row["rag"])], word=said)

"""What is found after an experiment: everything that the store holds, and everything that the CRM was told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.company import stored

OF_ONE_RUN = frozenset(
    ("run_id", "basis", "number", "checked_at", "read_whole_at", "seen_at", "note", "difference_then")
)
"""Columns that tell which run did it and by which way: in these alone a restarted run may differ."""
OF_ONE_PATH = frozenset(("runs", "credits", "plans", "changes", "computed", "sync_state", "readings", "reading_ids"))
"""Tables that tell how one got there, what it cost, and where the next run goes on."""

SETTLED = frozenset(("done",))

Rows = list[dict[str, Any]]


def picture(folder: Path) -> dict[str, Rows]:
    """All rows of all tables, in an order that no run decides."""
    return {
        table: sorted((_kept(table, row) for row in rows), key=repr)
        for table, rows in _stored(folder).items()
        if table not in OF_ONE_PATH
    }


def _stored(folder: Path) -> dict[str, Rows]:
    path = folder / "store.sqlite"
    return stored(path) if path.exists() else {}


def _kept(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    left_out = OF_ONE_RUN | {"deleted"} if table == "coverage" else OF_ONE_RUN
    return {name: cell for name, cell in row.items() if name not in left_out}


def unsettled(folder: Path) -> Counter[str]:
    """Changes that were planned and are neither done nor replaced by others, by what became of them."""
    return Counter(row["status"] for row in _stored(folder).get("changes", ()) if row["status"] not in SETTLED)


def differences(found: Mapping[str, Rows], expected: Mapping[str, Rows]) -> dict[str, tuple[Rows, Rows]]:
    """Table -> rows that should not be there, and rows that are missing."""
    unlike = {}
    for table in sorted(found.keys() | expected.keys()):
        here, there = _counted(found.get(table, ())), _counted(expected.get(table, ()))
        if here != there:
            unlike[table] = ([*map(json.loads, here - there)], [*map(json.loads, there - here)])
    return unlike


def _counted(rows: Iterable[Mapping[str, Any]]) -> Counter[str]:
    return Counter(json.dumps(row, sort_keys=True, default=repr) for row in rows)


@dataclass(frozen=True, slots=True)
class Journal:
    """What a CRM accepted from us, compared with what it should have: as multisets, so that a double shows."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unexpected: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.lost or self.doubled or self.unexpected)


def written(journal: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """What came in through the API: module, record (of a report: its key), field and value.

    That a field is emptied is no number.
    """
    return Counter(
        json.dumps([line["module"], line["data"].get("KPI_Key") or line["record_id"], name, value])
        for line in journal
        if line["request"]
        for name, value in line["data"].items()
        if value is not None
    )


def compared(found: Counter[str], expected: Counter[str]) -> Journal:
    """The journal's verdict."""
    return Journal(
        lost=tuple(sorted((expected - found).elements())),
        doubled=tuple(sorted(each for each in (found - expected).elements() if each in expected)),
        unexpected=tuple(sorted(each for each in (found - expected).elements() if each not in expected)),
    )


def shown_as_fact(folder: Path) -> dict[tuple[str, ...], float | None]:
    """Every number that the store says is `ok`."""
    key = ("kpi", "scope", "scope_id", "period", "period_start")
    rows = _stored(folder).get("kpi_values", [])
    return {tuple(row[name] for name in key): row["value"] for row in rows if row["status"] == "ok"}

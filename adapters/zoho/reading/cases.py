"""The times of a case, for which Zoho has no field: its first answer, and when it was solved.

`$first_response_at` is the first outgoing call on the case, a stand-in for the first answer. A call does not move its
case's time of change, so news look at calls, too. The times of solution come from the history of `Status`, where the
organisation keeps one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.zoho import faults
from adapters.zoho.asking import Answer, Asking, answered
from adapters.zoho.reading.belonging import may_ask, rows_of_parents, rows_where
from adapters.zoho.reading.memory import Calls, checksum, instant, no_later
from adapters.zoho.reading.module import STAMP, ModuleRead
from adapters.zoho.reading.query import both, column, moment
from adapters.zoho.virtual import is_outbound

FIRST_RESPONSE: Final = "$first_response_at"
SOLVED: Final = ("$first_resolved_at", "$resolved_at")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_CALL: Final = ("Call_Type", "Call_Start_Time")
_ON: Final = "What_Id"
"""What a call is about."""
Row = Mapping[str, Any]


def makes_first_response(read: ModuleRead) -> bool:
    """Whether calls are looked at."""
    return read.module == "Cases" and FIRST_RESPONSE in read.made_here


def unmade(read: ModuleRead) -> Asking:
    """Of the times that are asked for, those that cannot be had here: not stated in the settings, not kept, refused."""
    missing: list[str] = []
    asked, stated = set(read.made_here), read.settings.cases
    if FIRST_RESPONSE in asked:
        had = stated.first_response and (yield from may_ask(read, "Calls", parent=_ON, names=_CALL))
        missing += [] if had else [FIRST_RESPONSE]
    if asked & set(SOLVED):
        had = stated.solved and (yield from _history_may_be_asked(read))
        missing += [] if had else [name for name in SOLVED if name in asked]
    return tuple(missing)


def case_times(read: ModuleRead, cases: Sequence[str]) -> Asking:
    """The times that can be had, as columns."""
    times: dict[str, list[Any]] = {}
    if makes_first_response(read):
        first = yield from _first_calls(read, cases)
        times[FIRST_RESPONSE] = [first.get(each) for each in cases]
    if set(read.made_here) & set(SOLVED):
        solved: Mapping[str, list[str]] = yield from _solved(read, cases)
        for name, chosen in zip(SOLVED, (min, max), strict=True):
            times[name] = [chosen(solved[each]) if each in solved else None for each in cases]
    return {name: cells for name, cells in times.items() if name in read.made_here}


# ---- answered ------------------------------------------------------------------------------------------------------


def _first_calls(read: ModuleRead, cases: Sequence[str]) -> Asking:
    """The first outgoing call on each case."""
    rows = yield from rows_of_parents(read, "Calls", parent=_ON, ids=cases, names=_CALL)
    found: dict[str, datetime] = {}
    for row in rows:
        at = instant(row["Call_Start_Time"])
        if at is not None and is_outbound(row["Call_Type"]):
            found[row["parent"]] = min(at, found.get(row["parent"], _NEVER))
    return {each: at.astimezone(UTC).isoformat() for each, at in found.items()}


def called_since(read: ModuleRead, known: Calls, *, overlap: timedelta, now: datetime | None) -> Asking:
    """Cases of which calls changed since the last run; returns (ids that may be cases, what is remembered now)."""
    since = known.at - overlap if known.at else None
    where = both(f"{column(_ON)} is not null", f"{STAMP} >= {moment(since)}" if since else "")
    rows: list[Row] = yield from rows_where(read, "Calls", where, parent=_ON, names=("Call_Type", STAMP))
    newest = no_later(max(filter(None, (instant(row[STAMP]) for row in rows)), default=known.at), now)
    found = Calls(newest, _sum_of(rows, since=newest - overlap if newest else None))
    if found.total == known.total and found.at == known.at:
        return (), known
    return tuple(dict.fromkeys(row["parent"] for row in rows if _may_be_on_a_case(row))), found


def _sum_of(rows: Iterable[Row], *, since: datetime | None) -> int:
    """Of the calls that the next run meets again."""
    met = [(row["id"], str(row[STAMP])) for row in rows if since is None or (instant(row[STAMP]) or _NEVER) >= since]
    return checksum(met)


def _may_be_on_a_case(row: Row) -> bool:
    """Where Zoho says what a call is about, only cases; else any, and what is no case is not found as one."""
    return is_outbound(row["Call_Type"]) and row.get("$se_module") in (None, "Cases")


# ---- solved --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tracker:
    """The module in which Zoho keeps the history of a case's status."""

    module: str
    parent: str


def _solved(read: ModuleRead, cases: Sequence[str]) -> Asking:
    """When each case entered a solved status."""
    tracker: _Tracker | None = yield from _tracker(read)
    if tracker is None:
        raise faults.no_history("Cases", "Status")
    found: dict[str, list[str]] = {}
    rows = yield from rows_of_parents(read, tracker.module, parent=tracker.parent, ids=cases, names=("Status", STAMP))
    for row in rows:
        at = instant(row[STAMP])
        if at is not None and row["Status"] in read.settings.cases.solved:
            found.setdefault(row["parent"], []).append(at.astimezone(UTC).isoformat())
    return found


def _history_may_be_asked(read: ModuleRead) -> Asking:
    tracker: _Tracker | None = yield from _tracker(read)
    if tracker is None:
        return False
    return (yield from may_ask(read, tracker.module, parent=tracker.parent, names=("Status", STAMP)))


def _tracker(read: ModuleRead) -> Asking:
    answer: Answer = yield read.api.get("settings/fields", {"module": "Cases"}, decode=answered("fields"))
    status = next((row for row in answer.rows if row.get("api_name") == "Status"), {})
    module = _named(_named(status, "history_tracking"), "module").get("api_name")
    if not isinstance(module, str):
        return None
    listed: Answer = yield read.api.get("settings/fields", {"module": module}, decode=answered("fields"))
    parent = next((row["api_name"] for row in listed.rows if _points_to_cases(row)), None)
    return _Tracker(module, parent) if isinstance(parent, str) else None


def _points_to_cases(row: Row) -> bool:
    module = _named(row, "lookup").get("module")
    return (module.get("api_name") if isinstance(module, dict) else module) == "Cases"


def _named(row: Row, key: str) -> Row:
    found = row.get(key)
    return found if isinstance(found, dict) else {}

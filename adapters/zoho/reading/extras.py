"""Pages, completed by virtual fields that take calls of their own: the stage before, and the times of a case.

They are only made where a mapping names them. Zoho has no field for them, and what they are read from may have gaps:
`$first_response_at` is the first outgoing call on the case, a stand-in for the first answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from adapters.zoho.asking import COQL_ROWS, Answer, Asking, answered
from adapters.zoho.reading.memory import instant
from adapters.zoho.reading.module import STAMP, Batch, ModuleRead, in_order
from adapters.zoho.reading.query import among, both, select, text
from adapters.zoho.values import Columns
from adapters.zoho.virtual import is_outbound
from connector.contract import State
from connector.errors import RejectedError

IDS_AT_ONCE: Final = 100
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
Row = Mapping[str, Any]


def said_pages(read: ModuleRead, batch: Batch, *, next_state: State | None) -> Asking:
    """Say a batch, with everything that was asked for."""
    if batch.count:
        columns = yield from _with_extras(read, read.completed(batch), batch.columns)
        yield from read.pages(columns, batch.count, source=batch.source, next_state=next_state)


def _with_extras(read: ModuleRead, columns: Columns, own: Mapping[str, Sequence[Any]]) -> Asking:
    """The page's columns with those that take more calls.

    Args:
        read: The module.
        columns: What the page will say.
        own: The real fields that were read.
    """
    asked = set(read.asked)
    if read.module == "DealHistory" and "$from_stage" in asked:
        return {**columns, "$from_stage": (yield from _stages_before(read, own))}
    if read.module == "Cases" and asked & {"$first_response_at", "$first_resolved_at", "$resolved_at"}:
        return {**columns, **(yield from _case_times(read, [str(each) for each in own["id"]]))}
    return columns


# ---- deals: the stage before ---------------------------------------------------------------------------------------


def _stages_before(read: ModuleRead, own: Mapping[str, Sequence[Any]]) -> Asking:
    deals = [str(each) for each in dict.fromkeys(own["Potential_Name"])]
    rows = yield from _related(read, "DealHistory", "Potential_Name", deals, ("Stage", STAMP))
    entered: dict[str, list[tuple[datetime, tuple[int, str], Any]]] = {}
    for row in rows:
        entered.setdefault(row["parent"], []).append((instant(row[STAMP]) or _NEVER, in_order(row["id"]), row["Stage"]))
    before: dict[str, Any] = {}
    for steps in entered.values():
        steps.sort(key=lambda each: each[:2])
        before |= {after[1][1]: earlier[2] for earlier, after in pairwise(steps)}
    return [before.get(str(each)) for each in own["id"]]


# ---- cases: answered, solved ---------------------------------------------------------------------------------------


def _case_times(read: ModuleRead, cases: Sequence[str]) -> Asking:
    times = read.settings.cases
    first = (yield from _first_calls(read, cases)) if times.first_response else {}
    solved = (yield from _solved(read, cases)) if times.solved else {}
    return {
        "$first_response_at": [first.get(each) for each in cases],
        "$first_resolved_at": [min(solved[each]) if each in solved else None for each in cases],
        "$resolved_at": [max(solved[each]) if each in solved else None for each in cases],
    }


def _first_calls(read: ModuleRead, cases: Sequence[str]) -> Asking:
    """The first outgoing call on each case."""
    rows = yield from _related(read, "Calls", "What_Id", cases, ("Call_Type", "Call_Start_Time"))
    found: dict[str, datetime] = {}
    for row in rows:
        at = instant(row["Call_Start_Time"])
        if at is not None and is_outbound(row["Call_Type"]):
            found[row["parent"]] = min(at, found.get(row["parent"], _NEVER))
    return _written(found)


def _solved(read: ModuleRead, cases: Sequence[str]) -> Asking:
    """When each case entered a solved status, out of the history of statuses, if the organisation tracks it."""
    tracker: Tracker | None = yield from _tracker(read)
    if tracker is None:
        return {}
    rows = yield from _related(read, tracker.module, tracker.parent, cases, (tracker.value, STAMP))
    found: dict[str, list[str]] = {}
    for row in rows:
        at = instant(row[STAMP])
        if at is not None and row[tracker.value] in read.settings.cases.solved:
            found.setdefault(row["parent"], []).append(at.astimezone(UTC).isoformat())
    return found


def _written(moments: Mapping[str, datetime]) -> dict[str, str]:
    return {each: at.astimezone(UTC).isoformat() for each, at in moments.items()}


class Tracker:
    """The module in which Zoho keeps the history of a picklist."""

    def __init__(self, module: str, *, parent: str, value: str) -> None:
        self.module, self.parent, self.value = module, parent, value


def _tracker(read: ModuleRead) -> Asking:
    answer: Answer = yield read.api.get("settings/fields", {"module": "Cases"}, decode=answered("fields"))
    status = next((row for row in answer.rows if row.get("api_name") == "Status"), {})
    module = _named(_named(status, "history_tracking"), "module").get("api_name")
    if not isinstance(module, str):
        return None
    listed: Answer = yield read.api.get("settings/fields", {"module": module}, decode=answered("fields"))
    parent = next((row["api_name"] for row in listed.rows if _points_to_cases(row)), None)
    return Tracker(module, parent=parent, value="Status") if isinstance(parent, str) else None


def _points_to_cases(row: Row) -> bool:
    module = _named(row, "lookup").get("module")
    return (module.get("api_name") if isinstance(module, dict) else module) == "Cases"


def _named(row: Row, key: str) -> Row:
    found = row.get(key)
    return found if isinstance(found, dict) else {}


# ---- records of records --------------------------------------------------------------------------------------------


def _related(read: ModuleRead, module: str, parent: str, ids: Sequence[str], names: Sequence[str]) -> Asking:
    """Rows of another module that belong to these records, each with its `parent`; none where Zoho refuses."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), IDS_AT_ONCE):
        try:
            found += yield from _rows(read, module, parent, ids[start : start + IDS_AT_ONCE], ("id", parent, *names))
        except RejectedError as error:
            if error.code not in ("INVALID_QUERY", "INVALID_MODULE", "NO_PERMISSION"):
                raise
            return []
    return found


def _rows(read: ModuleRead, module: str, parent: str, ids: Sequence[str], names: Sequence[str]) -> Asking:
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        where = both(among(parent, ids), f"id > {text(after)}" if after else "")
        query = select(names, module, where=where, order=("id",))
        answer: Answer = yield read.api.coql(query, limit=COQL_ROWS)
        rows += [{**row, "parent": _id_of(row.get(parent)), "id": str(row["id"])} for row in answer.rows]
        if not answer.more or not answer.rows:
            return rows
        after = max((str(row["id"]) for row in answer.rows), key=in_order)


def _id_of(cell: Any) -> str:
    return str(cell.get("id")) if isinstance(cell, dict) else str(cell)

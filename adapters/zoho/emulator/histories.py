"""Modules in which Zoho keeps the history of a picklist: a row for each value that a record entered.

The stage of deals is tracked by itself, in `DealHistory`; the status of cases where somebody turned that on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta

if TYPE_CHECKING:
    from adapters.zoho.emulator.state import State

_NEXT = "Moved_To__s"


@dataclass(frozen=True, slots=True)
class History:
    """A tracked picklist, and the module of its history."""

    module: str
    field: str
    rows: str
    parent: str
    """The lookup that leads back; empty where the record is gone."""
    duration: str
    related_list: str
    copied: tuple[str, ...] = ()
    """Other fields of the record whose values then are kept, too."""


STAGES = History(
    "Deals",
    "Stage",
    rows="DealHistory",
    parent="Potential_Name",
    duration="Stage_Duration_Calendar_Days",
    related_list="Stage_History",
    copied=("Amount", "Probability", "Expected_Revenue", "Closing_Date", "Currency", "Exchange_Rate"),
)
CASES = History(
    "Cases",
    "Status",
    rows="Status_History",
    parent="Subject_Name",
    duration="Status_Duration_Calendar_Days",
    related_list="Status_History",
)


def tracked(state: State, module: str) -> History | None:
    """What is tracked of a module; Zoho tracks one picklist at most."""
    return next((each for each in (STAGES, CASES) if each.module == module and each.rows in state.modules()), None)


def track(state: State, history: History) -> None:
    """Turn the tracking of a picklist on: its history begins with the next value that a record enters."""
    meta = ModuleMeta(
        history.rows,
        singular=history.rows.replace("_", " "),
        plural=history.rows.replace("_", " "),
        generated_type="field_tracker",
        name_field=history.field,
        editable=False,
        status="user_hidden",
        parent=history.module,
    )
    state.create_module(meta, _fields(state, history))


def _fields(state: State, history: History) -> Iterator[FieldMeta]:
    value = replace(state.fields(history.module)[history.field], id="", read_only=True, mandatory=False)
    yield FieldMeta("id", "bigint", "Id", read_only=True)
    yield FieldMeta(history.parent, "lookup", history.module, lookup=history.module, read_only=True)
    yield value
    yield replace(value, api_name=_NEXT, label="Moved To")
    yield FieldMeta(history.duration, "integer", "Duration (Calendar Days)", read_only=True)
    yield FieldMeta("Modified_Time", "datetime", "Modified Time", read_only=True)
    yield FieldMeta("Modified_By", "ownerlookup", "Modified By", lookup="Users", read_only=True)
    yield FieldMeta("Created_Time", "datetime", "Created Time", read_only=True)
    yield FieldMeta("$parent", "text", "$parent", visible=False, api_shown=False)


def noted(state: State, module: str, record: Mapping[str, Any], *, before: Mapping[str, Any], at: str, by: str) -> None:
    """Where the tracked value is another one: close the record's current row, if it has one, and open the next."""
    history = tracked(state, module)
    if history is None or not record.get(history.field) or record[history.field] == before.get(history.field):
        return
    entered = state.db.execute(
        f'SELECT id, Modified_Time FROM "{history.rows}" WHERE "$parent" = ? AND {_NEXT} IS NULL',  # noqa: S608
        (record["id"],),
    ).fetchall()
    for row_id, since in entered:
        days = (datetime.fromisoformat(at) - datetime.fromisoformat(since)).days
        # the row's Modified_Time stays: it says when the value was entered
        state.db.execute(
            f'UPDATE "{history.rows}" SET {_NEXT} = ?, "{history.duration}" = ? WHERE id = ?',  # noqa: S608
            (record[history.field], days, row_id),
        )
    row = {name: record.get(name) for name in (history.field, *history.copied)} | {
        history.parent: record["id"],
        "$parent": record["id"],
        "Modified_By": by,
        "Modified_Time": at,
        "Created_Time": at,
    }
    state.store(history.rows, {"id": state.new_id(), **row})


def orphaned(state: State, module: str, record: str) -> None:
    """The record is gone; its rows stay, and point to nothing."""
    _point(state, module, record, to="NULL")


def adopted(state: State, module: str, record: str) -> None:
    """The record is back."""
    _point(state, module, record, to='"$parent"')


def _point(state: State, module: str, record: str, *, to: str) -> None:
    history = tracked(state, module)
    if history is not None:
        state.db.execute(f'UPDATE "{history.rows}" SET "{history.parent}" = {to} WHERE "$parent" = ?', (record,))  # noqa: S608

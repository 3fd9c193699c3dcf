"""The module DealHistory: a row for each stage that a deal entered, kept as stages change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapters.zoho.emulator.state import State

MODULE = "DealHistory"
_COPIED = ("Stage", "Amount", "Probability", "Expected_Revenue", "Closing_Date", "Currency", "Exchange_Rate")


def stage_entered(state: State, deal: Mapping[str, Any], *, at: str, by: str) -> None:
    """Close the deal's current row, if it has one, and open the next."""
    if MODULE not in state.modules():
        return
    current = state.db.execute(
        'SELECT id, Modified_Time FROM "DealHistory" WHERE "$parent" = ? AND Moved_To__s IS NULL', (deal["id"],)
    ).fetchall()
    for row_id, entered in current:
        days = (datetime.fromisoformat(at) - datetime.fromisoformat(entered)).days
        # the row's Modified_Time stays: it says when the stage was entered
        state.db.execute(
            'UPDATE "DealHistory" SET Moved_To__s = ?, Stage_Duration_Calendar_Days = ? WHERE id = ?',
            (deal["Stage"], days, row_id),
        )
    row = {name: deal.get(name) for name in _COPIED} | {
        "Potential_Name": deal["id"],
        "$parent": deal["id"],
        "Modified_By": by,
        "Modified_Time": at,
        "Created_Time": at,
    }
    state.store(MODULE, {"id": state.new_id(), **row})


def orphaned(state: State, deal: str) -> None:
    """The deal is gone; its rows stay, and point to nothing."""
    if MODULE in state.modules():
        state.db.execute('UPDATE "DealHistory" SET Potential_Name = NULL WHERE "$parent" = ?', (deal,))


def adopted(state: State, deal: str) -> None:
    """The deal is back."""
    if MODULE in state.modules():
        state.db.execute('UPDATE "DealHistory" SET Potential_Name = "$parent" WHERE "$parent" = ?', (deal,))

"""What other users do in the moment in which somebody reads: the faults of pages that change under their reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.zoho.emulator.calls import Call
from adapters.zoho.emulator.state import State


def others_act(state: State, module: str, rows: Sequence[Mapping[str, Any]], call: Call) -> None:
    """Change or delete a record of the page that is just being sent, where a fault says so.

    Args:
        state: The org.
        module: Api name of the rows' module.
        rows: What is sent; rows without an id, such as sums, are nobody's records.
        call: With the faults.
    """
    target = str(rows[len(rows) // 2].get("id") or "")
    if not target:
        return
    if "modified_while_paged" in call.faults:
        state.update(module, target, {})
    if "deleted_while_paged" in call.faults:
        state.delete(module, target)

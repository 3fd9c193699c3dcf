"""Workflow rules: they fire on writes unless the caller says `"trigger": []`, and every run is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from adapters.zoho.emulator.state import State, stamp

EVERY_MODULE = "*"


@dataclass(frozen=True, slots=True)
class Workflow:
    """A rule: on which module and events, and what it sets (nothing: it only notifies somebody)."""

    name: str
    module: str = EVERY_MODULE
    events: Sequence[str] = ("create", "edit", "delete")
    sets: Mapping[str, Any] = field(default_factory=dict)


NOTIFY = Workflow("Notify the owner")
"""What every org has: somebody gets a mail."""


def add_workflow(state: State, workflow: Workflow) -> None:
    """An admin makes a rule."""
    state.put_document("workflow", {"id": workflow.name, **asdict(workflow)})


def fire(state: State, module: str, record_id: str, *, event: str, trigger: Sequence[str] | None) -> None:
    """Run the rules of a write.

    Args:
        state: Where runs are recorded.
        module: Api name.
        record_id: What was written.
        event: `create`, `edit` or `delete`.
        trigger: What the caller wants to run; None where it said nothing, which means all.
    """
    if trigger is not None and "workflow" not in trigger:
        return
    for rule in state.documents("workflow"):
        if rule["module"] not in (EVERY_MODULE, module) or event not in rule["events"]:
            continue
        state.db.execute(
            "INSERT INTO workflow_runs (request, at, workflow, module, record_id, event) VALUES (?, ?, ?, ?, ?, ?)",
            (state.request, stamp(state.now()), rule["name"], module, record_id, event),
        )
        if rule["sets"] and event != "delete":
            state.update(module, record_id, rule["sets"])


def workflow_runs(state: State) -> list[dict[str, Any]]:
    """Every run, in order."""
    names = ("number", "request", "at", "workflow", "module", "record_id", "event")
    return [dict(zip(names, row, strict=True)) for row in state.db.execute("SELECT * FROM workflow_runs")]

"""`crm-kpi plan`: what would be written to the CRM. Nothing is ever written that was not shown here first."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.errors import Message

if TYPE_CHECKING:
    from connector.contract import Cell
    from connector.plan import PlanReport
    from connector.store import Store
    from connector.store.outbox import PlannedChange

SHOWN = 20


@click.command(
    cls=Command,
    help=words(
        "Show what would be written to the CRM: the values that differ from what it holds.\n\n"
        "Nothing is written. The plan is kept, and `crm-kpi apply` writes just that plan."
    ),
    examples=("crm-kpi plan", "crm-kpi plan --all"),
)
@option("--all", "everything", is_flag=True, help=words("List every change, not only the first ones."))
@as_json
@common
@current
def plan(session: Session, everything: bool) -> None:
    from connector.plan import plan as plan_all

    config, now = session.config(), session.now()
    adapters = {name: connection.connect() for name, connection in config.connections.items()}
    with session.writing(config) as store:
        report = plan_all(config, store, adapters, now=now, again=True)
        changes = {
            each.target: _changes(store, each.target, limit=-1 if everything else SHOWN) for each in report.targets
        }
        if session.json:
            print_json(as_data(report, changes))
        else:
            show(session.output, report)
            _list(session.output, store, changes, most=None if everything else SHOWN)


def as_data(report: PlanReport, changes: dict[str, list[PlannedChange]]) -> dict[str, Any]:
    """The report as the documented JSON; `changes` hold the first ones, or all with --all."""
    listed = [
        {"target": target, "record_id": each.change.record_id, "fields": each.change.fields}
        for target, planned in changes.items()
        for each in planned
    ]
    return {
        "plan_id": report.plan_id,
        "as_of": report.as_of,
        "changed_records": report.changed_records,
        "calls": report.calls,
        "credits": report.credits,
        "places": [asdict(each) for each in report.places],
        "targets": [{**asdict(each), "changed_share": each.changed_share} for each in report.targets],
        "changes": listed,
    }


def show(output: Output, report: PlanReport) -> None:
    """The plan in numbers, target by target."""
    if not report.plan_id:
        output.result(Message("nothing to write: the CRM holds what it should"))
        return
    output.result(Message("plan {plan}, values as of {moment}", plan=report.plan_id, moment=report.as_of))
    heads = (
        Message("target"),
        Message("records"),
        Message("fields changed"),
        Message("of fields"),
        Message("emptied"),
        Message("held back"),
        Message("calls"),
        Message("credits"),
    )
    rows = (
        (
            each.target,
            each.changed_records,
            each.changed_fields,
            each.fields,
            each.cleared_fields,
            each.held_back,
            each.calls,
            each.credits,
        )
        for each in report.targets
    )
    output.table(heads, rows)
    for path in (path for each in report.targets for path in each.altered):
        message = Message("{file} is not as it was written: somebody changed or removed it", file=path)
        output.warning(message, Message("it would be written again; copy what you want to keep"))
    _show_places(output, report)


def _show_places(output: Output, report: PlanReport) -> None:
    """The fields and modules that nobody has seen yet."""
    if not report.places:
        return
    output.result()
    output.result(Message("not seen in the CRM yet; `crm-kpi apply --yes` looks, and makes what is missing:"))
    heads = (Message("target"), Message("module"), Message("field"), Message("type"), Message("label"))
    rows = ((each.target, each.module, each.field, each.type, each.label) for each in report.places)
    output.table(heads, rows)


def _changes(store: Store, target: str, *, limit: int) -> list[PlannedChange]:
    from connector.store import outbox

    return outbox.pending(store, target=target, limit=limit)


def _list(output: Output, store: Store, changes: dict[str, list[PlannedChange]], *, most: int | None) -> None:
    """Field by field what there is now and what there will be; the first lines of each target, or all."""
    for target, planned in changes.items():
        if not planned:
            continue
        held = _held(store, planned)
        cells = (
            (each.change.record_id, name, _cell(held.get(each.change.record_id, {}).get(name)), _cell(value))
            for each in planned
            for name, value in each.change.fields.items()
        )
        rows = [cell for cell in cells if cell[2] != cell[3]]  # a record is written whole, and much of it stays
        output.result()
        output.result(Message("{target}: the first {count} fields", target=target, count=len(rows[:most])))
        output.table((Message("record"), Message("field"), Message("now"), Message("then")), rows[:most])


def _held(store: Store, planned: list[PlannedChange]) -> dict[str, dict[str, Cell]]:
    """What the target holds now in the records that are shown."""
    from connector.store import acknowledged

    wanted = {each.change.record_id for each in planned}
    everything = acknowledged.acknowledged(store, planned[0].connection, planned[0].target)
    return {record_id: fields for record_id, fields in everything if record_id in wanted}


def _cell(value: Cell) -> str:
    return "" if value is None else str(value)

"""`crm-kpi apply`: write the plan to the CRM."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from connector.cli.failure import DONE, PARTLY
from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.errors import Message

if TYPE_CHECKING:
    from connector.apply import ApplyReport

yes = option("--yes", is_flag=True, help=words("You have looked at the plan and agree to it."))


@click.command(
    cls=Command,
    help=words(
        "Write the plan that `crm-kpi plan` has shown.\n\n"
        "The first time for a write-back configuration it needs --yes; after that it writes within the guard."
    ),
    examples=("crm-kpi apply --yes",),
)
@yes
@as_json
@common
@current
def apply(session: Session, yes: bool) -> int:
    from connector.apply import apply as apply_plan
    from connector.run import recorded

    config, now = session.config(), session.now()
    adapters = {name: connection.connect() for name, connection in config.connections.items()}
    with session.writing(config) as store, recorded(store, "apply", now=now) as noted, session.progress() as progress:
        report = apply_plan(config, store, adapters, yes=yes, now=now, progress=progress)
        noted.summary = {"plan": report.plan_id, "records_written": report.done}
    if session.json:
        print_json(as_data(report))
    else:
        show(session.output, report)
    return code(report)


def as_data(report: ApplyReport) -> dict[str, Any]:
    """The report as the documented JSON."""
    ended = report.out_of_credits
    return asdict(replace(report, out_of_credits=None)) | {"out_of_credits": ended.message if ended else None}


def code(report: ApplyReport) -> int:
    """The exit code that a write-back deserves."""
    return PARTLY if report.left_out else DONE


def show(output: Output, report: ApplyReport) -> None:
    """What was written, and the vendor's words for what was not."""
    if not report.plan_id:
        output.result(Message("nothing to write: the CRM holds what it should"))
        return
    output.result(Message("{count} records written", count=report.done))
    for file in report.altered:
        output.warning(
            Message("{file} had been removed by somebody and was written again", file=file.path)
            if file.gone
            else Message("{file} had been changed by somebody; it was written again without that", file=file.path)
        )
    for each in report.rejected:
        place = f"{each.target} {each.record_id}"
        output.warning(Message("{where}: {problem}", where=place, problem=each.reason))
    for each in report.later:
        output.warning(Message("{where}: {problem}", where=f"{each.target} {each.record_id}", problem=each.reason))
    if report.unknown:
        message = Message("{count} records were sent and not answered", count=report.unknown)
        output.warning(message, Message("run it again: it looks whether they arrived"))
    if (ended := report.out_of_credits) is not None:
        output.warning(Message("{what}: {why}", what=Message("not finished"), why=ended.message), ended.hint)

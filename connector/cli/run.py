"""`crm-kpi run`: all steps, safe to start again at any time. This is what a schedule calls."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from connector.cli import apply as applying
from connector.cli import compute as computing
from connector.cli import plan as planning
from connector.cli import pull as pulling
from connector.cli.apply import yes
from connector.cli.failure import DONE, FAILED, PARTLY
from connector.cli.language import words
from connector.cli.moment import as_of, instant
from connector.cli.options import Command, as_json, common
from connector.cli.output import Output, print_json
from connector.cli.pull import accept_deletions
from connector.cli.session import Session, current
from connector.cli.target import gaps_data, show_gaps

if TYPE_CHECKING:
    from connector.run import RunReport


@click.command(
    cls=Command,
    help=words(
        "Pull, compute, plan and apply.\n\n"
        "Safe to start again at any time; what is done is not done again. Until a person has confirmed the write-back "
        "with `crm-kpi apply --yes`, nothing is written and the plan waits."
    ),
    examples=("crm-kpi run", "crm-kpi run --json > last_run.json"),
)
@yes
@accept_deletions
@as_of
@as_json
@common
@current
def run(session: Session, yes: bool, accept_deletions: bool, as_of: date | datetime | None) -> int:
    from connector.run import run as run_all

    config, now = session.config(), session.now()
    moment = instant(as_of, config)
    with session.writing(config) as store, session.progress() as progress:
        report = run_all(
            config, store, now=now, as_of=moment, yes=yes, accept_deletions=accept_deletions, progress=progress
        )
    if session.json:
        print_json(as_data(report))
    else:
        show(session.output, report)
    return code(report)


def code(report: RunReport) -> int:
    """The exit code that a run deserves."""
    return {"done": DONE, "partly": PARTLY}.get(report.status, FAILED)


def as_data(report: RunReport) -> dict[str, Any]:
    """The report as the documented JSON."""
    from connector.run import summary_of

    return {
        "run_id": report.run_id,
        "status": report.status,
        "summary": summary_of(report),
        "pull": pulling.as_data(report.pulled),
        "gaps": gaps_data(report.gaps),
        "plan": planning.as_data(report.planned, {}),
        "waiting": report.waiting if report.waiting else None,
    }


def show(output: Output, report: RunReport) -> None:
    """The steps, one after the other."""
    pulling.show(output, report.pulled)
    output.result()
    computing.show(output, report.computed)
    show_gaps(output, report.gaps)
    output.result()
    if report.applied is not None:
        applying.show(output, report.applied)
    else:
        planning.show(output, report.planned)
    if report.waiting:
        output.warning(report.waiting)

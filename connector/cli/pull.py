"""`crm-kpi pull`: bring the news of every connection into the local database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.failure import DONE, FAILED, PARTLY
from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.errors import Message

if TYPE_CHECKING:
    from connector.pull import ModuleReport, PullReport

accept_deletions = option(
    "--accept-deletions",
    is_flag=True,
    help=words("Go on although a large share of a table has left its source."),
)


@click.command(
    cls=Command,
    help=words(
        "Bring the news of every connection into the local database.\n\n"
        "A file or module without news is not read again. What cannot be used goes to quarantine, with its reason."
    ),
    examples=("crm-kpi pull", "crm-kpi pull --json"),
)
@accept_deletions
@as_json
@common
@current
def pull(session: Session, accept_deletions: bool) -> int:
    from connector.pull import pull as pull_all
    from connector.pull import sources
    from connector.run import DONE as WELL
    from connector.run import FAILED as BADLY
    from connector.run import recorded

    config, now = session.config(), session.now()
    ready = sources(config)
    with session.writing(config) as store, recorded(store, "pull", now=now) as noted, session.progress() as progress:
        report = pull_all(
            store, ready, run_id=noted.run_id, now=now, accept_deletions=accept_deletions, progress=progress
        )
        noted.status = BADLY if report.failed else WELL
        noted.summary = {"arrived": sum(module.arrived for module in report.modules)}
    if session.json:
        print_json(as_data(report))
    else:
        show(session.output, report)
    return code(report)


def code(report: PullReport) -> int:
    """The exit code that a pull deserves."""
    if report.failed:
        return FAILED
    return PARTLY if report.quarantined else DONE


def as_data(report: PullReport) -> dict[str, Any]:
    """The report as the documented JSON."""
    return {"news": report.news, "modules": [_module(module) for module in report.modules]}


def _module(module: ModuleReport) -> dict[str, Any]:
    return {
        "connection": module.connection,
        "module": module.module,
        "tables": module.tables,
        "arrived": module.arrived,
        "changed": module.changed,
        "deleted": module.deleted,
        "quarantined": module.quarantined,
        "issues": module.issues,
        "no_news": module.no_news,
        "complete": module.complete,
        "error": module.error.message if module.error else None,
        "hint": module.error.hint if module.error else None,
    }


def show(output: Output, report: PullReport) -> None:
    """A line for each module, then what failed."""
    heads = (
        Message("module"),
        Message("arrived"),
        Message("changed"),
        Message("deleted"),
        Message("quarantined"),
        Message("issues"),
        Message("remark"),
    )
    rows = (
        (
            f"{module.connection}.{module.module}",
            module.arrived,
            module.changed,
            module.deleted,
            module.quarantined,
            module.issues,
            _remark(module),
        )
        for module in report.modules
    )
    output.table(heads, rows)
    for module in report.failed:
        if module.error is not None:
            place = f"{module.connection}.{module.module}"
            output.error(Message("{where}: {problem}", where=place, problem=module.error.message), module.error.hint)
    if report.quarantined:
        message = Message("{count} records went to quarantine and are in no KPI", count=report.quarantined)
        output.warning(message, Message("see them with: crm-kpi status --quarantine"))


def _remark(module: ModuleReport) -> Message | None:
    if module.error is not None:
        return Message("failed")
    if module.no_news:
        return Message("no news")
    return module.note if module.complete else Message("incomplete")

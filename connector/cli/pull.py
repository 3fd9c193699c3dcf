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


reconcile = option(
    "--reconcile",
    is_flag=True,
    help=words("Read everything that comes over a network whole, as if for the first time; costs as many calls."),
)


@click.command(
    cls=Command,
    help=words(
        "Bring the news of every connection into the local database.\n\n"
        "A file or module without news is not read again. What cannot be used goes to quarantine, with its reason."
    ),
    examples=("crm-kpi pull", "crm-kpi pull --json", "crm-kpi pull --reconcile"),
)
@accept_deletions
@reconcile
@as_json
@common
@current
def pull(session: Session, accept_deletions: bool, reconcile: bool) -> int:
    from connector.pull import pull as pull_all
    from connector.pull import sources
    from connector.run import DONE as WELL
    from connector.run import FAILED as BADLY
    from connector.run import PARTLY as IN_PART
    from connector.run import failures_of, recorded
    from connector.store import runs

    config, now = session.config(), session.now()
    ready = sources(config)
    with session.writing(config) as store, recorded(store, "pull", now=now) as noted, session.progress() as progress:
        report = pull_all(
            store,
            ready,
            run_id=noted.run_id,
            now=now,
            accept_deletions=accept_deletions,
            reconcile=reconcile,
            progress=progress,
        )
        noted.status = BADLY if report.failed else IN_PART if report.out_of_credits else WELL
        arrived = sum(module.arrived for module in report.modules)
        noted.summary = {"arrived": arrived, runs.UP_TO_DATE: report.up_to_date, **failures_of(report)}
    if session.json:
        print_json(as_data(report))
    else:
        show(session.output, report)
    return code(report)


def code(report: PullReport) -> int:
    """The exit code that a pull deserves."""
    if report.failed:
        return FAILED
    return PARTLY if report.quarantined or report.out_of_credits else DONE


def as_data(report: PullReport) -> dict[str, Any]:
    """The report as the documented JSON."""
    return {"news": report.news, "modules": [_module(module) for module in report.modules]}


def _module(module: ModuleReport) -> dict[str, Any]:
    from connector.status import told

    counted = module.counted
    note = told(counted) if counted else None
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
        "vendor_count": counted.vendor_count if counted else None,
        "stored": counted.arrived if counted else None,
        "accepted_missing": counted.accepted if counted else None,
        "note": note or None,
        "error": module.error.message if module.error else None,
        "hint": module.error.hint if module.error else None,
    }


def show(output: Output, report: PullReport) -> None:
    """A line for each module, then what is missing and what failed."""
    from connector.status import incompleteness

    heads = (
        Message("module"),
        Message("arrived"),
        Message("changed"),
        Message("deleted"),
        Message("quarantined"),
        Message("issues"),
        Message("announced"),
        Message("in the store"),
        Message("remark"),
    )
    output.table(heads, map(_line, report.modules))
    for module in report.modules:
        if module.error is None and not module.complete and module.counted is not None:
            problem = incompleteness(module.counted)
            output.warning(Message("{where}: {problem}", where=problem.where, problem=problem.message), problem.hint)
    _show_failed(output, report)
    _show_out_of_credits(output, report)
    if report.quarantined:
        message = Message("{count} records went to quarantine and are in no KPI", count=report.quarantined)
        output.warning(message, Message("see them with: crm-kpi status --quarantine"))


def _line(module: ModuleReport) -> tuple[object, ...]:
    counted = module.counted
    return (
        f"{module.connection}.{module.module}",
        module.arrived,
        module.changed,
        module.deleted,
        module.quarantined,
        module.issues,
        counted.vendor_count if counted else None,
        counted.arrived if counted else None,
        _remark(module),
    )


def _show_failed(output: Output, report: PullReport) -> None:
    """One line for each reason: where a whole connection is down, all its modules have the same one."""
    failed: dict[tuple[str, str, str], list[ModuleReport]] = {}
    for module in report.failed:
        if module.error is not None:
            reason = (module.connection, str(module.error.message), str(module.error.hint))
            failed.setdefault(reason, []).append(module)
    for (connection, *_), modules in failed.items():
        if (error := modules[0].error) is not None:
            whole = len(modules) > 1 and all(
                each in modules for each in report.modules if each.connection == connection
            )
            place = connection if whole else f"{connection}.{', '.join(module.module for module in modules)}"
            output.error(Message("{where}: {problem}", where=place, problem=error.message), error.hint)


def _show_out_of_credits(output: Output, report: PullReport) -> None:
    """One line for each connection: all its modules stopped for the same reason."""
    stopped: dict[str, list[ModuleReport]] = {}
    for module in report.out_of_credits:
        stopped.setdefault(module.connection, []).append(module)
    for connection, modules in stopped.items():
        if (error := modules[-1].error) is not None:
            names = ", ".join(module.module for module in modules)
            message = Message("{connection}: not finished: {modules}", connection=connection, modules=names)
            output.warning(Message("{what}: {why}", what=message, why=error.message), error.hint)


def _remark(module: ModuleReport) -> Message | None:
    from connector.status import told

    if module.out_of_credits:
        return Message("not finished")
    if module.error is not None:
        return Message("failed")
    if not module.complete:
        return Message("incomplete")
    counted = module.counted
    if counted is not None and counted.accepted:
        return Message("{count} missing, accepted", count=counted.accepted)
    if module.no_news and module.note is None:
        return Message("no news")
    return module.note or (told(counted) if counted else None)

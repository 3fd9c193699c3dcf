"""`crm-kpi check`: all problems at once, each with its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.failure import DONE, USAGE
from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.errors import ConnectorError, Message, Problem

if TYPE_CHECKING:
    from connector.check import CheckReport, Kind, Proposal


@click.command(
    cls=Command,
    help=words(
        "Check the settings against the files, the mapping, the KPIs, the write-back and the local database.\n\n"
        "Every file is read to its end and nothing is stored. Warnings do not fail; those of one kind are one line "
        "with an example, and --all lists each. With --fix, formats that the files themselves tell are written into "
        "the settings; comments stay."
    ),
    examples=("crm-kpi check", "crm-kpi check --fix", "crm-kpi check --all", "crm-kpi check --json"),
)
@option("--fix", is_flag=True, help=words("Write formats that were found into the settings."))
@option("--all", "everything", is_flag=True, help=words("List every warning, and every format that was found."))
@as_json
@common
@current
def check(session: Session, fix: bool, everything: bool) -> int:
    from connector.check import check as check_all

    config = session.config()
    with session.progress() as progress:
        report = check_all(config, progress=progress)
    left = _fix(session, config.path, report) if fix else report.proposals
    if session.json:
        print_json(
            {"errors": report.errors, "warnings": report.warnings, "proposals": [_as_data(each) for each in left]}
        )
    else:
        _show(session.output, report, left, everything=everything)
    return USAGE if report.errors else DONE


def _as_data(proposal: Proposal) -> dict[str, object]:
    return {
        "where": proposal.where,
        "setting": proposal.setting,
        "value": proposal.value,
        "is_found_anyway": proposal.is_found_anyway,
    }


def _fix(session: Session, path: Path, report: CheckReport) -> tuple[Proposal, ...]:
    """Write what can be written safely; what cannot is shown."""
    from connector.check import fixed

    text = path.read_text("utf-8-sig")
    changed, left = fixed(text, report.proposals)
    written = len(report.proposals) - len(left)
    if written:
        _replace(path, changed)
        session.output.note(Message("{count} formats were written into {file}", count=written, file=path))
    return left


def _replace(path: Path, text: str) -> None:
    from connector.store.disk import put_whole

    try:
        put_whole(path, text.encode())
    except OSError as error:
        message = Message("{file} cannot be written: {reason}", file=path, reason=error.strerror)
        raise ConnectorError(message) from error


def _show(output: Output, report: CheckReport, proposals: tuple[Proposal, ...], *, everything: bool) -> None:
    from connector.check import needed

    _warn(output, report.warnings, everything=everything)
    for problem in report.errors:
        output.problem(problem)
    _propose(output, proposals if everything else needed(proposals))
    if not report.errors:
        output.result(Message("nothing is wrong ({count} warnings)", count=len(report.warnings)))
    unsaid = sum(each.is_found_anyway for each in proposals)
    if unsaid and not everything:
        output.note(
            Message(
                "{count} formats are not stated, and each pull finds them anew: --fix writes them, --all lists them",
                count=unsaid,
            )
        )


def _warn(output: Output, warnings: tuple[Problem, ...], *, everything: bool) -> None:
    """Each, or one of each kind."""
    from connector.check import Kind, summed_up

    for kind in [Kind(each, 1) for each in warnings] if everything else summed_up(warnings):
        output.warning(_words(kind), kind.example.hint)


def _words(kind: Kind) -> Message:
    where, problem = kind.example.where, kind.example.message
    if kind.count == 1:
        return Message("{where}: {problem}", where=where, problem=problem)
    return Message(
        "{where}: {problem} (and {count} more of this kind: --all)", where=where, problem=problem, count=kind.count - 1
    )


def _propose(output: Output, proposals: tuple[Proposal, ...]) -> None:
    from connector.config.layout import flow

    if proposals:
        output.result(Message("the files tell these settings; crm-kpi check --fix writes them:"))
    for proposal in proposals:
        output.result(f"  {proposal.where}: {proposal.setting}: {flow(proposal.value)}")

"""`crm-kpi status`: did it run, is it fresh, did everything arrive, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from connector.cli.failure import DONE, FAILED
from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.errors import Message

if TYPE_CHECKING:
    from connector.status import StatusReport
    from connector.store import Store
    from connector.store.runs import Run

ROWS_SHOWN = 100


@click.command(
    cls=Command,
    help=words(
        "Show the last runs, how fresh the facts are, and what needs you.\n\n"
        "With --max-age it fails when the facts are older, so that any monitor can watch it."
    ),
    examples=("crm-kpi status", "crm-kpi status --json", "crm-kpi status --max-age 26"),
)
@option("--quarantine", is_flag=True, help=words("List the records that no KPI counts, and the fields left empty."))
@option("--max-age", type=click.FloatRange(min=0), metavar="HOURS", help=words("Fail when the facts are older."))
@as_json
@common
@current
def status(session: Session, quarantine: bool, max_age: float | None) -> int:
    from connector.status import status as look

    config = session.config()
    with session.reading(config) as store:
        report = look(store, now=session.now(), connections=config.connections.values())
        if session.json:
            print_json({**as_data(report), **(_troubled(store) if quarantine else {})})
        elif quarantine:
            _list_troubled(session.output, store)
        else:
            _show(session.output, report)
    if max_age is not None and (report.age is None or report.age > timedelta(hours=max_age)):
        session.output.error(Message("the facts are older than {hours} hours", hours=max_age))
        return FAILED
    return DONE


def as_data(report: StatusReport) -> dict[str, Any]:
    """The report as the documented JSON."""
    from connector.status import told

    return {
        "data_as_of": report.data_as_of,
        "age_hours": None if report.age is None else round(report.age / timedelta(hours=1), 2),
        "runs": [{**_fields(run), "summary": _summary(run)} for run in report.runs],
        "coverage": [{**_fields(each), "note": told(each) or None} for each in report.coverage],
        "withheld": [_fields(each) for each in report.withheld],
        "credits": [_fields(each) for each in report.credits],
        "problems": {table: _fields(each) for table, each in report.problems.items()},
        "plan": None if report.plan is None else _fields(report.plan),
        "changes": report.changes,
        "advice": report.advice,
    }


def _summary(run: Run) -> Mapping[str, Any]:
    """In English, as everything in JSON."""
    from connector.store import runs

    return {name: value for name, value in run.summary.items() if name != runs.TOLD}


def _fields(record: Any) -> Mapping[str, Any]:
    names: Iterable[str] = getattr(record, "_fields", None) or record.__dataclass_fields__
    return {name: getattr(record, name) for name in names}


def _show(output: Output, report: StatusReport) -> None:
    if report.data_as_of is not None and report.age is not None:
        hours = f"{report.age / timedelta(hours=1):.1f}"
        moment = report.data_as_of.isoformat().replace("+00:00", "Z")
        output.result(Message("facts as of {moment} ({hours} hours old)", moment=moment, hours=hours))
    _show_runs(output, report)
    _show_coverage(output, report)
    _show_credits(output, report)
    for each in report.advice:
        output.warning(Message("{where}: {problem}", where=each.where, problem=each.message), each.hint)


def _show_runs(output: Output, report: StatusReport) -> None:
    heads = (Message("run"), Message("command"), Message("started"), Message("finished"), Message("outcome"))
    rows = ((run.run_id, run.command, run.started_at, run.finished_at, run.status) for run in report.runs)
    output.result()
    output.table(heads, rows)


def _show_coverage(output: Output, report: StatusReport) -> None:
    heads = (
        Message("module"),
        Message("table"),
        Message("announced"),
        Message("arrived"),
        Message("facts"),
        Message("quarantined"),
        Message("complete"),
        Message("missing, accepted"),
    )
    rows = (
        (
            f"{each.connection}.{each.module}",
            each.table,
            each.vendor_count,
            each.arrived,
            each.facts,
            each.quarantined,
            _yes(each.complete),
            each.accepted,
        )
        for each in report.coverage
    )
    output.result()
    output.table(heads, rows)
    output.result()


def _show_credits(output: Output, report: StatusReport) -> None:
    for each in report.credits:
        message = Message(
            "{connection}: {spent} credits spent in 24 hours; ours are {allowed}, the CRM allows {vendors}",
            connection=each.connection,
            spent=each.spent,
            allowed="?" if each.allowed is None else each.allowed,
            vendors="?" if each.vendors is None else each.vendors,
        )
        output.result(message)


def _yes(truth: bool) -> Message:
    return Message("yes") if truth else Message("no")


def _troubled(store: Store) -> dict[str, Any]:
    from connector.store import problems

    return {
        "quarantine": [_without_message(each) for each in problems.quarantined(store, limit=ROWS_SHOWN)],
        "issues": [_without_message(each) for each in problems.issues(store, limit=ROWS_SHOWN)],
    }


def _without_message(record: Any) -> Mapping[str, Any]:
    """The reason says it in English, as everything in JSON."""
    return {name: value for name, value in _fields(record).items() if name != "message"}


def _list_troubled(output: Output, store: Store) -> None:
    from connector.store import problems

    heads = (
        Message("table"),
        Message("record"),
        Message("place"),
        Message("field"),
        Message("value"),
        Message("reason"),
    )
    for title, found in (
        (Message("in quarantine (in no KPI)"), problems.quarantined(store, limit=ROWS_SHOWN)),
        (Message("fields left empty"), problems.issues(store, limit=ROWS_SHOWN)),
    ):
        rows = [
            (
                each.table_name,
                each.record_id,
                f"{each.source or ''}:{each.position or ''}",
                each.field,
                each.value,
                each.told,
            )
            for each in found
        ]
        output.result(title)
        output.table(heads, rows)
        output.result()

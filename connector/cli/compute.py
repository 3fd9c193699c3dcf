"""`crm-kpi compute`: KPIs out of the facts that there are, and how far each is from its target."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from connector.cli.failure import DONE, PARTLY
from connector.cli.language import words
from connector.cli.moment import as_of, instant
from connector.cli.options import Command, as_json, common
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.cli.target import gaps_data, show_gaps
from connector.errors import Message

if TYPE_CHECKING:
    from connector.compute import ComputeReport


@click.command(
    cls=Command,
    help=words(
        "Compute the KPIs from the facts in the local database, and the gaps to their targets.\n\n"
        "The same facts, settings and moment give the same numbers, to the last bit."
    ),
    examples=("crm-kpi compute", "crm-kpi compute --as-of 2025-09-30"),
)
@as_of
@as_json
@common
@current
def compute(session: Session, as_of: date | datetime | None) -> int:
    from connector.compute import compute as compute_all
    from connector.compute import windows
    from connector.run import recorded
    from connector.targets import update_gaps

    config, now = session.config(), session.now()
    moment = instant(as_of, config)
    with session.writing(config) as store, recorded(store, "compute", now=now) as noted, session.progress() as progress:
        report = compute_all(config, store, run_id=noted.run_id, as_of=moment, progress=progress)
        windowed = partial(windows, config, store, progress=progress)
        gaps = update_gaps(config, store, run_id=noted.run_id, windows=windowed, progress=progress)
        noted.summary = {"values": report.cells, "values_changed": report.changed, "gaps_changed": gaps.changed}
    if session.json:
        print_json({**asdict(report), "gaps": gaps_data(gaps)})
    else:
        show(session.output, report)
        show_gaps(session.output, gaps)
    return PARTLY if gaps.problems else DONE


def show(output: Output, report: ComputeReport) -> None:
    """How many values there are, and how they are to be read."""
    output.result(
        Message(
            "{kpis} KPIs as of {moment}: {cells} values, {changed} of them changed",
            kpis=report.kpis,
            moment=report.as_of.isoformat().replace("+00:00", "Z"),
            cells=report.cells,
            changed=report.changed,
        )
    )
    output.table((Message("status"), Message("values")), report.statuses.items())
    for kpi, reason in report.failed.items():
        output.warning(Message("{where}: {problem}", where=kpi, problem=reason))
    if report.incomplete:
        names = ", ".join(report.incomplete)
        message = Message("not everything arrived of {tables}; KPIs on them are not written back", tables=names)
        output.warning(message, Message("look at: crm-kpi status"))

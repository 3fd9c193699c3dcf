"""`crm-kpi demo`: the whole loop over a small sample; no account needed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.cli.value import shown_value
from connector.errors import Message

if TYPE_CHECKING:
    from connector.demo import DemoReport


@click.command(
    cls=Command,
    help=words(
        "Run the whole loop over a small sample, and leave a folder to look around in.\n\n"
        "No account and no network are needed; nothing outside the folder is touched."
    ),
    examples=("crm-kpi demo", "crm-kpi demo --folder try-it"),
)
@option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("crm-kpi-demo"),
    help=words("Where the sample is copied to; default: crm-kpi-demo."),
)
@as_json
@common
@current
def demo(session: Session, folder: Path) -> None:
    from connector.demo import demo as run_demo
    from connector.run import summary_of

    with session.progress() as progress:
        report = run_demo(folder, now=session.now(), progress=progress)
    if session.json:
        print_json(
            {
                "folder": report.folder,
                "settings": report.settings,
                "written": report.written,
                "summary": summary_of(report.run),
                "values": [asdict(value) for value in report.values],
            }
        )
    else:
        _show(session.output, report)


def _show(output: Output, report: DemoReport) -> None:
    heads = (Message("KPI"), Message("name"), Message("value"), Message("rows"), Message("status"))
    rows = (
        (each.kpi, each.name, shown_value(each.value, each.unit, currency=each.currency), each.n, each.status)
        for each in report.values
    )
    output.table(heads, rows)
    output.result()
    if report.run.quarantined:
        count = report.run.quarantined
        output.result(Message("{count} planted faults of the sample went to quarantine, as they should", count=count))
    output.result(Message("the settings are in {file}", file=report.settings))
    for path in report.written:
        output.result(Message("written back into {file}", file=path))
    output.result(Message("go on with: cd {folder} && crm-kpi kpi explain win_rate", folder=report.folder))

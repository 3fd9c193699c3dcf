"""`crm-kpi demo`: the whole loop over a sample company; no account needed."""

from __future__ import annotations

import shlex
import shutil
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, Words, print_json
from connector.cli.session import Session, current
from connector.cli.target import show_gaps
from connector.cli.value import shown_value
from connector.errors import Message

if TYPE_CHECKING:
    from connector.demo import DemoReport, DemoValue


@click.command(
    cls=Command,
    help=words(
        "Run the whole loop over a sample company, and leave a folder to look around in: settings, targets, store, "
        "report, and the CRM itself.\n\n"
        "The CRM is a stand-in of Zoho CRM that answers on this machine while the demo runs. Its KPI fields and report "
        "records are made, written and read again through its API. No account and no network are needed; nothing "
        "outside the folder is touched. What you change in it stays. With --files, the sample is a folder of CSV files."
    ),
    examples=("crm-kpi demo", "crm-kpi demo --files --folder try-it --no-open"),
)
@option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("crm-kpi-demo"),
    help=words("Where the sample is made; default: crm-kpi-demo."),
)
@option("--files", is_flag=True, help=words("Over CSV files instead of a CRM."))
@option(
    "--no-open",
    "stay_closed",
    is_flag=True,
    help=words("Do not open the report in the browser; in a pipe it never is."),
)
@as_json
@common
@current
def demo(session: Session, folder: Path, files: bool, stay_closed: bool) -> None:
    from connector.demo import demo as run_demo

    with session.progress() as progress:
        report = run_demo(folder, language=session.reader, crm=not files, progress=progress)
    if session.json:
        print_json(_data(report))
        return
    _show(session.output, report)
    if not stay_closed and sys.stdout.isatty() and has_screen(session.environment, platform=sys.platform):
        webbrowser.open(report.report.resolve().as_uri())


def has_screen(environment: Mapping[str, str], *, platform: str) -> bool:
    """Whether a browser would open in a window; one that draws over the terminal would be in the way.

    >>> has_screen({"DISPLAY": ":0"}, platform="linux"), has_screen({}, platform="linux")
    (True, False)
    >>> has_screen({}, platform="darwin"), has_screen({"SSH_CONNECTION": "…"}, platform="darwin")
    (True, False)
    """
    if platform == "darwin":
        return not environment.get("SSH_CONNECTION")
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _data(report: DemoReport) -> dict[str, Any]:
    from connector.run import summary_of

    return {
        "folder": report.folder,
        "settings": report.settings,
        "written": report.written,
        "read_back": report.read_back,
        "report": report.report,
        "period": report.period.grain,
        "period_start": report.period.start,
        "summary": summary_of(report.run),
        "values": [asdict(value) for value in report.values],
    }


def _show(output: Output, report: DemoReport) -> None:
    output.result(Message("{company}, the quarter from {start}", company=report.company, start=report.period.key))
    output.result()
    heads = (Message("KPI"), Message("name"), Message("value"), Message("rows"), Message("target"), Message("state"))
    output.table(heads, map(_cells, report.values))
    output.result()
    show_gaps(output, report.run.gaps)
    if report.run.quarantined:
        count = report.run.quarantined
        output.result(Message("{count} planted faults of the sample went to quarantine, as they should", count=count))
    output.result(Message("the settings are in {file}", file=report.settings))
    for path in report.written:
        output.result(Message("written back into {file}", file=path))
    for module, records in report.read_back.items():
        output.result(Message("{module} of the CRM holds our numbers in {count} records", module=module, count=records))
    output.result(
        Message("go on with: cd {folder} && {program} kpi explain win_rate", folder=report.folder, program=_program())
    )
    output.result(Message("the report is in {file}", file=report.report))


def _program() -> str:
    """How this program is started from any folder: by its name only where the shell finds it by that."""
    return "crm-kpi" if shutil.which("crm-kpi") else shlex.quote(str(Path(sys.argv[0]).absolute()))


def _cells(each: DemoValue) -> tuple[Words | int | None, ...]:
    return (
        each.kpi,
        each.name,
        shown_value(each.value, each.unit, currency=each.currency),
        each.n,
        shown_value(each.target, each.unit, currency=each.currency),
        _state(each),
    )


def _state(each: DemoValue) -> Words:
    """Where a target is set, how it stands; otherwise what the value's status says."""
    from kpi_engine.gap import SHAPES, word

    if each.rag is None:
        return each.status
    return Message("{shape} {word}", shape=SHAPES[each.rag], word=word(each.rag, each.gap_status, finished=True))

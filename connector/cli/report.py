"""`crm-kpi report`: the numbers as a page to open, a workbook, CSV and JSON."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import print_json
from connector.cli.session import Session, current
from connector.errors import Message

GRAINS = ("week", "month", "quarter", "year", "all")


@click.command(
    cls=Command,
    help=words(
        "Write a report: one HTML file that needs no network, and on request a workbook, CSV and JSON.\n\n"
        "For one team or one person it holds their numbers and nobody else's."
    ),
    examples=(
        "crm-kpi report",
        "crm-kpi report --format html,xlsx --output out/report",
        "crm-kpi report --team East --language zh-CN",
    ),
)
@option("--team", default="", metavar="NAME", help=words("Only this team and its people; a name or an id."))
@option("--owner", default="", metavar="NAME", help=words("Only this person; a name or an id."))
@option(
    "--format",
    "formats",
    default="html",
    metavar="FORMATS",
    help=words("html, csv, xlsx, json, or several with commas; default: html."),
)
@option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=words("Where to, with or without its ending; default: `report` beside the settings."),
)
@option(
    "--period",
    type=click.Choice(GRAINS),
    help=words("How long the periods are; default: the shortest that was computed for everybody."),
)
@as_json
@common
@current
def report(session: Session, team: str, owner: str, formats: str, output: Path | None, period: str | None) -> None:
    from connector.report import Audience
    from connector.report import report as write

    config = session.config()
    audience = Audience(team=team, owner=owner)
    with session.reading(config) as store, session.progress() as progress:
        written = write(
            config,
            store,
            output=output,
            formats=tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",") if name.strip())),
            audience=audience,
            language=session.reader,
            period=period,
            progress=progress,
        )
    if session.json:
        print_json(
            {
                "files": written.files,
                "pages": written.pages,
                "as_of": written.as_of,
                "data_as_of": written.data_as_of,
            }
        )
        return
    for path in written.files:
        session.output.result(Message("the report is in {file}", file=path))

"""`crm-kpi init`: from a folder of exports, or a CRM, to settings that a person can correct."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.cli.stated import pairs, setting
from connector.errors import Message

if TYPE_CHECKING:
    from connector.init import InitReport, Question


@click.command(
    cls=Command,
    help=words(
        "Look at a folder of exported files, or at a CRM, and write the settings for it.\n\n"
        "Every file is read to its end. What can be told is written, with a remark where it is a guess; what cannot be "
        "told, such as whether 03/04 is in March or in April, is asked at a terminal and marked REQUIRED otherwise. "
        "For files, a sheet of targets to fill in is written too.\n\n"
        "A CRM (--adapter) is asked for its modules, fields and labels; where nobody has signed in yet, a grant code "
        "is asked for, as by crm-kpi auth. A table says which KPIs there are facts for, and what to do about the "
        "others."
    ),
    examples=(
        "crm-kpi init --folder data",
        "crm-kpi init --folder data --currency EUR --format 'deals.closed_on=%d/%m/%Y'",
        "crm-kpi init --adapter zoho --setting data_centre=eu --env-file zoho.env",
        "crm-kpi init --folder data --timezone Asia/Shanghai --fiscal-year-starts april --targets won_amount,win_rate",
    ),
)
@option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("."),
    help=words("Where the exported files are; default: here."),
)
@option("--adapter", default="generic_csv", help=words("Which CRM; default: files (generic_csv)."))
@setting
@option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=words("Where the secrets of a CRM are kept as environment variables, instead of the system's keyring."),
)
@option("--name", default="", help=words("The company's name."))
@option("--currency", metavar="CODE", help=words("Currency of the amounts (ISO 4217), such as EUR."))
@option("--timezone", metavar="ZONE", help=words("Time zone of the company, such as Europe/Berlin."))
@option(
    "--fiscal-year-starts", metavar="MONTH", help=words("The month in which the fiscal year begins; default: january.")
)
@option(
    "--targets",
    metavar="KPIS",
    help=words("The KPIs that targets are set for, with commas, or none; default: won_amount,win_rate."),
)
@option(
    "--format",
    "--date-format",
    "--number-format",
    "formats",
    multiple=True,
    metavar="TABLE.COLUMN=FORMAT",
    help=words("How a column is written that can be read in several ways: a date pattern, or the decimal sign."),
)
@option("--force", is_flag=True, help=words("Overwrite the settings that are there."))
@as_json
@common
@current
def init(
    session: Session,
    folder: Path,
    adapter: str,
    stated: tuple[str, ...],
    env_file: Path | None,
    name: str,
    currency: str | None,
    timezone: str | None,
    fiscal_year_starts: str | None,
    targets: str | None,
    formats: tuple[str, ...],
    force: bool,
) -> None:
    from connector.init import Answers, listed
    from connector.init import init as write_settings
    from connector.registry import adapter_type

    answers = Answers(
        name=name,
        timezone=timezone,
        machine_timezone=_zone_of_machine(session),
        currency=currency,
        fiscal_year_starts=fiscal_year_starts,
        language=session.language,
        reader=session.reader,
        targets=None if targets is None else listed(targets),
        formats=dict(pairs(formats, form="TABLE.COLUMN=FORMAT", name="--format")),
    )
    kind = adapter_type(adapter)
    if kind.survey is not None:
        from connector.cli.init_crm import init_crm

        init_crm(session, kind, stated=stated, answers=answers, force=force, env_file=env_file)
        return
    with session.progress() as progress:
        report = write_settings(
            folder,
            path=session.path,
            force=force,
            answers=answers,
            ask=lambda question: _ask(session, question),
            today=session.now().date(),
            translate=session.output.translate,
            adapter=adapter,
            progress=progress,
        )
    if session.json:
        print_json(
            {
                "settings": report.path,
                "sheet": report.sheet,
                "tables": report.tables,
                "left_out": report.left_out,
                "questions": [{"about": each.about, "message": each.message} for each in report.open_questions],
                "problems": report.problems,
            }
        )
    else:
        _show(session.output, report)


def _zone_of_machine(session: Session) -> str | None:
    """The zone that this machine keeps, where it has a name."""
    named = session.environment.get("TZ", "").removeprefix(":") or _linked_zone()
    return named if "/" in named and not named.startswith("/") else None


def _linked_zone() -> str:
    target = os.path.realpath("/etc/localtime")
    return target.partition("zoneinfo/")[2]


def _ask(session: Session, question: Question) -> str | None:
    """Asks at a terminal; a script gets the question in the file instead."""
    if session.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    output = session.output
    output.note(Message("{where}: {problem}", where=question.about, problem=question.message))
    default = question.default or None
    if not question.options:
        return str(click.prompt(output.text(Message("your answer")), default=default, err=True)).strip() or None
    choice = click.Choice(question.options)
    return str(click.prompt(output.text(Message("your choice")), type=choice, default=default, err=True))


def _show(output: Output, report: InitReport) -> None:
    output.table((Message("facts"), Message("file")), report.tables.items())
    for file in report.left_out:
        output.note(Message("{file} is left out: it is like no fact table", file=file))
    for problem in report.problems:
        output.warning(Message("{where}: {problem}", where=problem.where, problem=problem.message), problem.hint)
    output.result(Message("the settings are in {file}", file=report.path))
    if report.sheet:
        output.result(Message("a sheet of targets to fill in is {file}", file=report.sheet))
    for question in report.open_questions:
        output.warning(Message("{where}: {problem}", where=question.about, problem=question.message))
    if report.open_questions:
        output.result(Message("answer what is marked REQUIRED in them, then run: crm-kpi check"))
    else:
        output.result(Message("look at them, then run: crm-kpi check"))

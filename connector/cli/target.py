"""`crm-kpi target`: what the KPIs should be, for whom, by when, and how far each is from it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.cli.definition import found
from connector.cli.failure import DONE, USAGE
from connector.cli.language import words
from connector.cli.options import Command, Group, as_json, common, option
from connector.cli.output import Output, Words, print_json
from connector.cli.session import Session, current
from connector.cli.value import shown_gap, shown_value
from connector.errors import ConfigError, ConnectorError, Message, Problem, did_you_mean

if TYPE_CHECKING:
    from connector.config import Config
    from connector.targets import GapReport, TakingReport, TargetCheck, Template
    from connector.targets.listing import Listed
    from kpi_engine.definition import Definition
    from kpi_engine.period import Period

SHOWN = 10


@click.group(cls=Group, help=words("What the KPIs should be, for whom, by when, and how far each is from it."))
@common
def target() -> None:
    pass


# ---- import --------------------------------------------------------------------------------------------------------


@target.command(
    "import",
    cls=Command,
    help=words(
        "Take in a sheet of targets that was filled in (XLSX, CSV or YAML), or write one to fill in.\n\n"
        "The sheet is checked together with all other targets. When it is right, a copy of it is kept in the folder "
        "`targets` beside the settings, where every run reads it, and the baselines of new targets are frozen. With "
        "--template a sheet is written instead: a row per KPI, person and period."
    ),
    examples=(
        "crm-kpi target import --template to_fill_in.xlsx --kpi win_rate --period 2026-Q1",
        "crm-kpi target import targets.csv",
    ),
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@option(
    "--template",
    "sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help=words("Write a sheet to fill in (.xlsx or .csv)."),
)
@option("--kpi", "kpis", multiple=True, metavar="ID", help=words("For the sheet: only this KPI; may be repeated."))
@option("--scope", "scopes", multiple=True, metavar="SCOPE", help=words("For the sheet: organisation, team or owner."))
@option("--period", "labels", multiple=True, metavar="PERIOD", help=words("For the sheet: 2026, 2026-Q1 or 2026-01."))
@option("--replace", is_flag=True, help=words("Put the file in the place of another of its name."))
@as_json
@common
@current
def import_targets(
    session: Session,
    file: Path | None,
    sheet: Path | None,
    kpis: Sequence[str],
    scopes: Sequence[str],
    labels: Sequence[str],
    replace: bool,
) -> int:
    if (file is None) == (sheet is None):
        what = Message("name the file to take in, or with --template the sheet to write")
        raise ConfigError([Problem("crm-kpi target import", what)])
    config = session.config()
    if file is not None:
        return _take(session, config, file, replace=replace)
    assert sheet is not None
    _write_sheet(session, config, sheet, kpis=kpis, scopes=scopes, labels=labels)
    return DONE


def _take(session: Session, config: Config, file: Path, *, replace: bool) -> int:
    from connector.compute import windows
    from connector.run import recorded
    from connector.targets import take, update_gaps

    with session.writing(config) as store, recorded(store, "target import", now=session.now()) as noted:
        taken = take(config, store, file, replace=replace)
        gaps = update_gaps(config, store, run_id=noted.run_id, windows=partial(windows, config, store))
        noted.summary = {"file": str(taken.file), "targets": taken.targets, "gaps_changed": gaps.changed}
    if session.json:
        print_json(
            {
                "file": taken.file,
                "targets": taken.targets,
                "unset": taken.unset,
                "copied": taken.copied,
                "gaps": gaps_data(gaps),
            }
        )
    else:
        _show_taken(session.output, taken, gaps)
    return DONE


def _show_taken(output: Output, taken: TakingReport, gaps: GapReport) -> None:
    output.result(Message("{count} targets in {file}", count=taken.targets, file=taken.file))
    if taken.unset:
        output.result(Message("{count} rows are not filled in", count=taken.unset))
    show_gaps(output, gaps)


def _write_sheet(
    session: Session,
    config: Config,
    sheet: Path,
    *,
    kpis: Sequence[str],
    scopes: Sequence[str],
    labels: Sequence[str],
) -> None:
    from connector.targets import template

    with session.reading(config) as store:
        made = template(
            config,
            store,
            definitions=_chosen(config, kpis),
            language=session.reader,
            scopes=_scopes(config, scopes),
            periods=_periods(config, labels),
        )
    _write(sheet, _content(sheet, made, session.output))
    if session.json:
        print_json({"template": sheet, "rows": len(made.rows)})
    else:
        session.output.result(Message("{file}: {count} rows to fill in", file=sheet, count=len(made.rows)))


def _chosen(config: Config, kpis: Sequence[str]) -> tuple[Definition, ...]:
    return tuple(found(kpi, config.definitions) for kpi in kpis) or config.definitions


def _scopes(config: Config, scopes: Sequence[str]) -> Sequence[str]:
    for scope in scopes:
        if scope not in config.kpis.scopes:
            message = Message("the scope {scope} is not computed", scope=scope)
            raise ConfigError([Problem("--scope", message, did_you_mean(scope, config.kpis.scopes))])
    return scopes


def _periods(config: Config, labels: Sequence[str]) -> list[Period]:
    from connector.targets.period_label import read_period
    from kpi_engine.errors import KpiError

    try:
        return [read_period(label, None, calendar=config.calendar()) for label in labels]
    except KpiError as error:
        raise ConfigError([Problem("--period", error.message, error.hint)]) from error


def _content(sheet: Path, made: Template, output: Output) -> bytes:
    from connector.targets import write_csv, write_xlsx

    match sheet.suffix.lower():
        case ".xlsx":
            return write_xlsx(made, translate=output.translate)
        case ".csv":
            return write_csv(made)
        case _:
            message = Message("a sheet is written as .xlsx or .csv, not as {suffix}", suffix=repr(sheet.suffix))
            raise ConfigError([Problem("--template", message)])


def _write(sheet: Path, content: bytes) -> None:
    """For its owner only, as reports are; never over a file that is there: somebody may have filled it in."""
    from connector.store.disk import PRIVATE_FILE

    try:
        with open(sheet, "xb", opener=lambda path, flags: os.open(path, flags, PRIVATE_FILE)) as file:
            file.write(content)
    except FileExistsError as error:
        hint = Message("give another name; it may be filled in already")
        raise ConnectorError(Message("{file} is there already", file=str(sheet)), hint=hint) from error
    except OSError as error:
        raise ConnectorError(
            Message("{file} cannot be written: {reason}", file=str(sheet), reason=error.strerror)
        ) from error


# ---- list and check ------------------------------------------------------------------------------------------------


@target.command(
    "list",
    cls=Command,
    help=words("List the targets and how each stands, as of the last computation."),
    examples=("crm-kpi target list", "crm-kpi target list --kpi win_rate"),
)
@option("--kpi", metavar="ID", help=words("Only targets of this KPI."))
@as_json
@common
@current
def list_targets(session: Session, kpi: str | None) -> None:
    from connector.store import gaps
    from connector.targets.listing import listed

    config = session.config()
    where = {} if kpi is None else {"kpi": found(kpi, config.definitions).id}
    with session.reading(config) as store:
        if session.json:
            print_json({"gaps": list(gaps.read(store, **where))})
            return
        lines = listed(config, store, gaps.read(store, **where))
    if not lines:
        session.output.note(Message("there are no targets yet"))
        session.output.note(Message("`crm-kpi target import --template targets.xlsx` writes a sheet to fill in"))
    session.output.table(_HEADS, map(_cells, lines))


_HEADS = (
    Message("KPI"),
    Message("for"),
    Message("period"),
    Message("actual"),
    Message("up to now"),
    Message("target"),
    Message("gap"),
    Message("attained"),
    Message("progress"),
    Message("state"),
)


def _cells(line: Listed) -> tuple[Words | None, ...]:
    row = line.row
    unit, currency = row["unit"] or "", row["currency"] or ""
    return (
        row["kpi"],
        line.place,
        line.period,
        shown_value(row["actual"], unit, currency=currency),
        shown_value(row["trailing"], unit, currency=currency),
        _aim(row, unit, currency=currency),
        shown_gap(row["gap"], unit, currency=currency),
        shown_value(row["attainment"], "percent"),
        shown_value(row["progress"], "percent"),
        line.state,
    )


def _aim(row: Mapping[str, Any], unit: str, *, currency: str) -> str:
    """The number to reach, or the range to stay in."""
    low, high = (shown_value(row[name], unit, currency=currency) for name in ("target_low", "target_high"))
    if low and high:
        return f"{low} – {high}"
    if low or high:
        return f"≥ {low}" if low else f"≤ {high}"
    return shown_value(row["target"], unit, currency=currency)


@target.command(
    cls=Command,
    help=words(
        "Check the targets: all problems at once, each with its remedy.\n\n"
        "Also where the targets of a team's people do not add up to the team's own. Nothing is written."
    ),
    examples=("crm-kpi target check", "crm-kpi target check --json"),
)
@as_json
@common
@current
def check(session: Session) -> int:
    from connector.targets import check_targets

    config = session.config()
    with session.reading(config) as store:
        report = check_targets(config, store)
    if session.json:
        print_json(
            {
                "targets": report.targets,
                "unset": report.unset,
                "errors": report.problems,
                "warnings": report.warnings,
            }
        )
    else:
        _show_check(session.output, report)
    return USAGE if report.problems else DONE


def _show_check(output: Output, report: TargetCheck) -> None:
    for problem in report.problems:
        output.problem(problem)
    for warning in report.warnings:
        output.warning(Message("{where}: {problem}", where=warning.where, problem=warning.message), warning.hint)
    if not report.problems:
        output.result(Message("{count} targets are right", count=report.targets))
    if report.unset:
        output.result(Message("{count} rows are not filled in", count=report.unset))


# ---- gaps, as `compute` and `run` show them too --------------------------------------------------------------------


def gaps_data(report: GapReport) -> dict[str, Any]:
    """The gaps in numbers, as the documented JSON."""
    return {
        "targets": report.targets,
        "unset": report.unset,
        "changed": report.changed,
        "frozen": report.frozen,
        "colours": report.colours,
        "statuses": report.statuses,
        "warnings": report.mismatches,
        "problems": report.problems,
    }


def show_gaps(output: Output, report: GapReport) -> None:
    """How the targets stand, which were left out, and which do not add up."""
    if report.targets:
        colours = ", ".join(f"{count} {colour}" for colour, count in report.colours.items())
        message = Message(
            "{targets} targets; {gaps} gaps, those without a target too: {colours}; {changed} changed",
            targets=report.targets,
            gaps=sum(report.colours.values()),
            colours=colours,
            changed=report.changed,
        )
        output.result(message)
    if report.frozen:
        output.result(Message("{count} baselines were frozen", count=report.frozen))
    _warn(output, report.mismatches)
    _warn(output, report.problems)


def _warn(output: Output, problems: Sequence[Problem]) -> None:
    """The first ones in full; `crm-kpi target check` lists them all."""
    for problem in problems[:SHOWN]:
        output.warning(Message("{where}: {problem}", where=problem.where, problem=problem.message), problem.hint)
    if len(problems) > SHOWN:
        more = Message("and {count} more", count=len(problems) - SHOWN)
        output.warning(more, Message("see them all: crm-kpi target check"))

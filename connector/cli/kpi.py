"""`crm-kpi kpi`: what the numbers mean, and the rows behind one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.definition import as_data, found, in_words, name
from connector.cli.explain import explain
from connector.cli.failure import DONE, USAGE
from connector.cli.language import words
from connector.cli.options import Command, Group, as_json, common
from connector.cli.output import print_json
from connector.cli.session import Session, current
from connector.errors import Message, Problem

if TYPE_CHECKING:
    from connector.config import Config
    from kpi_engine.definition import Definition


@click.group(cls=Group, help=words("What the KPIs mean, how they are computed, and the rows behind a number."))
@common
def kpi() -> None:
    pass


@kpi.command(
    "list",
    cls=Command,
    help=words("List the KPIs that are computed; without a settings file, those that ship."),
    examples=("crm-kpi kpi list",),
)
@as_json
@common
@current
def list_kpis(session: Session) -> None:
    definitions = _definitions(session)
    if session.json:
        print_json({"kpis": [as_data(definition) for definition in definitions]})
        return
    heads = (Message("id"), Message("name"), Message("unit"), Message("question"))
    rows = ((each.id, name(each, session.reader), each.unit.value, each.question) for each in definitions)
    session.output.table(heads, rows)


@kpi.command(
    "show",
    cls=Command,
    help=words("Show what one KPI means, in words."),
    examples=("crm-kpi kpi show win_rate",),
)
@click.argument("kpi")
@as_json
@common
@current
def show_kpi(session: Session, kpi: str) -> None:
    definition = found(kpi, _definitions(session))
    if session.json:
        print_json(as_data(definition))
        return
    for line in in_words(definition, session.reader):
        session.output.result(line)


kpi.add_command(explain)


@kpi.command(
    cls=Command,
    help=words("Check a file with KPIs of your own: grammar, tables, columns, formulas."),
    examples=("crm-kpi kpi validate my_kpis.yaml",),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@as_json
@common
@current
def validate(session: Session, file: Path) -> int:
    count, problems = _validated(session, file)
    if session.json:
        print_json({"kpis": count, "problems": problems})
    for problem in problems:
        session.output.problem(problem)
    if not problems and not session.json:
        session.output.result(Message("{count} KPIs are right", count=count))
    return USAGE if problems else DONE


def _validated(session: Session, file: Path) -> tuple[int, tuple[Problem, ...]]:
    from connector.config.connections import facts_of
    from kpi_engine import catalog, rules
    from kpi_engine.errors import DefinitionError

    config = _config(session)
    facts = facts_of(config.connections if config else {})
    try:
        own = catalog.read_family(file.read_text("utf-8-sig"), file.name)
    except DefinitionError as error:
        return 0, error.problems
    except UnicodeDecodeError:
        return 0, (Problem(file.name, Message("is not written in UTF-8"), Message("save it as UTF-8")),)
    return len(own), rules.check(own, facts=facts, assumptions=config.assumptions if config else ())


def _config(session: Session) -> Config | None:
    """The settings, where there are any: these commands are of use before there are."""
    if session.config_path is None and not session.path.exists():
        return None
    return session.config()


def _definitions(session: Session) -> tuple[Definition, ...]:
    from kpi_engine.catalog import shipped

    config = _config(session)
    return config.definitions if config else shipped()

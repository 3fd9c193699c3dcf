"""`crm-kpi store`: keep the local database safe."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.failure import DONE, FAILED
from connector.cli.language import words
from connector.cli.options import Command, Group, as_json, common
from connector.cli.output import print_json
from connector.cli.session import Session, current
from connector.errors import Message


@click.group(cls=Group, help=words("Back up, restore and verify the local database."))
@common
def store() -> None:
    pass


@store.command(
    cls=Command,
    help=words("Write a checked copy of the local database, and its checksum beside it."),
    examples=("crm-kpi store backup backup.sqlite",),
)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@common
@current
def backup(session: Session, target: Path) -> None:
    config = session.config()
    with session.reading(config) as opened:
        opened.backup(target)
    if session.json:
        print_json({"backup": target})
    else:
        session.output.result(Message("the local database is backed up in {file}", file=target))


@store.command(
    cls=Command,
    help=words(
        "Put a backup in the place of the local database.\n\n"
        "The database that it replaces is kept beside it, under a name that is printed."
    ),
    examples=("crm-kpi store restore backup.sqlite",),
)
@click.argument("backup", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@common
@current
def restore(session: Session, backup: Path) -> None:
    from connector.store import Store, run_lock

    config = session.config()
    with run_lock(config.store):
        kept = Store.restore(backup, config.store)
    if session.json:
        print_json({"restored": config.store, "kept": kept})
        return
    session.output.result(Message("the local database is as it was in {file}", file=backup))
    if kept:
        session.output.result(Message("the one before is kept in {file}", file=kept))


@store.command(
    cls=Command,
    help=words("Look for damage in the local database."),
    examples=("crm-kpi store verify",),
)
@as_json
@common
@current
def verify(session: Session) -> int:
    config = session.config()
    with session.reading(config) as opened:
        problems = opened.verify()
    if session.json:
        print_json({"problems": problems})
    for problem in problems:
        session.output.problem(problem)
    if not problems and not session.json:
        session.output.result(Message("the local database is whole"))
    return FAILED if problems else DONE

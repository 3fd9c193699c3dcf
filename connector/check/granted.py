"""Scopes that the sign-in did not grant, as far as the vendor says which it did."""

from __future__ import annotations

from connector.check.report import Findings
from connector.config import Config, Connection
from connector.errors import Message, Problem
from connector.scopes import Stage, needed, not_granted
from connector.transport import World


def note_ungranted(config: Config, connection: Connection, found: Findings, world: World) -> None:
    """Name what is missing, for reading as an error and for writing as a warning: a run shows all the same what it
    would write. What an inspection named as an error, with what needs it, is not named again."""
    grant, http = connection.adapter.grant, connection.connect().http
    access = world.accesses.known(http.sign_in.identity) if http is not None else None
    if grant is None or access is None:
        return
    reading = needed(grant, config, connection, "read")
    said = " ".join(str(each.hint) for each in found.errors)
    if missing := [scope for scope in not_granted(reading, access.scopes) if scope not in said]:
        message = Message("scopes were not granted that reading needs: {scopes}", scopes=", ".join(missing))
        found.add(errors=[_problem(config, connection, message, stage="read")])
    if not any(target.connection == connection.name for target in config.write_back.targets):
        return
    writing = [scope for scope in needed(grant, config, connection, "write") if scope not in reading]
    if missing := list(not_granted(writing, access.scopes)):
        message = Message("scopes were not granted that writing needs: {scopes}", scopes=", ".join(missing))
        found.add(warnings=[_problem(config, connection, message, stage="write")])


def _problem(config: Config, connection: Connection, message: Message, *, stage: Stage) -> Problem:
    hint = Message(
        "sign in again with all of them: crm-kpi auth {adapter} --stage {stage}",
        adapter=connection.adapter.name,
        stage=stage,
    )
    return Problem(config.document.where(("connections", connection.name)), message, hint)

"""`crm-kpi auth`: an administrator signs a connection in, once."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from connector.cli.language import words
from connector.cli.options import Command, as_json, common, option
from connector.cli.output import Output, print_json
from connector.cli.session import Session, current
from connector.cli.stated import setting, stated_settings
from connector.errors import ConfigError, Message

if TYPE_CHECKING:
    from connector.auth import SigningIn
    from connector.contract import Asked, Granted
    from connector.scopes import Stage


@click.command(
    cls=Command,
    help=words(
        "Sign in to a CRM: show which scopes to grant and where, and exchange the grant code.\n\n"
        "What is asked for is taken from the settings, from environment variables (such as ZOHO_CLIENT_ID), from lines "
        "NAME=value on standard input, or asked at a terminal; secrets are never arguments. They are kept in the "
        "system's keyring, or in the file that --env-file names."
    ),
    examples=(
        "crm-kpi auth zoho --show",
        "crm-kpi auth zoho",
        "crm-kpi auth zoho --stage write --env-file zoho.env",
    ),
)
@click.argument("name", metavar="ADAPTER")
@option(
    "--stage",
    type=click.Choice(("read", "write")),
    default="read",
    help=words(
        "What may be done: read (init, check, pull, and run as far as it shows what it would write), or write (apply, "
        "and run from then on) as well; default: read."
    ),
)
@option("--connection", metavar="NAME", default="", help=words("Which connection, where the adapter has several."))
@setting
@option("--show", is_flag=True, help=words("Only show the scopes and where to enter them."))
@option(
    "--keyring", is_flag=True, help=words("Keep the secrets in the system's keyring; the default where it has one.")
)
@option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=words("Write the secrets as environment variables into this file (mode 0600); its other lines stay."),
)
@as_json
@common
@current
def auth(
    session: Session,
    name: str,
    stage: Stage,
    connection: str,
    stated: tuple[str, ...],
    show: bool,
    keyring: bool,
    env_file: Path | None,
) -> None:
    from connector.auth import signing_in
    from connector.registry import adapter_type

    if keyring and env_file:
        raise click.UsageError("--keyring, --env-file")
    kind = adapter_type(name)
    signing = signing_in(kind, path=session.path, environment=session.environment, connection=connection)
    scopes = signing.scopes(stage)
    if show:
        _show_scopes(session, signing, scopes)
        return
    known = stated_settings(kind, stated)
    check_place(env_file)
    granted = grant(session, signing, scopes, known=known)
    _tell(session, signing, scopes=scopes, granted=granted, env_file=env_file)


def _show_scopes(session: Session, signing: SigningIn, scopes: tuple[str, ...]) -> None:
    if session.json:
        print_json({"scopes": scopes, "instructions": str(signing.grant.instructions(scopes))})
    else:
        session.output.result(signing.grant.instructions(scopes))


def check_place(env_file: Path | None) -> None:
    """A grant code works once: whether its secrets can be kept is known before it is used."""
    from connector import system_keyring
    from connector.auth import check_file

    if env_file is None:
        try:
            system_keyring.verify()
        except ConfigError as error:
            problem = error.problems[0]
            hint = Message("name a file for the secrets: --env-file FILE")
            raise ConfigError([type(problem)(problem.where, problem.message, hint)]) from error
    elif not env_file.parent.is_dir():
        raise click.BadParameter(str(env_file.parent), param_hint="--env-file")
    else:
        check_file(env_file)


def grant(
    session: Session, signing: SigningIn, scopes: tuple[str, ...], known: Mapping[str, str] | None = None
) -> Granted:
    """Ask for what is not known yet, and exchange the grant code."""
    from connector.auth import exchange

    answers = {**signing.stated(), **_from_environment(session, signing), **(known or {})}
    if _is_terminal(session):
        session.output.note(signing.grant.instructions(scopes))
        answers |= {each.name: _answer(session.output, each) for each in _open(signing, answers)}
    else:
        answers |= _from_stdin(signing, answers)
    return exchange(signing, answers, now=session.now())


def _open(signing: SigningIn, known: Mapping[str, str]) -> list[Asked]:
    return [each for each in signing.grant.asks if each.name not in known]


def _is_terminal(session: Session) -> bool:
    return not session.json and sys.stdin.isatty() and sys.stderr.isatty()


def _from_environment(session: Session, signing: SigningIn) -> dict[str, str]:
    found = {each.name: session.environment.get(signing.variable(each.name), "") for each in signing.grant.asks}
    return {name: value for name, value in found.items() if value}


def _from_stdin(signing: SigningIn, known: Mapping[str, str]) -> dict[str, str]:
    """A script's answers: lines such as ZOHO_CODE=1000.…; what has a default need not be said."""
    lines = [] if sys.stdin.isatty() else sys.stdin.read(2**16).splitlines()
    parts = [line.partition("=") for line in lines]
    said = {name.strip(): value.strip().strip("'\"") for name, sign, value in parts if sign}
    found = {each.name: said.get(signing.variable(each.name)) or each.default for each in _open(signing, known)}
    return {name: value for name, value in found.items() if value}


def _answer(output: Output, what: Asked) -> str:
    choice = click.Choice(what.choices) if what.choices else None
    text = output.text(what.prompt)
    return str(click.prompt(text, type=choice, default=what.default or None, hide_input=what.secret, err=True)).strip()


def keep(signing: SigningIn, granted: Granted, env_file: Path | None) -> dict[str, str]:
    """Keep the secrets; returns what the settings say instead of each."""
    from connector.auth import keep_in_file, keep_in_keyring

    return keep_in_keyring(signing, granted) if env_file is None else keep_in_file(signing, granted, env_file)


def _tell(
    session: Session, signing: SigningIn, *, scopes: tuple[str, ...], granted: Granted, env_file: Path | None
) -> None:
    from connector.auth import settings_lines
    from connector.scopes import not_granted

    kept = keep(signing, granted, env_file)
    if session.json:
        place: Literal["keyring"] | Path = env_file or "keyring"
        settings, missing = {**granted.settings, **kept}, not_granted(scopes, granted.scopes)
        print_json({"title": granted.title, "settings": settings, "kept": place, "missing": missing})
        return
    output = session.output
    tell_granted(output, granted, scopes)
    tell_place(output, env_file)
    output.result(Message("the settings name them:"))
    for line in settings_lines(signing, granted, kept):
        output.result(f"  {line}")
    if signing.config is None:
        output.result(
            Message("there are no settings yet; go on with: {command}", command=_next(signing, granted, env_file))
        )


def tell_granted(output: Output, granted: Granted, scopes: tuple[str, ...]) -> None:
    """Who it is, and what was asked for and not granted."""
    from connector.scopes import not_granted

    if granted.title:
        output.note(Message("signed in to {organisation}", organisation=granted.title))
    for scope in not_granted(scopes, granted.scopes):
        output.warning(Message("the scope {scope} was not granted", scope=scope), Message("make another code with it"))


def tell_place(output: Output, env_file: Path | None) -> None:
    """Where the secrets are, and what that means for the next command."""
    if env_file is None:
        output.result(Message("the secrets are in the system's keyring"))
        return
    output.result(Message("the secrets are in {file}; set them before each command:", file=env_file))
    here = "" if env_file.is_absolute() else "./"  # most shells look for a bare name in PATH only
    output.result(f"  set -a; . {shlex.quote(f'{here}{env_file}')}; set +a")


def _next(signing: SigningIn, granted: Granted, env_file: Path | None) -> str:
    """The command that writes settings for what was signed in to."""
    said = [f"--setting {shlex.quote(f'{name}={value}')}" for name, value in granted.settings.items()]
    place = [] if env_file is None else [f"--env-file {shlex.quote(str(env_file))}"]
    return " ".join(("crm-kpi init --adapter", signing.kind.name, *said, *place))

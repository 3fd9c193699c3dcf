"""Signing in, once for each connection: which scopes to grant, what a grant is exchanged for, and where that is kept.

Secrets go to the system's keyring, or to a file of environment variables that the admin names. The settings only say
where they are.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from connector import system_keyring
from connector.config import Config, Connection, read, read_document
from connector.config.layout import scalar
from connector.contract import ANY_MODULE, AdapterType, Asked, Granted, GrantType
from connector.errors import ConfigError, ConnectorError, Message, Problem, did_you_mean
from connector.scopes import Stage, needed
from connector.store.disk import put_in_place, unfinished_file
from connector.transport import World, asked

_STANDS_IN = "x"
"""For secrets that the settings name and nobody has yet: signing in is how they come to be."""


class _NotYet(dict[str, str]):
    """The environment, in which every variable is set to something."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return _STANDS_IN


@dataclass(frozen=True, slots=True)
class SigningIn:
    """An adapter that somebody signs in to, and what the settings already say of it."""

    kind: AdapterType
    grant: GrantType
    prefix: str
    """What its secrets are called after."""
    config: Config | None = None
    connection: Connection | None = None

    def scopes(self, stage: Stage) -> tuple[str, ...]:
        """What has to be granted: no more than the mapping and the write-back need."""
        if self.config is None or self.connection is None:
            return self.grant.scopes(self._first_day(), () if stage == "write" else None)
        return needed(self.grant, self.config, self.connection, stage)

    def _first_day(self) -> dict[str, tuple[str, ...]]:
        surveyed: dict[str, tuple[str, ...]] = {} if self.kind.survey is None else {ANY_MODULE: ()}
        return {**_modules_of(self.kind), **surveyed}

    def stated(self) -> dict[str, str]:
        """What the settings say already; no secret is among it."""
        if self.config is None or self.connection is None:
            return {}
        raw = self.config.document.at(("connections", self.connection.name, "settings"))
        secrets = {each.name for each in self.grant.asks if each.secret}
        stated = raw.items() if isinstance(raw, dict) else ()
        return {
            name: value
            for name, value in stated
            if isinstance(value, str) and name not in secrets and value != _STANDS_IN
        }

    def variable(self, name: str) -> str:
        """The environment variable of something that is asked for, or kept."""
        return f"{self.prefix}_{name}".upper().replace("-", "_")

    def secret_name(self, name: str) -> str:
        """What a secret is called in the keyring."""
        return f"{self.prefix}_{name}".lower()


def signing_in(kind: AdapterType, *, path: Path, environment: Mapping[str, str], connection: str = "") -> SigningIn:
    """Find out what signing in to an adapter takes.

    Args:
        kind: The adapter.
        path: The settings file, where there is one yet.
        environment: What `${NAME}` in it is taken from.
        connection: Which of the adapter's connections; empty for the only one.

    Raises:
        ConfigError: nobody signs in to this adapter; or the settings have faults, or not that connection.
    """
    if kind.grant is None:
        hint = Message("nothing is needed: go on with crm-kpi check")
        raise ConfigError([Problem(kind.name, Message("nobody signs in to {adapter}", adapter=kind.title), hint)])
    if not path.exists() and not connection:
        return SigningIn(kind, kind.grant, kind.name)
    said = {name: value for name, value in environment.items() if value}  # an empty one is not filled in yet
    config = read(path, environment=_NotYet(said), secret=lambda _: _STANDS_IN)
    found = _chosen(config, kind, connection)
    return SigningIn(kind, kind.grant, found.name if connection and found else kind.name, config, found)


def _chosen(config: Config, kind: AdapterType, name: str) -> Connection | None:
    own = {each.name: each for each in config.connections.values() if each.adapter.name == kind.name}
    if name and name not in own:
        message = Message("{name} is no connection of {adapter}", name=name, adapter=kind.title)
        raise ConfigError([Problem("--connection", message, did_you_mean(name, own))])
    if len(own) > 1 and not name:
        message = Message("{names} are connections of {adapter}", names=", ".join(own), adapter=kind.title)
        raise ConfigError([Problem("--connection", message, Message("name the one that is signed in"))])
    return own.get(name) or next(iter(own.values()), None)


def _modules_of(kind: AdapterType) -> dict[str, tuple[str, ...]]:
    """The modules of the adapter's own mapping, for whoever has no settings yet."""
    if kind.default_mapping is None:
        return {}
    tables = read_document(kind.default_mapping, environment={}).data.items()
    return {_module(table, each): () for table, raw in tables for each in (raw if isinstance(raw, list) else [raw])}


def _module(table: str, raw: Any) -> str:
    return str(raw.get("module", table)) if isinstance(raw, dict) else table


def exchange(signing: SigningIn, answers: Mapping[str, str], *, now: datetime, world: World | None = None) -> Granted:
    """Exchange the grant for what is kept.

    Raises:
        ConfigError: something that is asked for was not answered.
        AdapterError: the vendor does not accept it.
    """
    missing = [each for each in signing.grant.asks if not answers.get(each.name)]
    if missing:
        raise ConfigError([_unanswered(signing, each) for each in missing])
    wrong = [each for each in signing.grant.asks if each.choices and answers[each.name] not in each.choices]
    if wrong:
        raise ConfigError([_no_choice(each, answers[each.name]) for each in wrong])
    return asked(signing.grant.exchange(answers, now), adapter=signing.kind.name, world=world)


def _unanswered(signing: SigningIn, what: Asked) -> Problem:
    hint = Message("set {variable}, or start it at a terminal", variable=signing.variable(what.name))
    return Problem(what.name, Message("is missing: {prompt}", prompt=what.prompt), hint)


def _no_choice(what: Asked, answer: str) -> Problem:
    names = Message("{names}", names=", ".join(what.choices))
    return Problem(what.name, Message("must be one of {expected}", expected=names), did_you_mean(answer, what.choices))


def keep_in_keyring(signing: SigningIn, granted: Granted) -> dict[str, str]:
    """Keep the secrets in the system's keyring; returns what the settings say instead of each.

    Raises:
        ConfigError: there is no keyring that can be used.
    """
    for name, value in granted.secrets.items():
        system_keyring.keep(signing.secret_name(name), value)
    return {name: f"${{keyring:{signing.secret_name(name)}}}" for name in granted.secrets}


def keep_in_file(signing: SigningIn, granted: Granted, path: Path) -> dict[str, str]:
    """Write the secrets as environment variables into a private file; other lines of it stay.

    Returns:
        What the settings say instead of each.

    Raises:
        ConnectorError: the file cannot be written.
    """
    lines = {signing.variable(name): value for name, value in granted.secrets.items()}
    try:
        kept = [line for line in _lines(path) if line.partition("=")[0].removeprefix("export ").strip() not in lines]
        text = "\n".join((*kept, *(f"{name}={shlex.quote(value)}" for name, value in lines.items()), ""))
        with unfinished_file(path) as unfinished:  # for its owner only, whoever could read what was there
            unfinished.write_text(text, "utf-8")
            put_in_place(unfinished, path)
    except (OSError, UnicodeDecodeError) as error:
        raise _not_written(path, error) from error
    return {name: f"${{{signing.variable(name)}}}" for name in granted.secrets}


def check_file(path: Path) -> None:
    """Make sure that secrets can be kept in a file, which stays as it is.

    Raises:
        ConnectorError: they cannot.
    """
    try:
        _lines(path)
        with unfinished_file(path):
            pass
    except (OSError, UnicodeDecodeError) as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError | UnicodeDecodeError) -> ConnectorError:
    reason = error.strerror if isinstance(error, OSError) else Message("it is not written in UTF-8")
    message = Message("{file} cannot be written: {reason}", file=path, reason=reason)
    return ConnectorError(message, hint=Message("name a file for the secrets: --env-file FILE"))


def _lines(path: Path) -> list[str]:
    if path.is_symlink():
        raise OSError(None, "it is a link")
    return path.read_text("utf-8").splitlines() if path.exists() else []


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier signing in has left, and where."""

    references: Mapping[str, str]
    """Setting -> what settings say instead of it."""
    settings: Mapping[str, str]
    """What else the environment says of the connection, such as its data centre."""
    environment: Mapping[str, str] = field(repr=False)
    """What the references are taken from: the process's, and the file's."""
    by_file: bool
    """Some of it stands in the file only."""


def kept_already(signing: SigningIn, *, environment: Mapping[str, str], env_file: Path | None) -> Kept:
    """Look where secrets are kept, so that nobody makes a second code: the environment, the file, or else the keyring.

    Args:
        signing: The adapter, and how its secrets are called.
        environment: Of this process; it goes before the file.
        env_file: The file that was named; the keyring is not looked into where there is one.

    Raises:
        ConnectorError: the file cannot be read.
    """
    filed = {} if env_file is None else _variables(env_file)
    known = {**filed, **environment}
    required = [name for name, info in signing.kind.settings.model_fields.items() if info.is_required()]
    references = {name: f"${{{signing.variable(name)}}}" for name in required if known.get(signing.variable(name))}
    if env_file is None:
        rest = [name for name in required if name not in references]
        references |= {name: f"${{keyring:{signing.secret_name(name)}}}" for name in rest if _in_keyring(signing, name)}
    plain = [each.name for each in signing.grant.asks if not each.secret and each.name not in required]
    said = {name: known.get(signing.variable(name), "") for name in plain if name in signing.kind.settings.model_fields}
    used = {signing.variable(name) for name in (*references, *said)}
    return Kept(
        references=references,
        settings={name: value for name, value in said.items() if value},
        environment=known,
        by_file=any(name in filed and name not in environment for name in used),
    )


def _in_keyring(signing: SigningIn, name: str) -> bool:
    try:
        return bool(system_keyring.secret(signing.secret_name(name)))
    except ConfigError:  # there is none; whoever wants to keep something in it is told
        return False


def _variables(path: Path) -> dict[str, str]:
    """Of a file such as `keep_in_file` writes."""
    try:
        lines = [line.strip().removeprefix("export ").partition("=") for line in _lines(path)]
        return {name.strip(): "".join(shlex.split(value)) for name, sign, value in lines if sign and name[:1] != "#"}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else Message("it is no file of variables")
        raise ConnectorError(Message("{file} cannot be read: {reason}", file=path, reason=reason)) from error


def settings_lines(signing: SigningIn, granted: Granted, kept: Mapping[str, str]) -> tuple[str, ...]:
    """What the connection's settings have to say now, as lines of YAML."""
    name = signing.connection.name if signing.connection else "crm"
    stated = {**granted.settings, **kept}
    return (
        "connections:",
        f"  {name}:",
        f"    adapter: {signing.kind.name}",
        "    settings:",
        *(f"      {setting}: {_plain(value)}" for setting, value in stated.items()),
    )


def _plain(value: Any) -> str:
    """A reference to a secret reads better without quotes, and is safe without."""
    return value if isinstance(value, str) and value.startswith("${") else scalar(value)

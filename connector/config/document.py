"""The settings file: read from the disk, `${NAME}` taken from the environment and `${keyring:NAME}` from the system's
keyring; `kpi_engine.document` does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from connector import system_keyring
from connector.errors import ConfigError, Message, Problem
from kpi_engine import document
from kpi_engine.document import Document, Report
from kpi_engine.errors import DocumentError

MOST_BYTES = 4 * document.LONGEST
"""No character takes more."""
_VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_KEYRING = re.compile(r"keyring:([A-Za-z0-9_.-]{1,100})")

Secrets: TypeAlias = Callable[[str], str | None]
"""Name -> secret; None where there is none."""


def read_document(
    path: Path, *, environment: Mapping[str, str], name: str = "", secret: Secrets = system_keyring.secret
) -> Document:
    """Read a YAML file; `${NAME}` is taken from `environment`, `${keyring:NAME}` is what `secret` says.

    Raises:
        ConfigError: the file cannot be read at all, or is not YAML.
    """
    shown = name or path.name
    return parse_document(_text(path, shown), environment=environment, name=shown, secret=secret)


def parse_document(
    text: str, *, environment: Mapping[str, str], name: str, secret: Secrets = system_keyring.secret
) -> Document:
    """Like `read_document`, from a text."""
    try:
        found = document.read_document(text, name=name, expand=_Variables(environment, secret).expanded)
    except DocumentError as error:
        raise ConfigError(error.problems) from error
    return found if found.data is not None else replace(found, data={})


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        hint = Message("write one with: crm-kpi init, or name another with --config")
        raise ConfigError([Problem(name, Message("there is no such file"), hint)]) from error
    except OSError as error:
        raise ConfigError([Problem(name, Message("cannot be read: {reason}", reason=error.strerror))]) from error
    if len(content) > MOST_BYTES:
        raise ConfigError([Problem(name, Message("is too large for a settings file"))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = Message("save it as UTF-8")
        raise ConfigError([Problem(name, Message("is not written in UTF-8"), hint)]) from error


@dataclass(frozen=True, slots=True)
class _Variables:
    """Puts the values of the environment and of the keyring into texts; what they hold is not looked at again."""

    environment: Mapping[str, str]
    secret: Secrets

    def expanded(self, text: str, report: Report) -> str:
        def replaced(match: re.Match[str]) -> str:
            name = match.group(1)
            return "${" if name is None else self._value(name, report)

        return _VARIABLE.sub(replaced, text)

    def _value(self, name: str, report: Report) -> str:
        if match := _IN_KEYRING.fullmatch(name):
            return self._kept(match.group(1), report)
        if not _NAME.fullmatch(name):
            message = Message("{text} does not name an environment variable", text=f"${{{name}}}")
            report(message, Message("write $${{ for a literal ${{"))
            return ""
        if name not in self.environment:
            message = Message("the environment variable {name} is not set", name=name)
            report(message, Message("set it before the command, or write $${{ for a literal ${{"))
            return ""
        return self.environment[name]

    def _kept(self, name: str, report: Report) -> str:
        try:
            found = self.secret(name)
        except ConfigError as error:
            for problem in error.problems:
                report(problem.message, problem.hint)
            return ""
        if found is None:
            message = Message("the system keyring has no secret {name}", name=name)
            report(message, Message("sign in again with --keyring: crm-kpi auth"))
            return ""
        return found

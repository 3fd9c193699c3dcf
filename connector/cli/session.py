"""One call of the command: what the options before and after the command's name said."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector import clock
from connector.cli.language import language_of_locale
from connector.cli.output import Output
from connector.errors import Message
from connector.language import translator

if TYPE_CHECKING:
    from connector.config import Config
    from connector.store import Store

CONFIG = "crm-kpi.yaml"


def _environment() -> Mapping[str, str]:
    return dict(os.environ)


@dataclass
class Session:
    """Filled by the options while click parses; read by the commands."""

    environment: Mapping[str, str] = field(default_factory=_environment)
    config_path: Path | None = None
    language: str | None = None
    configured_language: str | None = None
    debug: bool = False
    json: bool = False

    @property
    def output(self) -> Output:
        """Prints in the language asked for, else the settings', else the terminal's."""
        return Output(translator(self.reader), colours=not self.environment.get("NO_COLOR"))

    @property
    def reader(self) -> str:
        """The language that KPI names are wanted in."""
        return self.language or self.configured_language or language_of_locale(self.environment)

    @property
    def path(self) -> Path:
        """The settings file."""
        return self.config_path or Path(self.environment.get("CRM_KPI_CONFIG") or CONFIG)

    def config(self) -> Config:
        """The settings, read and checked."""
        from connector.config import read

        config = read(self.path, environment=self.environment)
        self.configured_language = config.organisation.language
        return config

    @contextmanager
    def writing(self, config: Config) -> Iterator[Store]:
        """The store, made where there is none, held against every other run, and closed whatever happens."""
        from connector.store import Store, run_lock

        with run_lock(config.store), Store.open(config.store, create=True) as store:
            yield store

    @contextmanager
    def reading(self, config: Config) -> Iterator[Store]:
        """The store for looking at, which needs no lock."""
        from connector.store import Store

        with Store.open(config.store, read_only=True) as store:
            yield store

    @contextmanager
    def progress(self) -> Iterator[Callable[[Message], None]]:
        """Shows what is being done on a terminal, and nothing at all in a pipe."""
        if not sys.stderr.isatty() or self.environment.get("TERM") == "dumb":
            yield lambda _: None
            return
        from rich.console import Console
        from rich.markup import escape

        output = self.output
        with Console(stderr=True).status("") as status:
            yield lambda message: status.update(escape(output.text(message)))

    def now(self) -> datetime:
        """The moment of this call."""
        return clock.now()


current = click.make_pass_decorator(Session)

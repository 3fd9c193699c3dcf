"""Stand-ins of vendors by entry point: `crm_kpi.emulators` names them; only the one that is asked for is imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from connector.errors import ConfigError, ConnectorError, Message, Problem, did_you_mean

GROUP = "crm_kpi.emulators"
EXTRA = "pip install 'crm-kpi[demo]'"
PORT = 8765
"""Where a stand-in answers unless another place is named."""


class Ready(Protocol):
    """A stand-in that listens already."""

    @property
    def url(self) -> str:
        """Where."""

    def facts(self) -> Sequence[tuple[Message, str]]:
        """What a client needs to know, with its name."""

    def settings(self) -> Mapping[str, str]:
        """Of a connection to it. Its secrets are none: it answers this machine only, and all in it is made up."""

    def run(self) -> None:
        """Answer until somebody presses Ctrl-C."""

    def serving(self) -> AbstractContextManager[None]:
        """Answer as long as the block lasts."""


class Emulator(Protocol):
    """What an entry point of the group leads to."""

    title: str

    def faults(self) -> Mapping[str, str]:
        """Their names and what they do."""

    def record_id(self, table: str, sample_id: str) -> str:
        """What the stand-in calls a fact of the sample company."""

    def prepare(
        self,
        *,
        port: int,
        profile: str = "small",
        scale: float = 1.0,
        seed: int = 1,
        language: str = "en",
        edition: str = "enterprise",
        latency_ms: float = 0.0,
        faults: Sequence[str] = (),
        file: Path | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Ready:
        """Fill it, and listen.

        Args:
            port: 0 for any that is free.
            profile: Of the sample company, as are `scale`, `seed` and `language`.
            edition: Whose limits hold.
            latency_ms: How long each answer takes.
            faults: What goes wrong, and when.
            file: Where it is kept, and gone on from; None for memory.
            clock: Its time; None for the real one.

        Raises:
            ConfigError: one of them cannot be.
        """


def emulator_of(name: str) -> Emulator:
    """The stand-in of that name.

    Raises:
        ConfigError: there is none.
        ConnectorError: what it needs is not installed.
    """
    from importlib.metadata import entry_points  # a tenth of what `crm-kpi --help` would take

    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in installed:
        problem = Message("there is no stand-in of {name}", name=name)
        raise ConfigError([Problem("emulate", problem, did_you_mean(name, installed))])
    try:
        found: Emulator = installed[name].load()
    except ImportError as exc:
        what = Message("a stand-in needs packages that are not installed here: {package}", package=exc.name)
        raise ConnectorError(what, hint=Message("install them: {command}", command=EXTRA)) from exc
    return found

"""What `crm-kpi emulate zoho` starts: the stand-in in the foreground, and what a person needs to use it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.zoho.emulator.app import OUTSIDE, StandIn
from adapters.zoho.emulator.credits import EDITIONS
from adapters.zoho.emulator.faults import FAULTS, Fault
from adapters.zoho.emulator.identity import zoho_id
from adapters.zoho.emulator.server import HOST, in_thread, listening, run
from adapters.zoho.emulator.settings import Settings
from connector.errors import ConfigError, Message, Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Ready:
    """A stand-in that listens already."""

    app: StandIn
    listener: socket.socket

    @property
    def url(self) -> str:
        """Where."""
        return f"http://{HOST}:{self.listener.getsockname()[1]}"

    def facts(self) -> Sequence[tuple[Message, str]]:
        """What a client needs to know, with its name."""
        settings = self.app.settings
        return (
            (Message("address"), self.url),
            (Message("client id"), settings.client_id),
            (Message("client secret"), settings.client_secret),
            (Message("grant code"), settings.grant_code),
            (Message("refresh token"), settings.refresh_token),
            (Message("a fault while it runs"), f"""curl -d '{{"fault": "drop_body=2"}}' {self.url}{OUTSIDE}/faults"""),
        )

    def settings(self) -> Mapping[str, str]:
        """Of a connection to it."""
        settings = self.app.settings
        return {
            "accounts_url": self.url,
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "refresh_token": settings.refresh_token,
        }

    def run(self) -> None:
        """Answer until somebody presses Ctrl-C."""
        try:
            run(self.app, self.listener)
        finally:
            self._close()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer as long as the block lasts."""
        try:
            with in_thread(self.app, self.listener):
                yield
        finally:
            self._close()

    def _close(self) -> None:
        self.listener.close()
        self.app.state.close()


@dataclass(frozen=True, slots=True)
class ZohoEmulator:
    """Zoho CRM on this machine."""

    title: str = "Zoho CRM"

    def faults(self) -> Mapping[str, str]:
        """Their names and what they do."""
        return FAULTS

    def record_id(self, table: str, sample_id: str) -> str:
        """What the stand-in calls a fact of the sample company."""
        return zoho_id(table, sample_id)

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

        Raises:
            ConfigError: an unknown profile, edition or fault, or a port that is taken.
        """
        if edition not in EDITIONS:
            problem = Message("there is no edition {edition}", edition=edition)
            raise ConfigError([Problem("--edition", problem, did_you_mean(edition, EDITIONS))])
        settings = Settings(
            profile=profile,
            scale=scale,
            seed=seed,
            language=language,
            edition=edition,
            latency_ms=latency_ms,
            faults=tuple(map(Fault.parsed, faults)),
            file=file,
            clock=clock,
        )
        try:
            listener = listening(port)
        except OSError as exc:
            problem = Message("the port {port} cannot be used: {reason}", port=port, reason=exc.strerror)
            raise ConfigError([Problem("--port", problem, Message("name another one, or 0 for any"))]) from exc
        try:
            return Ready(StandIn(settings), listener)
        except BaseException:
            listener.close()
            raise


EMULATOR = ZohoEmulator()

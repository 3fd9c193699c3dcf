"""What `crm-kpi emulate zoho` starts: the stand-in in the foreground, and what a person needs to use it."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.credits import EDITIONS
from adapters.zoho.emulator.faults import FAULTS, Fault
from adapters.zoho.emulator.server import HOST, listening, run
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
        )

    def config(self) -> str:
        """Lines for a configuration."""
        settings = self.app.settings
        return "\n".join((
            "connections:",
            "  crm:",
            "    adapter: zoho",
            "    settings:",
            f"      accounts_url: {self.url}",
            f"      api_url: {self.url}",
            f"      client_id: {settings.client_id}",
            f"      client_secret: {settings.client_secret}",
            f"      refresh_token: {settings.refresh_token}",
        ))  # fmt: skip

    def run(self) -> None:
        """Answer until somebody presses Ctrl-C."""
        try:
            run(self.app, self.listener)
        finally:
            self.listener.close()
            self.app.state.close()


@dataclass(frozen=True, slots=True)
class ZohoEmulator:
    """Zoho CRM on this machine."""

    title: str = "Zoho CRM"

    def faults(self) -> Mapping[str, str]:
        """Their names and what they do."""
        return FAULTS

    def prepare(
        self,
        *,
        port: int,
        profile: str,
        scale: float,
        seed: int,
        language: str,
        edition: str,
        latency_ms: float,
        faults: Sequence[str],
        file: Path | None,
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

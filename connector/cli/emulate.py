"""`crm-kpi emulate NAME`: a stand-in of a vendor on this machine, found by its entry point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

import click

from connector.cli.language import words
from connector.cli.options import Command, common, option
from connector.cli.output import Output
from connector.cli.session import Session, current
from connector.errors import ConfigError, ConnectorError, Message, Problem, did_you_mean

GROUP = "crm_kpi.emulators"
EXTRA = "pip install 'crm-kpi[demo]'"


class Ready(Protocol):
    """A stand-in that listens already."""

    def facts(self) -> Sequence[tuple[Message, str]]:
        """What a client needs to know, with its name."""

    def config(self) -> str:
        """Lines for a configuration."""

    def run(self) -> None:
        """Answer until somebody presses Ctrl-C."""


class Emulator(Protocol):
    """What an entry point of the group leads to."""

    title: str

    def faults(self) -> Mapping[str, str]:
        """Their names and what they do."""

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
        """Fill it, and listen."""


@click.command(
    cls=Command,
    help=words(
        "Run a stand-in of a CRM on this machine, filled with a sample company, until Ctrl-C.\n\n"
        "It answers only this machine. Everything in it is made up."
    ),
    examples=(
        "crm-kpi emulate zoho",
        "crm-kpi emulate zoho --profile medium --language zh-CN",
        "crm-kpi emulate zoho --fault too_many_429=5x2 --fault drop_body=3:/crm/v8/Deals",
    ),
)
@click.argument("name")
@option("--port", type=click.IntRange(0, 65_535), default=8765, help=words("Default: 8765; 0 for any that is free."))
@option("--profile", default="small", help=words("Size of the sample company: small, medium or large."))
@option("--scale", type=float, default=1.0, help=words("Multiplies customers and their business; default: 1."))
@option("--seed", type=int, default=1, help=words("Another seed is another company; default: 1."))
@option(
    "--edition",
    default="enterprise",
    help=words("Whose limits hold: free, standard, professional, enterprise or ultimate."),
)
@option("--latency-ms", type=float, default=0.0, help=words("How long each answer takes; default: 0."))
@option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=WHEN",
    help=words(
        "What goes wrong, at which request: 5, 5x3 (three from the fifth), *, 2:/path; `list` names all."
    ),
)
@option(
    "--state",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=words("Keep everything in this file, and go on from it; default: in memory."),
)
@common
@current
def emulate(
    session: Session,
    name: str,
    port: int,
    profile: str,
    scale: float,
    seed: int,
    edition: str,
    latency_ms: float,
    faults: tuple[str, ...],
    file: Path | None,
) -> None:
    emulator = emulator_of(name)
    if "list" in faults:
        session.output.table((Message("fault"), Message("what happens")), emulator.faults().items())
        return
    with session.progress() as progress:
        progress(Message("making the sample company …"))
        ready = emulator.prepare(
            port=port,
            profile=profile,
            scale=scale,
            seed=seed,
            language="zh-CN" if session.reader.startswith("zh") else "en",
            edition=edition,
            latency_ms=latency_ms,
            faults=faults,
            file=file,
        )
    _show(session.output, emulator, ready)
    try:
        ready.run()
    except KeyboardInterrupt:  # this is how it ends
        session.output.note(Message("stopped"))


def emulator_of(name: str) -> Emulator:
    """The stand-in of that name.

    Raises:
        ConfigError: there is none.
        ConnectorError: what it needs is not installed.
    """
    installed: dict[str, EntryPoint] = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in installed:
        problem = Message("there is no stand-in of {name}", name=name)
        raise ConfigError([Problem("emulate", problem, did_you_mean(name, installed))])
    try:
        found: Emulator = installed[name].load()
    except ImportError as exc:
        what = Message("a stand-in needs packages that are not installed here: {package}", package=exc.name)
        raise ConnectorError(what, hint=Message("install them: {command}", command=EXTRA)) from exc
    return found


def _show(output: Output, emulator: Emulator, ready: Ready) -> None:
    output.result(Message("a stand-in of {title} answers until Ctrl-C", title=emulator.title))
    output.table((Message("what"), Message("value")), ready.facts())
    output.result()
    output.result(Message("for a configuration:"))
    for line in ready.config().splitlines():
        click.echo(line)

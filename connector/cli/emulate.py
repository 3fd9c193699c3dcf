"""`crm-kpi emulate NAME`: a stand-in of a vendor on this machine, found by its entry point."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from connector.cli.language import words
from connector.cli.options import Command, common, option
from connector.cli.output import Output
from connector.cli.session import Session, current
from connector.errors import Message
from connector.stand_in import PORT, Emulator, Ready, emulator_of


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
@option("--port", type=click.IntRange(0, 65_535), default=PORT, help=words("Default: 8765; 0 for any that is free."))
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
    help=words("What goes wrong, at which request: 5, 5x3 (three from the fifth), *, 2:/path; `list` names all."),
)
@option(
    "--state",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=words("Keep everything in this file; go on from it, with its company and edition. Default: in memory."),
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
    _show(session.output, emulator, ready, name)
    try:
        ready.run()
    except KeyboardInterrupt:  # this is how it ends
        session.output.note(Message("stopped"))


def _show(output: Output, emulator: Emulator, ready: Ready, name: str) -> None:
    output.result(Message("a stand-in of {title} answers until Ctrl-C", title=emulator.title))
    output.table((Message("what"), Message("value")), ready.facts())
    output.result()
    output.result(Message("for a configuration:"))
    for line in _configured(name, ready):
        click.echo(line)


def _configured(name: str, ready: Ready) -> Iterator[str]:
    """A connection to it, as settings say it."""
    from connector.config.layout import scalar

    yield "connections:"
    yield "  crm:"
    yield f"    adapter: {name}"
    yield "    settings:"
    for setting, value in ready.settings().items():
        yield f"      {setting}: {scalar(value)}"

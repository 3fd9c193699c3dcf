"""`crm-kpi adapter`: the CRMs that can be spoken to."""

from __future__ import annotations

import click

from connector.cli.language import words
from connector.cli.options import Command, Group, as_json, common
from connector.cli.output import print_json
from connector.cli.session import Session, current


@click.group(cls=Group, help=words("The CRMs and file formats that can be read and written."))
@common
def adapter() -> None:
    pass


@adapter.command(
    "list",
    cls=Command,
    help=words("Name the installed adapters."),
    examples=("crm-kpi adapter list",),
)
@as_json
@common
@current
def list_adapters(session: Session) -> None:
    from connector.registry import adapter_names, adapter_type

    installed = [{"name": name, "title": adapter_type(name).title} for name in adapter_names()]
    if session.json:
        print_json({"adapters": installed})
        return
    for each in installed:
        session.output.result(f"{each['name']:<16}{each['title']}")

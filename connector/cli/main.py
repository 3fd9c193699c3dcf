"""`crm-kpi`: the commands, in the order in which a person meets them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

import click

from connector.cli.adapter import adapter
from connector.cli.apply import apply
from connector.cli.auth import auth
from connector.cli.check import check
from connector.cli.completion import completion
from connector.cli.compute import compute
from connector.cli.demo import demo
from connector.cli.emulate import emulate
from connector.cli.failure import READER_GONE, outcome
from connector.cli.init import init
from connector.cli.kpi import kpi
from connector.cli.language import words
from connector.cli.options import Group, common
from connector.cli.plan import plan
from connector.cli.pull import pull
from connector.cli.report import report
from connector.cli.run import run
from connector.cli.session import Session
from connector.cli.status import status
from connector.cli.store import store
from connector.cli.target import target


class Root(Group):
    """Ends every call with one of the documented exit codes."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run and exit; errors are printed here, not by click."""
        session = Session()
        run = partial(super().main, args, prog_name or self.name, complete_var, standalone_mode=False, **extra)
        sys.exit(outcome(lambda: run(obj=session), session))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that closes the pipe (`| head`) is no failure, and needs no words."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python flushes at its end
            return READER_GONE
        return result


@click.group(
    "crm-kpi",
    cls=Root,
    help=words(
        "Customer KPIs inside the CRM that people already have open.\n\n"
        "Pulls records from a CRM or from files, computes KPIs, and writes them back."
    ),
    examples=("crm-kpi demo", "crm-kpi init --folder data", "crm-kpi check", "crm-kpi run"),
    epilog=words(
        "Exit codes: 0 done, 1 failed, 2 usage or settings, 3 done but some rows were rejected or quarantined."
    ),
)
@click.version_option(package_name="crm-kpi", prog_name="crm-kpi")
@common
def cli() -> None:
    pass


for command in (
    demo,
    auth,
    init,
    check,
    pull,
    compute,
    plan,
    apply,
    run,
    report,
    status,
    kpi,
    target,
    store,
    adapter,
    emulate,
    completion,
):
    cli.add_command(command)


def main() -> NoReturn:
    """The console script."""
    cli.main()

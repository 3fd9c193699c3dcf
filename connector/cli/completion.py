"""Shell completion, by click's own scripts."""

from __future__ import annotations

import click

from connector.cli.language import words
from connector.cli.options import Command, common


@click.command(
    cls=Command,
    help=words("Print a script that completes commands and options in your shell."),
    examples=(
        'eval "$(crm-kpi completion bash)"   # in ~/.bashrc',
        'eval "$(crm-kpi completion zsh)"    # in ~/.zshrc',
        "crm-kpi completion fish > ~/.config/fish/completions/crm-kpi.fish",
    ),
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@common
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None  # click ships all three
    source = script(ctx.find_root().command, {}, "crm-kpi", "_CRM_KPI_COMPLETE")
    click.echo(source.source_template % source.source_vars())

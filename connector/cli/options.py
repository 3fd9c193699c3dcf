"""Commands and options of one shape: help in the reader's language, the common options before or after the command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from connector.cli.failure import UnknownCommand
from connector.cli.language import words
from connector.cli.session import Session
from connector.language import LANGUAGES

EXAMPLES = words("Examples")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose help is looked up when it is shown, and begins with what it does and an example."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.examples = examples

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sentences, then lines that can be copied."""
        with formatter.indentation():
            for paragraph in _translate(ctx)(self.help or "").split("\n\n"):
                formatter.write_paragraph()
                formatter.write_text(paragraph)
        if self.examples:
            with formatter.section(_translate(ctx)(EXAMPLES)):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What stands below the options."""
        if self.epilog:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_translate(ctx)(self.epilog))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The whole first paragraph: a cut sentence helps nobody."""
        text = _translate(click.get_current_context(silent=True))(self.help or "")
        return text.split("\n\n")[0].rstrip(".。")


class Group(Command, click.Group):
    """Commands under one name, in the order in which they are used; says which one was meant."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if (
            args
            and not args[0].startswith("-")
            and self.get_command(ctx, args[0]) is None
            and not ctx.resilient_parsing
        ):
            raise UnknownCommand(args[0], known=self.list_commands(ctx), ctx=ctx)
        return super().resolve_command(ctx, args)


class Option(click.Option):
    """An option whose help is looked up when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        english, self.help = self.help, _translate(ctx)(self.help or "")
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = english


def _translate(ctx: click.Context | None) -> Callable[[str], str]:
    session = ctx.find_object(Session) if ctx else None
    return session.output.translate if session else str


def option(*names: str, help: str, **settings: Any) -> Callable[[Decorated], Decorated]:
    """A click option with translated help."""
    return click.option(*names, cls=Option, help=help, **settings)


def _into_session(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def store(ctx: click.Context, _parameter: click.Parameter, value: Any) -> None:
        session = ctx.find_object(Session)
        if value is not None and value is not False and session is not None:
            setattr(session, name, value)

    return store


_COMMON = (
    option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        help=words("Settings file; default: $CRM_KPI_CONFIG, else ./crm-kpi.yaml."),
        expose_value=False,
        callback=_into_session("config_path"),
    ),
    option(
        "--language",
        type=click.Choice(LANGUAGES),
        help=words("Language of messages; default: the settings', else the terminal's."),
        is_eager=True,
        expose_value=False,
        callback=_into_session("language"),
    ),
    option(
        "--debug",
        is_flag=True,
        help=words("Show tracebacks."),
        is_eager=True,
        expose_value=False,
        callback=_into_session("debug"),
    ),
)


def common(command: Decorated) -> Decorated:
    """--config, --language and --debug."""
    for add in reversed(_COMMON):
        command = add(command)
    return command


as_json = option(
    "--json",
    is_flag=True,
    help=words("Print one JSON document with stable keys, in English."),
    is_eager=True,
    expose_value=False,
    callback=_into_session("json"),
)

"""Whatever goes wrong becomes one line, one hint and an exit code; a traceback only with --debug."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import click

from connector.cli.output import Words, print_json
from connector.cli.session import Session
from connector.errors import ConfigError, ConnectorError, Interrupted, Message, did_you_mean
from kpi_engine.errors import DefinitionError, KpiError

DONE, FAILED, USAGE, PARTLY = 0, 1, 2, 3
INTERRUPTED = Interrupted.exit_code
READER_GONE = 141
"""As the shell writes the death of a program whose pipe was closed."""


def outcome(command: Callable[[], Any], session: Session) -> int:
    """Run it and say how it ended, as an exit code."""
    _end_like_interrupt()
    try:
        result = command()
    except (KeyboardInterrupt, click.exceptions.Abort, Interrupted) as stop:
        return _stopped(stop, session)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except (click.ClickException, ConnectorError, KpiError) as error:
        return _expected(error, session)
    except Exception as error:  # noqa: BLE001  # the last resort: a person gets a line, not a traceback
        return _bug(error, session)
    return result if isinstance(result, int) else DONE


def _end_like_interrupt() -> None:
    """A service manager's SIGTERM ends a run as cleanly as Ctrl-C does."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def _stopped(stop: BaseException, session: Session) -> int:
    _trace(stop, session)
    session.output.note(Message("stopped; nothing is lost, the next run goes on from here"))
    return INTERRUPTED


def _expected(error: click.ClickException | ConnectorError | KpiError, session: Session) -> int:
    _trace(error, session)
    code = USAGE if isinstance(error, DefinitionError) else getattr(error, "exit_code", FAILED)
    problems = error.problems if isinstance(error, (ConfigError, DefinitionError)) else ()
    message, hint = sentences(error)
    if session.json:
        print_json({"error": {"message": message, "hint": hint, "problems": problems, "exit_code": code}})
    for problem in problems:
        session.output.problem(problem)
    if not problems:
        session.output.error(message, hint)
    return code


def _bug(error: Exception, session: Session) -> int:
    _trace(error, session)
    what = Message("this is a bug: {kind}: {reason}", kind=type(error).__name__, reason=str(error))
    session.output.error(what, Message("run it again with --debug and report what it prints"))
    return FAILED


def _trace(error: BaseException, session: Session) -> None:
    """Line by line, as everything that is printed: what an exception says may come from a file or a CRM."""
    if session.debug:
        for line in "".join(traceback.format_exception(error)).splitlines():
            session.output.note(line)


def sentences(error: click.ClickException | ConnectorError | KpiError) -> tuple[Words, Words]:
    """The message and the hint of an error; click's own complaints in our words."""
    if isinstance(error, click.UsageError):
        return _usage(error), _usage_hint(error)
    if isinstance(error, click.ClickException):
        return error.format_message(), ""
    return error.message, error.hint


def _usage(error: click.UsageError) -> Words:
    match error:
        case click.NoSuchOption():
            return Message("there is no option {option}", option=error.option_name)
        case click.MissingParameter():
            return Message("{parameter} is missing", parameter=_parameter(error))
        case click.BadParameter():
            return Message("{parameter}: {reason}", parameter=_parameter(error), reason=error.message)
        case click.BadOptionUsage():
            return Message(
                "the option {option} cannot be used like this: {reason}", option=error.option_name, reason=error.message
            )
        case UnknownCommand():
            return Message("there is no command {command}", command=error.command)
        case _:
            return error.format_message()


def _usage_hint(error: click.UsageError) -> Words:
    path = error.ctx.command_path if error.ctx else "crm-kpi"
    help_hint = Message("see {command} --help", command=path)
    if isinstance(error, click.NoSuchOption):
        near = did_you_mean(error.option_name, _options(error))
        return near if near.template.startswith("did you mean") else help_hint
    if isinstance(error, UnknownCommand):
        return did_you_mean(error.command, error.known)
    return help_hint


def _options(error: click.UsageError) -> list[str]:
    if error.ctx is None:
        return []
    return [name for parameter in error.ctx.command.get_params(error.ctx) for name in parameter.opts]


def _parameter(error: click.BadParameter) -> str:
    """An option as it is written, an argument by its name."""
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return str(error.param.name).upper() if error.param else str(error.param_hint)


class UnknownCommand(click.UsageError):
    """A word that is no command of its group."""

    def __init__(self, command: str, *, known: Sequence[str], ctx: click.Context) -> None:
        super().__init__(command, ctx)
        self.command = command
        self.known = known

"""`--setting NAME=VALUE`: settings of a CRM's connection that are said on the command line. Secrets never are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, get_args

import click

from connector.cli.language import words
from connector.cli.options import option
from connector.errors import ConfigError, Message, Problem, did_you_mean

if TYPE_CHECKING:
    from connector.contract import AdapterType

setting = option(
    "--setting",
    "stated",
    multiple=True,
    metavar="NAME=VALUE",
    help=words("A setting of the CRM's connection, such as data_centre=eu; no secrets."),
)


def pairs(said: Iterable[str], *, form: str, name: str) -> Iterator[tuple[str, str]]:
    """What stands left and right of each sign.

    Args:
        said: Values of an option.
        form: How it is written.
        name: The option.

    Raises:
        click.BadParameter: one of them has no sign.
    """
    for text in said:
        left, sign, right = text.partition("=")
        if not sign:
            raise click.BadParameter(form, param_hint=name)
        yield left.strip(), right.strip()


def stated_settings(kind: AdapterType, said: Iterable[str]) -> dict[str, str]:
    """Setting -> value.

    Raises:
        click.BadParameter: something is no pair.
        ConfigError: the adapter has no such setting, or it is a secret: a list of processes would show it.
    """
    stated = dict(pairs(said, form="NAME=VALUE", name="--setting"))
    known = kind.settings.model_fields
    problems = [
        *(
            Problem(name, Message("is not a known setting"), did_you_mean(name, known))
            for name in stated.keys() - known
        ),
        *(_secret(name) for name in stated if name in known and _is_secret(known[name].annotation)),
    ]
    if problems:
        raise ConfigError(sorted(problems, key=lambda each: list(stated).index(each.where)))
    return stated


def _is_secret(annotation: Any) -> bool:
    from pydantic import SecretStr

    return SecretStr in (annotation, *get_args(annotation))


def _secret(name: str) -> Problem:
    message = Message("is a secret, and others can see the arguments of a command")
    return Problem(name, message, Message("leave it out: it is asked for, or taken from the environment"))

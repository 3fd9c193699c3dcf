"""What a target may ask of Zoho: told before anything is called, so that `check` says it too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.zoho.writing.naming import is_name
from connector.contract import WriteTarget
from connector.errors import ConfigError, Message, Problem

_UNWRITTEN: Final[Mapping[str, Message]] = {
    "Users": Message("users"),
    "Roles": Message("roles"),
    "Currencies": Message("currencies"),
}
"""What we read like modules, and what has no record of its own in the CRM that could show a number."""


class ReportOptions(BaseModel):
    """Of report records."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profiles: tuple[str, ...] = Field(default=())
    """Names of the profiles that see the module of the report, should it have to be made; none: all of them."""


class FieldOptions(BaseModel):
    """Of fields: nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def options_of(target: WriteTarget) -> ReportOptions:
    """The target's options, once everything about it is right.

    Raises:
        ConfigError: with everything that is wrong with the target.
    """
    problems = [*_problems(target)]
    model = ReportOptions if target.kind == "records" else FieldOptions
    try:
        options = model.model_validate(dict(target.options))
    except ValidationError as error:
        problems.extend(_wrong_options(target, error))
    if problems:
        raise ConfigError(problems)
    return options if isinstance(options, ReportOptions) else ReportOptions()


def _problems(target: WriteTarget) -> Iterator[Problem]:
    if target.module in _UNWRITTEN:
        message = Message("Zoho shows no fields of ours on {what}", what=_UNWRITTEN[target.module])
        yield Problem(_way(target, "module"), message, Message("write report records instead (kind: records)"))
    elif not is_name(target.module):
        message = Message("{name} is no API name of a module", name=target.module)
        yield Problem(_way(target, "module"), message, Message("letters, digits and _, such as KPI_Reports"))
    for name in target.fields if target.kind == "fields" else ():
        if not is_name(name):
            message = Message("{name} is no API name of a field", name=name)
            yield Problem(_way(target, "fields"), message, Message("letters, digits and _, such as KPI_Won"))


def _wrong_options(target: WriteTarget, error: ValidationError) -> Iterator[Problem]:
    for each in error.errors():
        where = ".".join(map(str, each["loc"]))
        yield Problem(_way(target, f"options.{where}"), Message("{problem}", problem=each["msg"]))


def _way(target: WriteTarget, what: str) -> str:
    return f"write_back.{target.name}.{what}"

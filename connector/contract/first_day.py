"""The first day: what a CRM says about itself, and how an administrator signs in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from connector.contract.effect import Effect, HttpRequest
from connector.errors import Message, Problem


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of a module as the vendor describes it, or as a file shows it."""

    name: str
    label: str = ""
    """What its users call it."""
    type: str = ""
    """`text choice choices number money percent boolean date instant link`; empty for what no fact is made of."""
    values: tuple[str, ...] = ()
    """Of a choice: the words that a record may hold."""
    withheld: bool = False
    links: str = ""
    """The module whose ids it holds."""
    filled: float | None = None
    """Share of the records that have it, 0 to 1; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """A module (or file) that can be pulled, and the settings with which the adapter would read it."""

    name: str
    fields: tuple[FieldInfo, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rows: int | None = None
    label: str = ""
    """What its users call it."""
    since: str = ""
    """Date of the oldest record; empty where nobody looked."""
    remedies: Mapping[str, Message] = field(default_factory=dict)
    """Fact (`cases.resolved_at`) -> how to get it, where the vendor has no standard field for it."""


InspectTalk: TypeAlias = Generator[Effect | ModuleInfo | Problem, Any, None]
"""A `Problem` is of the whole connection, such as a scope that was not granted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that signing in needs to know."""

    name: str
    prompt: Message
    secret: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """What signing in brought."""

    secrets: Mapping[str, str] = field(repr=False)
    """Setting -> secret; kept in the system's keyring or in the environment, never in a file of ours."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What else the connection's settings have to say, such as the data centre."""
    scopes: tuple[str, ...] = ()
    """What was granted, where the vendor says so."""
    title: str = ""
    """The organisation, for people."""


GrantTalk: TypeAlias = Generator[HttpRequest, Any, Granted]


ANY_MODULE: Final = "*"
"""Of `GrantType.scopes`: modules that the organisation itself made, and whatever else nobody can name yet."""


@dataclass(frozen=True, slots=True)
class GrantType:
    """How an administrator signs a connection in."""

    asks: tuple[Asked, ...]
    scopes: Callable[[Mapping[str, Sequence[str]], Collection[str] | None], tuple[str, ...]]
    """(modules and fields that are read, modules that are written; None: nothing is written or set up) -> the scopes
    needed. The module `ANY_MODULE` stands for whatever a survey looks at before there are settings."""
    instructions: Callable[[tuple[str, ...]], Message]
    """(scopes) -> where to click, and what to enter there."""
    exchange: Callable[[Mapping[str, str], datetime], GrantTalk]
    """(answers, now) -> what is kept."""


@dataclass(frozen=True, slots=True)
class OrganisationInfo:
    """What a CRM says about the organisation that uses it; empty or None where it does not say."""

    name: str = ""
    timezone: str = ""
    currency: str = ""
    fiscal_year_starts: int | None = None
    """Month, 1 to 12."""
    language: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    """For people: edition, users, environment."""


SurveyTalk: TypeAlias = Generator[Effect | OrganisationInfo | ModuleInfo | Problem, Any, None]

"""How requests reach their vendor: signed, and with their refusals understood."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from connector.contract.effect import Effect, HttpRequest
from connector.errors import AdapterError, Message


@dataclass(frozen=True, slots=True)
class Access:
    """The right to ask, for a while."""

    token: str = field(repr=False)
    base_url: str
    """Where paths lead. The sign-in has made sure that it is one of the vendor's own hosts, or loopback."""
    expires_at: datetime
    scopes: tuple[str, ...] = ()
    """What it may be used for; empty where the vendor does not say."""


SignInTalk: TypeAlias = Generator[HttpRequest, Any, Access]
"""Asks for an access and returns it; its requests have whole addresses."""


class SignIn(Protocol):
    """How a connection gets its access and shows it. The driver keeps the access between processes, renews it before it
    expires and once where the vendor does not accept it, and asks for one at a time."""

    @property
    def identity(self) -> str:
        """Names the access among others: a digest, from which no secret can be read."""

    def ask(self, now: datetime) -> SignInTalk:
        """Ask for a fresh access."""

    def signed(self, request: HttpRequest, access: Access) -> HttpRequest:
        """A request whose `url` is a path, with its whole address and its token."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a vendor means by a status and a code."""

    error: type[AdapterError]
    says: Message
    """Goes on from "GET www.example.com/path"; may use {code}."""
    remedy: Message = Message("")
    unsent: bool = False
    """Nothing was done: even a request that must not be doubled may be sent again."""
    renew: bool = False
    """The access was not accepted: it is renewed, once, and the request sent again."""


@dataclass(frozen=True, slots=True)
class HttpAccess:
    """All that the driver has to know of a vendor to send requests to it."""

    sign_in: SignIn
    refusals: Mapping[tuple[int, str], Refusal] = field(default_factory=dict)
    """By status and code; (status, "") stands for every other code, (0, code) for every other status. What is not here
    is classified by its status alone."""
    code_of: Callable[[bytes], str] = lambda _: ""
    """The vendor's code in the body of a refusal; empty where it has none."""
    sample_of: Callable[[bytes], str] = lambda _: ""
    """A body with everything taken out that could be a secret or a customer: kept where a code is not in the table."""
    credits_left: Callable[[Mapping[str, str]], int | None] = lambda _: None
    """What the vendor's headers say is left of the day's credits; None where they do not say."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who is at the other end: asked once, at the start of a run."""

    identity: str
    """Organisation and environment, such as "zoho 10234 production". A store belongs to one for each connection. Empty
    where there is none (a folder)."""
    title: str = ""
    """The organisation, for people."""
    credits_a_day: int | None = None
    """What the vendor allows in any 24 hours; None where it does not count."""
    conversations_at_once: int | None = None
    """What the vendor allows this organisation; None leaves it to the capabilities."""


IntroduceTalk: TypeAlias = Generator[Effect | Introduction, Any, None]

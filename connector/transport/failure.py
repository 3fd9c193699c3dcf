"""One attempt that failed, and whether another may follow."""

from __future__ import annotations

from typing import Final

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from connector.contract import HttpRequest
from connector.errors import AdapterError, RetryableError

LONGEST_WAIT_SECONDS: Final = 300.0
"""A vendor that asks for more is not waited for: the run ends, the next one goes on."""


class Failed(Exception):
    """Why an attempt failed, and what the vendor can have done until then."""

    def __init__(
        self, error: AdapterError, *, unsent: bool = False, lost: bool = False, refused_access: bool = False
    ) -> None:
        """Judge an attempt.

        Args:
            error: what it is for everybody else.
            unsent: nothing can have been done.
            lost: something came back that is not the answer; another attempt may bring it.
            refused_access: the access was not accepted.
        """
        super().__init__(str(error))
        self.error = error
        self.unsent = unsent
        self.lost = lost
        self.refused_access = refused_access

    @property
    def asked_seconds(self) -> float | None:
        """How long the vendor wants us to wait."""
        return self.error.retry_after if isinstance(self.error, RetryableError) else None

    def allows_another(self, request: HttpRequest) -> bool:
        """Whether the request may be sent again: it must be worth it, and must not be done twice."""
        worth_it = isinstance(self.error, RetryableError) or self.lost
        once_only = not request.idempotent and not self.unsent
        return worth_it and not once_only and (self.asked_seconds or 0) <= LONGEST_WAIT_SECONDS


def place(request: HttpRequest) -> str:
    """Method, host and path: all that a message may say of a request."""
    parts = parts_of(request.url)
    return f"{request.method} {parts.host or ''}{parts.path or ''}"


def parts_of(url: str) -> Url:
    """An address as the connection will read it: another parser may see another host in the same text."""
    try:
        return parse_url(url)
    except LocationParseError:
        return Url()

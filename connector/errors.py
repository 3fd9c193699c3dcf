"""Everything that can go wrong, grouped by what the caller should do about it.

```
ConnectorError            a message, a hint and an exit code; never a body, a token or a full URL
|- ConfigError            fix a file                    (all bad fields at once)
|- AdapterError           adapter, operation, the vendor's request id
|  |- AuthError           authorise again
|  |- BudgetSpent         the day's credits are used up: go on later
|  |- RetryableError      try again after retry_after seconds
|  |  |- RateLimited      slow down
|  |  `- Unavailable      wait
|  |- RejectedError       will never work as it stands
|  |  |- RecordRejected   this record only: skip, report, go on
|  |  `- SourceChanged    the file changed while it was read: read again, or leave it for the next run
|  `- UnexpectedResponse  the vendor changed: keep a redacted sample
|- StoreError             the local store
|  |- StoreBusy           another run holds it
|  |- StoreTooNew         written by a newer version
|  `- MigrationError      could not be brought up to date; a copy was kept
|- DeletionGuard          a pull would delete too much: look, then accept
|- WriteBackRefused       the plan is stale, unconfirmed, or the facts are incomplete
`- Interrupted            stopped by the person; the next run goes on
```

A test compares this drawing with the classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kpi_engine.errors import Problem, did_you_mean
from kpi_engine.message import Message

__all__ = [
    "AdapterError",
    "AuthError",
    "BudgetSpent",
    "ConfigError",
    "ConnectorError",
    "DeletionGuard",
    "Interrupted",
    "Message",
    "MigrationError",
    "Problem",
    "RateLimited",
    "RecordRejected",
    "RejectedError",
    "RetryableError",
    "SourceChanged",
    "StoreBusy",
    "StoreError",
    "StoreTooNew",
    "Unavailable",
    "UnexpectedResponse",
    "WriteBackRefused",
    "did_you_mean",
]

FAILED, USAGE = 1, 2


class ConnectorError(Exception):
    """Root: one line for the person, one hint, one exit code."""

    exit_code = FAILED

    def __init__(self, message: Message, *, hint: Message = Message("")) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class ConfigError(ConnectorError):
    """A file of the user's needs mending; `problems` lists everything that is wrong with it, not the first only."""

    exit_code = USAGE

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(Message("{problems}", problems="; ".join(map(str, self.problems))))


class AdapterError(ConnectorError):
    """Something between us and the CRM (or the file); says which adapter and operation, and the vendor's request id."""

    def __init__(
        self,
        message: Message,
        *,
        hint: Message = Message(""),
        adapter: str = "",
        operation: str = "",
        request_id: str = "",
        code: str = "",
        sample: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.adapter = adapter
        self.operation = operation
        self.request_id = request_id
        self.code = code
        """The vendor's own, where it gave one."""
        self.sample = sample
        """A refusal that nobody documented, with everything private taken out."""


class AuthError(AdapterError):
    """Authorise again."""


class BudgetSpent(AdapterError):
    """The connection's share of the vendor's daily credits is used up; what was read is kept, the next run goes on."""


class RetryableError(AdapterError):
    """Worth another try, not before `retry_after` seconds where the vendor said so."""

    def __init__(self, message: Message, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class RateLimited(RetryableError):
    """Too many calls."""


class Unavailable(RetryableError):
    """The other side, or the way to it, is down."""


class RejectedError(AdapterError):
    """Will never work as it stands."""


class RecordRejected(RejectedError):
    """One record is refused; the others go on."""


class SourceChanged(RejectedError):
    """A file was replaced or grew while it was being read."""


class UnexpectedResponse(AdapterError):
    """The answer has a shape that nobody documented."""


class StoreError(ConnectorError):
    """The local store cannot be read or written."""


class StoreBusy(StoreError):
    """Another run holds the store."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of this program."""


class MigrationError(StoreError):
    """The store could not be brought up to date; it is as it was, and a copy of it was kept."""


class DeletionGuard(ConnectorError):
    """A pull would tombstone a larger share of a table than the guard allows."""


class WriteBackRefused(ConnectorError):
    """The plan is stale, unconfirmed or too large, or the facts behind it are incomplete."""


class Interrupted(ConnectorError):
    """The person pressed Ctrl-C, or the process was asked to end; nothing is lost."""

    exit_code = 130

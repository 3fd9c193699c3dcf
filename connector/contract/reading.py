"""What a pull conversation says beside effects."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from connector.contract.effect import Effect
from connector.errors import Message

State: TypeAlias = Mapping[str, Any]
"""What a conversation needs to go on where it stopped. JSON; opaque to everybody but its adapter."""

PAGE_ROWS = 2_000
"""The most records that one page holds."""


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `PAGE_ROWS` raw records of one module, column by column.

    Every sequence in `columns` has `count` values, as the vendor gave them (text, numbers, None, nested JSON).
    `next_state` is the point from which another run could go on once this page is stored; None says "not yet".
    """

    module: str
    columns: Mapping[str, Sequence[Any]]
    count: int
    next_state: State | None = None
    source: str = ""
    """For messages: the file or endpoint the records came from."""
    positions: Sequence[int] = ()
    """For messages: the line (or index) of each record in `source`; empty when unknown."""

    @classmethod
    def of_records(cls, module: str, records: Sequence[Mapping[str, Any]], *, next_state: State | None = None) -> Page:
        """A page from records that come one by one (JSON)."""
        names = dict.fromkeys(name for record in records for name in record)
        columns = {name: [record.get(name) for record in records] for name in names}
        return cls(module=module, columns=columns, count=len(records), next_state=next_state)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that the adapter could not take apart (a ragged row): it goes to quarantine as it is."""

    module: str
    source: str
    position: int
    raw: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Deletions:
    """Ids that the vendor says are gone."""

    module: str
    ids: Sequence[str]
    next_state: State | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """Fields that the vendor does not show to this account: their columns are not filled, which is not "empty".

    Said before the first page, and only where it is known; an empty list takes back what an earlier run said.
    """

    module: str
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Finished:
    """The conversation has said everything; its state is saved with the last rows.

    `snapshot` says that the pages were the whole module, so what was not among them is deleted. `vendor_count` is how
    many records the vendor says there are (for files: how many rows were read), for the completeness check.
    """

    module: str
    next_state: State
    snapshot: bool = False
    vendor_count: int | None = None
    counts_fewer: bool = False
    """The vendor's count leaves out some of what it lists (converted leads): more may have arrived, fewer may not."""
    note: Message | None = None
    """What a person should know of how it was read: which way was taken, and why."""


PullEvent: TypeAlias = Page | Unreadable | Deletions | Withheld | Finished
PullTalk: TypeAlias = Generator[Effect | PullEvent, Any, None]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One independent stream of pages with a state of its own: a module, or a slice of one."""

    module: str
    key: str
    """Names the state; unique within the connection."""
    talk: Callable[[State | None], PullTalk]
    """Begins, or goes on from a saved state."""
    atomic: bool = False
    """True where pages are worth nothing until `Finished` (a file's snapshot): all are stored in one transaction."""

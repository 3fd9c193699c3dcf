"""What an adapter is: frozen values and one Protocol, no logic.

An adapter never does I/O. Its `pull`, `push` and `inspect` hand out generators that *yield an effect when they need the
world* and *yield a page, a deletion list, an end or a receipt when they have one*. `connector.transport` performs the
effects and sends the answers back, so retries, rate limits, credits, redaction and atomic writes exist once.

A whole adapter, in pseudo code::

    def _talk(state):
        listed = yield ListFiles("deals*.csv")
        with_bytes = yield OpenFile(listed[0].path)
        for rows in read(with_bytes):
            yield Page(module="deals", columns=rows, count=len(rows))
        yield Finished(module="deals", snapshot=True, arrived=..., next_state={...})
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias

from pydantic import BaseModel

from connector.errors import Message, Problem

State: TypeAlias = Mapping[str, Any]
"""What a conversation needs to go on where it stopped. JSON; opaque to everybody but its adapter."""

PAGE_ROWS = 2_000
"""The most records that one page holds."""


# ---- effects: what a conversation asks of the world, and what it gets back -------------------------------------------


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call. The answer is an `HttpResponse`, or one of `connector.errors` thrown into the conversation."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    idempotent: bool = True
    """May be sent again when its answer was lost."""
    credits: int = 1
    to_file: bool = False
    """The body goes to a temporary file, and `HttpResponse.file` is an open handle on it."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back; `body` is empty where the request said `to_file`."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    file: BinaryIO | None = None


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file as its folder lists it."""

    path: Path
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Files that match a path or a glob, sorted by path. The answer is `tuple[FileInfo, ...]`, empty for none."""

    pattern: str


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Read a file. The answer is a seekable binary handle, closed by the driver when the conversation ends."""

    path: Path


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write a whole file: into a temporary file beside it, flushed, then renamed. The answer is its `FileInfo`."""

    path: Path
    chunks: Iterable[bytes]


Effect: TypeAlias = HttpRequest | ListFiles | OpenFile | WriteFile


# ---- what a pull conversation yields beside effects ------------------------------------------------------------------


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
class Finished:
    """The conversation has said everything; its state is saved with the last rows.

    `snapshot` says that the pages were the whole module, so what was not among them is deleted. `vendor_count` is how
    many records the vendor says there are (for files: how many rows were read), for the completeness check.
    """

    module: str
    next_state: State
    snapshot: bool = False
    vendor_count: int | None = None


PullEvent: TypeAlias = Page | Unreadable | Deletions | Finished
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


# ---- write-back ------------------------------------------------------------------------------------------------------

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class WriteTarget:
    """Where values are written: fields of a module's records, or report records."""

    name: str
    kind: Literal["fields", "records"]
    module: str
    id_fields: tuple[str, ...]
    """The vendor fields whose values, joined as the mapping joins them, are the record id (`fields` only)."""
    fields: tuple[str, ...]
    """The fields that we write, in order; no other is ever touched."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The adapter's own settings for this target, such as the output path."""


@dataclass(frozen=True, slots=True)
class Change:
    """The values that one record is to hold."""

    id: str
    record_id: str
    fields: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one change. `unknown` (sent, answer lost) is settled by the next run's read-back."""

    change_id: str
    outcome: Literal["done", "rejected", "unknown"]
    message: Message = Message("")


PushTalk: TypeAlias = Generator[Effect | Receipt, Any, None]


# ---- what init and check ask -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of a module as the vendor describes it, or as a file shows it."""

    name: str
    label: str = ""
    type: str = ""
    values: tuple[str, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """A module (or file) that can be pulled, and the settings with which the adapter would read it."""

    name: str
    fields: tuple[FieldInfo, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rows: int | None = None


InspectTalk: TypeAlias = Generator[Effect | ModuleInfo, Any, None]


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether the adapter can do a thing, and if not, why not."""

    supported: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Declared, not discovered; what is missing is missing with a reason."""

    incremental: Capability
    deletions: Capability
    field_write: Capability
    record_write: Capability
    whole_file_write: bool = False
    """A push rewrites its whole target, so it is handed every record's values, not the changed ones only."""
    conversations_at_once: int = 1


class Adapter(Protocol):
    """One connection to one CRM account, folder or file set."""

    capabilities: Capabilities

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        """Conversations that bring the named modules, each with at least the named fields."""

    def push(self, target: WriteTarget, changes: Sequence[Change]) -> PushTalk:
        """Write the changes; one receipt each."""

    def inspect(self) -> InspectTalk:
        """What there is to pull, for `init` and `check`."""


@dataclass(frozen=True, slots=True)
class AdapterType:
    """What an entry point of the group `crm_kpi.adapters` names: how to make an adapter out of settings."""

    name: str
    title: str
    settings: type[BaseModel]
    connect: Callable[[Any, Path], Adapter]
    """(settings, folder that relative paths start from) -> adapter."""
    default_mapping: Path | None = None

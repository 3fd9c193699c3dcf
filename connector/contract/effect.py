"""Effects: what a conversation asks of the world, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call. The answer is an `HttpResponse`, or one of `connector.errors` thrown into the conversation."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    """A path ("/crm/v8/Deals"), which the connection's `SignIn` makes whole and signs; or a whole address, which goes
    out as it is, without a token."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    idempotent: bool = True
    """May be sent again when its answer was lost."""
    credits: int = 1
    """What the vendor counts for it; charged to the connection's ledger before it is sent."""
    to_file: bool = False
    """The body goes to a temporary file, and `HttpResponse.file` is an open handle on it."""
    accept: tuple[int, ...] = ()
    """Statuses from 400 on whose answer the conversation reads itself, such as a list of results for each record."""
    decode: Callable[[HttpResponse], Any] | None = None
    """Reads the answer; what it returns is what the conversation gets. Where it raises `UnexpectedResponse` (half of
    a JSON document, a gateway's page) the answer counts as lost: it is asked for again if the request is idempotent."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back; `body` is empty where the request said `to_file`."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
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


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, such as while a vendor works on a job. The answer is None; stopping the run ends the wait."""

    seconds: float


Effect: TypeAlias = HttpRequest | ListFiles | OpenFile | Wait | WriteFile

"""Pull: from every connection into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.contract import Adapter
from connector.errors import ConnectorError, Message
from connector.mapping import CompiledMapping
from connector.store import Store


@dataclass(frozen=True, slots=True)
class Source:
    """A connection, ready to be pulled: `sources(config)` makes them."""

    name: str
    adapter_name: str
    adapter: Adapter
    mappings: Mapping[str, CompiledMapping]


class Progress(Protocol):
    """Told after each page."""

    def __call__(self, connection: str, module: str, *, rows: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """What became of one module."""

    connection: str
    module: str
    arrived: int = 0
    changed: int = 0
    deleted: int = 0
    quarantined: int = 0
    issues: int = 0
    no_news: bool = False
    complete: bool = True
    error: ConnectorError | None = None
    note: Message = Message("")


@dataclass(frozen=True, slots=True)
class PullReport:
    """What became of all of them, in the order they were pulled."""

    modules: tuple[ModuleReport, ...]

    @property
    def news(self) -> bool:
        """Whether any module was read."""
        return any(not module.no_news and module.error is None for module in self.modules)

    @property
    def failed(self) -> tuple[ModuleReport, ...]:
        return tuple(module for module in self.modules if module.error is not None)


def pull(
    store: Store,
    sources: Sequence[Source],
    *,
    run_id: int,
    now: datetime,
    accept_deletions: bool = False,
    progress: Progress | None = None,
) -> PullReport:
    """Bring every source's news into the store."""
    raise NotImplementedError

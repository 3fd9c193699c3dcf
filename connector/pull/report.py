"""What became of a pull, module by module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from connector.errors import ConnectorError, Message

Progress: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """What became of one module."""

    connection: str
    module: str
    tables: tuple[str, ...]
    arrived: int = 0
    """Records that came, readable or not."""
    changed: int = 0
    """Facts that are new or differ from before."""
    deleted: int = 0
    """Facts whose record has left the source, or cannot be used any more."""
    quarantined: int = 0
    issues: int = 0
    no_news: bool = False
    """Nothing came, and nothing was touched."""
    complete: bool = True
    """False where the vendor counts other records than arrived."""
    error: ConnectorError | None = None
    """Why it failed; what it had not finished was undone."""
    note: Message | None = None

    def after(self, earlier: ModuleReport) -> ModuleReport:
        """This report of a second reading in the same run, with what the first one changed counted in."""
        if self.error is not None:
            return self
        return replace(self, changed=self.changed + earlier.changed, deleted=self.deleted + earlier.deleted)


@dataclass(frozen=True, slots=True)
class PullReport:
    """What became of all of them, in the order in which they were pulled."""

    modules: tuple[ModuleReport, ...]

    @property
    def news(self) -> bool:
        """Whether any module was read, so that the facts now reach up to this run."""
        return any(not module.no_news and module.error is None for module in self.modules)

    @property
    def failed(self) -> tuple[ModuleReport, ...]:
        """The modules that could not be pulled."""
        return tuple(module for module in self.modules if module.error is not None)

    @property
    def quarantined(self) -> int:
        """Records of this run that went to quarantine."""
        return sum(module.quarantined for module in self.modules)

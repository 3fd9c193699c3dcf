"""What became of a pull, module by module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from connector.errors import BudgetSpent, ConnectorError, Message
from connector.store.coverage import Coverage

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
    """No fact is another than before; records may have come again as they were."""
    complete: bool = True
    """False where the vendor counts other records than arrived."""
    error: ConnectorError | None = None
    """Why it failed; what it had not finished was undone."""
    note: Message | None = None
    counts: tuple[Coverage, ...] = ()
    """What the vendor counts and what there is of it, by fact table, whether it arrived now or before."""

    @property
    def out_of_credits(self) -> bool:
        """Not finished because the day's credits are used up: what was read is kept, and the next run goes on."""
        return isinstance(self.error, BudgetSpent)

    @property
    def counted(self) -> Coverage | None:
        """The counts to show for the whole module: of the table that the vendor's count can be compared with."""
        return next((each for each in self.counts if each.vendor_count is not None), next(iter(self.counts), None))

    def after(self, earlier: ModuleReport) -> ModuleReport:
        """This report of a second reading in the same run, with what the first one changed counted in."""
        if self.error is not None:
            return self
        return replace(
            self,
            changed=self.changed + earlier.changed,
            deleted=self.deleted + earlier.deleted,
            no_news=self.no_news and earlier.no_news,
        )


@dataclass(frozen=True, slots=True)
class PullReport:
    """What became of all of them, in the order in which they were pulled."""

    modules: tuple[ModuleReport, ...]
    live: bool = False
    """All of it came from CRMs that were asked; a file only says how things stood when it was written."""

    @property
    def up_to_date(self) -> bool:
        """Whether the facts are those of this moment, with news or without."""
        return self.live and not self.failed and not self.out_of_credits

    @property
    def news(self) -> bool:
        """Whether any fact is another than before, so that the facts now reach up to this run."""
        return any(not module.no_news and module.error is None for module in self.modules)

    @property
    def failed(self) -> tuple[ModuleReport, ...]:
        """The modules that could not be pulled."""
        return tuple(module for module in self.modules if module.error is not None and not module.out_of_credits)

    @property
    def out_of_credits(self) -> tuple[ModuleReport, ...]:
        """The modules that are not finished because a connection's credits are used up."""
        return tuple(module for module in self.modules if module.out_of_credits)

    @property
    def quarantined(self) -> int:
        """Records of this run that went to quarantine."""
        return sum(module.quarantined for module in self.modules)

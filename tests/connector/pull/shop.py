"""A CRM in memory whose activities come from two modules, and a store that follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.config import Credits
from connector.kit.fake_adapter import FakeCrmAdapter
from connector.kit.fake_crm import FakeCrm
from connector.mapping import TableMapping, compile_mappings
from connector.pull import ModuleReport, PullReport, Source, pull
from connector.store import Store, coverage, runs
from connector.store.coverage import Coverage
from connector.transport import World

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def activities(module: str, kind: str) -> dict[str, Any]:
    columns = {"kind": {"constant": kind}, "owner_id": "owner", "modified_at": "modified"}
    return {"module": module, "id": "id", "columns": columns}


MAPPINGS: dict[str, list[dict[str, Any]]] = {
    "deals": [{"id": "id", "columns": {"outcome": "outcome", "amount": "amount", "modified_at": "modified"}}],
    "activities": [activities("tasks", "task"), activities("calls", "call")],
}


@dataclass
class Shop:
    """Six deals, three tasks and two calls."""

    store: Store
    crm: FakeCrm = field(default_factory=lambda: FakeCrm(page_size=4))
    now: datetime = NOW
    credits: Credits = field(default_factory=Credits)
    accept_missing: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(6):
            self.crm.put("deals", f"d{number}", outcome="won", amount=number)
        for module, count in (("tasks", 3), ("calls", 2)):
            for number in range(count):
                self.crm.put(module, f"{module[0]}{number}", owner="u1")

    def source(self) -> Source:
        compiled = [
            each
            for table, raw in MAPPINGS.items()
            for each in compile_mappings(
                table, [TableMapping.model_validate(one) for one in raw], timezone="UTC", currency="EUR"
            )
        ]
        return Source("crm", "fake_crm", FakeCrmAdapter(), compiled, self.credits, self.accept_missing)

    def world(self) -> World:
        return World(session=self.crm.session, sleep=lambda _: None, now=lambda: self.now)

    def pull(self, *, days: float = 1, **how: Any) -> PullReport:
        """One run, that long after the one before; `crm.calls` are those of this run."""
        self.now += timedelta(days=days)
        self.crm.calls.clear()
        with self.store.transaction():
            run_id = runs.start(self.store, "pull", self.now)
        return pull(self.store, [self.source()], run_id=run_id, now=self.now, world=self.world(), **how)

    def pulled(self, module: str = "deals", **how: Any) -> ModuleReport:
        """One run, and what became of one module."""
        return next(each for each in self.pull(**how).modules if each.module == module)

    def counted(self, module: str = "deals") -> Coverage:
        return next(each for each in coverage.all(self.store) if each.module == module)

    def lists(self, module: str = "deals") -> int:
        """How many pages of a module the run asked for."""
        return self.crm.calls.count(f"GET /{module}")

    def lose(self, *ids: str) -> None:
        """Have the store miss deals that it held."""
        with self.store.transaction():
            self.store.writing.executemany("DELETE FROM deals WHERE id = ?", [(each,) for each in ids])

"""What a promise is tried on: an adapter, and a small world for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.config import Credits
from connector.contract import Adapter, Change, Conversation, HttpAccess, WriteTarget
from connector.mapping import TableMapping, compile_mappings
from connector.pull import PullReport, Source, pull
from connector.store import Store, runs
from connector.transport import World
from kpi_engine.facts import FACTS

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)

Facts = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Sample:
    """An adapter and a small world for it: a few hundred records are enough, more than a page are better."""

    adapter_name: str
    make_adapter: Callable[[], Adapter]
    mappings: Mapping[str, TableMapping | Sequence[TableMapping]]
    """By fact table; several where several modules feed it."""
    world: World = field(default_factory=World)
    change: Callable[[], None] | None = None
    """Changes one record of the source."""
    remove: Callable[[], tuple[str, str]] | None = None
    """Removes one record of the source, and says its fact table and id."""
    target: WriteTarget | None = None
    changes: Sequence[Change] = ()
    timezone: str = "UTC"
    currency: str = "EUR"

    def source(self, adapter: Adapter | None = None, *, credits: Credits | None = None) -> Source:
        """The connection as `pull` takes it."""
        compiled = [
            each
            for table, mapping in self.mappings.items()
            for each in compile_mappings(
                table,
                [mapping] if isinstance(mapping, TableMapping) else mapping,
                timezone=self.timezone,
                currency=self.currency,
            )
        ]
        allowance = credits or Credits()
        return Source("sample", self.adapter_name, adapter or self.make_adapter(), compiled, allowance)

    @property
    def http(self) -> HttpAccess | None:
        """How its requests are signed."""
        return self.make_adapter().http

    def conversations(self) -> list[Conversation]:
        """Everything that there is to pull."""
        return list(self.make_adapter().pull(self.source().fields()))

    def pull(self, store: Store, adapter: Adapter | None = None, *, credits: Credits | None = None) -> PullReport:
        """One run."""
        with store.transaction():
            run_id = runs.start(store, "pull", NOW)
        return pull(
            store,
            [self.source(adapter, credits=credits)],
            run_id=run_id,
            now=NOW,
            accept_deletions=True,
            world=self.world,
        )


def facts_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact of a store, tombstones included, in order."""
    return {
        table: sorted(store.db.conn.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)  # noqa: S608  # our own
        for table in FACTS
    }


def forget_states(store: Store) -> None:
    """Have everything read from the beginning."""
    with store.transaction():
        store.writing.execute("DELETE FROM sync_state")

"""The pull itself: every connection is asked who it is, then one after the other is pulled; one report for all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from connector.errors import AdapterError, Message
from connector.opening import Opened, open_connection
from connector.pull.connection import ConnectionPull, unopened
from connector.pull.records import Run
from connector.pull.report import ModuleReport, Progress, PullReport
from connector.pull.source import Source
from connector.store import Store
from connector.transport import World


def pull(
    store: Store,
    sources: Iterable[Source],
    *,
    run_id: int,
    now: datetime,
    accept_deletions: bool = False,
    reconcile: bool = False,
    progress: Progress | None = None,
    world: World | None = None,
) -> PullReport:
    """Bring every source's news into the store.

    Each module is stored for itself: one that fails is undone, or stays at its last page, and the others go on.

    Args:
        store: The open store, of which the caller holds the lock.
        sources: The connections, in the order in which they are pulled.
        run_id: The row of `runs` that this pull belongs to.
        now: The run's moment, aware.
        accept_deletions: Let a snapshot delete more than the guard allows.
        reconcile: Read every module that comes over a network whole, whatever its counts say.
        progress: Told after each page.
        world: Where effects happen.

    Raises:
        StoreError: the store cannot be written, or it holds the facts of another organisation; what was being stored
            is undone.
    """
    run = Run(store, run_id, now, accept_deletions, reconcile)
    opened = [(source, _opened(run, source, world)) for source in sources]
    reports: list[ModuleReport] = []
    for source, connection in opened:
        if isinstance(connection, AdapterError):
            reports.extend(unopened(run, source, connection))
        else:
            reports.extend(ConnectionPull(run, source, connection, progress or _silent).pull())
    live = bool(opened) and all(source.adapter.http is not None for source, _ in opened)
    return PullReport(tuple(reports), live)


def _opened(run: Run, source: Source, world: World | None) -> Opened | AdapterError:
    """All are asked before the first is pulled: another organisation is found before anything of it is stored."""
    try:
        return open_connection(
            run.store,
            source.name,
            source.adapter,
            adapter_name=source.adapter_name,
            allowance=source.credits,
            now=run.now,
            world=world,
        )
    except AdapterError as error:
        return error


def _silent(_: Message) -> None:
    return

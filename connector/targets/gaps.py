"""Values and targets -> gaps: how every target stands, from the values as they are in the store.

No clock is read: the moment is that of the values. Baselines are frozen in the same transaction as the gaps.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from connector.config import Config
from connector.errors import Message, Problem
from connector.store import Store, baselines, gaps
from connector.store.gaps import Cell
from connector.targets.book import Book, read_book
from connector.targets.checking import mismatches
from connector.targets.standing import Standing
from kpi_engine.gap import Actual, Gap
from kpi_engine.target import Target

Progress = Callable[[Message], None]
Windows = Callable[[Collection[Cell]], Mapping[Cell, Actual]]
"""Cells of running levels -> the same KPIs over windows as long as their periods, up to the moment of the values."""


def no_windows(_: Collection[Cell]) -> Mapping[Cell, Actual]:
    """Where no engine is at hand: levels are then judged by their period so far."""
    return {}


@dataclass(frozen=True, slots=True)
class GapReport:
    """What one look at the targets found."""

    targets: int
    unset: int
    """Lines of targets files that nobody has filled in."""
    changed: int
    """Gaps that are new, gone, or differ from those before."""
    frozen: int
    """Baselines that were taken."""
    colours: Mapping[str, int]
    """Colour -> how many gaps have it."""
    statuses: Mapping[str, int]
    mismatches: tuple[Problem, ...]
    """Teams whose people's targets do not add up to the team's own."""
    problems: tuple[Problem, ...]
    """Targets that are left out, each with its place and its remedy."""


def update_gaps(
    config: Config,
    store: Store,
    *,
    run_id: int,
    windows: Windows = no_windows,
    progress: Progress = lambda _: None,
) -> GapReport:
    """Read the targets, freeze the baselines of new ones, and make `gaps` hold how each stands.

    A wrong target is left out and reported; it stops neither the others nor the run.

    Args:
        config: The settings.
        store: The open store, with values.
        run_id: Stamped on what is written.
        windows: Computes what running levels are judged by.
        progress: Told what is being done.

    Raises:
        StoreError: the store cannot be read or written; gaps and baselines are as before.
    """
    with kept_in_memory():
        book = read_book(config, store)
        if not book.entries and gaps.is_empty(store):
            return _report(book)
        progress(Message("comparing {targets} targets with the values", targets=len(book.entries)))
        return judge(config, store, book, run_id=run_id, windows=windows)


def judge(config: Config, store: Store, book: Book, *, run_id: int, windows: Windows = no_windows) -> GapReport:
    """Make `gaps` hold how the targets of these files stand, and freeze the baselines of new ones."""
    standing = Standing(config, store)
    taken = standing.new_baselines(book.entries)
    targets = [standing.in_force(entry, taken) for entry in book.entries]
    rows = _rows(standing, targets, book, windows) if standing.known else []
    with store.transaction():
        frozen = baselines.freeze(store, taken.values(), run_id)
        changed = gaps.write(store, rows, run_id)
    found = mismatches(config, book.directory, targets)
    return _report(book, rows=rows, changed=changed, frozen=frozen, mismatches=found)


def _rows(standing: Standing, targets: list[Target], book: Book, windows: Windows) -> list[Gap]:
    moving = standing.moving_levels(targets)
    seen = windows(moving) if moving else {}
    return [*standing.judged(targets, windows=seen), *standing.without(targets, book.directory)]


@contextmanager
def kept_in_memory() -> Iterator[None]:
    """Python's search for circular garbage rests: everything made here is needed to the end, and looking through it
    again and again is a third of the time of reading 100,000 targets."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _report(
    book: Book,
    *,
    rows: Collection[Gap] = (),
    changed: int = 0,
    frozen: int = 0,
    mismatches: tuple[Problem, ...] = (),
) -> GapReport:
    return GapReport(
        targets=len(book.entries),
        unset=book.unset,
        changed=changed,
        frozen=frozen,
        colours=dict(sorted(Counter(row.rag.value for row in rows).items())),
        statuses=dict(sorted(Counter(row.status.value for row in rows).items())),
        mismatches=mismatches,
        problems=book.problems,
    )

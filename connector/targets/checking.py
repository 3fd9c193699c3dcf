"""Everything that is wrong or odd about the targets, and nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connector.config import Config
from connector.errors import Message, Problem
from connector.store import Store
from connector.targets.book import Book, read_book, sums
from connector.targets.directory import Directory
from connector.targets.entry import Entry
from connector.targets.period_label import label
from connector.targets.reach import far_fetched
from connector.targets.standing import Standing
from kpi_engine.period import Calendar, Period
from kpi_engine.target import ByChange, RollUp, Target


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """What was found."""

    targets: int
    unset: int
    problems: tuple[Problem, ...]
    """Targets that are left out until they are corrected."""
    warnings: tuple[Problem, ...]
    """What may be meant, and should be looked at."""


def check_targets(config: Config, store: Store) -> TargetCheck:
    """Read all targets, and look whether they add up and have what they are held against."""
    book = read_book(config, store)
    standing = Standing(config, store)
    taken = standing.new_baselines(book.entries)
    targets = [standing.in_force(entry, taken) for entry in book.entries]
    warnings = [
        *_without_baseline(book, targets),
        *far_fetched(config, store, book.entries, targets),
        *mismatches(config, book.directory, targets),
    ]
    return TargetCheck(len(book.entries), book.unset, book.problems, tuple(warnings))


def mismatches(config: Config, directory: Directory, targets: Iterable[Target]) -> tuple[Problem, ...]:
    """Teams whose people's targets do not add up to the team's own, with the difference and the share."""
    calendar = config.calendar()
    ends = {(target.period, target.start): target.end for target in targets}
    return tuple(
        _mismatch(each, Period(each.period, each.start, ends[each.period, each.start]), directory, calendar)
        for each in sums(config, directory, targets)
        if not each.matches
    )


def _mismatch(found: RollUp, period: Period, directory: Directory, calendar: Calendar) -> Problem:
    where = f"{found.kpi} {label(period, calendar=calendar)} {directory.name_of(found.node)}".rstrip()
    message = Message(
        "the targets below add up to {total}, its own is {own}: {difference} ({share})",
        total=f"{found.total:,.10g}",
        own=f"{found.own:,.10g}",
        difference=f"{found.difference:+,.10g}",
        share="-" if found.share is None else f"{found.share * 100:.1f} %",
    )
    if not found.without:
        return Problem(where, message, Message("keep it where it is meant, or correct one side"))
    missing = ", ".join(directory.name_of(node) for node in found.without[:5])
    return Problem(where, message, Message("without a target there: {names}", names=missing))


def _without_baseline(book: Book, targets: Iterable[Target]) -> Iterator[Problem]:
    for entry, target in zip(book.entries, targets, strict=True):
        if entry.baseline_from is not None and target.baseline is None:
            yield _no_baseline(entry, is_needed=isinstance(target.goal, ByChange))


def _no_baseline(entry: Entry, *, is_needed: bool) -> Problem:
    start = entry.baseline_from.key if entry.baseline_from else ""
    message = Message("there is no sound value of the period from {start} to take a baseline from", start=start)
    if is_needed:
        return entry.problem("change", message, hint=Message("there is no target until then; or state `baseline`"))
    return entry.problem(
        "baseline_period", message, hint=Message("there is no progress until then; or state `baseline`")
    )

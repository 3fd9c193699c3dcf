"""All targets of all files together: which are in force, and what they say against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.config import Config
from connector.errors import Message, Problem, did_you_mean
from connector.store import Store
from connector.store.gaps import Cell
from connector.targets.directory import Directory
from connector.targets.entry import Entry, EntryReader
from connector.targets.fields import GOALS
from connector.targets.files import in_folder, read_lines, target_files
from kpi_engine.target import RollUp, Target, nature, roll_up


@dataclass(frozen=True, slots=True)
class Book:
    """What the files say."""

    entries: tuple[Entry, ...]
    """The targets in force: of each cell the highest version."""
    superseded: tuple[Entry, ...]
    """Earlier versions."""
    unset: int
    """Lines that nobody has filled in."""
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    directory: Directory


def read_book(config: Config, store: Store, *, files: Mapping[str, Path] | None = None) -> Book:
    """Read every targets file; nothing is written, and one wrong line stops no other.

    Args:
        config: The settings.
        store: The open store, which knows the people, teams and accounts.
        files: Name in messages -> file; None: those of the settings.
    """
    problems: list[Problem] = []
    if files is None:
        paths, problems = target_files(config)
        files = in_folder(paths, config.folder)
    directory = Directory(store, config.connections)
    reader = EntryReader(config, directory)
    entries: list[Entry] = []
    unset = 0
    for name, path in files.items():
        lines = read_lines(path, name=name)
        for line in lines.lines:
            if line.values.keys().isdisjoint(GOALS):
                unset += 1
            elif (entry := reader.read(line, problems, file=name)) is not None:
                entries.append(entry)
        problems.extend(lines.problems)
    standing, superseded, doubles = _in_force(entries)
    problems.extend(doubles)
    problems.extend(_parents(standing))
    return Book(tuple(standing), tuple(superseded), unset, tuple(problems), tuple(files), directory)


def sums(config: Config, directory: Directory, targets: Iterable[Target]) -> tuple[RollUp, ...]:
    """The targets of people and teams, added up the tree, beside what their teams were set."""
    additive = {each.id for each in config.definitions if nature(each).additive}
    return roll_up(targets, above=directory.above, additive=additive)


def _in_force(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry], list[Problem]]:
    """Of each cell the highest version; the second of two that are equally high is a problem, and is left out."""
    by_cell: dict[Cell, dict[int, Entry]] = defaultdict(dict)
    owners_of_ids: dict[str, Entry] = {}
    problems: list[Problem] = []
    for entry in entries:
        target = entry.target
        earlier = by_cell[target.cell].get(target.version)
        named = owners_of_ids.setdefault(target.id, entry)
        if earlier is not None:
            problems.append(_double(entry, earlier))
        elif named.target.cell != target.cell:
            problems.append(_same_id(entry, named))
        else:
            by_cell[target.cell][target.version] = entry
    ordered = [[versions[number] for number in sorted(versions)] for versions in by_cell.values() if versions]
    return [each[-1] for each in ordered], [old for each in ordered for old in each[:-1]], problems


def _double(entry: Entry, earlier: Entry) -> Problem:
    return entry.problem(
        "",
        Message(
            "two targets for one cell: {target} is also at {where}", target=entry.target.id, where=earlier.place.where()
        ),
        hint=Message("take one of them out; or raise `version` where the target was moved"),
    )


def _same_id(entry: Entry, named: Entry) -> Problem:
    return entry.problem(
        "id",
        Message("{target} is also the id of the target at {where}", target=entry.target.id, where=named.place.where()),
        hint=Message("give each its own id, or leave the ids out"),
    )


def _parents(entries: Iterable[Entry]) -> Iterator[Problem]:
    """A parent is there, is about the same KPI and period, and is nobody's own descendant."""
    by_id = {entry.target.id: entry for entry in entries}
    for entry in by_id.values():
        parent = entry.target.parent
        if not parent:
            continue
        if parent not in by_id:
            message = Message("there is no target {parent}", parent=parent)
            yield entry.problem("parent", message, hint=did_you_mean(parent, by_id))
        elif _slice(by_id[parent]) != _slice(entry):
            message = Message("{parent} is about another KPI or period: the two cannot add up", parent=parent)
            yield entry.problem("parent", message, hint=Message("name a target of the same KPI and period"))
        elif _is_circular(entry, by_id):
            message = Message("{target} is a part of itself, by way of {parent}", target=entry.target.id, parent=parent)
            yield entry.problem("parent", message, hint=Message("leave one of the parents out"))


def _slice(entry: Entry) -> tuple[object, ...]:
    target = entry.target
    return target.kpi, target.period, target.start


def _is_circular(entry: Entry, by_id: Mapping[str, Entry]) -> bool:
    seen = {entry.target.id}
    above = entry.target.parent
    while above in by_id and above not in seen:
        seen.add(above)
        above = by_id[above].target.parent
    return above == entry.target.id

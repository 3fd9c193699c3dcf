"""One run in which one request goes wrong, and the quiet runs after it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.zoho.emulator.server import Served
from adapters.zoho.emulator.state import State
from connector.errors import ConnectorError
from connector.transport import Accesses, World
from tests.end_to_end.zoho import books
from tests.end_to_end.zoho.company import (
    LATER,
    START,
    copied,
    founded,
    go,
    quiet_world,
    settled_in,
    small_pages,
    unwritten,
    worked_on,
)
from tests.end_to_end.zoho.fault_kinds import KINDS, Fault, Line
from tests.end_to_end.zoho.stage import Theatre, theatre

SCENARIOS: Final = ("first load", "news", "setting up")
RESTARTS: Final = 2
"""So many quiet runs at most until everything is as if nothing had happened."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Where a run begins, and what an undisturbed one leads to."""

    name: str
    template: Path
    """The folder before the run."""
    crm: State
    """The organisation before the run."""
    now: datetime
    requests: tuple[tuple[str, str], ...]
    """Method and path of what an undisturbed run asks."""
    stores: tuple[Mapping[str, books.Rows], ...]
    """After an undisturbed run, and after quiet ones behind it: the first of them hears the echo of what we wrote."""
    journal: Counter[str]
    after: Mapping[tuple[str, ...], float | None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How an experiment ended."""

    played: bool
    said: str
    """How the disturbed run ended."""
    restarts: int
    unlike: Mapping[str, tuple[books.Rows, books.Rows]]
    journal: books.Journal
    false: Mapping[tuple[str, ...], float | None]
    """Numbers that the disturbed run showed as `ok`, and that were never right."""

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.unlike or self.journal or self.false)


class Laboratory:
    """A server, scenarios on it, and experiments with them."""

    def __init__(self, stage: Theatre, folder: Path) -> None:
        self._theatre, self._folder = stage, folder
        self._experiments = 0
        self.scenarios = {each.name: each for each in self._scenarios()}

    def _scenarios(self) -> Iterator[Scenario]:
        fresh, empty = founded(), self._new_folder()
        first, crm = self._run_calmly(empty, fresh, START)
        yield self._scenario("first load", empty, unwritten(copied(crm, at=START)), START)
        worked_on(crm)
        yield self._scenario("news", first, crm, LATER)
        asked, crm = self._run_calmly(empty, fresh, START, yes=False)
        yield self._scenario("setting up", asked, crm, START)

    def _scenario(self, name: str, template: Path, crm: State, now: datetime) -> Scenario:
        line = Line(now)
        work = self._copy(template)
        with self._theatre.playing(crm, at=now) as server:
            go(work, now, _world(work, line))
            journal, after = books.written(server.journal), books.shown_as_fact(work)
            stores = [books.picture(work)]
            for _ in range(RESTARTS):
                go(work, now, quiet_world(work, now))
                stores.append(books.picture(work))
            assert books.written(server.journal) == journal
        return Scenario(name, template, crm, now, tuple(line.made), tuple(stores), journal, after)

    def _run_calmly(self, template: Path, crm: State, now: datetime, *, yes: bool = True) -> tuple[Path, State]:
        """The folder and the organisation after an undisturbed run."""
        work = self._copy(template)
        with self._theatre.playing(crm, at=now) as server:
            go(work, now, quiet_world(work, now), yes=yes)
            server.state.db.execute("DELETE FROM journal")
            return work, copied(server.state, at=now)

    def _new_folder(self) -> Path:
        self._experiments += 1
        folder = self._folder / f"experiment-{self._experiments}"
        folder.mkdir()
        settled_in(folder, self._theatre.url)
        return folder

    def _copy(self, template: Path) -> Path:
        self._experiments += 1
        return Path(shutil.copytree(template, self._folder / f"experiment-{self._experiments}"))

    def experiment(self, scenario: Scenario, fault: Fault, *, at: int) -> Ended:
        """Run with one fault, and again until all is well."""
        work = self._copy(scenario.template)
        with self._theatre.playing(scenario.crm, at=scenario.now) as server:
            line = fault.planned(server, scenario.now, at=at)
            said = _said(work, scenario.now, line)
            played, false = fault.was_played(server, line), _false(work, scenario)
            server.faults.clear()
            restarts = 0
            while (unlike := self._unlike(work, server, scenario)) and restarts < RESTARTS:
                restarts += 1
                go(work, scenario.now, quiet_world(work, scenario.now))
            journal = books.compared(books.written(server.journal), scenario.journal)
        shutil.rmtree(work)
        return Ended(played, said, restarts, unlike, journal, false)

    def _unlike(self, work: Path, server: Served, scenario: Scenario) -> Mapping[str, tuple[books.Rows, books.Rows]]:
        found = books.picture(work)
        if scenario.journal != books.written(server.journal) or books.unsettled(work):
            return {"journal": ([], [])}
        return min((books.differences(found, store) for store in scenario.stores), key=len)


def _world(folder: Path, line: Line) -> World:
    return World(session=line.session, sleep=lambda _: None, now=line.now, accesses=Accesses(folder / "access"))


def _said(work: Path, now: datetime, line: Line) -> str:
    """How the run ended; anything but an error of ours goes on."""
    try:
        return go(work, now, _world(work, line)).status
    except ConnectorError as error:
        return f"{type(error).__name__}: {error}"


def _false(work: Path, scenario: Scenario) -> dict[tuple[str, ...], float | None]:
    """Numbers that are shown as `ok`, and that no undisturbed run shows."""
    shown = books.shown_as_fact(work).items()
    return {key: value for key, value in shown if scenario.after.get(key, "nothing") != value}


def reached(scenario: Scenario, kind: str) -> Iterator[int]:
    """The numbers of the requests at which a kind of fault means something."""
    return (at for at, request in enumerate(scenario.requests, start=1) if KINDS[kind].applies(*request))


@contextmanager
def laboratory(folder: Path) -> Iterator[Laboratory]:
    """A laboratory with the scenarios `first load`, `news` and `setting up`."""
    first = founded()
    with small_pages(), theatre(first, at=START) as stage:
        yield Laboratory(stage, folder)
    first.close()

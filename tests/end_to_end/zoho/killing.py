"""A laboratory for killed runs against a stand-in of Zoho, in a process of its own: it has no threads, so it may fork.

    python -m tests.end_to_end.zoho.killing SCENARIO BUG FOLDER [PATTERN]

A run is killed (SIGKILL, by itself) at its first boundary, started again, and compared with an undisturbed run, and so
is what the CRM was told; then at its second boundary, and so on. Boundaries are: a request before it leaves, after the
server acted and before anything of its answer is read, and in the middle of the answer; before and after each COMMIT;
before, in the middle of and after the writing of the access's file. PATTERN chooses among them by their names, for
planted bugs.

The server is another process, which every experiment forks with a copy of the organisation, and which survives the
killed one. The result goes to stdout as JSON.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401  # warmed: importing it in every child would take most of the time
import requests
from requests.adapters import HTTPAdapter

import connector.transport.token_file
from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.server import HOST, listening, run
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State
from connector.engine import duckdb as duckdb_engine
from tests.end_to_end.killing import Killer, in_child
from tests.end_to_end.zoho import books
from tests.end_to_end.zoho.bugs import BUGS
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

RESTARTS = 2
"""So many runs at most after the killed one; the last of them only hears the echo of what was written."""


# ---- the server ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Server:
    """A stand-in in a process of its own."""

    url: str

    def journal(self) -> Counter[str]:
        """What it was told through its API."""
        answer = requests.get(f"{self.url}/__stand_in/journal", timeout=60)
        return books.written(answer.json()["journal"])


@contextmanager
def serving(state: State, *, now: datetime, port: int, keep: Path | None = None) -> Iterator[Server]:
    """A stand-in with a copy of this state; it is ended with the block.

    Args:
        state: Of the organisation.
        now: Its clock stands there.
        port: Where it listens, as the settings of the folder say.
        keep: Where to put what the organisation holds in the end.
    """
    listener = listening(port)
    pid = os.fork()
    if pid == 0:
        _serve(state, listener, now=now, keep=keep)
    listener.close()
    try:
        yield Server(f"http://{HOST}:{port}")
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def _serve(state: State, listener: socket.socket, *, now: datetime, keep: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn ends at one, and then has the process end at another
    try:
        app = StandIn(Settings(clock=lambda: now), state=copied(state, at=now))
        run(app, listener)
        if keep is not None:
            kept = State.open(keep)
            app.state.db.backup(kept.db)
            kept.close()
    finally:
        os._exit(0)


def free_port() -> int:
    """A port that nobody listens on; every experiment's server takes it again."""
    with listening(0) as listener:
        port: int = listener.getsockname()[1]
    return port


# ---- the boundaries ------------------------------------------------------------------------------------------------


class RequestKiller(Killer):
    """Kills around requests, too, and around the file of the access; or only lists the boundaries, and kills nobody."""

    def __init__(self, at: int | None, trace: Path) -> None:
        super().__init__(-1 if at is None else at, trace)
        self._listed = trace if at is None else None

    def passes(self, boundary: str) -> None:
        if self._listed is not None:
            with self._listed.open("a", encoding="utf-8") as file:
                file.write(f"{boundary}\n")
        super().passes(boundary)

    def arm(self) -> None:
        super().arm()
        self._arm_requests()
        self._arm_access()

    def _arm_requests(self) -> None:
        killer, send = self, HTTPAdapter.send

        def sent(adapter: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
            what = f"{request.method} {request.path_url.partition('?')[0]}"
            killer.passes(f"before request {what}")
            response = send(adapter, request, *args, **kwargs)
            killer.passes(f"after request {what}")
            response.raw = _Reply(response.raw, lambda: killer.passes(f"in mid-reply {what}"))
            return response

        HTTPAdapter.send = sent  # type: ignore[method-assign, assignment]

    def _arm_access(self) -> None:
        cut, write = os.ftruncate, os.pwrite
        file: Any = connector.transport.token_file
        file.os = _With(os, ftruncate=self.wrapped("access emptied", cut), pwrite=self.wrapped("access written", write))


class _With:
    """A module with some of its functions replaced, for one user of it."""

    def __init__(self, module: Any, **instead: Any) -> None:
        self._module, self._instead = module, instead

    def __getattr__(self, name: str) -> Any:
        return self._instead[name] if name in self._instead else getattr(self._module, name)


class _Reply:
    """A body; half of it has been read when somebody is told."""

    def __init__(self, raw: Any, tell: Callable[[], None]) -> None:
        self._raw, self._tell, self._told = raw, tell, False

    def read1(self, amount: int, **how: Any) -> bytes:
        part: bytes = self._raw.read1(amount if self._told else 10, **how)
        if part and not self._told:
            self._told = True
            self._tell()
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


# ---- scenarios -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scenario:
    """Where a run begins."""

    template: Path
    crm: State
    now: datetime
    port: int


def first_load(folder: Path, port: int) -> Scenario:
    """Nothing is there but the settings, and the places that are written to."""
    state, template = _set_up(folder, port)
    return Scenario(template, unwritten(state), START, port)


def news(folder: Path, port: int) -> Scenario:
    """A finished first run, and people who went on working."""
    state, _ = _set_up(folder, port)
    worked_on(state)
    return Scenario(folder / "begun", state, LATER, port)


def setting_up(folder: Path, port: int) -> Scenario:
    """Everything was pulled; fields and modules are about to be made."""
    begun, state = _settled(folder / "begun", port), founded()
    _run(begun, state, START, port=port, yes=False)
    return Scenario(begun, state, START, port)


SCENARIOS = {each.__name__: each for each in (first_load, news, setting_up)}


def _settled(folder: Path, port: int) -> Path:
    folder.mkdir()
    settled_in(folder, f"http://{HOST}:{port}")
    return folder


def _set_up(folder: Path, port: int) -> tuple[State, Path]:
    """The organisation after a first run, and a folder in which there was none."""
    begun, empty = _settled(folder / "begun", port), _settled(folder / "empty", port)
    kept = folder / "organisation.sqlite"
    _run(begun, founded(), START, port=port, keep=kept)
    state = State.open(kept, now=lambda: START)
    state.db.execute("DELETE FROM journal")
    return copied(state, at=START), empty


def _run(work: Path, crm: State, now: datetime, *, port: int, keep: Path | None = None, yes: bool = True) -> None:
    with serving(crm, now=now, port=port, keep=keep):
        if in_child(lambda: _go(work, now, yes=yes)) != 0:
            raise SystemExit("the run before the experiment failed")


def _go(work: Path, now: datetime, *, yes: bool = True) -> None:
    go(work, now, quiet_world(work, now), yes=yes)


# ---- the experiment ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expected:
    """What an undisturbed run leads to: its store, the store after more runs, and what the CRM was told."""

    stores: list[dict[str, books.Rows]]
    journal: Counter[str]

    def unlike(self, work: Path, server: Server) -> dict[str, Any]:
        """What differs from the undisturbed run it is nearest to."""
        found = books.picture(work)
        nearest = min((books.differences(found, store) for store in self.stores), key=len)
        journal = books.compared(server.journal(), self.journal)
        return {
            **{table: [len(extra), len(missing)] for table, (extra, missing) in nearest.items()},
            **({"journal": [journal.lost, journal.doubled, journal.unexpected]} if journal else {}),
            **({"changes": dict(left)} if (left := books.unsettled(work)) else {}),
        }


def experiment(scenario: Scenario, bug: str, folder: Path, *, pattern: str = "") -> dict[str, Any]:
    """Kill at every boundary in turn; a planted bug is enough caught at the first."""
    expected, boundaries = _expected(scenario, folder / "calm"), _boundaries(scenario, folder, bug)
    chosen = [at for at, name in enumerate(boundaries) if re.search(pattern, name)]
    bad: list[dict[str, Any]] = []
    for at in chosen:
        unlike = _killed_at(scenario, bug, folder / f"killed-{at}", at=at, expected=expected)
        if unlike:
            bad.append({"boundary": boundaries[at], "at": at, "unlike": unlike})
        if bad and bug != "none":
            break
    return {"boundaries": [boundaries[at] for at in chosen], "bad": bad}


def _boundaries(scenario: Scenario, folder: Path, bug: str) -> list[str]:
    """The names of all boundaries of a run; a bug may have its own."""
    trace, work = folder / "boundaries", Path(shutil.copytree(scenario.template, folder / "listed"))
    with serving(scenario.crm, now=scenario.now, port=scenario.port):
        if in_child(lambda: _killed(work, scenario.now, at=None, bug=bug, trace=trace)) != 0:
            raise SystemExit("the listing run failed")
    return trace.read_text("utf-8").splitlines()


def _killed_at(scenario: Scenario, bug: str, work: Path, *, at: int, expected: Expected) -> dict[str, Any]:
    """What is wrong after a run was killed at a boundary and started again."""
    shutil.copytree(scenario.template, work)
    trace = work.with_suffix(".boundary")
    with serving(scenario.crm, now=scenario.now, port=scenario.port) as server:
        ended = in_child(lambda: _killed(work, scenario.now, at=at, bug=bug, trace=trace))
        unlike = _restarted(work, scenario.now, bug=bug, expected=expected, server=server)
    shutil.rmtree(work)
    return unlike if ended == -signal.SIGKILL else {**unlike, "not killed": ended}


def _expected(scenario: Scenario, work: Path) -> Expected:
    shutil.copytree(scenario.template, work)
    stores = []
    with serving(scenario.crm, now=scenario.now, port=scenario.port) as server:
        for _ in range(1 + RESTARTS):
            if in_child(lambda: _go(work, scenario.now)) != 0:
                raise SystemExit("the undisturbed run failed")
            stores.append(books.picture(work))
        return Expected(stores, server.journal())


def _killed(work: Path, now: datetime, *, at: int | None, bug: str, trace: Path) -> None:
    BUGS[bug]()
    RequestKiller(at, trace).arm()
    _go(work, now)


def _restarted(work: Path, now: datetime, *, bug: str, expected: Expected, server: Server) -> dict[str, Any]:
    """What is wrong after as many runs as it takes."""
    unlike: dict[str, Any] = {}
    for _ in range(RESTARTS):
        ended = in_child(lambda: _restart(work, now, bug=bug))
        unlike = {"restart": ended} if ended != 0 else expected.unlike(work, server)
        if not unlike:
            break
    return unlike


def _restart(work: Path, now: datetime, *, bug: str) -> None:
    BUGS[bug]()
    _go(work, now)


if __name__ == "__main__":
    duckdb_engine.FIXED = {**duckdb_engine.FIXED, "allow_unsigned_extensions": True}  # as in tests/conftest.py
    with small_pages():
        scenario = SCENARIOS[sys.argv[1]](Path(sys.argv[3]), free_port())
        found = experiment(scenario, sys.argv[2], Path(sys.argv[3]), pattern="".join(sys.argv[4:]))
        json.dump(found, sys.stdout)

"""A stand-in with records of a test's own, and a mirror of it that is kept as a store would keep it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from adapters.zoho.adapter import ZohoAdapter
from adapters.zoho.emulator.app import CallMade, StandIn, opened
from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.emulator.state import State, stamp
from adapters.zoho.settings import ZohoSettings
from connector.contract import Deletions, Finished, Page, Withheld
from connector.contract import State as Saved
from connector.transport import Accesses, World, converse

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
DEAL = ("id", "Deal_Name", "Stage", "Amount", "Account_Name", "Owner", "$outcome", "$closed_on", "Modified_Time")
_FIRST_ID = 4_900_000_000_000_000_000


def an_id(number: int) -> str:
    """An id as Zoho writes them."""
    return str(_FIRST_ID + number)


def copied(state: State) -> State:
    """A state of its own, with a clock that stands still."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    state.db.backup(db)
    copy = State(db, clock=lambda: START)
    copy.set_clock(START)
    return copy


def without_records() -> State:
    """An organisation with people, modules and fields."""
    return opened(Settings(modules=(), clock=lambda: START))


def loaded(state: State, module: str, rows: Sequence[dict[str, Any]]) -> None:
    """Put many records there as they are."""
    names = list(rows[0])
    with state.transaction():
        state.load(module, names, [[row[name] for name in names] for row in rows])


def deals(count: int, *, at: datetime | None = None, first: int = 1) -> list[dict[str, Any]]:
    """Open deals; a minute apart, or all of one second."""
    return [
        {
            "id": an_id(number),
            "Deal_Name": f"Deal {number}, “quoted”\nsecond line",
            "Stage": "Qualification",
            "Amount": number + 0.25,
            "Closing_Date": "2026-06-30",
            "Created_Time": stamp(START - timedelta(days=30)),
            "Modified_Time": stamp(at or START - timedelta(days=20) + timedelta(minutes=number)),
        }
        for number in range(first, first + count)
    ]


@dataclass
class Mirror:
    """What a store would hold of one module after each run."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    saved: Saved | None = None
    said: list[object] = field(default_factory=list)
    """By the last run."""
    arrived: int = 0
    """In the last run."""
    midway: bool = False
    """The last run was ended before it had finished."""

    def take(self, said: object) -> None:
        """Keep one thing that was said."""
        self.said.append(said)
        match said:
            case Page():
                for cells in zip(*said.columns.values(), strict=True):
                    record = dict(zip(said.columns, cells, strict=True))
                    self.rows[record["id"]] = record
                    self.arrived += 1
                    self._seen.add(record["id"])
                self._save(said.next_state)
            case Deletions():
                for each in said.ids:
                    self.rows.pop(each, None)
                self._save(said.next_state)
            case Finished():
                if said.snapshot:
                    self.rows = {each: row for each, row in self.rows.items() if each in self._seen}
                self.saved, self.midway = said.next_state, False

    def _save(self, state: Saved | None) -> None:
        if state is not None:
            self.saved, self.midway = state, True

    def begin(self) -> None:
        """A run begins; one that goes on where another was ended counts what that one has seen."""
        self.said, self.arrived = [], 0
        if self.saved is None or not self.midway:
            self._seen: set[str] = set()

    @property
    def end(self) -> Finished:
        """How the last run ended."""
        (found,) = (each for each in self.said if isinstance(each, Finished))
        return found

    @property
    def withheld(self) -> list[Withheld]:
        """What the last run said to be withheld."""
        return [each for each in self.said if isinstance(each, Withheld)]


@dataclass
class Zoho:
    """A connection to a stand-in over real HTTP; waits take no time."""

    server: Served
    adapter: ZohoAdapter
    world: World
    waited: list[float]
    mirrors: dict[str, Mirror] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None

    @property
    def state(self) -> State:
        return self.server.state

    def later(self, **passed: float) -> None:
        """Let time pass at the other end."""
        self.state.advance(timedelta(**passed).total_seconds())

    def run(self, module: str = "Deals", fields: Sequence[str] = DEAL) -> Mirror:
        """Pull one module, as a run would: once more from the beginning where the counts disagree."""
        mirror = self.mirrors.setdefault(module, Mirror())
        self.once(mirror, module, fields)
        number = mirror.end.vendor_count
        if not mirror.end.snapshot and number not in (None, len(mirror.rows)):
            mirror.saved = None
            self.once(mirror, module, fields)
        return mirror

    def once(self, mirror: Mirror, module: str = "Deals", fields: Sequence[str] = DEAL) -> None:
        """One conversation, to its end; between its pages other people may `meanwhile` do something."""
        mirror.begin()
        for said in self.conversation(mirror.saved, module, fields):
            mirror.take(said)
            self.meanwhile()

    def interrupted(self, after: int, module: str = "Deals", fields: Sequence[str] = DEAL) -> None:
        """A run that is killed when so much was said."""
        mirror = self.mirrors.setdefault(module, Mirror())
        mirror.begin()
        with closing(self.conversation(mirror.saved, module, fields)) as said:
            for each in islice(said, after):
                mirror.take(each)

    def conversation(self, saved: Saved | None, module: str, fields: Sequence[str]) -> Generator[object, None, None]:
        """What a module's conversation says."""
        (conversation,) = self.adapter.pull({module: fields})
        return converse(conversation.talk(saved), adapter="zoho", http=self.adapter.http, world=self.world)

    def calls_of(self, module: str = "Deals", fields: Sequence[str] = DEAL) -> list[CallMade]:
        """What one run asks, the sign-in left out."""
        before = len(self.server.calls)
        self.run(module, fields)
        return [each for each in self.server.calls[before:] if "/oauth/" not in each.path]

    def stored(self) -> set[tuple[str, str, float]]:
        """The truth: id, time of change and amount of every deal."""
        return set(self.state.db.execute('SELECT id, Modified_Time, Amount FROM "Deals"').fetchall())


def mirrored(mirror: Mirror) -> set[tuple[str, str, float]]:
    """A mirror of deals as the truth is written."""
    return {
        (each, stamp(datetime.fromisoformat(row["Modified_Time"])), float(row["Amount"]))
        for each, row in mirror.rows.items()
    }


@contextmanager
def zoho(state: State, folder: Path, *, stand_in: dict[str, Any] | None = None, **settings: Any) -> Iterator[Zoho]:
    """A connection to a stand-in with this state."""
    app = StandIn(Settings(clock=lambda: START, **(stand_in or {})), state=state)
    with serve(app) as server:
        stated = ZohoSettings(
            client_id=server.settings.client_id,
            client_secret=server.settings.client_secret,
            refresh_token=server.settings.refresh_token,
            accounts_url=server.url,
            **settings,
        )
        waited: list[float] = []

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            state.advance(seconds)

        world = World(sleep=sleep, now=state.now, accesses=Accesses(folder / "access"))
        yield Zoho(server, ZohoAdapter(stated, folder), world, waited)

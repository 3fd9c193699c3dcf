"""Stopped at every boundary of every transaction, the next run ends as if nothing had happened; planted bugs do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.contract import Finished, Page, PullTalk, State
from connector.pull.module import ModuleWriter
from connector.store import Store, facts

from .conftest import DEALS, Desk, Scripted, deal, page, snapshot

MAPPINGS = {"deals": DEALS, "users": {"id": "id", "columns": {"name": "name"}}}
PAGES = [[deal(str(3 * number + at)) for at in range(3)] for number in range(4)]


class Stopped(BaseException):
    """As a kill: nothing of the program runs on."""


def streamed(state: State | None) -> PullTalk:
    for number in range((state or {}).get("page", 0), len(PAGES)):
        yield page(*PAGES[number], next_state={"page": number + 1})
    yield Finished("deals", next_state={"page": len(PAGES)})


def scripted(*, atomic: bool) -> Scripted:
    everyone = [record for records in PAGES for record in records]
    deals = snapshot(*everyone) if atomic else streamed
    people: Callable[[State | None], PullTalk] = snapshot({"id": "u", "name": "Ann"}, module="users")
    return Scripted({"deals": deals, "users": people}, atomic=atomic)


@contextmanager
def desk_at(path: Path, *, atomic: bool) -> Iterator[Desk]:
    with Store.open(path, create=True) as store:
        yield Desk(store, scripted(atomic=atomic), {**MAPPINGS})


class Boundaries:
    """Stops the program before or after the n-th commit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed = 0
        self.stop_at: int | None = None
        real = Store.transaction

        @contextmanager
        def watched(store: Store) -> Iterator[None]:
            with real(store):
                yield
                self.passing()
            self.passing()

        monkeypatch.setattr(Store, "transaction", watched)

    def passing(self) -> None:
        self.passed += 1
        if self.passed - 1 == self.stop_at:
            raise Stopped

    def begin(self, stop_at: int | None) -> None:
        self.passed, self.stop_at = 0, stop_at


@pytest.fixture
def boundaries(monkeypatch: pytest.MonkeyPatch) -> Boundaries:
    return Boundaries(monkeypatch)


def differing(tmp_path: Path, boundaries: Boundaries, *, atomic: bool) -> list[int]:
    """The boundaries after which a stopped run and the next one do not end as an undisturbed run does."""
    with desk_at(tmp_path / "undisturbed.sqlite", atomic=atomic) as desk:
        boundaries.begin(None)
        desk.pull()
        expected, count = kept(desk), boundaries.passed
    assert count > 2 * (2 if atomic else 5)
    return [at for at in range(count) if after_a_stop(tmp_path / f"{at}.sqlite", boundaries, at, atomic) != expected]


def after_a_stop(path: Path, boundaries: Boundaries, at: int, atomic: bool) -> Any:
    with desk_at(path, atomic=atomic) as desk:
        boundaries.begin(at)
        with pytest.raises(Stopped):
            desk.pull()
    with desk_at(path, atomic=atomic) as desk:
        boundaries.begin(None)
        desk.pull()
        assert desk.store.verify() == ()
        return kept(desk)


def kept(desk: Desk) -> Any:
    """Facts and where the next run goes on."""
    states = desk.store.db.conn.execute("SELECT key, state FROM sync_state ORDER BY key").fetchall()
    return desk.facts("deals", "outcome", "amount"), desk.facts("users", "name"), desk.deleted(), states


@pytest.mark.parametrize("atomic", [True, False], ids=["files", "streams"])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, boundaries: Boundaries, atomic: bool) -> None:
    assert differing(tmp_path, boundaries, atomic=atomic) == []


def test_a_cursor_saved_before_its_rows_is_found(
    tmp_path: Path, boundaries: Boundaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ModuleWriter.accept

    def eager(self: ModuleWriter, key: str, said: Any) -> None:
        if isinstance(said, Page) and said.next_state is not None:
            self._save(key, said.next_state, finished=False)
            self._store.writing.execute("COMMIT")
            boundaries.passing()
            self._store.db.conn.execute("BEGIN IMMEDIATE")
        real(self, key, said)

    monkeypatch.setattr(ModuleWriter, "accept", eager)
    assert differing(tmp_path, boundaries, atomic=False)


def test_append_in_place_of_upsert_is_found(
    tmp_path: Path, boundaries: Boundaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = facts.upsert

    def appended(store: Store, table: str, columns: Any, rows: Any) -> int:
        (count,) = store.db.conn.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # a fact table
        return real(store, table, columns, [(row[0], f"{row[1]}#{count}", *row[2:]) for row in rows])

    monkeypatch.setattr(facts, "upsert", appended)
    streamed_without_checkpoints(monkeypatch)
    assert differing(tmp_path, boundaries, atomic=False)


def streamed_without_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation that begins anew each time: what it said before is said again."""

    def talk(state: State | None) -> PullTalk:
        for records in PAGES:
            yield page(*records)
        yield Finished("deals", next_state={"done": 1})

    monkeypatch.setitem(globals(), "streamed", talk)


def test_a_conversation_without_checkpoints_is_said_again_without_harm(
    tmp_path: Path, boundaries: Boundaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    streamed_without_checkpoints(monkeypatch)
    assert differing(tmp_path, boundaries, atomic=False) == []

"""Kill the store's own work at every boundary, one process a kill; run as a script by `test_kill_points`.

A boundary is the moment before or after a commit, a rename, a link or a flush. The work is done in forked children of
this process, which has no threads and no open database, until a child comes to its end. Nothing in the store knows
about it: the boundaries are wrapped from here. Prints the number of boundaries, and what was wrong after any kill.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from connector.errors import StoreError
from connector.store import Store, connection, facts, sync
from connector.store.checksum import verify_checksum
from connector.store.migrations import MIGRATIONS, Migration

AT = "2026-11-21T08:00:00Z"
PAGES, ROWS = 4, 25
STEPS = (
    *MIGRATIONS,
    Migration("ratings", lambda db: db.table("accounts").add_column("rating", str)),
    Migration("notes", lambda db: db.table("notes").create({"id": int}, pk="id", strict=True)),
)


@dataclass(frozen=True)
class Scenario:
    """Work that may be killed anywhere, and what must hold afterwards."""

    prepare: Callable[[Path], None]
    act: Callable[[Path], None]
    """Also what the next run does; it must finish the work."""
    holds: Callable[[Path], bool]
    """After a kill, and after the next run."""
    finished: Callable[[Path], object]
    """After the next run: the same as after an undisturbed one."""


# ---- the work -------------------------------------------------------------------------------------------------------


def store_path(folder: Path) -> Path:
    return folder / "crm-kpi.sqlite"


def page(number: int) -> list[tuple[str, str, str]]:
    return [("crm", f"{number}-{row}", "won") for row in range(ROWS)]


def create(folder: Path) -> None:
    Store.open(store_path(folder), create=True).close()


def next_page(store: Store) -> int:
    state = sync.load_state(store, "crm", "deals")
    return 0 if state is None else int(state.state["next"])


def load(folder: Path) -> None:
    with Store.open(store_path(folder)) as store:
        for number in range(next_page(store), PAGES):
            with store.transaction():
                facts.upsert(store, "deals", ("connection", "id", "outcome"), page(number))
                sync.save_state(store, "crm", "deals", {"next": number + 1}, basis="b", at=AT)


def load_with_the_state_first(folder: Path) -> None:
    """The planted bug: rows and their cursor are not one transaction."""
    with Store.open(store_path(folder)) as store:
        for number in range(next_page(store), PAGES):
            with store.transaction():
                sync.save_state(store, "crm", "deals", {"next": number + 1}, basis="b", at=AT)
            with store.transaction():
                facts.upsert(store, "deals", ("connection", "id", "outcome"), page(number))


def migrate(folder: Path) -> None:
    Store.open(store_path(folder), migrations=STEPS).close()


def prepare_copies(folder: Path) -> None:
    """A store with one page, a backup of it, and a second page."""
    create(folder)
    with Store.open(store_path(folder)) as store:
        with store.transaction():
            facts.upsert(store, "deals", ("connection", "id", "outcome"), page(0))
        store.backup(folder / "backup.sqlite")
        with store.transaction():
            facts.upsert(store, "deals", ("connection", "id", "outcome"), page(1))


def back_up(folder: Path) -> None:
    with Store.open(store_path(folder)) as store:
        store.backup(folder / "backup.sqlite")


def back_up_in_place(folder: Path) -> None:
    """The planted bug: the rename is left out."""
    content = store_path(folder).read_bytes()
    with (folder / "backup.sqlite").open("r+b") as copy:
        copy.truncate(0)
        os.fsync(copy.fileno())
        copy.write(content)


def restore(folder: Path) -> None:
    Store.restore(folder / "backup.sqlite", store_path(folder))


# ---- what must hold -------------------------------------------------------------------------------------------------


def rows(path: Path) -> int:
    with Store.open(path, migrations=MIGRATIONS) as store:
        return facts.live_count(store, "deals", "crm") if store.verify() == () else -1


def created_or_not(folder: Path) -> bool:
    return not store_path(folder).exists() or rows(store_path(folder)) == 0


def rows_and_cursor_agree(folder: Path) -> bool:
    with Store.open(store_path(folder)) as store:
        return facts.live_count(store, "deals", "crm") == ROWS * next_page(store)


def at_a_whole_version(folder: Path) -> bool:
    with Store.open(store_path(folder), migrations=STEPS) as store:
        return store.version == len(STEPS) + 1


def backup_is_whole(folder: Path) -> bool:
    verify_checksum(folder / "backup.sqlite")  # killed half way there may be none, but not one of another backup
    return rows(folder / "backup.sqlite") in (ROWS, 2 * ROWS)


def store_is_whole(folder: Path) -> bool:
    return rows(store_path(folder)) in (ROWS, 2 * ROWS)


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as reading:
        return list(reading.iterdump())


def names_and_content(folder: Path) -> object:
    return listing(folder), dump(store_path(folder))


def backup_content(folder: Path) -> object:
    return listing(folder), rows(folder / "backup.sqlite")


def restored_content(folder: Path) -> object:
    """A restore that is taken up again keeps another copy; nothing else may differ."""
    others = [name for name in listing(folder) if ".replaced-" not in name]
    return others, rows(store_path(folder))


SCENARIOS = {
    "create": Scenario(lambda folder: None, create, created_or_not, names_and_content),
    "load": Scenario(create, load, rows_and_cursor_agree, names_and_content),
    "migrate": Scenario(create, migrate, at_a_whole_version, names_and_content),
    "backup": Scenario(prepare_copies, back_up, backup_is_whole, backup_content),
    "restore": Scenario(prepare_copies, restore, store_is_whole, restored_content),
    "planted: state before rows": Scenario(create, load_with_the_state_first, rows_and_cursor_agree, names_and_content),
    "planted: no rename": Scenario(prepare_copies, back_up_in_place, backup_is_whole, backup_content),
}


# ---- killing --------------------------------------------------------------------------------------------------------


def install(kill_at: int) -> None:
    """Wrap the boundaries of this (forked) process."""
    numbers = count(1)

    def boundary() -> None:
        if next(numbers) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(real: Callable[..., Any], applies: Callable[..., bool]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if not applies(*args):
                return real(*args, **kwargs)
            boundary()
            result = real(*args, **kwargs)
            boundary()
            return result

        return call

    for name in ("replace", "link", "fsync", "unlink"):
        setattr(os, name, wrapped(getattr(os, name), lambda *_: True))
    cursor = connection._Cursor
    cursor.execute = wrapped(cursor.execute, lambda _, sql, *__: sql in ("COMMIT", "BEGIN IMMEDIATE"))  # type: ignore[method-assign]


def killed(scenario: Scenario, folder: Path, *, kill_at: int) -> bool:
    """Do the work in a child that is killed at that boundary; False where it came to its end before."""
    child = os.fork()
    if child == 0:
        install(kill_at)
        try:
            scenario.act(folder)
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"the work itself failed at boundary {kill_at}")
    return os.WIFSIGNALED(status)


def complaints(scenario: Scenario, folder: Path, *, expected: object) -> Iterator[str]:
    try:
        if not scenario.holds(folder):
            yield "half done"
        scenario.act(folder)
        if not scenario.holds(folder) or scenario.finished(folder) != expected:
            yield "the next run did not finish it"
    except StoreError as error:
        yield str(error)


def undisturbed(scenario: Scenario, folder: Path) -> object:
    scenario.prepare(folder)
    scenario.act(folder)
    return scenario.finished(folder)


def main(name: str) -> None:
    scenario = SCENARIOS[name]
    found: list[str] = []
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "work"
        os.environ["TMPDIR"] = parent  # a killed child cannot tidy up what it made there
        tempfile.tempdir = None
        folder.mkdir()
        expected = undisturbed(scenario, folder)
        for kill_at in count(1):
            shutil.rmtree(folder)
            folder.mkdir()
            scenario.prepare(folder)
            if not killed(scenario, folder, kill_at=kill_at):
                break
            found += (f"boundary {kill_at}: {each}" for each in complaints(scenario, folder, expected=expected))
    print(json.dumps({"boundaries": kill_at - 1, "complaints": found}))  # noqa: T201 -- read by the test


if __name__ == "__main__":
    main(sys.argv[1])

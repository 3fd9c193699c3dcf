"""What can be done with a store in a folder where nothing may be written; run as a script by `test_database`.

Root may write everywhere, whatever a folder's mode says. So a process that is root gives the folder and itself to
another user, and is no use for anything else from then on: that is why this is a process of its own.

Takes an empty folder that everybody may enter; prints, as JSON, what was read, and what was said to whoever wanted to
write.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from connector.errors import StoreError
from connector.store import Store, facts

NOBODY = 65_534


def live(path: Path) -> list[str]:
    with Store.open(path, read_only=True) as store:
        return [row[0] for row in store.db.conn.execute("SELECT id FROM accounts")]


def add(path: Path, id: str) -> None:
    with Store.open(path, create=True) as store, store.transaction():
        facts.upsert(store, "accounts", ("connection", "id", "name"), [("crm", id, "Acme")])


def back_up(path: Path, target: Path) -> None:
    with Store.open(path, read_only=True) as store:
        store.backup(target)


def told(act: Callable[[], Any]) -> str:
    try:
        return f"done: {act()}"
    except StoreError as error:
        return f"{error.message} {error.hint}"


def forbid_writing(folder: Path) -> None:
    """Take the right to write from the folder and what is in it, and from root the right to do it all the same."""
    for path in (*folder.iterdir(), folder):
        path.chmod(0o500 if path.is_dir() else 0o400)
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    with suppress(PermissionError):
        (folder / "written").touch()
        raise AssertionError("this folder can be written: what follows would prove nothing")


def main(folder: Path) -> None:
    store = folder / "store.sqlite"
    add(store, "1")
    live(store)
    forbid_writing(folder)
    said = {
        "read": live(store),
        "written": told(lambda: add(store, "2")),
        "made": told(lambda: add(folder / "new.sqlite", "3")),
        "backed up": told(lambda: back_up(store, folder / "copy.sqlite")),
        "still read": live(store),
        "left": sorted(path.name for path in folder.iterdir()),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A laboratory for killed runs, started by `test_kill.py` in a process of its own: it has no threads, so it may fork.

    python -m tests.end_to_end.killing SCENARIO BUG FOLDER

A run is killed (SIGKILL, by itself) at its first boundary, started again, and compared with an undisturbed run; then at
its second boundary, and so on until a run ends before the boundary comes. Boundaries are before and after each COMMIT,
each rename, each file handed to the adapter's driver, and each receipt. The code under test has no hooks: its COMMIT,
its `os.replace` and its driver are wrapped from here, in the forked child only.

BUG is `none`, or one of the bugs planted here that the comparison has to catch. The result goes to stdout as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import duckdb  # noqa: F401  # warmed: importing it in every child would take most of the time

import connector.apply.sending
import connector.pull.connection
import connector.transport.conversation
import connector.transport.files
from connector.config import read
from connector.contract import Receipt
from connector.engine import duckdb as duckdb_engine
from connector.run import run
from connector.store import Store, facts, outbox, run_lock, sync
from connector.store import connection as store_connection
from tests import company

NOW = datetime(2025, 6, 30, 9, 0, tzinfo=UTC)
LATER = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)

SETTINGS = company.SETTINGS + company.KPIS + company.FIELDS + company.RECORDS
ACCOUNTS = company.ACCOUNTS + "4,Dent\n5,Eel\n6,Fox\n"
DEALS = (
    company.DEALS
    + """\
D4,Dent,Won,11.50,2025-04-20
D5,Nobody,Won,12,2025-05-20
D6,Fox,Open,13,
,Fox,Won,14,2025-05-21
D8,Eel,Won,15,2025-06-21
"""
)


# ---- scenarios -----------------------------------------------------------------------------------------------------


def first_run(folder: Path) -> datetime:
    """Nothing but the settings and the files."""
    company.found_company(folder, SETTINGS, accounts=ACCOUNTS, deals=DEALS)
    return NOW


def second_run(folder: Path) -> datetime:
    """A finished first run, and then other files: records changed, came and went."""
    first_run(folder)
    if in_child(lambda: go(folder, NOW)) != 0:
        raise SystemExit("the first run failed")
    changed = company.replaced(DEALS, "D2,Bolt,Won,70", "D2,Bolt,Won,71")
    company.export(folder, "accounts", ACCOUNTS + "7,Gnu\n")
    company.export(folder, "deals", company.replaced(changed, "D8,Eel,Won,15,2025-06-21", "D9,Gnu,Won,9,2025-06-29"))
    return LATER


SCENARIOS = {"first_run": first_run, "second_run": second_run}


def go(folder: Path, now: datetime) -> None:
    """What `crm-kpi run --yes` does."""
    config = read(folder / "crm-kpi.yaml", environment={})
    with run_lock(config.store), Store.open(config.store, create=True) as store:
        run(config, store, now=now, yes=True)


# ---- boundaries ----------------------------------------------------------------------------------------------------


class Killer:
    """Counts boundaries and kills the process at one of them."""

    def __init__(self, at: int, trace: Path) -> None:
        self._left = at
        self._trace = trace

    def passes(self, boundary: str) -> None:
        if self._left == 0:
            self._trace.write_text(boundary)
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    @contextmanager
    def around(self, boundary: str) -> Iterator[None]:
        self.passes(f"before {boundary}")
        yield
        self.passes(f"after {boundary}")

    def wrapped(self, boundary: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.around(boundary):
                return original(*args, **kwargs)

        return call

    def arm(self) -> None:
        """Wrap every boundary of this process."""
        execute = store_connection._Connection.execute

        def executed(connection: Any, statement: str, *args: Any) -> Any:
            if statement != "COMMIT":
                return execute(connection, statement, *args)
            with self.around("commit"):
                return execute(connection, statement, *args)

        store_connection._Connection.execute = executed  # type: ignore[method-assign]
        os.replace = self.wrapped("rename", os.replace)  # type: ignore[assignment]
        conversation = connector.transport.conversation
        conversation.write_file = self.wrapped("send", conversation.write_file)
        converse = connector.apply.sending.converse

        def answered(*args: Any, **kwargs: Any) -> Iterator[Any]:
            for said in converse(*args, **kwargs):
                self.passes("receipt")
                yield said

        connector.apply.sending.converse = answered  # type: ignore[assignment]


def in_child(work: Callable[[], None]) -> int:
    """Run in a forked process; its exit code, negative for the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        _work_and_leave(work)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _work_and_leave(work: Callable[[], None]) -> NoReturn:
    try:
        work()
    except BaseException:  # noqa: BLE001  # whatever it is, a forked child must not go on as its parent
        traceback.print_exc()
        os._exit(9)
    os._exit(0)


# ---- what is compared ----------------------------------------------------------------------------------------------

OF_ONE_RUN = {"run_id", "basis", "attempts"}
"""Columns that tell which run did it and how often it tried; in these alone a restarted run may differ."""


def picture(folder: Path) -> dict[str, Any]:
    """All rows of all tables, and all files."""
    found: dict[str, Any] = {
        table: [{name: cell for name, cell in row.items() if name not in OF_ONE_RUN} for row in rows]
        for table, rows in company.stored(folder / "crm-kpi.sqlite").items()
    }
    found["ended"] = [row["status"] for row in found.pop("runs")][-1:]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("crm-kpi.sqlite"):
            found[str(path.relative_to(folder))] = path.read_bytes().hex()
    return found


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


# ---- planted bugs --------------------------------------------------------------------------------------------------


def cursor_before_rows() -> None:
    """The state of a conversation is committed on its own, and its rows after it."""
    pull_file = connector.pull.connection.ConnectionPull._file
    save, load, transaction = sync.save_state, sync.load_state, Store.transaction
    saved: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def noted(*args: Any, **kwargs: Any) -> bool:
        saved.append((args, kwargs))
        return save(*args, **kwargs)

    @contextmanager
    def undone(store: Store) -> Iterator[None]:
        store.db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            store.db.conn.execute("ROLLBACK")

    def split(self: Any, module: str, conversations: Sequence[Any]) -> None:
        store = self.run.store
        states = {each.key: load(store, self.source.name, each.key) for each in conversations}
        saved.clear()
        with patch.object(sync, "save_state", noted), patch.object(Store, "transaction", undone):
            pull_file(self, module, conversations)
        with transaction(store):
            for args, kwargs in saved:
                save(*args, **kwargs)
        with patch.object(sync, "load_state", lambda _store, _connection, key: states[key]):
            pull_file(self, module, conversations)

    connector.pull.connection.ConnectionPull._file = split  # type: ignore[method-assign]


def acknowledged_before_sent() -> None:
    """Receipts are written in the hope that the file will be."""

    def send(self: Any) -> Iterator[Receipt]:
        waiting = outbox.pending(self.store, connection=self.opened.connection, target=self.told.name)
        sent = tuple(self._every_record())
        yield from self._save([Receipt(each.change.id, "done") for each in waiting], [])
        written: list[Path] = []
        talk = connector.apply.sending._watched(self.adapter.push(self.told, sent), written)
        list(connector.apply.sending.converse(talk, adapter=self.adapter_name))
        self._save([], written)

    connector.apply.sending.Sending.send = send  # type: ignore[method-assign]


def append_for_upsert() -> None:
    """A fact that is there already is added once more (past the deletion guard, which would notice other ids)."""
    upsert = facts.upsert

    def append(store: Store, table: str, columns: Sequence[str], rows: Any) -> int:
        id_at, at = list(columns).index("id"), list(columns).index("connection")
        there = {row[0] for row in store.db.conn.execute(f"SELECT id FROM {table}")}  # noqa: S608
        again = [(*row[:at], f"{row[at]}+", *row[at + 1 :]) if row[id_at] in there else row for row in rows]
        return upsert(store, table, columns, again)

    facts.upsert = append  # type: ignore[assignment]


def append_to_file() -> None:
    """The same on the way out: what is written once more is added behind what was written before."""
    files = connector.transport.files

    def appended(path: Path, chunks: Any) -> Any:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            for chunk in chunks:
                file.write(chunk)
        stat = path.stat()
        return files.FileInfo(path, stat.st_size, stat.st_mtime_ns)

    connector.transport.conversation.write_file = appended


def rename_left_out() -> None:
    """The temporary file never gets its name."""
    files = connector.transport.files

    def unnamed(path: Path, chunks: Any) -> Any:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}{files.PART}")
        part.write_bytes(b"".join(chunks))
        stat = part.stat()
        return files.FileInfo(path, stat.st_size, stat.st_mtime_ns)

    connector.transport.conversation.write_file = unnamed


BUGS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "cursor_before_rows": cursor_before_rows,
    "acknowledged_before_sent": acknowledged_before_sent,
    "append_for_upsert": append_for_upsert,
    "append_to_file": append_to_file,
    "rename_left_out": rename_left_out,
}


# ---- the experiment ------------------------------------------------------------------------------------------------


def experiment(scenario: str, bug: str, folder: Path) -> dict[str, Any]:
    """Kill at every boundary in turn; a planted bug is enough caught at the first."""
    template, trace = folder / "template", folder / "boundary"
    now = SCENARIOS[scenario](template)
    calm = folder / "calm"
    shutil.copytree(template, calm)
    if in_child(lambda: go(calm, now)) != 0:
        raise SystemExit("the undisturbed run failed")
    expected = picture(calm)
    boundaries: list[str] = []
    bad: list[dict[str, Any]] = []
    while not (bad and bug != "none"):
        work = folder / f"killed-{len(boundaries)}"
        shutil.copytree(template, work)
        ended = in_child(lambda work=work, at=len(boundaries): _killed(work, now, at=at, bug=bug, trace=trace))
        if ended == 0:
            bad.extend(_compared(work, expected, "not killed"))
            break
        if ended != -signal.SIGKILL:
            raise SystemExit(f"the run failed by itself, with exit code {ended}")
        boundary = trace.read_text()
        restarted = in_child(lambda work=work: _restarted(work, now, bug=bug))
        found = (
            _compared(work, expected, boundary) if restarted == 0 else [{"boundary": boundary, "restart": restarted}]
        )
        bad.extend(found)
        boundaries.append(boundary)
        shutil.rmtree(work)
    return {"boundaries": boundaries, "bad": bad}


def _killed(work: Path, now: datetime, *, at: int, bug: str, trace: Path) -> None:
    BUGS[bug]()
    Killer(at, trace).arm()
    go(work, now)


def _restarted(work: Path, now: datetime, *, bug: str) -> None:
    BUGS[bug]()
    go(work, now)


def _compared(work: Path, expected: dict[str, Any], boundary: str) -> list[dict[str, Any]]:
    unlike = differences(picture(work), expected)
    return [{"boundary": boundary, "unlike": unlike}] if unlike else []


if __name__ == "__main__":
    duckdb_engine.FIXED = {**duckdb_engine.FIXED, "allow_unsigned_extensions": True}  # as in tests/conftest.py
    json.dump(experiment(sys.argv[1], sys.argv[2], Path(sys.argv[3])), sys.stdout)

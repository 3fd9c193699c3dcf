"""Bugs that the proofs have to catch; each is planted from the test's process, in code that knows nothing of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Final

import requests

import adapters.zoho.reading.coql
import adapters.zoho.writing.sending
import connector.apply.sending
import connector.pull.module
from connector.contract import Page, Receipt
from connector.store import Store, facts, outbox


def none() -> None:
    """The code as it is."""


def cursor_before_rows() -> None:
    """Where reading goes on is committed on its own, and the page's rows after it."""
    writer: Any = connector.pull.module.ModuleWriter
    accept = writer.accept

    def split(self: Any, key: str, said: Any) -> None:
        if isinstance(said, Page) and said.next_state is not None:
            self._save(key, said.next_state, finished=False)
            db = self._store.db.conn
            db.execute("COMMIT")
            db.execute("BEGIN IMMEDIATE")
        accept(self, key, said)

    writer.accept = split


def strictly_later() -> None:
    """News are what changed after the newest second that was read: its ties are passed over."""
    coql: Any = adapters.zoho.reading.coql
    since = coql._since

    def strict(last: Any, last_id: str, *, strict: bool) -> Any:
        return since(last, "", strict=True) if last is not None else since(last, last_id, strict=strict)

    coql._since = strict


def no_read_back() -> None:
    """What an interrupted run may have written is written again, unseen."""

    def unseen(*_: Any, **__: Any) -> Generator[Any, Any, frozenset[str]]:
        yield from ()
        return frozenset()

    sending: Any = adapters.zoho.writing.sending
    sending.held = unseen


def acknowledged_before_sent() -> None:
    """Receipts are saved in the hope that the records will arrive."""
    sending: Any = connector.apply.sending.Sending

    def hopeful(self: Any) -> Iterator[Receipt]:
        waiting = outbox.pending(self.store, connection=self.opened.connection, target=self.told.name)
        self._save([Receipt(each.change.id, "done") for each in waiting], [])
        sent = tuple(self._open_changes(waiting))
        yield from self._answered(waiting, sent)

    sending.send = hopeful


def append_for_upsert() -> None:
    """A fact that is there already is added once more."""
    upsert = facts.upsert

    def append(store: Store, table: str, columns: Sequence[str], rows: Any) -> int:
        id_at = list(columns).index("id")
        there = {row[0] for row in store.db.conn.execute(f"SELECT id FROM {table}")}  # noqa: S608  # our own names
        again = [
            tuple(f"{cell}0" if at == id_at and cell in there else cell for at, cell in enumerate(row)) for row in rows
        ]
        return upsert(store, table, columns, again)

    facts.upsert = append


def token_in_log() -> None:
    """Somebody wanted to see what is sent."""
    request = requests.Session.request

    def told(self: Any, method: str, url: str, **how: Any) -> Any:
        headers: Mapping[str, str] = how.get("headers") or {}
        word = re.sub(r"^\S+ ", "", headers.get("Authorization", ""))
        logging.getLogger("adapters.zoho").debug("sends %s with %s", url, repr(word)[1:-1])
        return request(self, method, url, **how)

    requests.Session.request = told  # type: ignore[method-assign, assignment]


BUGS: Final[Mapping[str, Callable[[], None]]] = {
    each.__name__: each
    for each in (
        none,
        cursor_before_rows,
        strictly_later,
        no_read_back,
        acknowledged_before_sent,
        append_for_upsert,
        token_in_log,
    )
}

"""One target's open changes on their way: marked before they leave, receipts saved batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from connector.contract import Adapter, Cell, Change, PushTalk, Receipt, WriteFile, WriteTarget
from connector.errors import AdapterError, RejectedError
from connector.opening import Opened
from connector.store import Store, acknowledged, outbox, outputs, places
from connector.store.outbox import ChangeStatus, PlannedChange
from connector.transport import converse

BATCH = 100
"""Receipts that are saved together: as many as a batch call of a CRM brings."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One target's open changes on their way."""

    store: Store
    told: WriteTarget
    adapter: Adapter
    opened: Opened
    adapter_name: str
    at: str

    @property
    def whole(self) -> bool:
        """The adapter rewrites its whole file, so it is handed every record, changed or not."""
        return self.adapter.capabilities.whole_file_write

    def send(self) -> Iterator[Receipt]:
        """Receipts, each of them saved already.

        Raises:
            AdapterError: the target cannot be written to, or does not answer; what was answered is saved.
        """
        with self.store.transaction():
            waiting = outbox.take(self.store, self.opened.connection, self.told.name, self.at)
        sent = tuple(self._every_record() if self.whole else self._open_changes(waiting))
        try:
            yield from self._answered(waiting, sent)
        except AdapterError as error:
            with self.opened.transaction(self.store):
                if isinstance(error, RejectedError):
                    places.forget(self.store, self.opened.connection, self.told.name)
            raise

    def _answered(self, waiting: Sequence[PlannedChange], sent: Sequence[Change]) -> Iterator[Receipt]:
        written: list[Path] = []
        answers = converse(
            _watched(self.adapter.push(self.told, sent), written),
            adapter=self.adapter_name,
            http=self.adapter.http,
            world=self.opened.world,
        )
        open_changes = _by_answer(waiting, whole=self.whole)
        # A file is there as a whole or not at all, so its receipts are saved as a whole.
        for batch in _batches(answers, size=max(len(sent), 1) if self.whole else BATCH):
            yield from self._save(_receipts(batch, open_changes), written)
        yield from self._save(_unanswered(open_changes, sent), written)

    def _open_changes(self, waiting: Sequence[PlannedChange]) -> Iterator[Change]:
        """What is to be said; of a report record everything, because somebody may have deleted it in the CRM."""
        held = self._held(waiting) if self.told.kind == "records" else {}
        for each in waiting:
            fields = {**held.pop(each.change.record_id, {}), **each.change.fields}
            yield replace(each.change, fields=fields, uncertain=each.status != ChangeStatus.PLANNED)

    def _held(self, waiting: Iterable[PlannedChange]) -> dict[str, dict[str, Cell]]:
        ids = [each.change.record_id for each in waiting]
        return acknowledged.held(self.store, self.opened.connection, self.told.name, ids)

    def _every_record(self) -> Iterator[Change]:
        """What each record is to hold; a report record of which nothing is left is left out of the file."""
        for record_id, held in outbox.desired(self.store, self.opened.connection, self.told.name):
            fields = {name: held.get(name) for name in self.told.fields}
            if self.told.kind == "fields" or any(cell is not None for cell in fields.values()):
                yield Change(record_id, record_id, fields)

    def _save(self, receipts: Sequence[Receipt], written: list[Path]) -> Sequence[Receipt]:
        if receipts or written:
            with self.opened.transaction(self.store):
                outbox.acknowledge(self.store, receipts, self.at)
                self._note(written)
        return receipts

    def _note(self, written: list[Path]) -> None:
        """With the receipts, so that a run that is killed between the file and them finds its own work unnoted."""
        if written and self.whole:
            connection, told = self.opened.connection, self.told
            outputs.note(self.store, connection, told.name, told.module, paths=written, at=self.at)
        written.clear()


def _watched(talk: PushTalk, written: list[Path]) -> PushTalk:
    """What a conversation says, word for word; the files that it writes are noted."""
    answer, error = None, None
    with closing(talk):
        while True:
            try:
                said = talk.send(answer) if error is None else talk.throw(error)
            except StopIteration:
                return
            answer, error = None, None
            try:
                answer = yield said
            except AdapterError as thrown:
                error = thrown
            if isinstance(said, WriteFile) and error is None:
                written.append(said.path)


def _by_answer(waiting: Iterable[PlannedChange], *, whole: bool) -> dict[str, list[str]]:
    """The id that an answer will carry -> the changes that it settles, and which are taken out once settled."""
    found: dict[str, list[str]] = {}
    for each in waiting:
        found.setdefault(each.change.record_id if whole else each.change.id, []).append(each.change.id)
    return found


def _batches(answers: Iterator[Receipt], *, size: int) -> Iterator[list[Receipt]]:
    while batch := list(islice(answers, size)):
        yield batch


def _receipts(answers: Iterable[Receipt], open_changes: dict[str, list[str]]) -> list[Receipt]:
    """A receipt for each change that an answer settles; a record that was only carried along has none."""
    return [
        Receipt(change_id, answer.outcome, answer.message)
        for answer in answers
        for change_id in open_changes.pop(answer.change_id, ())
    ]


def _unanswered(open_changes: Mapping[str, Iterable[str]], sent: Iterable[Change]) -> list[Receipt]:
    """Changes without an answer: gone with the rest of the file where their record was left out, else unknown."""
    said = {change.id for change in sent}
    return [
        Receipt(change_id, "unknown" if answer_id in said else "done")
        for answer_id, change_ids in open_changes.items()
        for change_id in change_ids
    ]

"""Writes what one module brings: rows and the state that describes them in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, assert_never

from connector.contract import Conversation, Deletions, Finished, Page, PullEvent, State, Unreadable, Withheld
from connector.errors import Message
from connector.mapping import CompiledMapping, NameIndex
from connector.pull.completeness import Place, Reading, cover, covered, heal, mark_incomplete
from connector.pull.files import FileRecords
from connector.pull.records import Run, TableRecords
from connector.pull.report import ModuleReport
from connector.pull.streams import StreamRecords
from connector.store import runs, sync, withheld
from connector.store.sync import SyncState
from connector.store.withheld import WithheldColumn

Names = Callable[[str], NameIndex]


def basis_of(mappings: Sequence[CompiledMapping], names: Names) -> str:
    """Digest of all that decides what a record becomes beside the record itself: mappings, and the names they look up.

    Where it differs from the saved one, the module is read again from the beginning, and quarantine is tried again.
    """
    digest = sha256()
    for mapping in mappings:
        digest.update(mapping.digest.encode())
        for table in mapping.links:
            digest.update(names(table).digest.encode())
    return digest.hexdigest()


class ModuleWriter:
    """One module during one reading. All its methods are called by the one thread that writes."""

    def __init__(
        self,
        run: Run,
        place: Place,
        *,
        mappings: Sequence[CompiledMapping],
        conversations: Sequence[Conversation],
        names: Names,
        whole: bool = False,
    ) -> None:
        self.place = place
        self.basis = basis_of(mappings, names)
        self._run = run
        self._store = run.store
        self._mappings = mappings
        self._files = any(conversation.atomic for conversation in conversations)
        self._states = {
            each.key: None if whole else sync.load_state(run.store, place.connection, each.key)
            for each in conversations
        }
        if run.accept_deletions and any(map(self._is_midway, self._states.values())):
            self._states = dict.fromkeys(self._states)  # what is missing now is accepted, not what was missing then
        self._resumed = any(map(self._is_midway, self._states.values()))
        self._afresh = all(self.state(key) is None for key in self._states)
        self._finished: dict[str, Finished] = {}
        self._tables = [self._table(mapping, names) for mapping in mappings]
        self._begun = False
        self._news = False
        self._complete = True
        self.read_whole = self._afresh
        """Whether this reading is of everything, from the beginning."""

    def _table(self, mapping: CompiledMapping, names: Names) -> TableRecords:
        converter = mapping.bind(
            connection=self.place.connection, names={table: names(table) for table in mapping.links}
        )
        kind = FileRecords if self._files else StreamRecords
        return kind(self._run, self.place.connection, mapping, converter=converter, afresh=self._afresh)

    def close(self) -> None:
        """Forget what was only for this reading."""
        self._each(lambda table: table.close())

    def state(self, key: str) -> State | None:
        """Where a conversation goes on; None from the beginning, also when the mapping is another than then."""
        saved = self._states[key]
        on = saved.on(self.basis) if saved else None
        return None if on is None else on["state"]

    def _is_midway(self, saved: SyncState | None) -> bool:
        on = saved.on(self.basis) if saved else None
        return on is not None and not on["finished"]

    # ---- what arrives ----

    def accept(self, key: str, said: PullEvent) -> None:
        """Store one thing that a conversation said; inside a transaction."""
        match said:
            case Finished():
                self._finish(key, said)
            case Withheld():
                withheld.replace(self._store, self.place.connection, self.place.module, self._withheld(said))
            case Page() | Unreadable() | Deletions():
                self._begin()
                self._store_said(said)
                if not self._files and not isinstance(said, Unreadable):
                    self._each(lambda table: table.verify_fit(adapter=self.place.adapter))
                    if said.next_state is not None:
                        self._save(key, said.next_state, finished=False)
            case _:
                assert_never(said)
        self._note_news()

    def _store_said(self, said: Page | Unreadable | Deletions) -> None:
        match said:
            case Page():
                self._each(lambda table: table.page(said))
            case Unreadable():
                self._each(lambda table: table.unreadable(said))
            case Deletions():
                self._each(lambda table: table.deletions(said.ids))

    def _each(self, do: Callable[[TableRecords], object]) -> None:
        for table in self._tables:
            do(table)

    def _begin(self) -> None:
        if not self._begun:
            self._each(lambda table: table.begin(resumed=self._resumed))
            if not self._files:  # a run that is killed, or stopped by a person, cannot say so any more
                mark_incomplete(self._run, self.place, self._mappings)
            self._begun = True

    def _note_news(self) -> None:
        """Records that came again as they were (an overlap, the echo of what we wrote) are no news: nothing that is
        computed could differ, so the moment of the facts stays where it was."""
        if not self._news and any(table.changed or table.deleted for table in self._tables):
            runs.note_news(self._store, self._run.run_id, self._run.now)
            self._news = True

    def _withheld(self, said: Withheld) -> Iterator[WithheldColumn]:
        for mapping in self._mappings:
            for name, how in mapping.mapping.columns.items():
                field = next((each for each in how.source if each in said.fields), None)
                if field is not None:
                    place = (self.place.connection, self.place.module, mapping.table)
                    yield WithheldColumn(*place, name, field, self._run.at)

    # ---- the end ----

    def _finish(self, key: str, said: Finished) -> None:
        """A module has been said when all its slices have: only then do its states and its counts move on."""
        self._finished[key] = said
        if len(self._finished) < len(self._states):
            return
        if self._is_as_it_was():
            self._complete = heal(self._run, self.place)
            return
        snapshot = all(finished.snapshot for finished in self._finished.values())
        if self._files or self._afresh or self._resumed or snapshot:
            self._begin()
        self._each(lambda table: table.verify_fit(adapter=self.place.adapter))
        if snapshot and (self._is_of_unknown_beginning() or self._is_overtaken()):
            self._forget()
            snapshot = False
        else:
            self._save_all()
        if self._begun:
            self._each(lambda table: table.finish(snapshot=snapshot))
        self.read_whole = self._afresh or snapshot
        self._cover(snapshot=snapshot)
        if runs.data_as_of(self._store) is None:  # a CRM without any records was read, too
            runs.note_news(self._store, self._run.run_id, self._run.now)

    def _is_as_it_was(self) -> bool:
        """Nothing came, every conversation stands where it stood, and nobody counts what there is."""
        unmoved = all(self.state(key) == finished.next_state for key, finished in self._finished.items())
        counts = [finished.vendor_count for finished in self._finished.values()]
        return (
            not self._begun
            and not self._resumed
            and unmoved
            and (self._files or counts == [None] * len(counts))
            and not any(finished.snapshot for finished in self._finished.values())
        )

    def _is_of_unknown_beginning(self) -> bool:
        """A snapshot of which only the end was seen says nothing about deletions: the next one begins anew."""
        return any(isinstance(table, StreamRecords) and not table.knows_what_came for table in self._tables)

    def _is_overtaken(self) -> bool:
        """What was missing when the reading began may be there again by now: the next one begins anew, too."""
        count = self._vendor_count()
        if count is None or not self._resumed:
            return False
        streams = [table for table in self._tables if isinstance(table, StreamRecords)]
        return any(table.lacks_what_is_counted(count - self.place.accepted) for table in streams)

    def _vendor_count(self) -> int | None:
        known = [each.vendor_count for each in self._finished.values() if each.vendor_count is not None]
        return sum(known) if len(known) == len(self._finished) else None

    def _forget(self) -> None:
        for key in self._states:
            sync.save_state(
                self._store, self.place.connection, key, {"state": {}, "finished": True}, basis="", at=self._run.at
            )

    def _save_all(self) -> None:
        for key, finished in self._finished.items():
            self._save(key, finished.next_state, finished=True)

    def _save(self, key: str, state: State, *, finished: bool) -> None:
        said: Mapping[str, Any] = {"state": state, "finished": finished}
        sync.save_state(self._store, self.place.connection, key, said, basis=self.basis, at=self._run.at)

    def _cover(self, *, snapshot: bool) -> None:
        ends = self._finished.values()
        note = next((each.note for each in ends if each.note), None)
        reading = Reading(
            whole=self.read_whole,
            counts_fewer=any(each.counts_fewer for each in ends),
            note=note.written() if note else None,
        )
        for table in self._tables:
            counts = table.counts(snapshot=snapshot, vendor_count=self._vendor_count())
            name = table.mapping.table
            found = cover(self._run, self.place, name, counts=counts, deleted=table.deleted, reading=reading)
            self._complete = self._complete and found.complete

    # ---- what became of it ----

    @property
    def arrived(self) -> int:
        """Records so far."""
        return max(table.arrived for table in self._tables)

    @property
    def is_delta(self) -> bool:
        """Whether only news over a network were read, so that something may have been missed before."""
        return not self._files and not self.read_whole

    @property
    def finished(self) -> bool:
        """Whether every conversation has ended as it should."""
        return len(self._finished) == len(self._states)

    def report(self, *, note: Message | None = None) -> ModuleReport:
        """What became of it; a note says why it was undone, and is left for the next run."""
        tables = [] if note else self._tables
        return ModuleReport(
            self.place.connection,
            self.place.module,
            tuple(mapping.table for mapping in self._mappings),
            arrived=max((table.arrived for table in tables), default=0),
            changed=sum(table.changed for table in tables),
            deleted=sum(table.deleted for table in tables),
            quarantined=sum(table.quarantined for table in tables),
            issues=sum(table.issues for table in tables),
            no_news=note is not None or not self._news,
            complete=self._complete,
            note=note,
            counts=tuple(covered(self._store, self.place)),
        )

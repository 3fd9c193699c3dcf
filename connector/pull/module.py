"""Writes what one module brings: rows and the state that describes them in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, assert_never

from connector.contract import Conversation, Deletions, Finished, Page, PullEvent, State, Unreadable
from connector.errors import ConnectorError, Message
from connector.mapping import CompiledMapping, NameIndex
from connector.pull.records import Run, TableRecords
from connector.pull.report import ModuleReport
from connector.store import Store, coverage, runs, sync
from connector.store.coverage import Coverage
from connector.store.sync import SyncState

Names = Callable[[str], NameIndex]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a module comes from."""

    connection: str
    adapter: str
    module: str


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
    ) -> None:
        self.place = place
        self.basis = basis_of(mappings, names)
        self._run = run
        self._store = run.store
        self._mappings = mappings
        self._files = any(conversation.atomic for conversation in conversations)
        self._states = {each.key: sync.load_state(run.store, place.connection, each.key) for each in conversations}
        self._resumed = any(self._is_midway(state) for state in self._states.values())
        self._finished: dict[str, Finished] = {}
        self._resources = ExitStack()
        afresh = all(self.state(key) is None for key in self._states)
        self._tables = [self._table(mapping, names=names, files=self._files, afresh=afresh) for mapping in mappings]
        self._begun = False
        self._news = False
        self._complete = True

    def _table(self, mapping: CompiledMapping, *, names: Names, files: bool, afresh: bool) -> TableRecords:
        converter = mapping.bind(
            connection=self.place.connection, names={table: names(table) for table in mapping.links}
        )
        records = TableRecords(
            self._run, self.place.connection, mapping, converter=converter, files=files, afresh=afresh
        )
        self._resources.callback(records.close)
        return records

    def close(self) -> None:
        """Forget what was only for this reading."""
        self._resources.close()

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
        if isinstance(said, Finished):
            self._finish(key, said)
            return
        self._begin()
        match said:
            case Page():
                self._each(lambda table: table.page(said))
            case Unreadable():
                self._each(lambda table: table.unreadable(said))
            case Deletions():
                self._each(lambda table: table.deletions(said.ids))
            case _:
                assert_never(said)
        if not self._files and isinstance(said, Page | Deletions):
            self._each(lambda table: table.verify_fit(adapter=self.place.adapter))
            if said.next_state is not None:
                self._save(key, said.next_state, finished=False)

    def _each(self, do: Callable[[TableRecords], object]) -> None:
        for table in self._tables:
            do(table)

    def _begin(self) -> None:
        if not self._begun:
            self._each(TableRecords.begin)
            self._begun = True
        self._note_news()

    def _note_news(self) -> None:
        if not self._news:
            runs.note_news(self._store, self._run.run_id, self._run.now)
            self._news = True

    def _finish(self, key: str, said: Finished) -> None:
        """A module has been said when all its slices have: only then do its states and its counts move on."""
        self._finished[key] = said
        if len(self._finished) < len(self._states):
            return
        if self._is_no_news():
            self._heal()
            return
        self._begin()
        self._each(lambda table: table.verify_fit(adapter=self.place.adapter))
        snapshot = all(finished.snapshot for finished in self._finished.values())
        if snapshot and not self._resumed:
            self._each(TableRecords.finish_snapshot)
        elif self._files:
            self._each(TableRecords.finish_additions)
        self._cover(snapshot=snapshot and not self._resumed)
        for each, finished in self._finished.items():
            # A snapshot of which this run saw only the end says nothing about deletions: the next one begins anew.
            if not (snapshot and self._resumed):
                self._save(each, finished.next_state, finished=True)
        if snapshot and self._resumed:
            self._forget()

    def _is_no_news(self) -> bool:
        """Nothing came, and every conversation stands where it stood."""
        unmoved = all(self.state(key) == finished.next_state for key, finished in self._finished.items())
        return (
            not self._begun
            and not self._resumed
            and unmoved
            and not any(finished.snapshot for finished in self._finished.values())
        )

    def _forget(self) -> None:
        for key in self._states:
            sync.save_state(
                self._store, self.place.connection, key, {"state": {}, "finished": True}, basis="", at=self._run.at
            )

    def _save(self, key: str, state: State, *, finished: bool) -> None:
        said: Mapping[str, Any] = {"state": state, "finished": finished}
        sync.save_state(self._store, self.place.connection, key, said, basis=self.basis, at=self._run.at)

    def _cover(self, *, snapshot: bool) -> None:
        counts = [finished.vendor_count for finished in self._finished.values()]
        known = [count for count in counts if count is not None]
        vendor_count = sum(known) if len(known) == len(counts) else None
        complete = [
            table.cover(self.place.module, snapshot=snapshot, vendor_count=vendor_count) for table in self._tables
        ]
        self._complete = all(complete)

    # ---- after a failure ----

    def _heal(self) -> None:
        """A run that failed marked the facts incomplete; the source is as it was before, so they are whole again."""
        for counted in covered(self._store, self.place):
            if not counted.complete and counted.vendor_count in (None, counted.arrived):
                coverage.save(self._store, replace(counted, complete=True, checked_at=self._run.at))
            else:
                self._complete = self._complete and counted.complete

    @property
    def arrived(self) -> int:
        """Records so far."""
        return max(table.arrived for table in self._tables)

    @property
    def finished(self) -> bool:
        """Whether every conversation has ended as it should."""
        return len(self._finished) == len(self._states)

    def report(self, *, error: ConnectorError | None = None, note: Message | None = None) -> ModuleReport:
        """What became of it."""
        tables = tuple(mapping.table for mapping in self._mappings)
        if error is not None or note is not None or not self._begun:
            return ModuleReport(
                self.place.connection,
                self.place.module,
                tables,
                no_news=error is None,
                complete=error is None and self._complete,
                error=error,
                note=note,
            )
        return ModuleReport(
            self.place.connection,
            self.place.module,
            tables,
            arrived=self.arrived,
            changed=sum(table.changed for table in self._tables),
            deleted=sum(table.deleted for table in self._tables),
            quarantined=sum(table.quarantined for table in self._tables),
            issues=sum(table.issues for table in self._tables),
            complete=self._complete,
        )


def mark_incomplete(run: Run, place: Place, mappings: Sequence[CompiledMapping]) -> None:
    """After a failure: what the store holds is whole in itself and behind its source, so nothing of it is written back.

    Its counts stay those of the last reading that ended well.
    """
    known = {each.table: each for each in covered(run.store, place)}
    for mapping in mappings:
        counted = known.get(mapping.table) or Coverage(
            place.connection,
            place.module,
            mapping.table,
            vendor_count=None,
            arrived=0,
            facts=0,
            quarantined=0,
            deleted=0,
            complete=False,
            checked_at=run.at,
        )
        coverage.save(run.store, replace(counted, complete=False, checked_at=run.at))


def covered(store: Store, place: Place) -> list[Coverage]:
    """The counts of a module's tables."""
    here = (place.connection, place.module)
    return [each for each in coverage.all(store) if (each.connection, each.module) == here]

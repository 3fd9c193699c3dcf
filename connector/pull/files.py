"""Records of whole files: each file says everything anew, and an id that it has twice is an error."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import takewhile
from typing import Any, Final

from connector.contract import Page
from connector.errors import DeletionGuard, Message
from connector.mapping import CompiledMapping, Converted, Converter
from connector.pull.records import Counts, Run, TableRecords
from connector.store import problems
from connector.store.facts import Seen

AGAIN_NOTED: Final = 1_000
"""Of records that are in several files at once, so many get an issue row each."""


class FileRecords(TableRecords):
    """One fact table while files are read into it, all in one transaction."""

    def __init__(
        self, run: Run, connection: str, mapping: CompiledMapping, *, converter: Converter, afresh: bool
    ) -> None:
        super().__init__(run, connection, mapping, converter=converter, afresh=afresh)
        self._resources = ExitStack()
        self._seen = self._new_seen()
        self._seen_here: Seen | None = None
        self._source: str | None = None
        self._again: list[problems.Issue] = []
        self._collapsed = 0
        self._distinct: dict[str, int] = {}

    def close(self) -> None:
        """Forget the ids that were seen."""
        self._resources.close()

    def _new_seen(self) -> Seen:
        seen = Seen(self._store, self._connection, self.mapping.table, share=self.mapping.share)
        return self._resources.enter_context(seen)

    def _begin_reading(self, *, resumed: bool) -> None:
        del resumed  # a file is read whole or not at all

    def _enter(self, source: str) -> None:
        """A new file begins: what it held before is forgotten, and its ids are counted for themselves."""
        if source == self._source:
            return
        if self._source is not None:
            self._seen_here = self._new_seen()
        self._source = source
        if not self._afresh:
            self._clear(source=source)

    def _retry(self, converted: Converted) -> None:
        """What this very file was found to hold twice stays."""
        if not self._afresh:
            ids = [*(row[1] for row in converted.rows), *converted.rejected_ids()]
            self._clear(record_ids=ids, other_than_run=self._run.run_id)

    # ---- doubles ----

    def _chosen(self, converted: Converted, page: Page) -> Sequence[tuple[Any, ...]]:
        """An id that was there before is no fact, except as the mapping allows."""
        ids = [row[1] for row in converted.rows]
        again = self._seen.add(ids)
        again_here = self._seen_here.add(ids) if self._seen_here else again
        if self.mapping.distinct:
            again_here = self._differing(converted, again)
        elif len(again) > len(again_here):
            self._note_again(converted, page, positions=set(again) - set(again_here))
        for at in again_here:
            reason = Message("the id {id} was there before, further up", id=converted.rows[at][1])
            converted.rejected.append(self._refused(converted, page, at=at, reason=reason))
        if not again_here and not (self.mapping.distinct and again):
            return converted.rows
        left_out = {*again_here, *(again if self.mapping.distinct else ())}
        return [row for at, row in enumerate(converted.rows) if at not in left_out]

    def _differing(self, converted: Converted, again: Sequence[int]) -> list[int]:
        """Of the doubles in a `distinct` table those that say something else; the others are the same fact."""
        doubles = set(again)
        differing = []
        for at, row in enumerate(converted.rows):
            if at not in doubles:
                self._distinct[row[1]] = _told_by(row)
            elif self._distinct.get(row[1]) != _told_by(row):
                differing.append(at)
        self._collapsed += len(again) - len(differing)
        return differing

    def _note_again(self, converted: Converted, page: Page, *, positions: set[int]) -> None:
        """A record that an earlier file of this run had too: the later file counts, and a snapshot says so."""
        self._collapsed += len(positions)
        for at in sorted(positions):
            if len(self._again) < AGAIN_NOTED:
                where, record_id = converted.kept[at], converted.rows[at][1]
                position = page.positions[where] if page.positions else None
                reason = Message("an earlier file has this record too; this one counts")
                self._again.append(self._issue(record_id, page.source, position, field="", value=None, reason=reason))

    # ---- the end ----

    def finish(self, *, snapshot: bool) -> None:
        """Delete what a snapshot lacks; of files that only add, what is in quarantine now is no fact any more."""
        if snapshot:
            self._clear(other_than_run=self._run.run_id)
            problems.add_issues(self._store, self._again)
            self.issues += len(self._again)
            self._refuse_rewritten_ids()
            self._delete_missing(self._seen)
        else:
            self._delete_quarantined()

    def _refuse_rewritten_ids(self) -> None:
        """Records whose ids are written another way are the same records, not deletions and additions."""
        if self._run.accept_deletions:
            return
        if rewritten := self._seen.rewritten():
            raise _rewritten(self._connection, self.mapping.table, rewritten)

    def _delete_quarantined(self) -> None:
        """Whatever these records were before."""
        found = takewhile(lambda each: each.run_id == self._run.run_id, problems.quarantined(self._store))
        here = (self._connection, self.mapping.table, self.mapping.module)
        ids = (each.record_id for each in found if (each.connection, each.table_name, each.module) == here)
        self._tombstone(record_id for record_id in ids if record_id is not None and not self._seen.add([record_id]))

    def counts(self, *, snapshot: bool, vendor_count: int | None) -> Counts:
        """The vendor counts what this reading brought; records that are one fact count once."""
        if snapshot:
            arrived = self.arrived - self._collapsed
            said = None if vendor_count is None else vendor_count - self._collapsed
            return Counts(arrived, arrived - self.quarantined, self.quarantined, said)
        stored, quarantined = self._stored()
        complete = vendor_count in (None, self.arrived, stored + quarantined)
        return Counts(stored + quarantined, stored, quarantined, None if complete else vendor_count)


def _told_by(row: tuple[Any, ...]) -> int:
    """What the row says, in little memory; of its text, as numbers that differ may have one hash (-1 and -2)."""
    return hash(repr(row))


def _rewritten(connection: str, table: str, ids: Sequence[tuple[str, str]]) -> DeletionGuard:
    old, new = ids[0]
    message = Message(
        "{connection}: {count} ids of {table} are written another way than before: {old} is {new} now",
        connection=connection,
        count=len(ids),
        table=table,
        old=old,
        new=new,
    )
    hint = Message(
        "export the column as text, as before; if these are other records, run `crm-kpi pull --accept-deletions`"
    )
    return DeletionGuard(message, hint=hint)

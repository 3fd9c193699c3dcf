"""What one module's records become in one fact table: rows, tombstones, quarantine, issues and counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final

from connector.contract import Page, Unreadable
from connector.errors import DeletionGuard, Message
from connector.mapping import CompiledMapping, Converted, Converter, Rejected, bounded, raw_record
from connector.store import Store, coverage, facts, problems
from connector.store.coverage import Coverage
from connector.store.facts import Seen

GUARDED_SHARE: Final = 0.2
"""A snapshot that would tombstone a larger share of a table's live rows stops (design, section 5)."""
AGAIN_NOTED: Final = 1_000
"""Of records that are in several files at once, so many get an issue row each."""


@dataclass(frozen=True, slots=True)
class Run:
    """What all modules of a pull share."""

    store: Store
    run_id: int
    now: datetime
    accept_deletions: bool

    @property
    def at(self) -> str:
        """The run's moment, UTC ISO text."""
        return self.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class TableRecords:
    """One fact table while one module's records arrive. Used by the one thread that writes."""

    def __init__(
        self, run: Run, connection: str, mapping: CompiledMapping, *, converter: Converter, files: bool, afresh: bool
    ) -> None:
        self.arrived = self.changed = self.deleted = self.quarantined = self.issues = 0
        self.mapping = mapping
        self._run = run
        self._store = run.store
        self._connection = connection
        self._converter = converter
        self._files = files
        """Pages are whole files: an id that is in one file twice is an error, not a newer version of the record."""
        self._afresh = afresh
        """Everything is read from the beginning, so everything that was found wrong before is found again."""
        self._resources = ExitStack()
        self._seen = self._resources.enter_context(self._new_seen())
        self._seen_here: Seen | None = None
        self._source: str | None = None
        self._again: list[problems.Issue] = []
        self._collapsed = 0
        self._distinct: dict[str, int] = {}

    def _new_seen(self) -> Seen:
        return Seen(self._store, self._connection, self.mapping.table, share=self.mapping.share)

    def close(self) -> None:
        """Forget the ids that were seen."""
        self._resources.close()

    def begin(self) -> None:
        """Prepare the table; called once, in the first transaction."""
        facts.ensure_columns(self._store, self.mapping.table, self.mapping.extra_columns)
        if self._afresh:
            self._clear()
            filled = self.mapping.columns
            self.changed += facts.blank_other_columns(
                self._store, self.mapping.table, self._connection, filled, share=self.mapping.share
            )

    def _clear(
        self,
        *,
        source: str | None = None,
        other_than_run: int | None = None,
        record_ids: Sequence[str] | None = None,
    ) -> None:
        """Forget what was found wrong before, with what this module brought."""
        for clear in (problems.clear_quarantine, problems.clear_issues):
            clear(
                self._store,
                self._connection,
                self.mapping.table,
                module=self.mapping.module if self.mapping.share.column else None,
                source=source,
                other_than_run=other_than_run,
                record_ids=record_ids,
            )

    def _tombstone(self, ids: Iterable[str]) -> None:
        table, share = self.mapping.table, self.mapping.share
        self.deleted += facts.tombstone(self._store, table, self._connection, ids, self._run.at, share=share)

    # ---- what arrives ----

    def page(self, page: Page) -> None:
        """Store a page's facts, and what could not become one."""
        self._enter(page.source)
        self.arrived += page.count
        converted = self._converter.convert(page)
        if not self._afresh:
            self._retry(converted)
        rows = self._without_doubles(converted, page)
        self.changed += facts.upsert(self._store, self.mapping.table, self.mapping.columns, rows)
        self._quarantine(converted.rejected, module=page.module)
        self._note_issues(converted)

    def unreadable(self, record: Unreadable) -> None:
        """Keep a record that could not even be taken apart."""
        self._enter(record.source)
        self.arrived += 1
        self._quarantine(
            [Rejected(None, record.source, record.position, "", None, record.reason, bounded(record.raw))],
            module=record.module,
        )

    def deletions(self, ids: Sequence[str]) -> None:
        """Tombstone what the vendor says is gone."""
        self._tombstone(ids)
        self._clear(record_ids=ids)

    def _enter(self, source: str) -> None:
        """A new file begins: what it held before is forgotten, and its ids are counted for themselves."""
        if source == self._source or not self._files:
            return
        if self._source is not None:
            self._seen_here = self._resources.enter_context(self._new_seen())
        self._source = source
        if not self._afresh:
            self._clear(source=source)

    def _retry(self, converted: Converted) -> None:
        """Records that arrive again leave quarantine; they go back if they are still wrong."""
        ids = [*(row[1] for row in converted.rows), *converted.rejected_ids()]
        earlier = self._run.run_id if self._files else None  # what this file was found to hold twice stays
        self._clear(record_ids=ids, other_than_run=earlier)

    # ---- doubles ----

    def _without_doubles(self, converted: Converted, page: Page) -> Sequence[tuple[Any, ...]]:
        """The rows to store; in a file, an id that was there before is no fact, except as the mapping allows."""
        if self.mapping.share.others:
            self._reject_ids_of_others(converted, page)
        ids = [row[1] for row in converted.rows]
        again = self._seen.add(ids)
        again_here = self._seen_here.add(ids) if self._seen_here else again
        if not self._files:
            return converted.rows
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

    def _reject_ids_of_others(self, converted: Converted, page: Page) -> None:
        """An id that is a live record of another module already: storing this one would lose that one."""
        ids = [row[1] for row in converted.rows]
        table, share = self.mapping.table, self.mapping.share
        taken = facts.ids_of_others(self._store, table, self._connection, ids, share=share)
        for at in reversed([at for at, id in enumerate(ids) if id in taken]):
            reason = Message("the id {id} is that of a record of another module already", id=ids[at])
            converted.rejected.append(self._refused(converted, page, at=at, reason=reason))
            del converted.rows[at], converted.kept[at]

    def _differing(self, converted: Converted, again: Sequence[int]) -> list[int]:
        """Of the doubles in a `distinct` table those that say something else; the others are the same fact."""
        doubles = set(again)
        differing = []
        for at, row in enumerate(converted.rows):
            if at not in doubles:
                self._distinct[row[1]] = hash(row)
            elif self._distinct.get(row[1]) != hash(row):
                differing.append(at)
        self._collapsed += len(again) - len(differing)
        return differing

    def _refused(self, converted: Converted, page: Page, *, at: int, reason: Message) -> Rejected:
        where = converted.kept[at]
        record_id = converted.rows[at][1]
        return Rejected(
            record_id=record_id,
            source=page.source,
            position=page.positions[where] if page.positions else None,
            field="|".join(self.mapping.mapping.id),
            value=record_id,
            reason=reason,
            raw=raw_record(page, where),
        )

    def _note_again(self, converted: Converted, page: Page, *, positions: set[int]) -> None:
        """A record that an earlier file of this run had too: the later file counts, and a snapshot says so."""
        self._collapsed += len(positions)
        for at in sorted(positions):
            if len(self._again) < AGAIN_NOTED:
                where, record_id = converted.kept[at], converted.rows[at][1]
                position = page.positions[where] if page.positions else None
                reason = Message("an earlier file has this record too; this one counts")
                self._again.append(self._issue(record_id, page.source, position, field="", value=None, reason=reason))

    # ---- problems ----

    def _quarantine(self, rejected: Sequence[Rejected], *, module: str) -> None:
        self.quarantined += len(rejected)
        problems.add_quarantine(self._store, self._quarantined(rejected, module=module))
        if not self._files:
            gone = [each.record_id for each in rejected if each.record_id is not None]
            self._tombstone(gone)

    def _quarantined(self, rejected: Sequence[Rejected], *, module: str) -> Iterator[problems.Quarantined]:
        for each in rejected:
            yield problems.Quarantined(
                connection=self._connection,
                table_name=self.mapping.table,
                module=module,
                record_id=each.record_id,
                source=each.source,
                position=each.position,
                field=each.field or None,
                value=each.value,
                reason=str(each.reason),
                raw=each.raw,
                run_id=self._run.run_id,
                found_at=self._run.at,
                message=each.reason.written(),
            )

    def _note_issues(self, converted: Converted) -> None:
        self.issues += len(converted.issues)
        problems.add_issues(
            self._store,
            (
                self._issue(
                    each.record_id,
                    each.source,
                    each.position,
                    field=each.field,
                    value=each.value,
                    reason=each.reason,
                )
                for each in converted.issues
            ),
        )

    def _issue(
        self, record_id: str, source: str, position: int | None, *, field: str, value: str | None, reason: Message
    ) -> problems.Issue:
        table, run = self.mapping.table, self._run
        return problems.Issue(
            self._connection,
            table,
            record_id,
            source,
            position,
            field or None,
            value,
            str(reason),
            run.run_id,
            run.at,
            message=reason.written(),
            module=self.mapping.module,
        )

    # ---- the end ----

    def verify_fit(self, *, adapter: str) -> None:
        """Stop where a column's format is not what the mapping says any more."""
        self._converter.fit.verify(adapter=adapter)

    def finish_snapshot(self) -> None:
        """What was not among the records of a whole snapshot is deleted.

        Raises:
            DeletionGuard: that would be too much of the table at once.
        """
        self._clear(other_than_run=self._run.run_id)
        problems.add_issues(self._store, self._again)
        self.issues += len(self._again)
        missing, live = self._seen.missing_count(), self._seen.live_count()
        if missing > live * GUARDED_SHARE and not self._run.accept_deletions:
            raise _too_many_deletions(self._connection, self.mapping.table, missing=missing, live=live)
        if missing:
            self.deleted += self._seen.tombstone_missing(self._run.at)

    def finish_additions(self) -> None:
        """Records of these files that are now in quarantine are no facts any more, whatever they were before."""
        found = takewhile(lambda each: each.run_id == self._run.run_id, problems.quarantined(self._store))
        here = (self._connection, self.mapping.table, self.mapping.module)
        ids = (each.record_id for each in found if (each.connection, each.table_name, each.module) == here)
        self._tombstone(record_id for record_id in ids if record_id is not None and not self._seen.add([record_id]))

    def cover(self, module: str, *, snapshot: bool, vendor_count: int | None) -> bool:
        """Note what arrived; returns whether that is all there is."""
        counts = self._snapshot_counts() if snapshot else self._table_counts()
        arrived, stored, quarantined = counts
        complete = vendor_count is None or vendor_count == self.arrived or (not snapshot and vendor_count == arrived)
        if snapshot and vendor_count is not None:
            vendor_count -= self._collapsed
        elif complete:
            vendor_count = None
        coverage.save(
            self._store,
            Coverage(
                self._connection,
                module,
                self.mapping.table,
                vendor_count=vendor_count,
                arrived=arrived,
                facts=stored,
                quarantined=quarantined,
                deleted=self.deleted,
                complete=complete,
                checked_at=self._run.at,
            ),
        )
        return complete

    def _snapshot_counts(self) -> tuple[int, int, int]:
        """Of this reading; records that are one fact count once."""
        arrived = self.arrived - self._collapsed
        return arrived, arrived - self.quarantined, self.quarantined

    def _table_counts(self) -> tuple[int, int, int]:
        """Of all that came from the module, because this reading brought only what is new."""
        table, module = self.mapping.table, self.mapping.module
        stored = facts.live_count(self._store, table, self._connection, share=self.mapping.share)
        quarantined = problems.quarantined_count(self._store, self._connection, table, module=module)
        return stored + quarantined, stored, quarantined


def _too_many_deletions(connection: str, table: str, *, missing: int, live: int) -> DeletionGuard:
    message = Message(
        "{connection}: {missing} of {live} {table} are not in the source any more, or cannot be used",
        connection=connection,
        missing=missing,
        live=live,
        table=table,
    )
    hint = Message("look at the source; if that is right, run `crm-kpi pull --accept-deletions`")
    return DeletionGuard(message, hint=hint)

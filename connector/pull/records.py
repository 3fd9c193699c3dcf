"""What one module's records become in one fact table: rows, tombstones, quarantine, issues and counts.

`files` and `streams` say what is different where whole files are read, and where news come over a network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from connector.contract import Page, Unreadable
from connector.errors import DeletionGuard, Message
from connector.mapping import CompiledMapping, Converted, Converter, Rejected, bounded, raw_record
from connector.store import Store, facts, problems
from connector.store.moments import written

GUARDED_SHARE: Final = 0.2
"""A snapshot that would tombstone a larger share of a table's live rows stops (design, section 5)."""


def is_guarded(missing: int, live: int) -> bool:
    """Whether so many deletions are believed only when a person says so."""
    return missing > live * GUARDED_SHARE


@dataclass(frozen=True, slots=True)
class Run:
    """What all modules of a pull share."""

    store: Store
    run_id: int
    now: datetime
    accept_deletions: bool
    reconcile: bool = False
    """Read every module that comes over a network whole, whatever its counts say."""

    @property
    def at(self) -> str:
        """The run's moment, UTC ISO text."""
        return written(self.now)


class Counts(NamedTuple):
    """What there is of a module in a table, and what the vendor says that there is."""

    arrived: int
    facts: int
    quarantined: int
    vendor_count: int | None


class Came(Protocol):
    """Which ids a whole reading has brought."""

    def live_count(self) -> int:
        """How many rows of the module are alive."""

    def missing_count(self) -> int:
        """How many of them were not in it."""

    def tombstone_missing(self, at: str) -> int:
        """Mark those as deleted; returns how many."""


class TableRecords(ABC):
    """One fact table while one module's records arrive. Used by the one thread that writes."""

    def __init__(
        self, run: Run, connection: str, mapping: CompiledMapping, *, converter: Converter, afresh: bool
    ) -> None:
        self.arrived = self.changed = self.deleted = self.quarantined = self.issues = 0
        self.mapping = mapping
        self._run = run
        self._store = run.store
        self._connection = connection
        self._converter = converter
        self._afresh = afresh
        """Everything is read from the beginning, so everything that was found wrong before is found again."""

    @abstractmethod
    def close(self) -> None:
        """Forget what was only for this reading."""

    def begin(self, *, resumed: bool) -> None:
        """Prepare the table; called once, in the first transaction.

        Args:
            resumed: Whether it goes on with what an earlier run could not end.
        """
        facts.ensure_columns(self._store, self.mapping.table, self.mapping.extra_columns)
        self._begin_reading(resumed=resumed)
        if self._afresh:
            self._clear()
            filled, share = self.mapping.columns, self.mapping.share
            self.changed += facts.blank_other_columns(
                self._store, self.mapping.table, self._connection, filled, share=share
            )

    @abstractmethod
    def _begin_reading(self, *, resumed: bool) -> None:
        """Begin to note which records come."""

    # ---- what arrives ----

    def page(self, page: Page) -> None:
        """Store a page's facts, and what could not become one."""
        self._enter(page.source)
        self.arrived += page.count
        converted = self._converter.convert(page)
        self._retry(converted)
        if self.mapping.share.others:
            self._reject_ids_of_others(converted, page)
        rows = self._chosen(converted, page)
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

    @abstractmethod
    def _enter(self, source: str) -> None:
        """What comes now is from there."""

    @abstractmethod
    def _retry(self, converted: Converted) -> None:
        """Records that arrive again leave quarantine; they go back if they are still wrong."""

    @abstractmethod
    def _chosen(self, converted: Converted, page: Page) -> Sequence[tuple[Any, ...]]:
        """The rows to store; those that are none are added to the rejected."""

    def _reject_ids_of_others(self, converted: Converted, page: Page) -> None:
        """An id that is a live record of another module already: storing this one would lose that one."""
        ids = [row[1] for row in converted.rows]
        table, share = self.mapping.table, self.mapping.share
        taken = facts.ids_of_others(self._store, table, self._connection, ids, share=share)
        for at in reversed([at for at, id in enumerate(ids) if id in taken]):
            reason = Message("the id {id} is that of a record of another module already", id=ids[at])
            converted.rejected.append(self._refused(converted, page, at=at, reason=reason))
            del converted.rows[at], converted.kept[at]

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

    # ---- what is only ours to touch ----

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

    # ---- problems ----

    def _quarantine(self, rejected: Sequence[Rejected], *, module: str) -> None:
        self.quarantined += len(rejected)
        problems.add_quarantine(self._store, self._quarantined(rejected, module=module))

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
        return problems.Issue(
            self._connection,
            self.mapping.table,
            record_id,
            source,
            position,
            field or None,
            value,
            str(reason),
            self._run.run_id,
            self._run.at,
            message=reason.written(),
            module=self.mapping.module,
        )

    # ---- the end ----

    def verify_fit(self, *, adapter: str) -> None:
        """Stop where a column's format is not what the mapping says any more."""
        self._converter.fit.verify(adapter=adapter)

    @abstractmethod
    def finish(self, *, snapshot: bool) -> None:
        """Everything has come; what was not among the records of a whole snapshot is deleted.

        Raises:
            DeletionGuard: that would be too much of the table at once.
        """

    @abstractmethod
    def counts(self, *, snapshot: bool, vendor_count: int | None) -> Counts:
        """What there is now."""

    def _delete_missing(self, came: Came) -> None:
        missing, live = came.missing_count(), came.live_count()
        if is_guarded(missing, live) and not self._run.accept_deletions:
            raise _too_many_deletions(self._connection, self.mapping.table, missing=missing, live=live)
        if missing:
            self.deleted += came.tombstone_missing(self._run.at)

    def _stored(self) -> tuple[int, int]:
        """Facts and quarantined records of the whole module, whichever reading brought them."""
        table, module = self.mapping.table, self.mapping.module
        stored = facts.live_count(self._store, table, self._connection, share=self.mapping.share)
        return stored, problems.quarantined_count(self._store, self._connection, table, module=module)


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

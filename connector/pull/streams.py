"""Records that come over a network, page by page: the latest word on a record counts, and a run may end in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.contract import Page
from connector.mapping import Converted, Rejected
from connector.pull.records import Counts, TableRecords, is_guarded
from connector.store import readings
from connector.store.readings import Reading


class StreamRecords(TableRecords):
    """One fact table while pages are stored into it, each in a transaction of its own."""

    _reading: Reading | None = None
    """None where an older version began it, so that nobody knows what came first."""

    def close(self) -> None:
        """What it has brought so far is kept for the run that goes on."""

    @property
    def knows_what_came(self) -> bool:
        """Whether all ids of this reading are known, those of earlier runs among them."""
        return self._reading is not None

    def lacks_what_is_counted(self, vendor_count: int) -> bool:
        """Whether more is missing than a reading may delete unasked, and the vendor counts more than came."""
        if self._reading is None or self.mapping.distinct:
            return False
        missing, live = self._reading.missing_count(), self._reading.live_count()
        return is_guarded(missing, live) and live - missing + self._stored()[1] < vendor_count

    def _begin_reading(self, *, resumed: bool) -> None:
        place = (self._store, self._connection, self.mapping.module, self.mapping.table)
        if resumed:
            self._reading = readings.going_on(*place, share=self.mapping.share)
        else:
            first = not any(self._stored())
            self._reading = readings.begin(*place, first=first, run_id=self._run.run_id, share=self.mapping.share)

    def _enter(self, source: str) -> None:
        del source  # only files are known by theirs

    def _retry(self, converted: Converted) -> None:
        """Also in a first reading: a record that changes while it is paged comes twice."""
        if not self._afresh or self.quarantined + self.issues:
            self._clear(record_ids=[*(row[1] for row in converted.rows), *converted.rejected_ids()])

    def _chosen(self, converted: Converted, page: Page) -> Sequence[tuple[Any, ...]]:
        del page
        if self._reading is not None:
            self._reading.note([*(row[1] for row in converted.rows), *converted.rejected_ids()])
        return converted.rows

    def _quarantine(self, rejected: Sequence[Rejected], *, module: str) -> None:
        """A record that cannot be used any more is no fact any more."""
        super()._quarantine(rejected, module=module)
        self._tombstone(each.record_id for each in rejected if each.record_id is not None)

    # ---- the end ----

    def finish(self, *, snapshot: bool) -> None:
        """Delete what a snapshot lacks, whichever of its runs brought the rest."""
        if self._reading is None:
            return
        if snapshot:
            self._reading.forget_problems_of_missing()
            self._delete_missing(self._reading)
        self._reading.end()

    def counts(self, *, snapshot: bool, vendor_count: int | None) -> Counts:
        """The vendor counts all that there is, whatever this reading brought; what collapses cannot be compared."""
        del snapshot
        stored, quarantined = self._stored()
        return Counts(stored + quarantined, stored, quarantined, None if self.mapping.distinct else vendor_count)

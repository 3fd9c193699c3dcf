"""Which records the next run will meet again, and what they said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from adapters.zoho.reading.memory import MOST_KNOWN, checksum
from adapters.zoho.reading.module import Batch, in_order


class Recent:
    """The newest record so far, and checksums of those that are nearly as new."""

    def __init__(self, start: datetime | None) -> None:
        """Begin.

        Args:
            start: Older records are not met again, and not looked at; None where every one may be.
        """
        self.newest: datetime | None = None
        """Of those that may be met again."""
        self.newest_id = ""
        self._start = start
        self._sums: dict[str, tuple[datetime, int]] = {}

    def note(self, batch: Batch, names: Iterable[str]) -> None:
        """Take a batch's records, as far as they are recent."""
        stamps = batch.stamps()
        if not self._is_recent(max(filter(None, stamps), default=None)):
            return  # the way of nearly every page of a whole reading
        cells = [batch.columns[name] for name in names]
        for place, (at, record_id) in enumerate(zip(stamps, batch.ids, strict=True)):
            if at is None or not self._is_recent(at):
                continue
            if self.newest is None or at > self.newest or (at == self.newest and self._is_behind(record_id)):
                self.newest, self.newest_id = at, record_id
            if len(self._sums) <= MOST_KNOWN:
                self._sums[record_id] = at, checksum(column[place] for column in cells)

    def _is_recent(self, at: datetime | None) -> bool:
        return at is not None and (self._start is None or at >= self._start)

    def _is_behind(self, record_id: str) -> bool:
        return in_order(record_id) > in_order(self.newest_id)

    def known(self, start: datetime) -> dict[str, int]:
        """Of the records since; none at all when they are too many to remember."""
        if len(self._sums) > MOST_KNOWN:
            return {}
        return {each: total for each, (at, total) in self._sums.items() if at >= start}

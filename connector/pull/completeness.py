"""Whether everything arrived: the vendor's count beside ours, and what follows from a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from connector.mapping import CompiledMapping
from connector.pull.records import Counts, Run
from connector.store import Store, coverage
from connector.store.coverage import Coverage

READ_WHOLE_AGAIN: Final = timedelta(days=7)
"""How long a difference that a whole reading did not mend is left alone."""
ANOTHER_DIFFERENCE: Final = timedelta(days=1)
"""How long any other is left alone then. What waits for approval comes and goes all day, and is counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a module comes from."""

    connection: str
    adapter: str
    module: str
    accepted: int = 0
    """How many records may be missing, because an administrator said so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading says of itself when it has ended."""

    whole: bool
    """It was of everything, from the beginning."""
    counts_fewer: bool = False
    """The vendor's count leaves out some of what it lists."""
    note: str | None = None


def cover(run: Run, place: Place, table: str, *, counts: Counts, deleted: int, reading: Reading) -> Coverage:
    """Note what there is of a module in a table, and whether that is all."""
    known = {each.table: each for each in covered(run.store, place)}.get(table)
    missing = 0 if counts.vendor_count is None else counts.vendor_count - counts.arrived
    agreed = not missing or (missing < 0 and reading.counts_fewer) or 0 < missing <= place.accepted
    found = Coverage(
        place.connection,
        place.module,
        table,
        vendor_count=counts.vendor_count,
        arrived=counts.arrived,
        facts=counts.facts,
        quarantined=counts.quarantined,
        deleted=deleted,
        complete=agreed,
        checked_at=run.at,
        accepted=missing if 0 < missing <= place.accepted else None,
        agreed=agreed,
        read_whole_at=run.at if reading.whole else known.read_whole_at if known else None,
        difference_then=_difference_then(known, missing if not agreed else None, whole=reading.whole),
        note=reading.note,
    )
    coverage.save(run.store, found)
    return found


def _difference_then(known: Coverage | None, missing: int | None, *, whole: bool) -> int | None:
    if whole:
        return missing
    return known.difference_then if known else None


def mends_by_reading(run: Run, place: Place, *, whole: bool) -> bool:
    """Whether counts disagree in a way that another reading may mend: of what is new, or of everything."""
    return any(each.agreed is False and _may_mend(each, run.now, whole=whole) for each in covered(run.store, place))


def _may_mend(counted: Coverage, now: datetime, *, whole: bool) -> bool:
    left = counted.difference_then
    if counted.read_whole_at is None or left is None or (left != counted.difference and not whole):
        return True
    patience = READ_WHOLE_AGAIN if left == counted.difference else ANOTHER_DIFFERENCE
    return now - datetime.fromisoformat(counted.read_whole_at) >= patience


def heal(run: Run, place: Place) -> bool:
    """A run that failed marked the facts incomplete; the source is as it was before, so they are whole again.

    Returns:
        Whether they are.
    """
    whole = True
    for counted in covered(run.store, place):
        # An older version did not tell counts that disagreed from a run that failed.
        agreed = bool(counted.agreed) or counted.vendor_count in (None, counted.arrived)
        if agreed and not counted.complete:
            coverage.save(run.store, replace(counted, complete=True, checked_at=run.at))
        whole = whole and agreed
    return whole


def mark_incomplete(run: Run, place: Place, mappings: Sequence[CompiledMapping]) -> None:
    """While pages are stored, and after a failure: the store holds a part of what its source does, so nothing of it is
    written back.

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
            agreed=None,
        )
        coverage.save(run.store, replace(counted, complete=False, checked_at=run.at))


def covered(store: Store, place: Place) -> list[Coverage]:
    """The counts of a module's tables."""
    here = (place.connection, place.module)
    return [each for each in coverage.all(store) if (each.connection, each.module) == here]

"""What is missing and why: statuses of the cells that are shown, rows left out, records that could not be read.

Quarantined records and the values that could not be read are parts of other people's records, so a report for one team
or one person counts them by table and shows none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connector.report.cells import Cell
from connector.report.page import Line, Page
from connector.report.text import one_line
from connector.store import Store, coverage, withheld
from connector.store.coverage import Coverage
from connector.store.problems import told
from connector.store.withheld import WithheldColumn
from kpi_engine.message import Message

MOST_LISTED = 50


@dataclass
class Tally:
    """Counts statuses and rows left out, page by page as they are written."""

    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(Status, KPI) -> in how many cells of those that are shown."""
    excluded: dict[str, int] = field(default_factory=dict)
    """KPI -> rows that could not be used in the shown periods, of the page that has most of them."""

    def watched(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The same pages, counted on their way."""
        for page in pages:
            for line in page.lines:
                self._count(line)
            yield page

    def _count(self, line: Line) -> None:
        cells: list[Cell] = [cell for cell in (line.before, line.latest) if cell is not None]
        for cell in cells:
            if cell.status != "ok":
                self.statuses[cell.status, line.definition.id] += 1
        left_out = max((cell.excluded for cell in cells), default=0)
        if left_out:
            known = self.excluded.get(line.definition.id, 0)
            self.excluded[line.definition.id] = max(known, left_out)

    def by_status(self) -> dict[str, dict[str, int]]:
        """Status -> KPI -> cells."""
        found: dict[str, dict[str, int]] = {}
        for (status, kpi), count in sorted(self.statuses.items()):
            found.setdefault(status, {})[kpi] = count
        return found


@dataclass(frozen=True, slots=True)
class Trouble:
    """Records of one table that are in no KPI, or fields that were left empty, for one reason."""

    table: str
    field: str
    reason: Message
    """Of one of them; empty in a report for one team or person."""
    count: int


@dataclass(frozen=True, slots=True)
class Missing:
    """What did not arrive or could not be read, of the whole company or as much as an audience may know of it."""

    coverage: tuple[Coverage, ...]
    incomplete: tuple[str, ...]
    """Tables of which the CRM has more than arrived."""
    quarantine: tuple[Trouble, ...]
    issues: tuple[Trouble, ...]
    withheld: tuple[WithheldColumn, ...] = ()
    """Columns that the CRM does not show to our account: nobody's records, so every reader may know."""

    @property
    def quarantined(self) -> Mapping[str, int]:
        """Table -> records in quarantine."""
        counted: Counter[str] = Counter()
        for each in self.quarantine:
            counted[each.table] += each.count
        return dict(sorted(counted.items()))


def missing(store: Store, *, whole: bool) -> Missing:
    """Look into the store.

    Args:
        store: the open store.
        whole: whether the report is everybody's; else no field, value or reason of a record is told.
    """
    covered = tuple(coverage.all(store))
    return Missing(
        coverage=covered if whole else (),
        incomplete=tuple(sorted({each.table for each in covered if not each.complete})),
        quarantine=tuple(_troubles(store, "quarantine", whole=whole)),
        issues=tuple(_troubles(store, "issues", whole=True)) if whole else (),
        withheld=tuple(withheld.all(store)),
    )


def _troubles(store: Store, name: str, *, whole: bool) -> Iterator[Trouble]:
    """By table, field and reason, where an example of the reason stands for all of its kind."""
    what = "table_name, coalesce(field, '')" if whole else "table_name, ''"
    # The bare column is that of the row with the least reason: SQLite's documented way of min().
    rows = store.db.conn.execute(
        f"SELECT {what}, min(reason), message, count(*) FROM {name} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {MOST_LISTED}"  # noqa: S608  # our own names
    )
    for table, of_field, reason, message, count in rows:
        yield Trouble(table, one_line(of_field), told(reason, message) if whole else Message(""), count)

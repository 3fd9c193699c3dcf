"""Values out of the store, page by page and KPI by KPI; never all of them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from connector.report.people import Place
from connector.report.span import Span
from connector.store import Store

VALUE_KEPT = frozenset(("ok", "insufficient_n", "history_truncated", "missing_fx", "incomplete"))


class Cell(NamedTuple):
    """One value, and how it may be read."""

    start: str
    end: str
    value: float | None
    numerator: int | None
    denominator: int | None
    n: int | None
    low: float | None
    high: float | None
    status: str
    excluded: int
    unit: str
    currency: str

    @property
    def says_nothing(self) -> bool:
        """Neither a value nor a row behind it."""
        return not self.value and not self.n and self.status not in ("error", "not_applicable")


_COLUMNS = (
    "v.period_start, v.period_end, v.value, v.numerator, v.denominator, v.n, v.ci_low, v.ci_high, v.status,"
    " coalesce(v.excluded, 0), v.unit, coalesce(v.currency, '')"
)
_STATEMENT = f"""
    WITH pages(position, scope, connection, id, grain, latest) AS MATERIALIZED (
        SELECT key, CAST(value ->> 0 AS TEXT), CAST(value ->> 1 AS TEXT), CAST(value ->> 2 AS TEXT),
               CAST(value ->> 3 AS TEXT), value ->> 4
        FROM json_each(?)
    )
    SELECT {_COLUMNS}, p.position, v.kpi FROM kpi_values AS v
    CROSS JOIN pages AS p
    WHERE p.scope = v.scope AND p.connection = v.connection AND p.id = v.scope_id AND p.grain = v.period
        AND v.period_start <= p.latest
    ORDER BY p.position, v.kpi, v.period_start
"""  # noqa: S608  # the columns are written above
"""CROSS JOIN has SQLite read the values once and look each up among the pages, and CAST lets it make an index of them;
the way that it would choose by itself takes five times as long."""
_POSITION, _KPI = itemgetter(-2), itemgetter(-1)

Cells = Mapping[str, tuple[Cell, ...]]
"""KPI -> its cells in the order of time."""


def cells_of(store: Store, places: Sequence[Place], spans: Mapping[str, Span]) -> Iterator[tuple[Place, Cells]]:
    """The cells of each place that has any, in the order of the places; one place in memory at a time."""
    shown = [place for place in places if place.scope in spans]
    pages = [(*place, spans[place.scope].grain, spans[place.scope].latest.key) for place in shown]
    rows = _rows(store, json.dumps(pages, ensure_ascii=False))
    for position, of_page in groupby(rows, key=_POSITION):
        yield shown[position], {kpi: tuple(map(_cell, of_kpi)) for kpi, of_kpi in groupby(of_page, key=_KPI)}


def _cell(row: tuple[Any, ...]) -> Cell:
    return Cell._make(row[:-2])


def _rows(store: Store, pages: str) -> Iterator[tuple[Any, ...]]:
    cursor = store.db.conn.execute(_STATEMENT, (pages,))
    while rows := cursor.fetchmany(5_000):
        yield from rows


def computed_places(store: Store) -> dict[Place, bool]:
    """Everything that could be a page, and whether it ever had a row or a target: most users of a CRM sell nothing."""
    rows = store.db.conn.execute(
        """
        SELECT scope, connection, scope_id, max(speaks) FROM (
            SELECT scope, connection, scope_id, coalesce(n, 0) > 0 OR coalesce(value, 0) <> 0 AS speaks FROM kpi_values
            UNION ALL SELECT scope, connection, scope_id, 1 FROM gaps WHERE target IS NOT NULL
        ) WHERE scope IN ('organisation', 'team', 'owner') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """
    )
    return {Place(*row[:3]): bool(row[3]) for row in rows}

"""The targets of a page and how far each is from being reached: rows of `gaps`, as they stand in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from connector.report.people import Place
from connector.report.span import Moments, Shown, Span
from connector.store import Store
from kpi_engine.gap import SHAPES, Rag, word
from kpi_engine.message import Message

_ORDER = {"week": 0, "month": 1, "quarter": 2, "year": 3, "all": 4}


class TargetGap(NamedTuple):
    """One target and how it stands."""

    kpi: str
    period: Shown
    actual: float | None
    target: float | None
    baseline: float | None
    unit: str
    currency: str
    gap: float | None
    attainment: float | None
    progress: float | None
    expected: float | None
    pace: float | None
    rag: str
    status: str
    low: float | None = None
    high: float | None = None
    """The bounds of a range; of an open side there is none."""
    trailing: float | None = None
    """Of a running level the value of as long a time up to now, by which it is judged."""

    @property
    def is_set(self) -> bool:
        """Whether there is a number to reach."""
        return self.target is not None

    @property
    def other_bound(self) -> float | None:
        """The bound of a range that `target` is not."""
        return self.high if self.target == self.low else self.low

    @property
    def shape(self) -> str:
        """Says the colour to who cannot see it."""
        return SHAPES[Rag(self.rag)]

    @property
    def word(self) -> Message:
        """Says the colour in a word."""
        return word(self.rag, self.status, finished=self.period.finished)


_COLUMNS = (
    "actual, target, baseline, coalesce(unit, ''), coalesce(currency, ''), gap, attainment, progress, expected, pace,"
    " coalesce(rag, 'grey'), status, target_low, target_high, trailing"
)
_CURRENT = f"""
    SELECT scope, connection, scope_id, kpi, period, period_start, coalesce(period_end, ''), {_COLUMNS} FROM gaps
    WHERE period_start = '' OR (period_start <= ?1 AND period_end > ?2)
    ORDER BY scope, connection, scope_id, kpi, period, period_start, target_id
"""  # noqa: S608  # the columns are written above

Gaps = Mapping[Place, Sequence[TargetGap]]


def read_gaps(store: Store, moments: Moments, *, spans: Mapping[str, Span], places: Collection[Place]) -> Gaps:
    """The targets of the periods that are shown, and of all longer periods that are running, by place."""
    found: dict[Place, list[TargetGap]] = {}
    periods: dict[tuple[str, str, str], Shown] = {}
    today = moments.today.isoformat()
    earliest = min((each.key for span in spans.values() for each in _columns(span)), default=today)
    for scope, connection, scope_id, kpi, grain, start, end, *numbers in _rows(store, today, earliest):
        place = Place(scope, connection, scope_id)
        if place not in places:
            continue
        key = (grain, start, end)
        if key not in periods:
            periods[key] = moments.shown(*key)
        found.setdefault(place, []).append(TargetGap(kpi, periods[key], *numbers))
    return found


def _rows(store: Store, today: str, earliest: str) -> Sequence[tuple[Any, ...]]:
    rows: Sequence[tuple[Any, ...]] = store.db.conn.execute(_CURRENT, (today, earliest)).fetchall()
    return rows


def _columns(span: Span) -> list[Shown]:
    return [each for each in (span.before, span.latest) if each is not None]


def most_telling(gaps: Sequence[TargetGap], kpi: str, *, span: Span, today: date) -> TargetGap | None:
    """The one target of a KPI that stands in its line of the table.

    That of the latest period, else of the shortest running one, else of the period before; one that is set goes before
    one that is not.
    """
    own = [each for each in gaps if each.kpi == kpi]
    return min(own, key=lambda each: (not each.is_set, *_distance(each, span, today)), default=None)


def _distance(gap: TargetGap, span: Span, today: date) -> tuple[int, int]:
    same = gap.period.grain == span.grain and gap.period.key == span.latest.key
    running = gap.period.end is None or today < gap.period.end
    return (0 if same else 1 if running else 2, _ORDER.get(gap.period.grain, 5))

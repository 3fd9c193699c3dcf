"""Aggregates of one cell -> its value, interval and status. Integers in, one division at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from kpi_engine.definition import (
    Aggregate,
    Count,
    Definition,
    Duration,
    Mean,
    NoData,
    Percentile,
    Ratio,
    Snapshot,
    Sum,
    SumOf,
    Unit,
)
from kpi_engine.evaluate.status import VALUELESS, Status, worst
from kpi_engine.facts import SCALE, ColumnType, FactTable
from kpi_engine.parts import OnFacts
from kpi_engine.period import Period
from kpi_engine.query.measure import proportion
from kpi_engine.statistics.interval import order_statistic_ranks, wilson

SECONDS = {Unit.HOURS: 3_600, Unit.DAYS: 86_400}
LARGEST_STORED = 2**63 - 1


Used = tuple[str, Period]
"""An assumption, and the period over which it was averaged."""


class Outcome(NamedTuple):
    """What a cell holds, before it gets its name and its stamps. The value is exactly `top / bottom`."""

    status: Status
    top: int | None = None
    bottom: int = 1
    numerator: int | None = None
    denominator: int | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    excluded: int = 0
    assumptions: tuple[tuple[Used, Fraction], ...] = ()

    @property
    def exact(self) -> Fraction | None:
        return None if self.top is None else Fraction(self.top, self.bottom)

    @property
    def value(self) -> float | None:
        return None if self.top is None else self.top / self.bottom


class Timing(NamedTuple):
    """What a period's age says about every cell in it."""

    immature: bool = False
    truncated: bool = False


NO_TIMING = Timing()


def timing(definition: Definition, period: Period, *, first: date | None, cut: date) -> Timing:
    """Whether a period is too young for the definition, or begins too soon after the first fact.

    The period `all` never ends, so it is immature wherever maturity is asked for; it holds all history, so it is never
    truncated.

    Args:
        definition: says how old a period must be, and how much history must lie before it.
        period: the cell's.
        first: the day of the first fact of the definition's table.
        cut: the first day that is not counted.

    >>> from kpi_engine.catalog import shipped
    >>> from kpi_engine.period import Grain
    >>> [new_customers] = [one for one in shipped() if one.id == "new_customers"]
    >>> march = Period(Grain.MONTH, date(2017, 3, 1), date(2017, 4, 1))
    >>> timing(new_customers, march, first=date(2016, 12, 1), cut=date(2017, 4, 2))
    Timing(immature=False, truncated=True)
    """
    matures = None if period.end is None else period.end + timedelta(days=definition.maturity_days)
    return Timing(
        immature=definition.maturity_days > 0 and (matures is None or matures > cut),
        truncated=definition.history_days > 0
        and period.start is not None
        and (first is None or period.start < first + timedelta(days=definition.history_days)),
    )


class Raw(NamedTuple):
    """The aggregates of one cell by role; a sum of no rows is None."""

    rows: int = 0
    excluded: int = 0
    n: int = 0
    numerator: Any = 0
    """A list of sorted measures for percentiles, a whole number otherwise."""
    denominator: int | None = None
    judged: int = 0
    unusable: int = 0
    missing_rate: int = 0


@dataclass(frozen=True)
class Reader:
    """Reads the cells of one definition out of the rows of its pass."""

    definition: OnFacts
    table: FactTable
    positions: Mapping[str, int]
    """The role of a number -> its position in a row."""
    incomplete: bool = False

    def raw(self, row: Sequence[Any] | None) -> Raw:
        """The aggregates in a row; of nothing, where the query had no row for the cell."""
        if row is None:
            return Raw(denominator=0) if self._divides else Raw()
        return Raw._make([default if position is None else row[position] for position, default in self._fields])

    @cached_property
    def _fields(self) -> list[tuple[int | None, Any]]:
        """For each aggregate of a cell its position in a row, or its value where the definition has none."""
        return [(self.positions.get(role), Raw._field_defaults[role]) for role in Raw._fields]

    def outcome(self, raw: Raw, timing: Timing = NO_TIMING, *, more_excluded: int = 0) -> Outcome:
        """The cell's value, interval and status.

        Args:
            raw: its aggregates.
            timing: what the cell's period says.
            more_excluded: rows that could belong to any period.
        """
        top, bottom = self._quotient(raw)
        reasons = self._reasons(raw, timing)
        if bottom == 0 and Status.NO_DATA not in reasons:
            reasons.append(Status.ZERO_DENOMINATOR)
        valued = VALUELESS.isdisjoint(reasons)
        low, high = self._interval(raw) if valued else (None, None)
        return Outcome(
            status=worst(reasons),
            top=top if valued else None,
            bottom=bottom if valued else 1,
            numerator=None if self._percentile is not None else _storable(raw.numerator or 0),
            denominator=raw.n if self._is_mean else _storable(raw.denominator),
            n=raw.n,
            low=low,
            high=high,
            excluded=raw.excluded + more_excluded,
        )

    # ---- status -------------------------------------------------------------------------------------------------

    def _reasons(self, raw: Raw, timing: Timing) -> list[Status]:
        reasons = []
        if self.incomplete:
            reasons.append(Status.INCOMPLETE)
        if timing.immature:
            reasons.append(Status.NOT_MATURE)
        if timing.truncated:
            reasons.append(Status.HISTORY_TRUNCATED)
        if raw.missing_rate:
            reasons.append(Status.MISSING_FX)
        if self._is_unbelievable(raw):
            reasons.append(Status.NOT_APPLICABLE)
        if self._is_empty(raw):
            reasons.append(Status.NO_DATA)
        if raw.n < self.definition.minimum_n:
            reasons.append(Status.INSUFFICIENT_N)
        return reasons

    def _is_empty(self, raw: Raw) -> bool:
        """Whether nothing is known.

        Zero rows are a known zero for counts and sums that say so, unless rows were left out: of amounts that are all
        missing, nothing is not the sum.
        """
        if self._divides:
            return raw.rows == 0
        return raw.n == 0 and not (self._zero_is_known and raw.excluded == 0)

    def _is_unbelievable(self, raw: Raw) -> bool:
        if not raw.judged:
            return False
        return raw.judged - raw.unusable < self._required_share * raw.judged

    @cached_property
    def _zero_is_known(self) -> bool:
        return isinstance(self.definition, Count | Sum | Snapshot) and self.definition.no_data is NoData.ZERO

    @cached_property
    def _required_share(self) -> Fraction:
        requires = self.definition.requires if isinstance(self.definition, Ratio) else None
        return Fraction(0) if requires is None else Fraction(str(requires.share))

    # ---- value --------------------------------------------------------------------------------------------------

    @cached_property
    def _divides(self) -> bool:
        return isinstance(self.definition, Ratio)

    @cached_property
    def _is_mean(self) -> bool:
        return isinstance(self.definition, Mean) or (
            isinstance(self.definition, Duration) and self.definition.statistic == "mean"
        )

    @cached_property
    def _percentile(self) -> Fraction | None:
        match self.definition:
            case Percentile(percentile=share):
                return Fraction(str(share))
            case Duration(statistic=float() as share):
                return Fraction(str(share))
            case _:
                return None

    def _quotient(self, raw: Raw) -> tuple[int, int]:
        """The value as a fraction; the lower part is 0 where there is none."""
        up, down = self._factors
        if self._percentile is not None:
            top, bottom = _type_7(raw.numerator or (), self._percentile)
            return top * up, bottom * down
        if self._divides:
            return (raw.numerator or 0) * up, (raw.denominator or 0) * down
        return (raw.numerator or 0) * up, (raw.n if self._is_mean else 1) * down

    @cached_property
    def _factors(self) -> tuple[int, int]:
        """What makes the unit out of aggregated whole numbers: multiplied above and below."""
        match self.definition:
            case Sum(sum=name) | Mean(mean=name) | Percentile(of=name):
                return 1, self._scale(name)
            case Snapshot(measure=measure):
                return 1, self._scale_of(measure)
            case Ratio(numerator=above, denominator=below):
                return self._scale_of(below), self._scale_of(above)
            case Duration():
                return self._duration_factors()
            case _:
                return 1, 1

    def _scale_of(self, aggregate: Aggregate) -> int:
        return self._scale(aggregate.sum) if isinstance(aggregate, SumOf) else 1

    def _scale(self, name: str) -> int:
        column = self.table.column(name)
        return SCALE if column and column.type in (ColumnType.MONEY, ColumnType.REAL) else 1

    def _duration_factors(self) -> tuple[int, int]:
        column = self.table.column(self.definition.time)
        if column and column.type is ColumnType.INSTANT:
            return 1, SECONDS.get(self.definition.unit, 1)
        return (24, 1) if self.definition.unit is Unit.HOURS else (1, 1)

    # ---- interval -----------------------------------------------------------------------------------------------

    @cached_property
    def _is_proportion(self) -> bool:
        return proportion(self.definition)

    def _interval(self, raw: Raw) -> tuple[float | None, float | None]:
        """Wilson's for a share of rows, by order statistics for a percentile; none for sums and their ratios, which
        a binomial does not describe."""
        if self._is_proportion:
            return _wilson(raw.numerator, raw.n)
        if self._percentile is None:
            return None, None
        ranks = _ranks(raw.n, float(self._percentile))
        if ranks is None:
            return None, None
        up, down = self._factors
        low, high = (raw.numerator[rank - 1] * up / down for rank in ranks)
        return low, high


def _type_7(ordered: Sequence[int], share: Fraction) -> tuple[int, int]:
    """The percentile of sorted values as a fraction: linear between order statistics (Hyndman and Fan 1996, type 7).

    >>> _type_7([1, 2, 10, 11], Fraction(1, 2))
    (12, 2)
    >>> _type_7([], Fraction(1, 2))
    (0, 0)
    """
    if not ordered:
        return 0, 0
    below, rest = divmod((len(ordered) - 1) * share.numerator, share.denominator)
    above = ordered[below + 1] if rest else ordered[below]
    return ordered[below] * (share.denominator - rest) + above * rest, share.denominator


def _storable(number: int | None) -> int | None:
    """The number, unless it is too large for a column of 64 bits; the value itself is kept all the same."""
    return number if number is None or abs(number) <= LARGEST_STORED else None


@lru_cache(maxsize=65_536)
def _ranks(n: int, share: float) -> tuple[int, int] | None:
    return order_statistic_ranks(n, share)


@lru_cache(maxsize=65_536)
def _wilson(successes: int, n: int) -> tuple[float | None, float | None]:
    return wilson(successes, n) or (None, None)

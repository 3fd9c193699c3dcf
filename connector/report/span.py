"""Which periods a report shows: those of one length, the last two of them in figures and all of them as a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.store import Store
from kpi_engine.gap import course
from kpi_engine.period import Calendar, Grain

PREFERRED = (Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.WEEK, Grain.ALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """One period of the report."""

    grain: str
    key: str
    start: date | None
    end: date | None
    finished: bool
    elapsed: float | None
    """The share of its working days that is over; None for the whole time."""


@dataclass(frozen=True, slots=True)
class Span:
    """The periods of one scope, in order; never empty."""

    periods: tuple[Shown, ...]

    @property
    def grain(self) -> str:
        return self.periods[-1].grain

    @property
    def latest(self) -> Shown:
        """The running period, or the last where the report ends with it."""
        return self.periods[-1]

    @property
    def before(self) -> Shown | None:
        """The period before, complete."""
        return self.periods[-2] if len(self.periods) > 1 else None


@dataclass(frozen=True, slots=True)
class Moments:
    """The clock of a report: it comes out of the store, so that the same store gives the same report."""

    calendar: Calendar
    as_of: datetime
    data_as_of: datetime

    @property
    def today(self) -> date:
        return self.calendar.local_date(self.as_of)

    def shown(self, grain: str, key: str, end: str) -> Shown:
        """A period as it stands at this moment."""
        start, stop = (date.fromisoformat(text) if text else None for text in (key, end))
        state = course(start, stop, calendar=self.calendar, as_of=self.as_of, data_as_of=self.data_as_of)
        return Shown(grain, key, start, stop, finished=state.finished, elapsed=state.elapsed)


def spans(store: Store, moments: Moments, *, scopes: Iterable[str], wanted: str | None) -> Mapping[str, Span]:
    """The periods of each scope: of the length that is wanted, else the shortest that all of them have.

    Raises:
        ConfigError: no values of the wanted length were computed.
    """
    computed = _computed(store)
    by_scope = {scope: computed[scope] for scope in scopes if scope in computed}
    if wanted is not None:
        _refuse_unknown(wanted, by_scope)
    common = [grain for grain in PREFERRED if all(grain in grains for grains in by_scope.values())]
    return {
        scope: _span(grains, moments, wanted=[wanted, *common[:1], *PREFERRED]) for scope, grains in by_scope.items()
    }


_Grains = Mapping[str, list[tuple[str, str]]]
"""Grain -> first day and end of each of its periods."""


def _computed(store: Store) -> dict[str, dict[str, list[tuple[str, str]]]]:
    rows = store.db.conn.execute(
        "SELECT scope, period, period_start, max(period_end) FROM kpi_values"
        " WHERE scope IN ('organisation', 'team', 'owner') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for scope, grain, start, end in rows:
        found.setdefault(scope, {}).setdefault(grain, []).append((start, end))
    return found


def _span(grains: _Grains, moments: Moments, *, wanted: Iterable[str | None]) -> Span:
    grain = next(grain for grain in wanted if grain in grains)
    assert grain is not None  # it is a key
    begun = [each for each in grains[grain] if not each[0] or each[0] <= moments.today.isoformat()]
    return Span(tuple(moments.shown(grain, *each) for each in begun or grains[grain][:1]))


def _refuse_unknown(wanted: str, by_scope: Mapping[str, _Grains]) -> None:
    there = {grain for grains in by_scope.values() for grain in grains}
    if wanted not in there:
        message = Message("no values were computed by {period}", period=wanted)
        raise ConfigError([Problem("--period", message, did_you_mean(wanted, there))])

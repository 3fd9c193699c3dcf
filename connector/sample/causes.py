"""Planted causes: what really happened to this company, from which day on, and what each KPI must show of it.

The same values steer the tables (`sales.py`, `service.py`, `surveys.py`) and are written into `truth.json`, so that
they cannot part. Expected values are those of the distributions drawn from; a measured one differs by chance alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median
from typing import Any

from connector.sample.calendar import Calendar, month_start, quarter_start
from connector.sample.draws import RANGE, lognormal_pool, share, weighted_pool
from connector.sample.people import Staff
from connector.sample.words import Words

FALLEN_PRODUCT, FALLEN_WIN_PERCENT = 0, 42
SHIFTED_MIX = (20, 3, 18, 37, 12, 10)
"""Percent of each product in the shifted team: storage arrays, hard to win, for rack servers."""
SLOW_QUEUE, SLOWNESS = 0, 1.8
RESPONSE_MEDIAN_SECONDS, RESPONSE_SIGMA = 2.5 * 3600, 0.9
RESPONSE_SECONDS_MOST = 8 * 86_400
SATISFIED, SATISFIED_WITH_SLOW = 0.84, 0.70


@dataclass(frozen=True, slots=True)
class Side:
    """The expected value of a KPI over a stretch of time, `until` exclusive."""

    since: date
    until: date
    value: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one KPI shows: in which scope, before and after; `change` is what the cause alone does."""

    kpi: str
    scope: str
    scope_id: str
    unit: str
    before: Side | None
    after: Side | None
    change: float


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that happened."""

    id: str
    title: str
    story: str
    table: str
    where: dict[str, str]
    """Columns and values of the rows concerned."""
    time_column: str
    since: date
    planted: dict[str, Any]
    """What was done to the distributions."""
    effects: tuple[Effect, ...]

    def as_json(self) -> dict[str, Any]:
        """For `truth.json`: dates as ISO text."""
        return asdict(self, dict_factory=_with_iso_dates)


def _with_iso_dates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in pairs}


class Truth:
    """The causes of one sample, as the numbers that the tables draw from."""

    def __init__(self, words: Words, *, staff: Staff, calendar: Calendar, seat_pool: Sequence[int]) -> None:
        self._words, self._calendar = words, calendar
        self.product_since = quarter_start(month_start(calendar.until, -12))
        self.mix_since = quarter_start(month_start(calendar.until, -8))
        self.queue_since = month_start(calendar.until, -5)
        self.shifted_team = staff.sales.teams[-1]
        self.slow_team = next(
            team for team, queue in zip(staff.service.teams, staff.service.regions, strict=True) if queue == SLOW_QUEUE
        )
        self._team_names = {team.id: team.name for team in staff.teams}
        self._shifted_share = sum(staff.sales.teams[seat] == self.shifted_team for seat in seat_pool) / len(seat_pool)
        self.usual_mix = weighted_pool([product.mix for product in words.products])
        self.shifted_mix = weighted_pool(SHIFTED_MIX)
        self.win_percent = tuple(product.win_percent for product in words.products)
        self.usual_response = lognormal_pool(
            RESPONSE_MEDIAN_SECONDS, RESPONSE_SIGMA, size=4096, most=RESPONSE_SECONDS_MOST
        )
        self.slow_response = array("q", (round(seconds * SLOWNESS) for seconds in self.usual_response))

    @property
    def causes(self) -> tuple[Cause, ...]:
        return (self._product(), self._mix(), self._queue())

    def _product(self) -> Cause:
        before, after = self.win_percent[FALLEN_PRODUCT] / 100, FALLEN_WIN_PERCENT / 100
        product = self._words.products[FALLEN_PRODUCT].name
        weight = self.usual_mix.count(FALLEN_PRODUCT) / len(self.usual_mix)
        since, change = self.product_since, after - before
        return self._cause(
            "product_win_rate",
            table="deals",
            where={"product": product},
            time_column="closed_on",
            since=since,
            what=product,
            values=(f"{before:.0%}", f"{after:.0%}"),
            planted={"win_rate_before": before, "win_rate_after": after, "share_of_deals": weight},
            effects=(
                self._effect("win_rate", "product", product, unit="share", since=since, values=(before, after)),
                Effect("win_rate", "organisation", "", "share", None, None, round(weight * change, 6)),
            ),
        )

    def _mix(self) -> Cause:
        since, team = self.mix_since, self.shifted_team
        rates = [*self.win_percent]
        rates[FALLEN_PRODUCT] = FALLEN_WIN_PERCENT  # both sides lie after the other cause, which is no part of this one
        before, after = (_mean(rates, mix) / 100 for mix in (self.usual_mix, self.shifted_mix))
        values = (before, after)
        return self._cause(
            "team_mix",
            table="deals",
            where={"team_id": team},
            time_column="closed_on",
            since=since,
            what=self._team_names[team],
            values=("", ""),
            planted={
                "mix_before": self._mix_by_name(self.usual_mix),
                "mix_after": self._mix_by_name(self.shifted_mix),
                "share_of_deals": self._shifted_share,
            },
            effects=(
                self._effect(
                    "win_rate", "team", team, unit="share", since=since, values=values, compared_from=self.product_since
                ),
                Effect(
                    "win_rate",
                    "organisation",
                    "",
                    "share",
                    None,
                    None,
                    round((after - before) * self._shifted_share, 6),
                ),
            ),
        )

    def _mix_by_name(self, pool: Sequence[int]) -> dict[str, float]:
        """Share of each product, as it is drawn."""
        products = self._words.products
        return {product.name: round(list(pool).count(place) / len(pool), 6) for place, product in enumerate(products)}

    def _queue(self) -> Cause:
        since, team = self.queue_since, self.slow_team
        hours = (median(self.usual_response) / 3600, median(self.slow_response) / 3600)
        satisfied = (share(SATISFIED) / RANGE, share(SATISFIED_WITH_SLOW) / RANGE)
        return self._cause(
            "slow_queue",
            table="cases",
            where={"team_id": team},
            time_column="created_at",
            since=since,
            what=self._team_names[team],
            values=("1", f"{SLOWNESS:g}"),
            planted={"first_response_factor": SLOWNESS},
            effects=(
                self._effect("first_response_time", "team", team, unit="hours", since=since, values=hours),
                self._effect("csat", "team", team, unit="share", since=since, values=satisfied),
            ),
        )

    def _cause(
        self,
        name: str,
        *,
        table: str,
        where: dict[str, str],
        time_column: str,
        since: date,
        what: str,
        values: tuple[str, str],
        planted: dict[str, Any],
        effects: tuple[Effect, ...],
    ) -> Cause:
        before, after = values
        story = self._words.cause_stories[name].format(what=what, since=since.isoformat(), before=before, after=after)
        return Cause(name, self._words.cause_titles[name], story, table, where, time_column, since, planted, effects)

    def _effect(
        self,
        kpi: str,
        scope: str,
        scope_id: str,
        *,
        unit: str,
        since: date,
        values: tuple[float, float],
        compared_from: date | None = None,
    ) -> Effect:
        before = Side(compared_from or self._calendar.since, since, round(values[0], 6))
        after = Side(since, self._calendar.until, round(values[1], 6))
        return Effect(kpi, scope, scope_id, unit, before, after, round(after.value - before.value, 6))


def _mean(values: Sequence[float], pool: Sequence[int]) -> float:
    return sum(values[place] for place in pool) / len(pool)

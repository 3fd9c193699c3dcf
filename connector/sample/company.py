"""Everything that the tables share: sizes, words, time, people, random numbers, what happened and what is dirty."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeAlias, TypeVar

from connector.sample.calendar import Calendar
from connector.sample.causes import FALLEN_PRODUCT, FALLEN_WIN_PERCENT, Truth
from connector.sample.dirt import Stain
from connector.sample.draws import RANGE, Draws, weighted_pool
from connector.sample.people import Seats, Staff
from connector.sample.profile import Profile, Sizes
from connector.sample.words import Words

Columns: TypeAlias = dict[str, list[Any]]
"""A page: every column of the fact table but `connection` and `deleted_at`, as lists of one length."""
Pages: TypeAlias = Iterator[Columns]

PAGE = 2_000
"""Rows of a page, at most: the connector's own limit."""
SKILL_PERCENT = 8
"""The best rep wins this many percentage points more than the team's mean, the worst so many less."""


@dataclass(frozen=True, slots=True)
class Market:
    """Who works how much, wins how often and is paid in what, as pools and limits for the draws."""

    seat_pool: array[int]
    """Sales seats, each as often as its share of the business."""
    win_limits: array[int]
    """A decided deal is won when its draw lies below the limit at product * seats + seat …"""
    late_win_limits: array[int]
    """… and below this one from the day on when the fallen product fell."""
    currencies: tuple[str, ...]
    """By seat."""
    rates: tuple[int, ...]
    """By seat: thousandths of its currency for one unit of the home currency."""


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """One sample company; all tables are functions of it."""

    profile: Profile
    sizes: Sizes
    words: Words
    calendar: Calendar
    draws: Draws
    staff: Staff
    market: Market
    truth: Truth
    stains: tuple[Stain, ...]
    duplicates: bool
    """Some accounts were entered twice."""
    sales_days: Sequence[int] = field(repr=False)
    service_days: Sequence[int] = field(repr=False)
    sales_progress: Sequence[int] = field(repr=False)
    """By day number: how far through the history's business (0 … RANGE) a day begins."""
    shift: int
    """Where in the word lists this seed's names begin."""
    campaigns: Sequence[str | None] = field(repr=False)
    """By day number: the campaign that those who come that day saw; None before there were any."""


def market(words: Words, *, seats: Seats, draws: Draws, abroad: bool) -> Market:
    """Reps differ in how much they do and in how often they win; a team's mean is the product's own rate exactly."""
    weights = [70 + draws.one("seat weight", seat) * 60 // RANGE for seat in range(len(seats))]
    seat_pool = weighted_pool(weights, size=RANGE)
    skills = _centred_skills(seats, seat_pool, draws=draws)
    usual = [product.win_percent for product in words.products]
    late = [FALLEN_WIN_PERCENT if place == FALLEN_PRODUCT else rate for place, rate in enumerate(usual)]
    regions = [words.regions[region] for region in seats.regions]
    return Market(
        seat_pool=seat_pool,
        win_limits=_limits(usual, skills),
        late_win_limits=_limits(late, skills),
        currencies=tuple(region.currency if abroad else words.currency for region in regions),
        rates=tuple(region.per_home_unit if abroad else 1_000 for region in regions),
    )


def _limits(rates: Sequence[int], skills: Sequence[float]) -> array[int]:
    return array("H", (round((rate + skill) * RANGE / 100) for rate in rates for skill in skills))


def _centred_skills(seats: Seats, seat_pool: Sequence[int], *, draws: Draws) -> list[float]:
    raw = [(draws.one("skill", seat) * 2 - RANGE) * SKILL_PERCENT / RANGE for seat in range(len(seats))]
    volume = [0] * len(seats)
    for seat in seat_pool:
        volume[seat] += 1
    total: dict[str, int] = {}
    weighted: dict[str, float] = {}
    for seat, team in enumerate(seats.teams):
        total[team] = total.get(team, 0) + volume[seat]
        weighted[team] = weighted.get(team, 0.0) + volume[seat] * raw[seat]
    return [skill - weighted[team] / total[team] for skill, team in zip(raw, seats.teams, strict=True)]


def progress_by_day(timeline: Sequence[int], days: int) -> array[int]:
    """For each day, how many steps of the timeline lie before it."""
    steps = [0] * (days + 1)
    for day in timeline:
        steps[day + 1] += 1
    return array("l", accumulate(steps[:days]))


_T = TypeVar("_T")


def looked_up(values: Sequence[_T], places: Iterable[int]) -> list[_T]:
    """The value at each place, in half the time of a comprehension."""
    return list(map(values.__getitem__, places))


def blocks(rows: int, size: int) -> Iterator[tuple[int, range]]:
    """Numbered ranges of at most `size` row numbers.

    >>> list(blocks(5, 2))
    [(0, range(0, 2)), (1, range(2, 4)), (2, range(4, 5))]
    """
    for block, start in enumerate(range(0, rows, size)):
        yield block, range(start, min(start + size, rows))


def days_of(numbers: range, *, rows: int, timeline: Sequence[int]) -> list[int]:
    """The day of each row: rows are in order of time, and as dense as the timeline says."""
    return [timeline[number * RANGE // rows] for number in numbers]


def campaign_id(number: int) -> str:
    return f"K{10_000 + number}"


def campaigns_by_day(calendar: Calendar, *, each_month: int, campaigns: int) -> tuple[str | None, ...]:
    """One of the campaigns that began in each day's month, in turn; after the last ones, still those."""
    first = calendar.first.year * 12 + calendar.first.month
    last = campaigns // each_month - 1
    months = [day.year * 12 + day.month - first for day in calendar.days]
    return tuple(
        None if month < 0 else campaign_id(min(month, last) * each_month + number % each_month)
        for number, month in enumerate(months)
    )

"""The demo's targets: for each quarter of the sample's last year, by a rule that stands beside each of them.

Amounts are last year's plus a tenth, from the person up, so that they add up. Win rates ask for two points more than
last year's. What is asked of the company as a whole is a change from a baseline, which the store freezes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from connector.errors import Message
from connector.sample import Sample
from connector.targets import Template, write_csv
from kpi_engine import catalog
from kpi_engine.definition import Definition, Unit
from kpi_engine.facts import SCALE

Translate = Callable[[str], str]
PlaceId = Callable[[str, str], str]
TABLES: Mapping[str, str] = {"organisation": "", "team": "teams", "owner": "users"}
"""Scope -> the table whose records it has."""
MORE = 10
"""Percent more than last year."""
ROUND = 1_000
"""Amounts are rounded up to full thousands."""
POINTS = 2
"""Percentage points more won than last year."""
_LIKE_LAST_YEAR = Message("last year's same quarter + 10 %, and at least half the team's mean")
_SUM = Message("the sum of the targets below")
_TWO_POINTS = Message("last year's win rate + 2 percentage points")
_FASTER = Message("a tenth faster than in the same quarter of last year")
_A_TENTH_MORE = Message("a tenth more than in the same quarter of last year")
_GROW = Message("grow by a tenth a year")
_CHANGES = (("order_amount", "+10%", _A_TENTH_MORE), ("sales_cycle", "-10%", _FASTER))


class Place(NamedTuple):
    """Whose target it is."""

    scope: str
    id: str
    name: str


class Quarter(NamedTuple):
    """A calendar quarter, as a sheet calls it."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def year_before(self) -> Quarter:
        return Quarter(self.year - 1, self.number)


@dataclass(slots=True)
class Sales:
    """What was sold, as far as the targets look back."""

    amounts: dict[tuple[str, Quarter], int] = field(default_factory=lambda: defaultdict(int))
    """(person, quarter) -> won, in ten-thousandths."""
    won: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    """(team, year) -> deals; the team "" is the company."""
    decided: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))


def targets_sheet(sample: Sample, translate: Translate, place_id: PlaceId) -> bytes:
    """The sheet, as spreadsheets read it, with the rule of each target in its note.

    Args:
        sample: The company.
        translate: The language of the notes.
        place_id: (table, id in the sample) -> the id that the demo's CRM gives it.
    """
    until = sample.company.calendar.until
    rows = _Goals(sample, translate, place_id).rows(until.year - (until.month == 1))
    return write_csv(Template(tuple(rows), datetime.combine(until, time(), UTC)))


def sold(sample: Sample) -> Sales:
    """All deals of the sample, counted."""
    found = Sales()
    names = ("closed_on", "outcome", "amount", "owner_id", "team_id")
    for page in sample.pages("deals"):
        for closed, outcome, amount, owner, team in zip(*(page.columns[name] for name in names), strict=True):
            if closed is None or outcome not in ("won", "lost"):
                continue
            day = date.fromisoformat(closed)
            for place in (team, ""):
                found.decided[place, day.year] += 1
                found.won[place, day.year] += outcome == "won"
            if outcome == "won" and owner is not None:
                found.amounts[owner, Quarter(day.year, (day.month + 2) // 3)] += amount or 0
    return found


class _Goals:
    def __init__(self, sample: Sample, translate: Translate, place_id: PlaceId) -> None:
        company = sample.company
        self._translate = translate
        self._place_id = place_id
        self._currency = company.words.currency
        self._names = {team.id: team.name for team in company.staff.teams}
        self._names |= {user.id: user.name for user in company.staff.users}
        self._parents = {team.id: team.parent for team in company.staff.teams}
        self._reps = _reps(sample)
        self._sales = sold(sample)
        language = company.words.language.lower().replace("-", "_")
        self._definitions = {each.id: each for each in catalog.shipped()}
        self._kpi_names = {each.id: getattr(each.names, language) for each in self._definitions.values()}
        self._company = Place("organisation", "", company.words.company)

    def rows(self, year: int) -> Iterator[Mapping[str, Any]]:
        for quarter in (Quarter(year, number) for number in range(1, 5)):
            yield from self._amounts(quarter)
            yield from self._win_rates(quarter)
            for kpi, change, note in _CHANGES:
                stated = {"change": change, "baseline_period": str(quarter.year_before), "note": self._said(note)}
                yield self._row(kpi, self._company, quarter, stated)

    def _amounts(self, quarter: Quarter) -> Iterator[Mapping[str, Any]]:
        """The company, its teams and its people; each the sum of what is below it."""
        below: dict[str, int] = defaultdict(int)
        people = []
        for team, reps in self._reps.items():
            for rep, goal in self._of_people(reps, quarter).items():
                people.append(self._amount(self._place("owner", rep), quarter, goal, note=_LIKE_LAST_YEAR))
                for above in self._above(team):
                    below[above] += goal
        yield self._amount(self._company, quarter, below.pop(""), note=_SUM)
        for team, goal in sorted(below.items()):
            yield self._amount(self._place("team", team), quarter, goal, note=_SUM)
        yield from people

    def _of_people(self, reps: Sequence[str], quarter: Quarter) -> dict[str, int]:
        """A rep who is new in the job has half the team's mean at least; nobody is asked for nothing."""
        before = {rep: self._sales.amounts.get((rep, quarter.year_before), 0) for rep in reps}
        least = sum(before.values()) // len(reps) // 2
        return {rep: more(max(amount, least, 1)) for rep, amount in before.items()}

    def _above(self, team: str) -> Iterator[str]:
        """The team, those above it that sell, and the company ("") in place of its topmost team."""
        while self._parents[team]:
            yield team
            team = self._parents[team]
        yield ""

    def _win_rates(self, quarter: Quarter) -> Iterator[Mapping[str, Any]]:
        yield self._win_rate(self._company, quarter, team="")
        for team, reps in self._reps.items():
            yield self._win_rate(self._place("team", team), quarter, team=team)
            for rep in reps:
                yield self._win_rate(self._place("owner", rep), quarter, team=team)

    def _win_rate(self, place: Place, quarter: Quarter, *, team: str) -> Mapping[str, Any]:
        last = (team, quarter.year - 1)
        percent = round(100 * self._sales.won[last] / max(self._sales.decided[last], 1)) + POINTS
        stated = {"target": min(percent, 100) / 100, "note": self._said(_TWO_POINTS)}
        return self._row("win_rate", place, quarter, stated)

    def _amount(self, place: Place, quarter: Quarter, goal: int, *, note: Message) -> Mapping[str, Any]:
        stated = {"target": float(goal), "objective": self._said(_GROW), "note": self._said(note)}
        return self._row("won_amount", place, quarter, stated)

    def _row(self, kpi: str, place: Place, quarter: Quarter, stated: Mapping[str, Any]) -> Mapping[str, Any]:
        definition: Definition = self._definitions[kpi]
        return {
            "kpi": kpi,
            "kpi_name": self._kpi_names[kpi],
            "scope": place.scope,
            "of": self._place_id(TABLES[place.scope], place.id) if place.id else "",
            "name": place.name,
            "period": str(quarter),
            "unit": definition.unit.value,
            "currency": self._currency if definition.unit is Unit.MONEY else "",
            **stated,
        }

    def _place(self, scope: str, place_id: str) -> Place:
        return Place(scope, place_id, self._names[place_id])

    def _said(self, message: Message) -> str:
        return message.render(self._translate)


def _reps(sample: Sample) -> dict[str, list[str]]:
    """Sales team -> who sells in it on the day of the export."""
    seats = sample.company.staff.sales
    everyone = range(len(seats))
    holders = seats.owners(everyone, [sample.company.calendar.today] * len(everyone))
    found: dict[str, list[str]] = defaultdict(list)
    for team, rep in zip(seats.teams, holders, strict=True):
        found[team].append(rep)
    return dict(found)


def more(amount: int) -> int:
    """Last year's amount, in ten-thousandths, and a tenth more: in full thousands, rounded up.

    >>> more(100_000_0000), more(100_001_0000), more(0)
    (110000, 111000, 0)
    """
    goal = amount * (100 + MORE)
    return -(-goal // (100 * SCALE * ROUND)) * ROUND

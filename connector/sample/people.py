"""The company's own people: a tree of teams, and the jobs ("seats") whose holders own deals and cases.

A seat whose holder left has a successor, so that what a person did can be asked for by day: `Seats.owners`. The people
are the same at every scale and few, so they alone are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from connector.sample.calendar import Calendar
from connector.sample.draws import RANGE, Draws
from connector.sample.profile import Profile
from connector.sample.words import Words

NEVER = 1 << 30
"""A day after all others."""


@dataclass(frozen=True, slots=True)
class Team:
    """A node of the tree; `parent` is empty at the root."""

    id: str
    name: str
    parent: str
    manager: str


@dataclass(frozen=True, slots=True)
class User:
    """A person; days are numbers of the calendar, `left` is `NEVER` for those who are still there."""

    id: str
    name: str
    team: str
    manager: str
    hired: int
    left: int = NEVER


@dataclass(slots=True)
class Seats:
    """Jobs of one kind, as columns by seat number."""

    teams: list[str] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)
    """Position of the region (sales) or queue (service)."""
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    switch: list[int] = field(default_factory=list)
    """The day from which the second holder has the seat."""

    def __len__(self) -> int:
        return len(self.teams)

    def owners(self, seats: Iterable[int], days: Iterable[int]) -> list[str]:
        """Who held each seat on each day."""
        first, second, switch = self.first, self.second, self.switch
        return [second[seat] if day >= switch[seat] else first[seat] for seat, day in zip(seats, days, strict=True)]


@dataclass(slots=True)
class Staff:
    """Everybody."""

    teams: list[Team] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    sales: Seats = field(default_factory=Seats)
    service: Seats = field(default_factory=Seats)


def staff(profile: Profile, words: Words, *, calendar: Calendar, draws: Draws) -> Staff:
    """Teams, people and seats of a profile."""
    return _Hiring(profile, words, calendar=calendar, draws=draws).company()


TURNOVER = 7
"""One seat in so many has changed hands."""


class _Hiring:
    """Fills the company from the top down; who is hired first has the lowest number."""

    def __init__(self, profile: Profile, words: Words, *, calendar: Calendar, draws: Draws) -> None:
        self.profile, self.words, self.calendar, self.draws = profile, words, calendar, draws
        self.staff = Staff()

    def company(self) -> Staff:
        director = self._hire("T01", "")
        self._team(self.words.company, "", director)
        self._sales(director)
        self._service(director)
        for name, people in zip(self.words.departments[2:], (self.profile.marketers, self.profile.office), strict=True):
            self._department(name, people, director)
        return self.staff

    def _sales(self, director: str) -> None:
        root, head = self._led_team(self.words.departments[0], "T01", director)
        for region in range(self.profile.regions):
            name = self.words.regions[region].name
            if self.profile.teams_per_region == 1:
                self._reps(*self._led_team(name, root, head), region=region)
                continue
            above, lead = self._led_team(name, root, head)
            for number in range(1, self.profile.teams_per_region + 1):
                team = self._led_team(self.words.sales_team.format(region=name, number=number), above, lead)
                self._reps(*team, region=region)

    def _service(self, director: str) -> None:
        root, head = self._led_team(self.words.departments[1], "T01", director)
        for queue in range(self.profile.queues):
            leads_itself = self.profile.queues > 2  # two queues are led by the head of service
            team, lead = (
                self._led_team(self.words.queues[queue], root, head)
                if leads_itself
                else (self._team(self.words.queues[queue], root, head), head)
            )
            for _ in range(self.profile.agents_per_queue):
                self._seat(self.staff.service, team, lead, region=queue)

    def _department(self, name: str, people: int, director: str) -> None:
        if name == self.words.departments[2]:
            team, lead = self._led_team(name, "T01", director)
        else:
            team, lead = self._team(name, "T01", director), director
        for _ in range(people):
            self._hire(team, lead)

    def _reps(self, team: str, lead: str, *, region: int) -> None:
        for _ in range(self.profile.reps_per_team):
            self._seat(self.staff.sales, team, lead, region=region)

    def _seat(self, seats: Seats, team: str, lead: str, *, region: int) -> None:
        first = second = self._hire(team, lead)
        switch = NEVER
        if len(seats) % TURNOVER == TURNOVER - 2:
            switch = self._day_of_change()
            self.staff.users[-1] = replace(self.staff.users[-1], left=switch)
            second = self._hire(team, lead, on=switch)
        for column, value in zip(
            (seats.teams, seats.regions, seats.first, seats.second, seats.switch),
            (team, region, first, second, switch),
            strict=True,
        ):
            column.append(value)  # type: ignore[attr-defined]  # five lists of two types

    def _led_team(self, name: str, parent: str, manager: str) -> tuple[str, str]:
        """A team and a newly hired lead of it."""
        lead = self._hire(f"T{len(self.staff.teams) + 1:02}", manager)
        return self._team(name, parent, lead), lead

    def _team(self, name: str, parent: str, manager: str) -> str:
        team = Team(f"T{len(self.staff.teams) + 1:02}", name, parent, manager)
        self.staff.teams.append(team)
        return team.id

    def _hire(self, team: str, manager: str, *, on: int | None = None) -> str:
        number = len(self.staff.users)
        day = self._day_of_hiring(number) if on is None else on
        user = User(f"U{number + 1:04}", person(self.words, number), team, manager, day)
        self.staff.users.append(user)
        return user.id

    def _day_of_hiring(self, number: int) -> int:
        """Some day in the five years before the history."""
        days_ago = 30 + self.draws.one("hired", number) * 1_800 // RANGE
        return self.calendar.workday[self.calendar.began - days_ago]

    def _day_of_change(self) -> int:
        """A working day in the middle of the history."""
        history = self.calendar.today - self.calendar.began
        part = 26_000 + self.draws.one("switch", len(self.staff.users)) // 4
        return self.calendar.workday[self.calendar.began + history * part // RANGE]


def person(words: Words, number: int) -> str:
    """A name that none of the next four thousand numbers has."""
    mixed = number * 1_009 % (len(words.given) * len(words.family))
    given, family = words.given[mixed % len(words.given)], words.family[mixed // len(words.given)]
    return words.person.format(given=given, family=family)

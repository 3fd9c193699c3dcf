"""Whose report it is: everybody's, one team's with its people, or one person's. Nobody else's numbers are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector.errors import ConfigError, Message, Problem, did_you_mean
from connector.report.people import NOBODY, ORGANISATION, People, Place

SMALLEST_TEAM = 3
"""In a smaller team, its value and one's own give the colleague's away."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who will read it; at most one of the two. Ids or names, `connection:id` where an id alone is not clear."""

    team: str = ""
    owner: str = ""

    def __post_init__(self) -> None:
        if self.team and self.owner:
            raise ConfigError([Problem("--team", Message("a report is for a team or for an owner, not for both"))])


@dataclass(frozen=True, slots=True)
class Readership:
    """The pages of a report, and what each is compared with."""

    pages: tuple[Place, ...]
    """In their order."""
    compared: dict[Place, Place]
    """Page -> the team or organisation whose value stands beside thin numbers."""
    silent: tuple[Place, ...]
    """Who belongs here but has no numbers at all, and so no page."""
    whole: bool
    """Everybody's: what concerns the company as a whole may be told too."""

    @property
    def places(self) -> frozenset[Place]:
        """Everything whose values may be read."""
        return frozenset((*self.pages, *self.compared.values()))


def readership(audience: Audience, people: People, computed: Mapping[Place, bool]) -> Readership:
    """The pages for this audience.

    Args:
        audience: whose report it is.
        people: who there is.
        computed: everything that has values -> whether they say anything; who is silent gets no page, except as the
            first one.

    Raises:
        ConfigError: there is no such team or owner, or there are several of that name.
    """
    known = people.order(computed)
    whole = not audience.owner and not audience.team
    wanted = _wanted(audience, known, people=people)
    pages = tuple(each for at, each in enumerate(wanted) if at == 0 or computed[each])
    return Readership(
        pages=pages,
        # A person is compared with the team, whose value is nobody's own; a team's report ends with the team.
        compared=_compared(pages, frozenset(wanted if audience.team else known), people=people, whole=whole),
        silent=tuple(each for each in wanted if each not in pages),
        whole=whole,
    )


def _wanted(audience: Audience, known: Sequence[Place], *, people: People) -> Sequence[Place]:
    if audience.owner:
        return (_found(audience.owner, "owner", known, people=people),)
    if audience.team:
        top = _found(audience.team, "team", known, people=people)
        return [each for each in known if each == top or top in people.ancestors(each)]
    return sorted(known, key=lambda place: place != ORGANISATION)


def _compared(pages: Iterable[Place], known: frozenset[Place], *, people: People, whole: bool) -> dict[Place, Place]:
    """The nearest team above that has values and is large enough; the organisation at last."""
    found: dict[Place, Place] = {}
    members = _members(known, people)
    for page in pages:
        if page == ORGANISATION or page.id == NOBODY:
            continue
        above = [team for team in people.ancestors(page) if team in known and members.get(team, 0) >= SMALLEST_TEAM]
        if above:
            found[page] = above[0]
        elif whole and ORGANISATION in known:
            found[page] = ORGANISATION
    return found


def _members(known: Iterable[Place], people: People) -> dict[Place, int]:
    counted: dict[Place, int] = {}
    for place in known:
        if place.scope == "owner":
            for team in people.ancestors(place):
                counted[team] = counted.get(team, 0) + 1
    return counted


def _found(wanted: str, scope: str, known: Sequence[Place], *, people: People) -> Place:
    candidates = [place for place in known if place.scope == scope and place.id != NOBODY]
    exact = [place for place in candidates if wanted in (place.id, f"{place.connection}:{place.id}")]
    named = [place for place in candidates if people.name(place).casefold() == wanted.strip().casefold()]
    found = exact or named
    if len(found) == 1:
        return found[0]
    option = f"--{scope}"
    if not found:
        names = [*(place.id for place in candidates), *map(people.name, candidates)]
        problem = Message("{name} is not among those who have values", name=wanted)
        raise ConfigError([Problem(option, problem, did_you_mean(wanted, names))])
    ids = ", ".join(f"{place.connection}:{place.id}" for place in found)
    raise ConfigError([Problem(option, Message("{name} is more than one", name=wanted), Message("say {ids}", ids=ids))])

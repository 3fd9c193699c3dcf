"""Who is on which page, and what each is compared with."""

from __future__ import annotations

import pytest

from connector.errors import ConfigError
from connector.report.audience import Audience, readership
from connector.report.people import NOBODY, ORGANISATION, People, Place


def owner(key: str, connection: str = "crm") -> Place:
    return Place("owner", connection, key)


def team(key: str) -> Place:
    return Place("team", "crm", key)


PEOPLE = People(
    names={team("A"): "Alpha", team("B"): "Beta", **{owner(str(at)): f"Person {at}" for at in range(6)}},
    above={
        team("B"): team("A"),
        owner("0"): team("A"),
        **{owner(str(at)): team("B") for at in (1, 2, 3)},
        owner("4"): team("missing"),
    },
)
PLACES = [owner("5"), owner(NOBODY), owner("3"), team("B"), owner("1"), ORGANISATION, team("A"), owner("2"), owner("0")]
COMPUTED = dict.fromkeys(PLACES, True)


def test_order_of_the_whole_report() -> None:
    assert readership(Audience(), PEOPLE, COMPUTED).pages == (
        ORGANISATION, team("A"), owner("0"), team("B"), owner("1"), owner("2"), owner("3"), owner("5"), owner(NOBODY),
    )  # fmt: skip


def test_each_is_compared_with_the_nearest_team_that_is_large_enough() -> None:
    compared = readership(Audience(), PEOPLE, COMPUTED).compared
    assert compared[owner("1")] == team("B")
    assert compared[owner("0")] == team("A")
    assert compared[team("B")] == team("A")
    assert compared[team("A")] == ORGANISATION
    assert compared[owner("5")] == ORGANISATION
    assert ORGANISATION not in compared
    assert owner(NOBODY) not in compared


def test_a_person_without_a_team_is_alone_in_their_own_report() -> None:
    assert readership(Audience(owner="5"), PEOPLE, COMPUTED).places == {owner("5")}


def test_a_team_is_not_compared_with_what_is_above_it() -> None:
    found = readership(Audience(team="Beta"), PEOPLE, COMPUTED)
    assert found.pages == (team("B"), owner("1"), owner("2"), owner("3"))
    assert found.places == set(found.pages)
    assert not found.whole


def test_an_owner_reads_their_own_team_only() -> None:
    found = readership(Audience(owner="person 1"), PEOPLE, COMPUTED)
    assert found.places == {owner("1"), team("B")}


def test_the_silent_have_no_page_but_are_named() -> None:
    found = readership(Audience(), PEOPLE, COMPUTED | {owner("2"): False, ORGANISATION: False})
    assert owner("2") not in found.pages
    assert found.silent == (owner("2"),)
    assert found.pages[0] == ORGANISATION  # the first page is there in any case


def test_two_of_one_name() -> None:
    twins = People(names={owner("1"): "Kim (1)", owner("1", "erp"): "Kim (1)"}, above={})
    computed = {owner("1"): True, owner("1", "erp"): True}
    with pytest.raises(ConfigError, match="1 is more than one") as caught:
        readership(Audience(owner="1"), twins, computed)
    assert str(caught.value.problems[0].hint) == "say crm:1, erp:1"
    assert readership(Audience(owner="erp:1"), twins, computed).pages == (owner("1", "erp"),)


def test_teams_in_a_circle_end() -> None:
    people = People(names={}, above={team("A"): team("B"), team("B"): team("A"), owner("1"): team("A")})
    assert list(people.ancestors(owner("1"))) == [team("A"), team("B")]
    computed = {team("A"): True, team("B"): True, owner("1"): True}
    assert set(readership(Audience(), people, computed).pages) == set(computed)


def test_namesakes_carry_their_ids() -> None:
    from connector.report.people import _distinct

    names = {owner("1"): "Kim", owner("2"): "Kim", owner("3"): "Lee", team("1"): "Lee"}
    assert dict(_distinct(names)) == {
        owner("1"): "Kim (1)", owner("2"): "Kim (2)", owner("3"): "Lee", team("1"): "Lee",
    }  # fmt: skip

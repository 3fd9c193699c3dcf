"""Targets added up the team tree, by hand and by Hypothesis."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.target import ORGANISATION, AtLeast, AtMost, Node, RollUp, Target, Within, roll_up


def owner(name: str) -> Node:
    return Node("crm", "owner", name)


def team(name: str) -> Node:
    return Node("crm", "team", name)


TREE = {
    owner("ann"): team("north"),
    owner("bob"): team("north"),
    owner("cem"): team("south"),
    owner("dan"): ORGANISATION,
    team("north"): team("europe"),
    team("south"): team("europe"),
    team("europe"): ORGANISATION,
}


def target(node: Node, value: float, **more: Any) -> Target:
    return Target(
        **{
            "id": f"{node.scope_id or 'company'}",
            "kpi": "won_amount",
            "unit": "money",
            "goal": AtLeast(value=value),
            "period": "quarter",
            "start": date(2026, 1, 1),
            "connection": node.connection,
            "scope": node.scope,
            "scope_id": node.scope_id,
        }
        | more
    )


def sums(*targets: Target, tree: dict[Node, Node] = TREE) -> dict[Node, RollUp]:
    return {found.node: found for found in roll_up(targets, above=tree, additive=["won_amount"])}


def test_sums_go_up_the_tree_and_a_teams_own_target_stands_for_its_people() -> None:
    found = sums(
        target(owner("ann"), 60),
        target(owner("bob"), 50),
        target(team("north"), 100),
        target(owner("cem"), 30),
        target(ORGANISATION, 120),
    )
    north, europe, company = found[team("north")], found[team("europe")], found[ORGANISATION]
    assert (north.total, north.own, north.difference, north.share, north.matches) == (110, 100, 10, 1.1, False)
    assert (europe.total, europe.own, europe.difference, europe.matches) == (130, None, None, True)  # 100 + Σ south
    assert (company.total, company.own, company.difference) == (130, 120, 10)
    assert company.share == pytest.approx(130 / 120)


def test_who_has_no_target_is_named_and_not_counted_as_nothing() -> None:
    found = sums(target(owner("ann"), 60), target(team("north"), 60))
    assert found[team("north")].without == (owner("bob"),)
    assert found[ORGANISATION].without == (owner("dan"),)


def test_rounding_is_no_mismatch() -> None:
    assert sums(target(owner("ann"), 33.33), target(owner("bob"), 66.66), target(team("north"), 100))[
        team("north")
    ].matches


def test_a_stated_parent_is_stronger_than_the_tree() -> None:
    found = sums(
        target(owner("ann"), 60),
        target(owner("cem"), 40, parent="north"),
        target(team("north"), 100),
        target(team("south"), 5),
    )
    assert found[team("north")].parts == (owner("ann"), owner("cem"))
    assert found[team("north")].matches
    assert team("south") not in found


def test_only_targets_of_one_slice_add_up() -> None:
    found = roll_up(
        [
            target(owner("ann"), 60),
            target(owner("bob"), 50, start=date(2026, 4, 1)),
            target(owner("cem"), 50, kpi="win_rate"),
            target(owner("dan"), 50, goal=Within(low=1, high=2)),
        ],
        above=TREE,
        additive=["won_amount"],
    )
    north = {each.start: each.total for each in found if each.node == team("north")}
    assert north == {date(2026, 1, 1): 60, date(2026, 4, 1): 50}
    assert {each.kpi for each in found} == {"won_amount"}


def test_limits_add_up_too() -> None:
    found = sums(
        target(owner("ann"), 3, goal=AtMost(value=3)),
        target(owner("bob"), 4, goal=AtMost(value=4)),
        target(team("north"), 7, goal=AtMost(value=7)),
    )
    assert found[team("north")].total == 7


def test_a_tree_that_bites_its_own_tail_still_ends() -> None:
    circle = {owner("ann"): team("a"), team("a"): team("b"), team("b"): team("a")}
    assert sums(target(owner("ann"), 60), tree=circle)[team("a")].total == 60


@given(st.dictionaries(st.sampled_from([n for n in TREE if n.scope == "owner"]), st.integers(0, 10**9), min_size=1))
def test_nothing_is_lost_on_the_way_up(numbers: dict[Node, int]) -> None:
    found = sums(*(target(node, value) for node, value in numbers.items()))
    assert found[ORGANISATION].total == sum(numbers.values())

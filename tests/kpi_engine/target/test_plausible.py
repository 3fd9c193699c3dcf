"""What a target asks for, beside what there was: figures by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.definition import Compare
from kpi_engine.target import AtLeast, AtMost
from kpi_engine.target.plausible import FEWEST, Reach, asked, pairs

STEADY = [(100.0, 102.0), (102.0, 99.0), (99.0, 101.0), (101.0, 104.0), (104.0, 103.0), (103.0, 105.0)]
RATES = [(0.60, 0.62), (0.62, 0.61), (0.61, 0.64), (0.64, 0.63), (0.63, 0.65)]


@pytest.mark.parametrize(
    ("aim", "reach"), [(105, "usual"), (107, "usual"), (112, "stretch"), (150, "far"), (100, "usual")]
)
def test_amounts_by_their_shares(aim: float, reach: str) -> None:
    found = asked(AtLeast(value=aim), 105.0, seen=STEADY, compare=Compare.PERCENT)
    assert found is not None
    assert (found.reach, found.change) == (Reach(reach), pytest.approx(aim / 105 - 1))
    assert (found.seen[0], found.seen[-1]) == (pytest.approx(-3 / 102), pytest.approx(3 / 101))
    assert found.usual == pytest.approx(((105 / 103 - 1) + 2 / 100) / 2, abs=1e-3)


@pytest.mark.parametrize(("aim", "reach"), [(0.66, "usual"), (0.7, "stretch"), (0.9, "far")])
def test_percentages_by_their_points(aim: float, reach: str) -> None:
    found = asked(AtLeast(value=aim), 0.65, seen=RATES, compare=Compare.DIFFERENCE)
    assert found is not None
    assert (found.reach, found.change) == (Reach(reach), pytest.approx(aim - 0.65))
    assert (found.seen[0], found.seen[-1]) == (pytest.approx(-0.01), pytest.approx(0.03))


def test_where_less_is_better_a_fall_is_what_is_asked_for() -> None:
    reaches = [asked(AtMost(value=aim), 105.0, seen=STEADY, compare=Compare.PERCENT) for aim in (104, 60, 150)]
    assert [each.reach.value for each in reaches if each] == ["usual", "far", "usual"]


@pytest.mark.parametrize(
    ("base", "seen"),
    [(105.0, STEADY[: FEWEST - 1]), (0.0, STEADY), (-5.0, STEADY), (105.0, [(0.0, 5.0)] * 9), (105.0, [])],
    ids=["few", "from nothing", "from below nothing", "nothing before", "none"],
)
def test_too_little_to_go_by_is_no_judgement(base: float, seen: list[tuple[float, float]]) -> None:
    assert asked(AtLeast(value=150), base, seen=seen, compare=Compare.PERCENT) is None


@given(st.floats(0.5, 200), st.floats(0.1, 100))
def test_more_is_never_nearer(aim: float, more: float) -> None:
    low, high = (asked(AtLeast(value=each), 100.0, seen=STEADY, compare=Compare.PERCENT) for each in (aim, aim + more))
    assert low is not None
    assert high is not None
    assert low.share <= high.share + 1e-12


@pytest.mark.parametrize(
    ("apart", "found"), [(1, [(1.0, 2.0), (4.0, 5.0)]), (2, [(2.0, 4.0)]), (4, [(1.0, 5.0)]), (9, [])]
)
def test_pairs_of_what_is_known(apart: int, found: list[tuple[float, float]]) -> None:
    assert pairs([1.0, 2.0, None, 4.0, 5.0], apart) == found

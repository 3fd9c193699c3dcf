"""Colours that do not flicker: a new one is seen twice or is two bands away, and the same look gives the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.gap import Before, Rag
from kpi_engine.gap.steady import Steadied, steadied

COLOURS = {"r": Rag.RED, "a": Rag.AMBER, "g": Rag.GREEN, "b": Rag.BLUE, ".": Rag.GREY}


def before(found: Steadied) -> Before | None:
    """As `gaps` keeps it."""
    return None if found.judged is None else Before(found.rag, found.judged, found.judged_at or "", ())


def shown(judged: str, *, running: bool = True) -> str:
    """The colours that people see, day by day."""
    letters = {rag: letter for letter, rag in COLOURS.items()}
    found = None
    said = ""
    for day, letter in enumerate(judged):
        at = f"2026-08-{day + 1:02}T00:00:00Z"
        found = steadied(COLOURS[letter], found and before(found), at=at, running=running)
        said += letters[found.rag]
    return said


@pytest.mark.parametrize(
    ("judged", "seen"),
    [
        ("gggg", "gggg"),
        ("gaga", "gggg"),
        ("gaaa", "ggaa"),
        ("agag", "aaaa"),
        ("grgr", "grgr"),
        ("gar", "ggr"),
        ("agr", "aaa"),
        ("agrr", "aaar"),
        ("gb", "gb"),
        ("bg", "bg"),
        ("g.a", "g.a"),
        ("rag", "rrg"),
        ("ra", "rr"),
        ("raa", "rra"),
    ],
)
def test_what_people_see(judged: str, seen: str) -> None:
    assert shown(judged) == seen


@given(st.text("rag", max_size=28))
def test_a_colour_changes_after_two_looks_or_by_two_bands(judged: str) -> None:
    for (was, seen), (at, now) in itertools.pairwise(enumerate(shown(judged))):
        if now != seen:
            assert now == judged[at]
            assert judged[was] == judged[at] or {seen, now} == {"r", "g"}


@given(st.text("rag", min_size=1, max_size=28))
def test_a_colour_that_lasts_is_shown(judged: str) -> None:
    assert shown(judged + judged[-1])[-1] == judged[-1]


@given(st.text("ragb.", min_size=1, max_size=20), st.sampled_from("ragb."))
def test_the_same_evaluation_again_changes_nothing(judged: str, latest: str) -> None:
    found = None
    for day, letter in enumerate(judged):
        found = steadied(COLOURS[letter], found and before(found), at=f"2026-08-{day + 1:02}", running=True)
    at = f"2026-08-{len(judged) + 1:02}"
    once = steadied(COLOURS[latest], found and before(found), at=at, running=True)
    assert steadied(COLOURS[latest], before(once), at=at, running=True) == once


def test_what_is_over_is_judged_by_itself() -> None:
    assert shown("gag", running=False) == "gag"


def test_an_earlier_moment_knows_nothing_of_a_later_one() -> None:
    later = Before("green", "green", "2026-08-17T00:00:00Z", ())
    assert steadied(Rag.AMBER, later, at="2026-08-01T00:00:00Z", running=True).rag is Rag.AMBER

"""Colours: half-open bands, and a word and a shape for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.gap import SHAPES, GapStatus, Rag, band, word
from kpi_engine.target import Thresholds

ORDER = [Rag.RED, Rag.AMBER, Rag.GREEN]


@pytest.mark.parametrize(
    ("score", "colour"),
    [(1.5, "green"), (1.0, "green"), (0.9999999, "amber"), (0.9, "amber"), (0.8999, "red"), (-3, "red")],
)
def test_each_bound_belongs_to_the_better_band(score: float, colour: str) -> None:
    assert band(score) is Rag(colour)


def test_binary_fractions_cost_nobody_a_colour() -> None:
    score = (0.89 - 0.8) / (0.9 - 0.8)
    assert score < 0.9
    assert band(score) is Rag.AMBER


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(-5, 5), st.floats(0.001, 5))
def test_more_is_never_worse(one: float, other: float, amber: float, width: float) -> None:
    thresholds = Thresholds(green=amber + width, amber=amber)
    low, high = (ORDER.index(band(score, thresholds)) for score in sorted((one, other)))
    assert low <= high


def test_every_colour_has_a_shape_of_its_own() -> None:
    assert set(SHAPES) == set(Rag)
    assert len(set(SHAPES.values())) == len(Rag)


@pytest.mark.parametrize("finished", [True, False])
def test_every_colour_and_every_state_has_a_word(finished: bool) -> None:
    said = [str(word(rag, GapStatus.OK, finished=finished)) for rag in Rag if rag is not Rag.GREY]
    said += [str(word(Rag.GREY, status, finished=finished)) for status in GapStatus]
    assert all(said)
    assert len(set(said)) == len(said)

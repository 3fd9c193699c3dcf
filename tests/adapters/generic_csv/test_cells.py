"""Our cells as text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.generic_csv.cells import cell_text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_written_without_exponent_and_loses_nothing(number: float) -> None:
    text = cell_text(number, decimal=".")
    assert float(text) == number
    assert "e" not in text.lower()
    assert cell_text(number, decimal=",").replace(",", ".") == text


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"nan|inf"):
        cell_text(number, decimal=".")


@pytest.mark.parametrize("start", "=+-@\t\r＝＋－＠")
def test_formula_starts_are_disarmed(start: str) -> None:
    assert cell_text(start + "x", decimal=".") == "'" + start + "x"
    assert cell_text("x" + start, decimal=".") == "x" + start


def test_nothing_is_an_empty_cell() -> None:
    assert cell_text(None, decimal=".") == ""

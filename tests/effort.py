"""How hard a property is tried: a little with each change, thoroughly with the slow tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def examples(*, quick: int, thorough: int) -> pytest.MarkDecorator:
    """Gives a test the argument `examples`: how many Hypothesis shall make up."""
    slow = pytest.param(thorough, id="thorough", marks=pytest.mark.slow)
    return pytest.mark.parametrize("examples", [pytest.param(quick, id="quick"), slow])


def quickly(*names: str, of: Iterable[str]) -> list[Any]:
    """Parameters: all of them, of which those that are not named wait for the slow tests."""
    every = [*of]
    assert {*names} <= {*every}, "a name is wrong"
    return [each if each in names else pytest.param(each, marks=pytest.mark.slow) for each in every]

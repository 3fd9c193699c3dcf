"""How hard a property is tried: a little with each change, thoroughly with the slow tests."""

from __future__ import annotations

import pytest


def examples(*, quick: int, thorough: int) -> pytest.MarkDecorator:
    """Gives a test the argument `examples`: how many Hypothesis shall make up."""
    slow = pytest.param(thorough, id="thorough", marks=pytest.mark.slow)
    return pytest.mark.parametrize("examples", [pytest.param(quick, id="quick"), slow])

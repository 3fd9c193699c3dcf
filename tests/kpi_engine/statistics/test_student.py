"""Student's t against printed tables and against itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.statistics.student import share_below, t_cdf


@pytest.mark.parametrize(
    ("freedom", "quantile_95", "quantile_99"),
    [
        (1, 6.3138, 31.8205),
        (2, 2.9200, 6.9646),
        (3, 2.3534, 4.5407),
        (4, 2.1318, 3.7469),
        (5, 2.0150, 3.3649),
        (9, 1.8331, 2.8214),
        (10, 1.8125, 2.7638),
        (30, 1.6973, 2.4573),
        (120, 1.6577, 2.3578),
    ],
)
def test_the_tables_of_any_textbook(freedom: int, quantile_95: float, quantile_99: float) -> None:
    assert t_cdf(quantile_95, freedom) == pytest.approx(0.95, abs=1e-5)
    assert t_cdf(quantile_99, freedom) == pytest.approx(0.99, abs=1e-5)


@given(st.floats(-50, 50), st.integers(1, 200))
def test_it_is_symmetric_and_a_probability(t: float, freedom: int) -> None:
    assert 0 <= t_cdf(t, freedom) <= 1
    assert t_cdf(t, freedom) + t_cdf(-t, freedom) == pytest.approx(1)


@given(st.floats(-20, 20), st.floats(0.001, 5), st.integers(1, 100))
def test_it_rises(t: float, more: float, freedom: int) -> None:
    assert t_cdf(t + more, freedom) >= t_cdf(t, freedom) - 1e-12


def test_few_observations_say_less_than_many() -> None:
    few, many = [-0.1, 0.1], [-0.1, 0.1] * 20
    assert 0.5 < share_below(0.3, few) < share_below(0.3, many)


def test_observations_that_never_differ() -> None:
    assert [share_below(value, [2.0, 2.0, 2.0]) for value in (1.0, 2.0, 3.0)] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("wrong", [lambda: t_cdf(1.0, 0), lambda: share_below(1.0, [1.0])])
def test_nothing_is_made_up(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"one degree|two observations"):
        wrong()  # type: ignore[operator]

"""Random numbers by address."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sample.draws import RANGE, Draws, lognormal_pool, share, weighted_pool


def test_the_numbers_are_those_of_the_standard() -> None:
    # `python -c "import hashlib; print(hashlib.shake_128(b'7/deals/0').hexdigest(4))"`, low byte first
    assert Draws(7).column("deals", 0, count=2).tolist() == [0xD76D, 0x5982]


def test_a_column_does_not_depend_on_what_was_drawn_before() -> None:
    draws = Draws(1)
    fresh = Draws(1).column("a", 9, count=50)
    draws.column("b", 1, count=3)
    assert draws.column("a", 9, count=50) == fresh


@pytest.mark.parametrize(
    ("seed", "stream", "block"), [(2, "a", 0), (1, "b", 0), (1, "a", 1)], ids=["seed", "stream", "block"]
)
def test_each_part_of_the_address_counts(seed: int, stream: str, block: int) -> None:
    assert Draws(seed).column(stream, block, count=20) != Draws(1).column("a", 0, count=20)


def test_draws_are_uniform() -> None:
    count = 100_000
    numbers = Draws(3).column("u", 0, count=count)
    deviation = RANGE / math.sqrt(12 * count)
    assert abs(sum(numbers) / count - (RANGE - 1) / 2) < 5 * deviation
    assert max(numbers) < RANGE


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=60))
def test_weighted_pools_are_exact_to_a_slot(weights: list[int]) -> None:
    pool = weighted_pool(weights, size=1_024)
    assert len(pool) == 1_024
    for place, weight in enumerate(weights):
        assert abs(pool.tolist().count(place) - weight * 1_024 / sum(weights)) < 1


def test_lognormal_pools_have_median_and_mean_of_the_distribution() -> None:
    pool = lognormal_pool(10_000, 0.5, size=4_096)
    assert pool.tolist() == sorted(pool)
    assert abs(pool[2_048] - 10_000) < 5
    assert sum(pool) / len(pool) == pytest.approx(10_000 * math.exp(0.125), rel=0.005)


def test_lognormal_pools_are_cut_off() -> None:
    pool = lognormal_pool(10, 2.0, least=3, most=50)
    assert (min(pool), max(pool)) == (3, 50)


def test_a_share_is_the_part_of_all_draws_below_it() -> None:
    assert share(0.25) * 4 == RANGE

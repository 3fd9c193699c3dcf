from __future__ import annotations

import math
import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.statistics.interval import order_statistic_ranks, wilson

# Maven's public CRM sample: deals won and lost by the quarter of 2017 in which they closed.
MAVEN = [
    pytest.param(531, 116, 0.7893, 0.8483, id="Q1"),
    pytest.param(1254, 778, 0.5958, 0.6380, id="Q2"),
    pytest.param(1257, 790, 0.5928, 0.6349, id="Q3"),
    pytest.param(1196, 789, 0.5808, 0.6238, id="Q4"),
]


def interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    found = wilson(successes, n, confidence)
    assert found is not None
    return found


def ranks(n: int, p: float) -> tuple[int, int]:
    found = order_statistic_ranks(n, p)
    assert found is not None
    return found


class TestWilson:
    @pytest.mark.parametrize(("won", "lost", "low", "high"), MAVEN)
    def test_golden(self, won: int, lost: int, low: float, high: float) -> None:
        assert tuple(round(bound, 4) for bound in interval(won, won + lost)) == (low, high)

    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998).
    @pytest.mark.parametrize(
        ("successes", "n", "low", "high"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_published(self, successes: int, n: int, low: float, high: float) -> None:
        assert tuple(round(bound, 4) for bound in interval(successes, n)) == (low, high)

    @given(st.integers(0, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_holds_the_rate_inside_0_and_1(self, counts: tuple[int, int]) -> None:
        successes, n = counts
        if n:
            low, high = interval(successes, n)
            assert 0 <= low <= successes / n <= high <= 1
            assert low < high

    @given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_bounds_are_where_the_score_test_just_accepts(self, counts: tuple[int, int]) -> None:
        """The definition itself: at a bound b, |rate - b| is z standard errors of b."""
        successes, n = counts
        for bound in interval(successes, n):
            if 0 < bound < 1:
                errors = abs(successes / n - bound) / math.sqrt(bound * (1 - bound) / n)
                assert errors == pytest.approx(1.959963984540054, rel=1e-6)

    @given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_failures_mirror_successes(self, counts: tuple[int, int]) -> None:
        successes, n = counts
        low, high = interval(successes, n)
        assert (1 - high, 1 - low) == pytest.approx(interval(n - successes, n), abs=1e-12)

    def test_more_confidence_is_wider(self) -> None:
        narrow, wide = interval(30, 100, 0.9), interval(30, 100, 0.99)
        assert wide[0] < narrow[0] < narrow[1] < wide[1]

    def test_no_rows_no_interval(self) -> None:
        assert wilson(0, 0) is None

    @pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, -1)])
    def test_more_successes_than_rows_are_a_mistake(self, successes: int, n: int) -> None:
        with pytest.raises(ValueError, match="successes"):
            wilson(successes, n)


def exact_ranks(n: int, p: Fraction) -> tuple[int, int] | None:
    """By the definition, in exact fractions: which ranks leave at most 2.5 % on either side."""
    half = Fraction(1, 40)
    at_most, total = [], Fraction(0)
    for k in range(n + 1):
        total += comb(n, k) * p**k * (1 - p) ** (n - k)
        at_most.append(total)
    lower = sum(1 for probability in at_most if probability <= half)
    upper = 1 + next(k for k, probability in enumerate(at_most) if probability >= 1 - half)
    return (lower, upper) if lower >= 1 and upper <= n else None


class TestOrderStatisticRanks:
    # Conover (1999), and the tables for medians in Hahn and Meeker (1991): 95 % for n = 6, 10, 20, 25, 50, 100, 1000.
    @pytest.mark.parametrize(
        ("n", "lower", "upper"),
        [(6, 1, 6), (10, 2, 9), (20, 6, 15), (25, 8, 18), (50, 18, 33), (100, 40, 61), (1000, 469, 532)],
    )
    def test_of_the_median_as_published(self, n: int, lower: int, upper: int) -> None:
        assert order_statistic_ranks(n, 0.5) == (lower, upper)

    @pytest.mark.parametrize(
        "p", [Fraction(1, 2), Fraction(9, 10), Fraction(1, 10), Fraction(1, 4), Fraction(99, 100)], ids=str
    )
    def test_equals_exact_fractions(self, p: Fraction) -> None:
        for n in range(1, 70):
            assert order_statistic_ranks(n, float(p)) == exact_ranks(n, p)

    @pytest.mark.parametrize(("n", "p"), [(1_000_000, 0.5), (1_000_000, 0.9), (50_000, 0.01)])
    def test_agrees_with_the_normal_approximation_where_that_is_good(self, n: int, p: float) -> None:
        spread = 1.959963984540054 * math.sqrt(n * p * (1 - p))
        assert ranks(n, p) == pytest.approx((n * p - spread, n * p + spread + 1), abs=2)

    @pytest.mark.parametrize(
        ("n", "p", "least"), [(5, 0.5, 6), (28, 0.9, 36), (35, 0.9, 36), (0, 0.5, 6), (71, 0.95, 72)]
    )
    def test_too_few_rows_have_no_interval(self, n: int, p: float, least: int) -> None:
        assert order_statistic_ranks(n, p) is None
        assert order_statistic_ranks(least, p) is not None

    @given(st.integers(1, 4_000), st.sampled_from([0.5, 0.9, 0.25]))
    def test_hold_the_quantile_between_them(self, n: int, p: float) -> None:
        found = order_statistic_ranks(n, p)
        if found:
            lower, upper = found
            assert 1 <= lower <= n * p <= upper <= n

    @given(st.integers(1, 4_000), st.sampled_from([0.5, 0.9, 0.25]))
    def test_mirror_from_the_other_end(self, n: int, p: float) -> None:
        found, mirrored = order_statistic_ranks(n, p), order_statistic_ranks(n, 1 - p)
        assert mirrored == (found and (n + 1 - found[1], n + 1 - found[0]))

    @pytest.mark.parametrize(("n", "p"), [(30, 0.5), (80, 0.9)])
    def test_simulated_samples_are_covered_as_often_as_promised(self, n: int, p: float) -> None:
        lower, upper = ranks(n, p)
        source = random.Random(1)
        covered = 0
        for _ in range(4_000):
            sample = sorted(source.random() for _ in range(n))  # the quantile of these is p itself
            covered += sample[lower - 1] <= p <= sample[upper - 1]
        assert 0.945 <= covered / 4_000 <= 0.985

    @pytest.mark.parametrize("p", [0, 1, 50, -0.5])
    def test_a_quantile_is_a_share(self, p: float) -> None:
        with pytest.raises(ValueError, match="quantile"):
            order_statistic_ranks(10, p)

"""Intervals: between which bounds the true rate or percentile lies, given so many rows.

None everywhere means that the rows do not say: an interval is never made up.
"""

from __future__ import annotations

import math
from statistics import NormalDist

_NEGLIGIBLE = 1e-18
"""Terms of a sum smaller than this share of it change nothing."""


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The score interval of a proportion.

    It stays inside 0 and 1 and is honest for small n and for rates near 0 and 1, where p ± z·√(p(1-p)/n) is not.

    Args:
        successes: rows of the numerator, all of them among the n.
        n: rows of the denominator.
        confidence: share of such intervals that hold the true rate.

    Returns:
        Lower and upper bound; None where n is 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212.

    >>> low, high = wilson(531, 531 + 116)
    >>> round(low, 4), round(high, 4)
    (0.7893, 0.8483)
    >>> wilson(0, 0)
    """
    if not 0 <= successes <= n:
        raise ValueError("successes are some of n")
    if n == 0:
        return None
    z = _z(confidence)
    rate = successes / n
    spread = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    middle, scale = rate + z * z / (2 * n), 1 + z * z / n
    low = 0.0 if successes == 0 else (middle - spread) / scale
    high = 1.0 if successes == n else (middle + spread) / scale
    return low, high


def order_statistic_ranks(n: int, p: float, confidence: float = 0.95) -> tuple[int, int] | None:
    """The ranks of the two rows between whose values the true p-quantile lies, whatever the distribution.

    Of n values in ascending order the interval runs from the value of the lower rank to that of the upper rank. The
    number B of values below the quantile is binomial (n, p), so the interval holds it with probability
    P(lower <= B < upper); each tail is at most half of what may be missed. No approximation is made for large n.

    Returns:
        Ranks counted from 1; None where n rows are too few: then even the smallest or the greatest value is no bound.

    Sources: W. J. Conover, "Practical Nonparametric Statistics", 3rd edition (1999), section 3.2; G. J. Hahn and
    W. Q. Meeker, "Statistical Intervals" (1991), section 5.2.

    >>> order_statistic_ranks(10, 0.5)
    (2, 9)
    >>> order_statistic_ranks(5, 0.5)
    """
    if not 0 < p < 1:
        raise ValueError("a quantile lies between 0 and 1")
    missed = (1 - confidence) / 2
    lower = _lower_rank(n, p, missed=missed, z=_z(confidence))
    upper = n + 1 - _lower_rank(n, 1 - p, missed=missed, z=_z(confidence))  # the same, counted from the other end
    return (lower, upper) if lower >= 1 and upper <= n else None


def _lower_rank(n: int, p: float, *, missed: float, z: float) -> int:
    """The greatest r with P(B < r) <= missed; 0 where there is none."""
    if n < 1:
        return 0
    guess = math.floor(n * p - z * math.sqrt(n * p * (1 - p)))
    rank = min(max(guess, 0), n)
    while rank > 0 and _below(rank, n, p) > missed:
        rank -= 1
    while rank < n and _below(rank + 1, n, p) <= missed:
        rank += 1
    return rank


def _below(rank: int, n: int, p: float) -> float:
    """P(B < rank), summed downwards from its largest term; meant for ranks below n * p, where the terms shrink."""
    term = total = _binomial(rank - 1, n, p)
    for successes in range(rank - 1, 0, -1):
        term *= successes * (1 - p) / ((n - successes + 1) * p)
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return total


def _binomial(successes: int, n: int, p: float) -> float:
    """P(B = successes), by logarithms: the factors alone leave the range of floats."""
    ways = math.lgamma(n + 1) - math.lgamma(successes + 1) - math.lgamma(n - successes + 1)
    return math.exp(ways + successes * math.log(p) + (n - successes) * math.log1p(-p))


def _z(confidence: float) -> float:
    """How many standard deviations around the mean hold this share of a normal distribution."""
    return NormalDist().inv_cdf((1 + confidence) / 2)

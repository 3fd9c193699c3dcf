"""Random numbers that are addressed, not drawn in turn: seed, stream and block number give the same numbers always.

SHAKE-128 in counter mode is a published standard (FIPS 202), so the numbers do not depend on the machine or on the
Python version, and any block of any table can be made without the blocks before it. One call gives a whole column of
16-bit numbers for about 6 ns each, where a hash per row would cost 200. Pools are arrays, not tuples: they are looked
up at random, and a tuple of large numbers does not fit into the processor's cache.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from decimal import Context, Decimal
from functools import cache
from hashlib import shake_128
from statistics import NormalDist

RANGE = 65_536
"""A draw is one of 0 … RANGE - 1."""


class Draws:
    """All random numbers of one sample."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def column(self, stream: str, block: int, *, count: int) -> array[int]:
        """`count` independent draws, uniform over `RANGE`."""
        numbers = array("H", shake_128(f"{self._seed}/{stream}/{block}".encode()).digest(2 * count))
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def one(self, stream: str, block: int = 0) -> int:
        """A single draw."""
        return self.column(stream, block, count=1)[0]


def weighted_pool(weights: Sequence[int], size: int = 1024) -> array[int]:
    """The positions of `weights`, each as often as its weight says: a uniform draw from it is a weighted draw.

    Whole numbers and largest remainder, so that the shares are exact to one slot and the same on every machine.

    >>> weighted_pool([3, 1], size=8).tolist()
    [0, 0, 0, 0, 0, 0, 1, 1]
    """
    total = sum(weights)
    slots = [weight * size // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(weights[place] * size % total), place))
    for place in by_remainder[: size - sum(slots)]:
        slots[place] += 1
    return array("H", (place for place, count in enumerate(slots) for _ in range(count)))


_DIGITS = Context(prec=15)


@cache
def _lognormal_factors(sigma: float, size: int) -> tuple[float, ...]:
    """Quantiles of a log-normal distribution around 1.

    Decimal's `exp` is rounded correctly on every machine; the platform's own may differ in the last digit.
    """
    quantiles = (round(NormalDist().inv_cdf((place + 0.5) / size), 9) for place in range(size))
    return tuple(float(_DIGITS.exp(Decimal(repr(round(sigma * quantile, 9))))) for quantile in quantiles)


def lognormal_pool(
    median: float, sigma: float, *, size: int = 1024, least: float = 0, most: float = float("inf")
) -> array[int]:
    """Whole numbers at equally likely quantiles of a log-normal distribution, ascending and cut off at both ends.

    >>> lognormal_pool(100, 0.5, size=5).tolist()
    [53, 77, 100, 130, 190]
    """
    return array("q", (round(max(least, min(median * factor, most))) for factor in _lognormal_factors(sigma, size)))


def share(probability: float) -> int:
    """The limit below which a draw falls with this probability."""
    return round(probability * RANGE)

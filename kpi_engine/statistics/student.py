"""Student's t distribution: how far out a value lies among few others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev


def t_cdf(t: float, freedom: int) -> float:
    """P(T <= t) for whole degrees of freedom, by the finite series (no approximation).

    Source: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.

    >>> round(t_cdf(2.015, 5), 3), round(t_cdf(-1.372, 10), 3), t_cdf(0.0, 3)
    (0.95, 0.1, 0.5)
    """
    if freedom < 1:
        raise ValueError("at least one degree of freedom")
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = term if freedom > 1 or not odd else 0.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= (step - 1) / step * cosine * cosine
        total += term
    inside = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return min(max((1 + inside) / 2, 0.0), 1.0)  # rounding


def share_below(value: float, seen: Sequence[float]) -> float:
    """How likely one more of the same kind would be no larger than the value: the predictive distribution of normal
    data with unknown mean and spread, which few observations make wide.

    Source: G. J. Hahn and W. Q. Meeker, "Statistical Intervals" (1991), section 4.7.

    >>> round(share_below(1.0, [-0.1, 0.0, 0.1, 0.05]), 3), share_below(0.0, [-1.0, 1.0, 0.5, -0.5])
    (0.999, 0.5)
    """
    if len(seen) < 2:
        raise ValueError("a spread needs two observations")
    spread = stdev(seen) * math.sqrt(1 + 1 / len(seen))
    distance = value - fmean(seen)
    if spread == 0:
        return 0.5 if distance == 0 else float(distance > 0)
    return t_cdf(distance / spread, len(seen) - 1)

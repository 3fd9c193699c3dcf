"""Colours that do not flicker at a threshold: the one before stays until another has been seen twice (3.8)."""

from __future__ import annotations

from typing import NamedTuple

from kpi_engine.gap.rag import Rag

_RANK = {Rag.RED: 0, Rag.AMBER: 1, Rag.GREEN: 2}
"""The bands in order. Blue and grey are none: what is done early, or cannot be judged any more, is said at once."""
_JUMP = 2


Basis = tuple[float | None, ...]


class Before(NamedTuple):
    """How a target was judged the last time, as it stands in `gaps`."""

    rag: str
    """The colour that people saw."""
    judged: str
    """The colour by itself."""
    judged_at: str
    """Since when it was that colour."""
    basis: Basis
    """The numbers that it was judged by: what was found against other numbers says nothing about these."""


BASIS = ("target", "target_low", "target_high", "baseline", "green_from", "amber_from")
"""The columns of `gaps` that a colour rests on beside the value."""


def basis(target: float | None, low: float | None, high: float | None, *others: float | None) -> Basis:
    """The numbers that two evaluations must share for their colours to be compared; of a range only its bounds, as
    which of them is nearer changes with the value."""
    return (target if low is None and high is None else None), low, high, *others


class Steadied(NamedTuple):
    """The colour to show, and what the next evaluation needs to know."""

    rag: Rag
    judged: Rag | None = None
    judged_at: str | None = None


def steadied(judged: Rag, before: Before | None, *, at: str, running: bool) -> Steadied:
    """The colour before, until the new one was found at two moments running or is two bands away.

    Only of running periods: what is over has been reached or not. The same evaluation done again gives the same.

    Args:
        judged: the colour by itself.
        before: of the last evaluation of the same target, with the same numbers; None: there was none.
        at: the moment of this one, ISO text (UTC).
        running: whether the period goes on.

    >>> monday, tuesday = "2026-08-17T00:00:00Z", "2026-08-18T00:00:00Z"
    >>> green = Before("green", "green", "2026-08-03T00:00:00Z", ())
    >>> first = steadied(Rag.AMBER, green, at=monday, running=True)
    >>> first.rag.value, first.judged.value
    ('green', 'amber')
    >>> steadied(Rag.AMBER, Before(*first, ()), at=tuesday, running=True).rag.value
    'amber'
    >>> steadied(Rag.RED, green, at=monday, running=True).rag.value
    'red'
    """
    if not running or judged not in _RANK:
        return Steadied(judged)
    if before is None or before.judged not in _RANK or before.judged_at > at:
        return Steadied(judged, judged, at)
    since = before.judged_at if before.judged == judged else at
    held = Rag(before.rag)
    is_new = held is not judged and since == at
    if is_new and held in _RANK and abs(_RANK[held] - _RANK[judged]) < _JUMP:
        return Steadied(held, judged, since)
    return Steadied(judged, judged, since)

"""Colours, and the word and the shape that always stand beside them (3.8)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kpi_engine.gap.status import GapStatus
from kpi_engine.message import Message
from kpi_engine.target import Thresholds


class Rag(StrEnum):
    """Red, amber, green; blue for what is done early; grey where nothing can be said, and the status says why."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


SHAPES: Mapping[Rag, str] = {Rag.GREEN: "●", Rag.AMBER: "▲", Rag.RED: "■", Rag.BLUE: "◆", Rag.GREY: "○"}
"""For readers who cannot tell the colours apart, and for paper."""

_DIGITS = 9
"""0.09 / 0.1 is a hair below 0.9 in floating point, and still amber."""


def band(score: float, thresholds: Thresholds = Thresholds()) -> Rag:
    """The colour of a score of which 1 is the target: half-open bands, each bound the first of the better one (3.8).

    >>> [band(score).value for score in (1.0, 0.999, 0.9, 0.899)]
    ['green', 'amber', 'amber', 'red']
    >>> band(0.96, Thresholds(green=0.95, amber=0.8)).value
    'green'
    """
    rounded = round(score, _DIGITS)
    if rounded >= thresholds.green:
        return Rag.GREEN
    return Rag.AMBER if rounded >= thresholds.amber else Rag.RED


_FINISHED = {
    Rag.GREEN: Message("reached"),
    Rag.AMBER: Message("nearly reached"),
    Rag.RED: Message("missed"),
    Rag.BLUE: Message("reached early"),
}
_RUNNING = {
    Rag.GREEN: Message("on pace"),
    Rag.AMBER: Message("at risk"),
    Rag.RED: Message("behind"),
    Rag.BLUE: Message("reached early"),
}
_GREY = {
    GapStatus.OK: Message("not judged"),
    GapStatus.TARGET_NOT_SET: Message("target not set"),
    GapStatus.NOT_STARTED: Message("not started"),
    GapStatus.BASELINE_MISSING: Message("no baseline yet"),
    GapStatus.STALE: Message("facts are old"),
    GapStatus.NOT_COMPUTED: Message("not computed"),
    GapStatus.NO_DATA: Message("no data"),
    GapStatus.ZERO_DENOMINATOR: Message("nothing to divide by"),
    GapStatus.INSUFFICIENT_N: Message("too few to judge"),
    GapStatus.NOT_MATURE: Message("too early to judge"),
    GapStatus.HISTORY_TRUNCATED: Message("history too short"),
    GapStatus.MISSING_FX: Message("exchange rate missing"),
    GapStatus.INCOMPLETE: Message("facts incomplete"),
    GapStatus.NOT_APPLICABLE: Message("not applicable"),
    GapStatus.ERROR: Message("could not be computed"),
}


def word(rag: Rag | str, status: GapStatus | str, *, finished: bool) -> Message:
    """What a person reads beside the colour.

    >>> str(word("amber", "ok", finished=False)), str(word("amber", "ok", finished=True))
    ('at risk', 'nearly reached')
    >>> str(word("grey", "target_not_set", finished=True))
    'target not set'
    """
    if Rag(rag) is Rag.GREY:
        return _GREY[GapStatus(status)]
    return (_FINISHED if finished else _RUNNING)[Rag(rag)]

"""How a value may be read, and which of several statuses a cell shows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """One status a cell; `PRECEDENCE` decides when several apply."""

    OK = "ok"
    NO_DATA = "no_data"
    ZERO_DENOMINATOR = "zero_denominator"
    INSUFFICIENT_N = "insufficient_n"
    NOT_MATURE = "not_mature"
    HISTORY_TRUNCATED = "history_truncated"
    MISSING_FX = "missing_fx"
    INCOMPLETE = "incomplete"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


PRECEDENCE = (
    Status.ERROR,  # the query failed: nothing else is known                                        no value
    Status.NOT_APPLICABLE,  # the question has no sense here, or an assumption is missing           no value
    Status.INCOMPLETE,  # the table lacks facts: even "no data" would be a guess                    value kept
    Status.NOT_MATURE,  # the period is too young                                                   no value
    Status.MISSING_FX,  # some amounts have no exchange rate and are left out                       value kept
    Status.NO_DATA,  # no row                                                                       no value
    Status.ZERO_DENOMINATOR,  # rows, but nothing to divide by                                      no value
    Status.HISTORY_TRUNCATED,  # the facts begin too late for this period                           value kept
    Status.INSUFFICIENT_N,  # fewer rows than a judgement needs                                     value kept
    Status.OK,  #                                                                                   value
)
"""The worst first. *Value kept* means: there is one wherever it can be computed, and the status says how to read it."""

VALUELESS = frozenset((Status.ERROR, Status.NOT_APPLICABLE, Status.NOT_MATURE, Status.NO_DATA, Status.ZERO_DENOMINATOR))
"""Where one of these applies there is no value, whatever else applies too."""

_RANK = {status: rank for rank, status in enumerate(PRECEDENCE)}


def worst(statuses: Iterable[Status]) -> Status:
    """The status that a cell shows when all of these apply; `ok` when none does.

    >>> worst([Status.INSUFFICIENT_N, Status.MISSING_FX]).value
    'missing_fx'
    >>> worst([]).value
    'ok'
    """
    return min(statuses, key=_RANK.__getitem__, default=Status.OK)

"""A cell in words: the value with its interval; below the minimum n the counts, and what the team has.

Small numbers are the rule: twelve people who close forty deals a month have three each. A grey box would say nothing,
so the counts are told, the team's value beside them, and the twelve months in a column of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connector.report.cells import VALUE_KEPT, Cell
from connector.report.nouns import counted, noun_of, part_of_whole
from connector.report.reader import Reader
from connector.report.sentence import Sentence
from connector.report.status import STATUSES
from kpi_engine.definition import Count, Definition, Derived
from kpi_engine.message import Message

MANY_LEFT_OUT = 0.05
"""From this share of rows on, it is said in the cell itself how many could not be used."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a thin number is compared with: the same of the team or company."""

    who: Message
    same: Cell | None
    """Of the same period."""
    twelve: Cell | None
    """Of the last twelve months."""


@dataclass(frozen=True, slots=True)
class CellText:
    """What stands in a cell."""

    kind: Literal["value", "counts", "nothing"]
    main: str
    """The value, the counts, or why there is neither."""
    small: tuple[str, ...] = ()
    """Interval and rows of a value; the team's value beside counts."""


def cell_text(
    reader: Reader,
    definition: Definition,
    cell: Cell | None,
    *,
    beside: Beside | None = None,
    whole: bool = False,
) -> CellText:
    """A cell in the reader's words.

    Args:
        reader: who reads it.
        definition: the KPI.
        cell: its value; None where there is no such period.
        beside: the team or company that it is compared with.
        whole: the cell is the organisation's, whose count of rows left out is an upper bound and misleads in a cell.
    """
    if cell is None:
        return CellText("nothing", "–")
    if cell.value is not None and cell.status in VALUE_KEPT and cell.status != "insufficient_n":
        small = _about(reader, definition, cell, whole=whole)
        return CellText("value", reader.value(cell.value, cell.unit, cell.currency), small)
    comparison = _comparison(reader, beside)
    if cell.n:
        return CellText("counts", _counts(reader, definition, cell), (*_why_no_value(reader, cell), *comparison))
    return CellText("nothing", _nothing(reader, definition, cell), (*_left_out(reader, cell), *comparison))


def _about(reader: Reader, definition: Definition, cell: Cell, *, whole: bool) -> tuple[str, ...]:
    """The interval, the rows, and what is to be kept in mind."""
    told = []
    if cell.low is not None and cell.high is not None:
        told.append(reader.interval(cell.low, cell.high, cell.unit, currency=cell.currency))
    if cell.n is not None and not _goes_without_count(definition):
        told.append(reader.say(counted(definition, cell.n, written=reader.count(cell.n))))
    if cell.status != "ok":
        told.append(reader.say(STATUSES[cell.status].word))
    if cell.n is not None and not whole and cell.excluded > MANY_LEFT_OUT * (cell.n + cell.excluded):
        told.append(reader.say(Sentence("{count} left out", count=reader.count(cell.excluded))))
    return tuple(told)


def _goes_without_count(definition: Definition) -> bool:
    """A count is told by its value, and what is derived from other KPIs has no rows of its own."""
    return isinstance(definition, Derived) or (isinstance(definition, Count) and definition.distinct is None)


def _counts(reader: Reader, definition: Definition, cell: Cell) -> str:
    """ "3 of 4 won", or "4 deals"."""
    told = part_of_whole(definition)
    if told is not None and cell.numerator is not None and cell.denominator is not None:
        part, whole = reader.count(cell.numerator), reader.count(cell.denominator)
        return reader.say(Sentence(told.template, part=part, whole=whole))
    return reader.say(counted(definition, cell.n or 0, written=reader.count(cell.n or 0)))


def _why_no_value(reader: Reader, cell: Cell) -> tuple[str, ...]:
    """Counts speak for themselves where there are too few; for any other reason it is said."""
    if cell.status in ("ok", "insufficient_n") or cell.status not in STATUSES:
        return ()
    return (reader.say(STATUSES[cell.status].word),)


def _left_out(reader: Reader, cell: Cell) -> tuple[str, ...]:
    """Of rows that were all left out, "no deals" would be false."""
    return (reader.say(Sentence("{count} left out", count=reader.count(cell.excluded))),) if cell.excluded else ()


def _nothing(reader: Reader, definition: Definition, cell: Cell) -> str:
    if cell.status == "no_data" and not cell.excluded:
        return reader.say(noun_of(definition).none)
    return reader.say(STATUSES[cell.status].word if cell.status in STATUSES else Sentence("no data"))


def _comparison(reader: Reader, beside: Beside | None) -> tuple[str, ...]:
    """The team's value of the same period, else of its twelve months; only where it can be judged."""
    if beside is None:
        return ()
    if (same := _sound_value(reader, beside.same)) is not None:
        return (reader.say(Sentence("{who}: {value}", who=beside.who, value=same)),)
    if (twelve := _sound_value(reader, beside.twelve)) is not None:
        return (reader.say(Sentence("{who}, 12 months: {value}", who=beside.who, value=twelve)),)
    return ()


def _sound_value(reader: Reader, cell: Cell | None) -> str | None:
    if cell is None or cell.value is None or cell.status not in VALUE_KEPT - {"insufficient_n"}:
        return None
    return reader.value(cell.value, cell.unit, cell.currency)

"""One mapped column: every cell of it is read as the mapping says, and what the cells themselves look like is noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from connector.check.report import Findings, Proposal
from connector.errors import Message
from connector.formats.infer import ColumnProfile, Format
from connector.formats.misfit import Misfit, shown
from connector.formats.number import NumberFormat, Reader
from connector.mapping import ColumnMapping, TableMapping
from connector.mapping.fit import Tally
from connector.mapping.readers import DAYS, FORMATTED, column_reader
from kpi_engine.document import Document, Steps
from kpi_engine.facts import Column, ColumnType

NAMED = 8
"""So many words or cells are named; the rest is counted."""


@dataclass(slots=True)
class ColumnTrial:
    """A column while its module is read."""

    column: Column
    how: ColumnMapping
    read: Reader
    profile: ColumnProfile = field(default_factory=ColumnProfile)
    wrong: Counter[str] = field(default_factory=Counter)
    """Cells that the mapping cannot read, and how often they stand there."""
    reason: Message = field(default_factory=lambda: Message(""))

    @classmethod
    def of(cls, column: Column, mapping: TableMapping, *, zone: ZoneInfo) -> ColumnTrial | None:
        """A trial of the column, None where any cell will do."""
        how = mapping.columns[column.name]
        judged = column.type in FORMATTED or column.type is ColumnType.BOOLEAN or bool(column.values)
        if len(how.source) != 1 or not judged:
            return None
        return cls(column, how, column_reader(column, how, formats=mapping.formats, zone=zone))

    def feed(self, cells: Sequence[Any]) -> None:
        """Read some more cells."""
        self.profile.feed(cells)
        for cell, times in _counted(cells):
            try:
                self.read(cell)
            except Misfit as misfit:
                self.reason = self.reason or misfit.reason
                self.wrong[shown(str(cell).strip())] += times

    def findings(self, document: Document, way: Steps, found: Findings) -> None:
        """What is to be said about the column."""
        if not self.wrong:
            return
        if self.column.type in FORMATTED:
            self._about_format(document, way, found)
        else:
            self._about_words(document, way, found)

    def _about_words(self, document: Document, way: Steps, found: Findings) -> None:
        words = [word for word, _ in self.wrong.most_common(NAMED)]
        message = Message(
            "{count} cells have no meaning here: {words}",
            count=self.wrong.total(),
            words=_listed(words, len(self.wrong)),
        )
        meanings = ", ".join(self.column.values) or "true, false"
        hint = Message("add under values what they mean ({meanings}), or * for every other word", meanings=meanings)
        found.errors.append(document.problem(way, message, hint=hint))

    def _about_format(self, document: Document, way: Steps, found: Findings) -> None:
        readings: tuple[Format, ...] = self.profile.dates if self.column.type in DAYS else self.profile.numbers
        tally = Tally(self.profile.filled, self.wrong.total(), None)
        if tally.tolerable:
            found.warnings.append(document.problem(way, self._some_unread(), hint=_BECOME_EMPTY))
        elif len(readings) == 1:
            found.errors.append(document.problem(way, self._other_format(readings), hint=_FIX))
            setting = "number" if isinstance(readings[0], NumberFormat) else "date"
            found.proposals.append(Proposal(document.where(way), way, setting, as_setting(readings[0])))
        elif readings:
            found.errors.append(document.problem(way, self._other_format(readings), hint=_CHOOSE))
        else:
            found.errors.append(document.problem(way, self._some_unread(), hint=_OTHER_COLUMN))

    def _some_unread(self) -> Message:
        return Message(
            "{count} of {filled} cells cannot be read: {reason}",
            count=self.wrong.total(),
            filled=self.profile.filled,
            reason=self.reason,
        )

    def _other_format(self, readings: Iterable[Format]) -> Message:
        return Message(
            "{count} of {filled} cells are written differently; the whole column reads as {formats}",
            count=self.wrong.total(),
            filled=self.profile.filled,
            formats=" / ".join(str(as_setting(style)) for style in readings),
        )


_BECOME_EMPTY = Message("these cells become empty and are listed as issues")
_FIX = Message("crm-kpi check --fix writes that format into the settings")
_CHOOSE = Message("it can be read in several ways: state under date or number which one is right")
_OTHER_COLUMN = Message("look whether this is the right column")


def as_setting(style: Format) -> Any:
    """A format as it stands in the settings."""
    return style.model_dump(mode="json", exclude_defaults=True) if isinstance(style, NumberFormat) else style.pattern


def _counted(cells: Sequence[Any]) -> Iterable[tuple[Any, int]]:
    """Different cells and how often each is there; what cannot be counted (nested JSON) stands for itself."""
    try:
        return Counter(cells).items()
    except TypeError:
        return ((cell, 1) for cell in cells)


def _listed(words: Sequence[str], total: int) -> str:
    return ", ".join(words) + (", …" if total > len(words) else "")

"""Delimiter, quote and header row of a text, inferred from all of it: streamed, a pass for each way to read it.

A way to read a text is good when its records have one width. So each delimiter that occurs, with each quote that may
stand around its cells, is tried on every record, and what is counted is how many records have which width.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TextIO, TypeAlias

from adapters.generic_csv.cutting import cut_records
from adapters.generic_csv.header import could_name_columns, find_header
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.settings import FormatSettings
from connector.errors import Message, Problem

DELIMITERS = (",", "\t", ";", "|")
_BLOCK = 1 << 20
_MOST_ABOVE = 1_000
"""A table with so many times as many lines above it is no table, but a few lines of one column with commas in them."""
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_UNTOLD = ["?"]
"""In place of a record that the csv module cannot take apart."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that can be read from its first character as often as needed."""

    file: str
    """Its name, for messages."""
    open: Callable[[], TextIO]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text divides into cells."""

    delimiter: str
    quote: str
    header_row: int


def infer_layout(text: Text, stated: FormatSettings) -> tuple[Layout, tuple[Problem, ...]]:
    """Delimiter, quote and header row of a text, and what a person should look at; what is stated is taken as it is."""
    if stated.delimiter and stated.quote is not None and stated.header_row:
        return Layout(stated.delimiter, stated.quote, stated.header_row), ()
    with text.open() as opened:
        announced = _SEPARATOR_LINE.match(opened.readline(16))
    delimiter = stated.delimiter or (announced[1] if announced else None)
    trial, problems = _best_trial(text, delimiter, quote=stated.quote)
    header_row = stated.header_row or (2 if announced else None)
    if header_row is None and trial.above:
        with closing(_records(text, trial.delimiter, trial.quote)) as records:
            header = find_header(records, line=trial.line, fitting=trial.fitting, file=text.file)
        header_row, problems = header.line, (*problems, *header.problems)
    return Layout(trial.delimiter, trial.quote, header_row or trial.line), problems


# ---- what the text is made of ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Marks:
    """How often the characters occur that take a text apart."""

    lines: int = 0
    delimiters: Counter[str] = field(default_factory=Counter)
    double: int = 0
    enclosed: Counter[str] = field(default_factory=Counter)
    """Delimiter -> cells between it that stand in single quotes."""

    def note(self, block: str) -> None:
        self.lines += max(block.count("\n"), block.count("\r"))
        self.double += block.count('"')
        for delimiter in self.delimiters:
            self.delimiters[delimiter] += block.count(delimiter)
        if "'" in block:
            for delimiter in self.delimiters:
                self.enclosed[delimiter] += sum(1 for _ in _enclosed_cell(delimiter).finditer(block))

    def by_frequency(self) -> tuple[str, ...]:
        """The delimiters that occur at all, the most frequent first."""
        return tuple(delimiter for delimiter, count in self.delimiters.most_common() if count)

    def quotes(self, delimiter: str) -> tuple[str, ...]:
        return ('"', "'") if self.enclosed[delimiter] else ('"',)

    def usually_single(self, delimiter: str) -> bool:
        """Single quotes stand around many cells, and double ones around fewer."""
        enclosed = self.enclosed[delimiter]
        return 2 * enclosed >= self.lines and 2 * enclosed > self.double


def _enclosed_cell(delimiter: str) -> re.Pattern[str]:
    edge = re.escape(delimiter)
    # It begins with the quote itself, which is looked for fast, and only then looks at what stands before it.
    return re.compile(rf"'(?<![^{edge}\r\n]')[^'\r\n]*'(?=[{edge}\r\n]|\Z)")


def _marks(text: Text, delimiters: tuple[str, ...]) -> _Marks:
    marks = _Marks(delimiters=Counter(dict.fromkeys(delimiters, 0)))
    with text.open() as opened:
        for block in _blocks(opened, limit=text.limits.line_characters):
            marks.note(block)
    return marks


def _blocks(text: TextIO, *, limit: int) -> Generator[str, None, None]:
    """The text in pieces of whole lines, or of `limit` characters where a line has no end."""
    rest = ""
    while more := text.read(_BLOCK):
        block = rest + more
        end = max(block.rfind("\n"), block.rfind("\r")) + 1
        if not end and len(block) >= limit:
            end = len(block)
        rest = block[end:]
        if end:
            yield block[:end]
    yield rest


# ---- a way to read it ------------------------------------------------------------------------------------------------


_Begun: TypeAlias = dict[int, tuple[int, int]]
"""Width -> the line of its first record that could name columns, and how many records come before that one."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """What all records show when they are read in one way."""

    delimiter: str
    quote: str
    records: int
    width: int
    """The usual one."""
    misfits: int
    """Records of another width."""
    line: int
    """Where those of the usual width begin."""
    above: int
    """How many records come before that."""

    @classmethod
    def of(cls, delimiter: str, quote: str, *, widths: Counter[int], begun: _Begun) -> _Trial:
        records = widths.total()
        width = _usual_width(widths, begun, records=records)
        line, above = begun.get(width, (1, 0))
        return cls(delimiter, quote, records, width, records - widths[width], line, above)

    @property
    def fitting(self) -> int:
        return self.records - self.misfits

    @property
    def perfect(self) -> bool:
        """Several columns in every record, from the first one on."""
        return self.width > 1 and not self.misfits

    def votes_over(self, other: _Trial) -> int:
        """Fewer records of another width, an earlier beginning, more columns: in how many of these it is ahead."""
        ahead = (other.misfits - self.misfits, other.line - self.line, self.width - other.width)
        return sum((difference > 0) - (difference < 0) for difference in ahead)


def _usual_width(widths: Counter[int], begun: _Begun, *, records: int) -> int:
    """The most frequent of several columns that most records have from where it begins on; else one column.

    One column is the last thing to think of: a long text above a short table has one as well.
    """
    wide = {width: count for width, count in widths.items() if width > 1}
    ruling = {
        width: count
        for width, count in wide.items()
        if width in begun and 2 * count >= records - begun[width][1] and _MOST_ABOVE * count >= records
    }
    one_column = 2 * widths[1] >= records
    among = ruling or ({} if one_column else wide)
    return max(among, key=lambda width: (among[width], width), default=1)


def _best_trial(text: Text, delimiter: str | None, *, quote: str | None) -> tuple[_Trial, tuple[Problem, ...]]:
    possible = (delimiter,) if delimiter else DELIMITERS
    marks = _marks(text, possible)
    trials: list[_Trial] = []
    for each in marks.by_frequency() or possible[:1]:
        if not any(trial.perfect for trial in trials) or _cuts_first_record(text, each):
            trials.append(_with_best_quote(text, each, marks=marks, quote=quote))
    best, rivals = _chosen([trial for trial in trials if trial.width > 1] or trials[:1])
    return best, (_several_ways(text.file, best, rivals),) if rivals else ()


def _cuts_first_record(text: Text, delimiter: str) -> bool:
    """Without that it has one misfit at least, and its table begins later: too little against a perfect reading."""
    with closing(_records(text, delimiter, '"')) as records:
        return any(len(cells) > 1 for _, cells in islice(records, 1))


def _with_best_quote(text: Text, delimiter: str, *, marks: _Marks, quote: str | None) -> _Trial:
    quotes = marks.quotes(delimiter) if quote is None else (quote,)
    double, *others = (_tried(text, delimiter, quote=each) for each in quotes)
    # An apostrophe that opens a cell swallows rows, so that what single quotes gain shows in all rows together.
    needed = 0.9 * double.fitting if marks.usually_single(delimiter) else double.fitting + 1
    return next((single for single in others if single.fitting >= needed), double)


def _tried(text: Text, delimiter: str, *, quote: str) -> _Trial:
    widths: Counter[int] = Counter()
    begun: _Begun = {}
    for count, (line, cells) in enumerate(_records(text, delimiter, quote)):
        width = len(cells)
        if width not in begun and could_name_columns(cells):
            begun[width] = line, count
        widths[width] += 1
    return _Trial.of(delimiter, quote, widths=widths, begun=begun)


def _chosen(trials: list[_Trial]) -> tuple[_Trial, list[_Trial]]:
    """The best trial, and those that nothing tells it from.

    Where several fit nearly as many rows, the best is ahead in most of what tells them apart: a delimiter that happens
    to stand once in every note must not win over the right one because of a few broken rows.
    """
    fewest = min(trial.misfits for trial in trials)
    near = [trial for trial in trials if trial.misfits <= fewest + max(2, trial.records // 50)]
    best = max(near, key=lambda trial: (sum(_sign(trial, other) for other in near), -trial.misfits, trial.width))
    return best, [trial for trial in near if trial is not best and best.votes_over(trial) <= 0]


def _sign(trial: _Trial, other: _Trial) -> int:
    votes = trial.votes_over(other)
    return (votes > 0) - (votes < 0)


def _several_ways(file: str, best: _Trial, rivals: list[_Trial]) -> Problem:
    message = Message(
        "{file}, line {line}: can be cut at {others} as well as at {delimiter}, "
        "which gives {columns} columns and {misfits} rows of another width",
        file=file,
        delimiter=repr(best.delimiter),
        line=best.line,
        columns=best.width,
        misfits=best.misfits,
        others=", ".join(repr(rival.delimiter) for rival in rivals),
    )
    return Problem(file, message, Message("set `delimiter` in the format of this table to the right one"))


def _records(text: Text, delimiter: str, quote: str) -> Generator[tuple[int, list[str]], None, None]:
    """Every record that is not blank, with the line it begins on; lenient, because a wrong guess must not raise."""
    with text.open() as opened:
        lines = iter(partial(opened.readline, text.limits.line_characters), "")
        reader = cut_records(lines, delimiter, quote=quote, strict=False, limits=text.limits)
        begins, more = 1, True
        while more:
            try:
                for cells in reader:
                    if any(cells):
                        yield begins, cells
                    begins = reader.line_num + 1
                more = False
            except csv.Error:
                yield begins, _UNTOLD
                begins = reader.line_num + 1

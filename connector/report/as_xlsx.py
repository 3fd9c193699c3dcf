"""A workbook: a summary for people, all values for pivot tables, what is missing, what the KPIs mean.

Numbers are numbers with the format of their unit, heads stay in sight, and no text is ever taken for a formula or a
link. Rows are written one after the other and never kept (`constant_memory`), each sheet in a pass of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from connector.report.closing import closing
from connector.report.document import Document
from connector.report.page import Line, Page
from connector.report.rows import ValueRow, rows_of
from connector.report.sentence import Sentence
from connector.report.view import Views
from connector.report.wording import CellText

MOST_ROWS = 1_000_000
"""Of a sheet; a workbook takes 1,048,576. What is more goes on in another sheet."""
_FORMATS = {
    "percent": "0.0%",
    "money": "#,##0.00",
    "count": "#,##0",
    "days": "#,##0.0",
    "hours": "#,##0.0",
    "points": "#,##0.0",
    "times": "#,##0.00",
}
_VALUE_HEADS = {
    "kpi": Sentence("KPI"),
    "period": Sentence("Period"),
    "period_start": Sentence("From"),
    "period_end": Sentence("Up to, not including"),
    "complete": Sentence("Complete"),
    "value": Sentence("Value"),
    "unit": Sentence("Unit"),
    "currency": Sentence("Currency"),
    "ci_low": Sentence("Interval from"),
    "ci_high": Sentence("Interval to"),
    "part": Sentence("Part"),
    "whole": Sentence("Of"),
    "n": Sentence("Rows"),
    "status": Sentence("Status"),
    "excluded": Sentence("Left out"),
    "target": Sentence("Target"),
    "gap": Sentence("Gap"),
    "attainment": Sentence("Attained"),
    "progress": Sentence("Progress"),
    "expected": Sentence("By today"),
    "colour": Sentence("Colour"),
    "target_status": Sentence("State of the target"),
}
_IN_UNIT = frozenset(("value", "ci_low", "ci_high", "target", "gap", "expected"))
_SHARES = frozenset(("attainment", "progress"))


def write_xlsx(document: Document, file: IO[bytes]) -> None:
    """The report as one workbook."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(file, {**options, "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"})
    # The clock of the file is that of the numbers: the same store gives the same bytes.
    created = document.moments.as_of.replace(tzinfo=None)
    book.set_properties({"title": document.organisation, "created": created})
    sheets = _Sheets(book, document)
    sheets.summary()
    sheets.values()
    sheets.missing()
    sheets.meaning()
    book.close()


class _Sheets:
    """The sheets of one workbook."""

    def __init__(self, book: Workbook, document: Document) -> None:
        self.book = book
        self.document = document
        self.reader = document.reader
        self.views = Views(document)
        self.names = {each.id: document.reader.kpi(each) for each in document.definitions}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.formats: dict[str, Format] = {
            unit: book.add_format({"num_format": pattern}) for unit, pattern in _FORMATS.items()
        }

    def summary(self) -> None:
        """A row a KPI and place: the two last periods, twelve months, target."""
        say = self.reader.say
        sheet = self._sheet(
            say(Sentence("Summary")), self._summary_heads(), widths=(24, 16, 26, 16, 16, 16, 16, 16, 18)
        )
        at = 1
        for page in self.document.pages():
            for line in page.lines:
                self._write(sheet, at, self._summary_row(page, line))
                at += 1
        self._close(sheet, at)

    def _summary_heads(self) -> list[str]:
        say, span = self.reader.say, self.document.source.spans
        top = next(iter(span.values()), None)
        columns = [column.short or column.name for column in self.views.columns(top)[1:4]] if top else []
        heads = (Sentence("Name"), Sentence("Team"), Sentence("KPI"))
        tail = (Sentence("Target"), Sentence("Gap"), Sentence("State"))
        return [*map(say, heads), *columns, *map(say, tail)]

    def _summary_row(self, page: Page, line: Line) -> Iterator[tuple[Any, str]]:
        unit = line.definition.unit.value
        team = self.document.people.name(page.above) if page.above else ""
        yield from ((self.views.title(page.place), ""), (team, ""), (self.names[line.definition.id], ""))
        texts = self.views.cells(page, line)
        for cell, text in zip((line.before, line.latest, line.trailing), texts, strict=True):
            is_value = cell is not None and text.kind == "value"
            yield (cell.value, unit) if is_value and cell is not None else (_in_words(text), "")
        target = line.target
        if target is None:
            yield from ((None, ""), (None, ""), (None, ""))
        else:
            yield from ((target.target, unit), (target.gap, unit))
            yield f"{target.shape} {self.reader.say(target.word)}", ""

    def values(self) -> None:
        """A row a value, for pivot tables; as many sheets as that takes."""
        heads = [self.reader.say(head) for head in self._value_heads()]
        title = self.reader.say(Sentence("Values"))
        sheet, at, number = self._sheet(title, heads), 1, 1
        for cells in self._value_rows():
            if at > MOST_ROWS:
                self._close(sheet, at)
                number += 1
                sheet, at = self._sheet(f"{title} {number}", heads), 1
            self._write(sheet, at, cells)
            at += 1
        self._close(sheet, at)

    def _value_heads(self) -> list[Sentence]:
        return [Sentence("Scope"), Sentence("Id"), Sentence("Name"), Sentence("Team"), *_VALUE_HEADS.values()]

    def _value_rows(self) -> Iterator[list[tuple[Any, str]]]:
        for page in self.document.pages():
            team = self.document.people.name(page.above) if page.above else ""
            place = [(page.place.scope, ""), (page.place.id, ""), (self.views.title(page.place), ""), (team, "")]
            for row in rows_of(page, self.document.definitions):
                yield [*place, *self._value_cells(row)]

    def _value_cells(self, row: ValueRow) -> Iterator[tuple[Any, str]]:
        for name, value in zip(row._fields, row, strict=True):
            if name == "kpi":
                yield self.names[row.kpi], ""
            elif name in _IN_UNIT:
                yield value, row.unit
            else:
                yield value, "percent" if name in _SHARES else ""

    def missing(self) -> None:
        """Statuses, rows left out, records that could not be read, coverage: as at the end of the page."""
        end = closing(self.document)
        sheet = self._sheet(self.reader.say(Sentence("Missing")), [end.title], widths=(32, 24, 24, 60, 16, 16))
        lines: list[Sequence[str]] = [(note,) for note in end.notes]
        lines += [(each.word, each.count, each.kpis, f"{each.why} {each.remedy}") for each in end.statuses]
        for table in end.tables:
            lines += [(), (table.title, table.note), table.heads, *table.rows]
        for at, line in enumerate(lines, start=1):
            self._write(sheet, at, ((text, "") for text in line))

    def meaning(self) -> None:
        """What each KPI answers, and how."""
        say = self.reader.say
        heads = [say(Sentence("KPI")), say(Sentence("Question")), say(Sentence("Formula")), say(Sentence("Unit"))]
        sheet = self._sheet(say(Sentence("KPIs")), heads, widths=(28, 60, 90, 12))
        for at, each in enumerate(self.document.definitions, start=1):
            texts = (self.names[each.id], each.question, each.formula, each.unit.value)
            self._write(sheet, at, ((text, "") for text in texts))

    # ---- cells --------------------------------------------------------------------------------------------------

    def _sheet(self, title: str, heads: Sequence[str], *, widths: Sequence[int] = ()) -> Worksheet:
        sheet = self.book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for at, width in enumerate(widths or (14,) * len(heads)):
            sheet.set_column(at, at, width)
        for at, head in enumerate(heads):
            sheet.write_string(0, at, head, self.head)
        self.columns = len(heads)
        return sheet

    def _close(self, sheet: Worksheet, rows: int) -> None:
        if rows > 1:
            sheet.autofilter(0, 0, rows - 1, self.columns - 1)

    def _write(self, sheet: Worksheet, at: int, cells: Iterable[tuple[Any, str]]) -> None:
        for column, (value, unit) in enumerate(cells):
            if isinstance(value, bool):
                sheet.write_boolean(at, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(at, column, value, self.formats.get(unit))
            elif value:
                sheet.write_string(at, column, value)


def _in_words(text: CellText) -> str:
    """Counts with the comparison, where there is no number to calculate with."""
    return " · ".join((text.main, *text.small)) if text.main else ""

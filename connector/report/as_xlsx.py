"""A workbook: a summary, all periods of the company, the teams and the people, what is missing, what the KPIs mean.

Numbers are numbers with the format of their unit, heads stay in sight, and no text is ever taken for a formula or a
link. Rows are written as they are read and never kept (`constant_memory`), so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from connector.report.cells import Cell
from connector.report.closing import closing
from connector.report.document import Document
from connector.report.page import Line, Page
from connector.report.sentence import Sentence
from connector.report.span import Span
from connector.report.view import Views
from connector.report.wording import CellText

_NUMBERS = {
    "percent": "0.0%",
    "money": "#,##0.00",
    "count": "#,##0",
    "days": "#,##0.0",
    "hours": "#,##0.0",
    "points": "#,##0.0",
    "times": "#,##0.00",
}
_GREY = "#6E7781"
_THIN = " thin"
"""Behind a unit: the format of a number that rests on too few cases."""
_SCOPES = {"organisation": Sentence("Company"), "team": Sentence("Teams"), "owner": Sentence("People")}

Written = tuple[Any, str]
"""A value and the name of its format; empty: as it comes."""


def write_xlsx(document: Document, file: IO[bytes]) -> None:
    """The report as one workbook."""
    harmless = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, {"constant_memory": True, **harmless})
    # The clock of the file is that of the numbers: the same store gives the same bytes.
    created = document.moments.as_of.replace(tzinfo=None)
    book.set_properties({"title": document.organisation, "created": created})
    pages = _Pages(book, document)
    for page in document.pages():
        pages.add(page)
    pages.finish()
    _missing(pages.sheets, document)
    _meaning(pages.sheets, document)
    book.close()


class _Sheet:
    """A sheet that is written from its top to its bottom."""

    def __init__(self, sheet: Worksheet, formats: dict[str, Format], columns: int) -> None:
        self._sheet = sheet
        self._formats = formats
        self._columns = columns
        self._row = 1

    def add(self, cells: Iterable[Written]) -> None:
        """One row; what is not known stays empty."""
        for column, (value, name) in enumerate(cells):
            if isinstance(value, int | float):
                self._sheet.write_number(self._row, column, value, self._formats.get(name))
            elif value:
                self._sheet.write_string(self._row, column, value)
        self._row += 1

    def finish(self) -> None:
        """Let the rows be filtered."""
        if self._row > 1:
            self._sheet.autofilter(0, 0, self._row - 1, self._columns - 1)


class _Sheets:
    """The sheets of one workbook, and the formats that they share."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._formats = {unit: book.add_format({"num_format": pattern}) for unit, pattern in _NUMBERS.items()}
        for unit, pattern in _NUMBERS.items():
            thin = {"num_format": pattern, "font_color": _GREY, "italic": True}
            self._formats[unit + _THIN] = book.add_format(thin)

    def add(self, title: str, heads: Sequence[str], *, widths: Sequence[int], frozen: int = 0) -> _Sheet:
        """A sheet with its head; `frozen` columns stay in sight too."""
        sheet = self._book.add_worksheet(title[:31])
        sheet.freeze_panes(1, frozen)
        for at, head in enumerate(heads):
            sheet.set_column(at, at, widths[min(at, len(widths) - 1)])
            sheet.write_string(0, at, head, self._head)
        return _Sheet(sheet, self._formats, len(heads))


class _Pages:
    """Summary and periods: a row a KPI and place."""

    def __init__(self, book: Workbook, document: Document) -> None:
        self.document = document
        self.views = Views(document)
        self.sheets = _Sheets(book)
        spans = document.source.spans
        self.summary = self.sheets.add(
            self._say(Sentence("Summary")),
            self._summary_heads(next(iter(spans.values()), None)),
            widths=(24, 20, 26, 18, 18, 18, 14, 14, 20),
            frozen=3,
        )
        self.periods = {scope: self._sheet_of(scope, spans[scope]) for scope in _SCOPES if scope in spans}

    def _say(self, sentence: Sentence) -> str:
        return self.document.reader.say(sentence)

    def _summary_heads(self, span: Span | None) -> list[str]:
        columns = self.views.columns(span)[1:4] if span else ()
        tail = (Sentence("Target"), Sentence("Gap"), Sentence("State"))
        return [*self._place_heads(), *(column.short or column.name for column in columns), *map(self._say, tail)]

    def _place_heads(self) -> list[str]:
        return [self._say(head) for head in (Sentence("Name"), Sentence("Team"), Sentence("KPI"))]

    def _sheet_of(self, scope: str, span: Span) -> _Sheet:
        periods = [self.views.period(each) for each in span.periods]
        heads = [*self._place_heads(), self._say(Sentence("Unit")), *periods]
        return self.sheets.add(self._say(_SCOPES[scope]), heads, widths=(24, 20, 26, 10, 14), frozen=3)

    def add(self, page: Page) -> None:
        """The rows of one page."""
        team = self.document.people.name(page.above) if page.above else ""
        title = self.views.title(page.place)
        for line in page.lines:
            place: list[Written] = [(title, ""), (team, ""), (self.document.reader.kpi(line.definition), "")]
            self.summary.add([*place, *self._in_short(page, line)])
            self.periods[page.place.scope].add([*place, *self._over_time(page, line)])

    def _in_short(self, page: Page, line: Line) -> Iterator[Written]:
        texts = self.views.cells(page, line)
        for cell, text in zip((line.before, line.latest, line.trailing), texts, strict=True):
            yield _value(cell) if cell is not None and text.kind == "value" else (_in_words(text), "")
        if line.target is not None:
            unit = line.definition.unit.value
            yield line.target.target, unit
            yield line.target.gap, unit
            yield f"{line.target.shape} {self._say(line.target.word)}", ""

    def _over_time(self, page: Page, line: Line) -> Iterator[Written]:
        unit = line.definition.unit.value
        yield (line.cells[-1].currency if line.cells and unit == "money" else unit), ""
        cells = {cell.start: cell for cell in line.cells}
        for period in page.span.periods:
            yield _value(cells[period.key]) if period.key in cells else (None, "")

    def finish(self) -> None:
        """All pages are written."""
        for sheet in (self.summary, *self.periods.values()):
            sheet.finish()


def _value(cell: Cell) -> Written:
    """The number; grey where it rests on too few cases to be judged."""
    return cell.value, cell.unit + (_THIN if cell.status == "insufficient_n" else "")


def _in_words(text: CellText) -> str:
    """Counts with the comparison, where there is no number to calculate with."""
    return " · ".join((text.main, *text.small)) if text.main else ""


def _missing(sheets: _Sheets, document: Document) -> None:
    """Statuses, rows left out, records that could not be read, coverage: as at the end of the page."""
    end, say = closing(document), document.reader.say
    sheet = sheets.add(say(Sentence("Missing")), [end.title], widths=(36,))
    for note in (*end.notes, say(Sentence("Grey numbers rest on too few cases to be judged."))):
        sheet.add([(note, "")])
    for each in end.statuses:
        sheet.add((text, "") for text in (each.word, each.count, each.kpis, f"{each.why} {each.remedy}"))
    for table in end.tables:
        for line in ((), (table.title, table.note), table.heads, *table.rows):
            sheet.add((text, "") for text in line)


def _meaning(sheets: _Sheets, document: Document) -> None:
    """What each KPI answers, and how."""
    reader = document.reader
    heads = (Sentence("KPI"), Sentence("Question"), Sentence("Formula"), Sentence("Unit"), Sentence("Id"))
    sheet = sheets.add(reader.say(Sentence("KPIs")), [reader.say(head) for head in heads], widths=(28, 60, 90, 12, 24))
    for each in document.definitions:
        question, formula = reader.translate(each.question), reader.translate(each.formula)
        texts = (reader.kpi(each), question, formula, each.unit.value, each.id)
        sheet.add((text, "") for text in texts)
    sheet.finish()

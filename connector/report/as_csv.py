"""CSV for programs and spreadsheets: one line a value, keys in English, numbers with a point.

UTF-8 with a byte order mark, by which spreadsheets know it; no text is taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

from connector.formats.spreadsheet import harmless
from connector.report.document import Document
from connector.report.page import Page
from connector.report.rows import ValueRow, rows_of
from connector.report.text import one_line

PLACE_COLUMNS = ("scope", "connection", "id", "name", "team", "kpi_name")
COLUMNS = (*PLACE_COLUMNS, *ValueRow._fields)


def write_csv(document: Document, file: IO[bytes]) -> None:
    """The report as one CSV file."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for page in document.pages():
        writer.writerows(_lines(document, page))
    text.flush()
    text.detach()  # the file is the caller's to close


def _lines(document: Document, page: Page) -> Iterator[list[Any]]:
    names = {each.id: document.reader.kpi(each) for each in document.definitions}
    team = document.people.name(page.above) if page.above else ""
    place = [page.place.scope, page.place.connection, page.place.id, page.name, team]
    texts = [harmless(one_line(text)) for text in place]
    for row in rows_of(page, document.definitions):
        yield [*texts, names[row.kpi], *map(_written, row)]


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value

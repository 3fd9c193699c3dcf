"""JSON for programs, written page by page; docs/report-schema.json is its published schema.

What is not known is left out. Keys and codes are stable, names are in the report's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from connector.report.document import Document
from connector.report.missing import Trouble
from connector.report.page import Page
from connector.report.people import Place
from connector.report.rows import rows_of
from connector.report.text import one_line
from connector.store.coverage import Coverage

VERSION = 1


def write_json(document: Document, file: IO[bytes]) -> None:
    """The report as one JSON document."""
    head = _written(_head(document))
    file.write(head[:-1].encode() + b',"pages":[')
    for at, page in enumerate(document.pages()):
        file.write((",\n" if at else "\n").encode() + _written(_page(document, page)).encode())
    file.write(b'\n],"missing":' + _written(_missing(document)).encode() + b"}\n")


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _head(document: Document) -> dict[str, Any]:
    moments = document.moments
    return {
        "version": VERSION,
        "organisation": document.organisation,
        "currency": document.currency,
        "timezone": document.reader.timezone,
        "language": document.reader.language,
        "as_of": _instant(moments.as_of),
        "data_as_of": _instant(moments.data_as_of),
        "newer_data_pulled": document.stale,
        "audience": _place(document, document.top) if document.top else None,
        "kpis": [
            {
                "id": each.id,
                "name": document.reader.kpi(each),
                "unit": each.unit.value,
                "better": each.better.value,
                "question": document.reader.translate(each.question),
                "formula": document.reader.translate(each.formula),
                "minimum_n": each.minimum_n,
            }
            for each in document.definitions
        ],
    }


def _page(document: Document, page: Page) -> dict[str, Any]:
    values = (row._asdict() for row in rows_of(page, document.definitions))
    return {
        **_place(document, page.place),
        "above": _place(document, page.above) if page.above else None,
        "values": [_known(row) for row in values],
        "without_data": [each.id for each in page.silent],
    }


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "")}


def _place(document: Document, place: Place) -> dict[str, str]:
    name = document.people.name(place) or document.organisation
    return {"scope": place.scope, "connection": place.connection, "id": place.id, "name": name}


def _counts(coverage: Coverage) -> dict[str, Any]:
    """Without what only the next pull has to know."""
    ours = ("agreed", "read_whole_at", "difference_then", "note")
    return {name: value for name, value in asdict(coverage).items() if name not in ours}


def _missing(document: Document) -> dict[str, Any]:
    missing = document.missing
    return {
        "statuses": document.tally.by_status(),
        "excluded": document.tally.excluded,
        "incomplete": list(missing.incomplete),
        "quarantine": [_trouble(each) for each in missing.quarantine],
        "issues": [_trouble(each) for each in missing.issues],
        "withheld": [asdict(each) for each in missing.withheld],
        "coverage": [_counts(each) for each in missing.coverage],
        "without_numbers": [_place(document, place) for place in document.readership.silent],
        "defined_anew": [each.id for each in document.redefined],
    }


def _trouble(trouble: Trouble) -> dict[str, Any]:
    reason = one_line(str(trouble.reason))
    return {"table": trouble.table, "field": trouble.field, "reason": reason, "count": trouble.count}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

"""The rows of a bulk write, written through the records API, and what became of each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import groupby, islice
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from adapters.zoho.emulator.bulk_sheet import Mapped, Sheet
from adapters.zoho.emulator.calls import Call
from adapters.zoho.emulator.state import State
from adapters.zoho.emulator.writing import MOST, Writing

Operation = Literal["insert", "update", "upsert"]
Status = Literal["ADDED", "UPDATED", "SKIPPED"]
SHOWN_COLUMNS = 3
"""How many of the mapped columns a result repeats."""
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row; `errors` as Zoho writes them, `CODE-Column:CODE-Column`."""

    status: Status
    record_id: str = ""
    errors: str = ""


class RowWriter:
    """Writes rows of one module. Bulk writes fire no workflows.

    Args:
        state: The org.
        module: Api name.
        columns: The mapped columns, whose headers the errors name.
    """

    def __init__(self, state: State, module: str, columns: Sequence[Mapped]) -> None:
        self.state, self.module = state, module
        self.headers = {column.field.api_name: column.header for column in columns}
        self._writing = Writing(state)

    def write(self, records: Iterable[Record], *, operation: Operation, find_by: str) -> list[Outcome]:
        """One outcome per record, in their order."""
        planned = (self._planned(record, operation, find_by) for record in records)
        outcomes: list[Outcome] = []
        for step, group in groupby(planned, key=lambda pair: pair[0]):
            together = (record for _, record in group)
            while part := list(islice(together, MOST)):
                outcomes += self._write(step, part, find_by=find_by)
        return outcomes

    def _planned(self, record: Record, operation: Operation, find_by: str) -> tuple[str, Record]:
        """What to do with a record; `nothing` where it is not found."""
        if operation == "insert":
            return "insert", {name: value for name, value in record.items() if name != "id"}
        if find_by == "id":
            return ("insert" if operation == "upsert" and not record.get("id") else "update"), record
        if operation == "upsert":
            return "upsert", record
        found = self._writing.duplicates.found(self.module, find_by, record.get(find_by))
        return ("nothing", record) if found is None else ("update", {**record, "id": found})

    def _write(self, step: str, records: list[Record], *, find_by: str) -> Iterator[Outcome]:
        if step == "nothing":
            return (Outcome("SKIPPED", errors=self._error("INVALID_DATA", find_by)) for _ in records)
        body = {"data": records, "trigger": [], "duplicate_check_fields": [find_by]}
        call = Call("POST", "", parameters={"module": self.module}, body=orjson.dumps(body))
        answer = getattr(self._writing, step)(call)
        return map(self._outcome, answer.payload["data"])

    def _outcome(self, item: Mapping[str, Any]) -> Outcome:
        details = item["details"]
        if item["status"] == "error":
            return Outcome("SKIPPED", errors=self._error(item["code"], details.get("api_name", "")))
        return Outcome("ADDED" if item["message"] == "record added" else "UPDATED", details["id"])

    def _error(self, code: str, name: str) -> str:
        column = self.headers.get(name, name)
        return f"{code}-{column}" if column else code


def result_zip(module: str, sheet: Sheet, columns: Sequence[Mapped], outcomes: Sequence[Outcome]) -> bytes:
    """The file that tells what became of each row."""
    shown = columns[:SHOWN_COLUMNS]
    text = StringIO()
    table = csv.writer(text)
    table.writerow([*(column.header for column in shown), "STATUS", "RECORD_ID", "ERRORS"])
    for row, outcome in zip(sheet.rows, outcomes, strict=True):
        cells = [row[column.index] if column.index < len(row) else "" for column in shown]
        table.writerow([*cells, outcome.status, outcome.record_id, outcome.errors])
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(f"{module}-{sheet.name}", text.getvalue())
    return packed.getvalue()

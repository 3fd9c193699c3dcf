"""Zoho's SDK reads in bulk what the list shows, and writes in bulk what the stand-in then holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.adapters.zoho.emulator.judge.judged import Judged, rows

pytestmark = pytest.mark.slow


def as_cells(record: dict[str, Any]) -> tuple[str, ...]:
    """A record of the list as the CSV has it."""
    return (
        str(record["id"]), record["Subject"] or "", record["Status"] or "", str(record["Owner"]["id"]),
        record["Due_Date"] or "", record["Modified_Time"],
    )  # fmt: skip


def cells(row: list[str]) -> tuple[str, ...]:
    """A row of the CSV, with its instant in UTC, as the SDK gives the list's."""
    return (*row[:5], datetime.fromisoformat(row[5]).astimezone(UTC).isoformat())


def test_bulk_read_equals_the_list(judged: Judged) -> None:
    found = judged.step("bulk read")
    assert found["rows"][0] == ["Id", "Subject", "Status", "Owner", "Due_Date", "Modified_Time"]
    assert sorted(map(cells, found["rows"][1:])) == sorted(map(as_cells, judged.step("list by token")))
    assert (found["file"], found["entry"]) == (f"{found['job']}.zip", f"{found['job']}.csv")
    result = found["detail"]["result"]
    assert (result["count"], result["more_records"], result["per_page"]) == (len(found["rows"]) - 1, False, 200_000)


def test_bulk_read_by_criteria(judged: Judged) -> None:
    held = rows(judged.before, "Tasks", "id", where="Status = 'Completed'")
    found = judged.step("bulk read of some")["rows"][1:]
    assert sorted(int(each[0]) for each in found) == sorted(row for (row,) in held)


def test_bulk_write(judged: Judged) -> None:
    found = judged.step("bulk write")
    assert (found["upload"]["code"], found["made"]["code"]) == ("FILE_UPLOAD_SUCCESS", "SUCCESS")
    (resource,) = found["detail"]["resource"]
    counts = {name: resource["file"][name] for name in ("added_count", "updated_count", "skipped_count", "total_count")}
    assert counts == {"added_count": 1, "updated_count": 0, "skipped_count": 1, "total_count": 2}
    header, added, skipped = found["rows"]
    assert header == ["Last_Name", "Company", "Email", "STATUS", "RECORD_ID", "ERRORS"]
    assert (added[3], added[5]) == ("ADDED", "")
    assert skipped == ["", "No name", "", "SKIPPED", "", "MANDATORY_NOT_FOUND-Last_Name"]
    held = judged.after.get("Leads", added[4])
    assert held
    assert (held["Last_Name"], held["Company"], held["Email"]) == ("Bulk", "Bulk & Co.", "bulk@judge.example")

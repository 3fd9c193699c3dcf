"""Report records."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import ConfigError

FIELDS = ("kpi", "name", "value")


def written(folder: Any) -> bytes:
    content: bytes = (folder.path / "out/deals.csv").read_bytes()
    return content


def test_sorted_marked_for_excel_and_the_same_each_time(folder: Any) -> None:
    b = {"kpi": "b", "name": "赢率, %", "value": 0.5}
    a = {"kpi": "a", "name": "=x", "value": None}
    folder.push({"b|2": b, "a|1": a}, fields=FIELDS, kind="records")
    once = written(folder)
    assert once == '\ufeffkpi,name,value\r\na,\'=x,\r\nb,"赢率, %",0.5\r\n'.encode()
    receipts = folder.push({"a|1": a, "b|2": b}, fields=FIELDS, kind="records")
    assert written(folder) == once
    assert [receipt.outcome for receipt in receipts.values()] == ["done", "done"]


def test_no_records_leave_the_header(folder: Any) -> None:
    folder.push({}, fields=FIELDS, kind="records")
    assert written(folder) == b"\xef\xbb\xbfkpi,name,value\r\n"


@pytest.mark.parametrize(
    ("encoding", "start"),
    [("gbk", b"kpi;"), ("utf-8", b"kpi;"), ("utf-16", b"\xff\xfek\0"), ("windows-1252", b"kpi;")],
)
def test_options(folder: Any, encoding: str, start: bytes) -> None:
    record = {"kpi": "x", "name": "n", "value": 1.5}
    folder.push({"1": record}, fields=FIELDS, kind="records", encoding=encoding, delimiter=";", decimal=",")
    content = written(folder)
    assert content.startswith(start)
    assert content.decode({"gbk": "gb18030"}.get(encoding, encoding)).splitlines()[1] == "x;n;1,5"


def test_a_record_that_cannot_be_written_is_left_out(folder: Any) -> None:
    records = {"1": {"kpi": "赢率"}, "2": {"kpi": "x"}}
    receipts = folder.push(records, fields=FIELDS, kind="records", encoding="windows-1252")
    assert written(folder) == b"kpi,name,value\r\nx,,\r\n"
    assert [receipt.outcome for receipt in receipts.values()] == ["rejected", "done"]


def test_a_source_is_never_written(folder: Any) -> None:
    with pytest.raises(ConfigError, match="is a source of the table deals"):
        folder.push({}, kind="records", output="deals.csv")

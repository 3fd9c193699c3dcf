"""Sheets of workbooks."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from adapters.generic_csv.limits import LIMITS
from connector.contract import PAGE_ROWS
from connector.errors import RejectedError


def changed(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A workbook with one part rewritten."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename == name:
                assert old in part
                part = part.replace(old, new)
            target.writestr(info.filename, part)
    return result.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(folder: Any) -> Any:
    folder.table("deals.xlsx")
    return folder


def test_values_keep_their_types(book: Any, make_workbook: Any) -> None:
    won = datetime(2017, 3, 1)  # noqa: DTZ001 (a sheet knows no zones)
    book.write(
        "deals.xlsx", make_workbook(Deals=[["id", " name ", None, "won"], [1, "客户", None, won], [2, "b", 1.5, None]])
    )
    pulled = book.pull("id")
    assert pulled.records == [
        {"id": 1, "name": "客户", "column 3": None, "won": won},
        {"id": 2, "name": "b", "column 3": 1.5, "won": None},
    ]
    assert (pulled.positions, pulled.end.vendor_count, pulled.end.snapshot) == ([2, 3], 2, True)


def test_pages_blank_rows_and_rows_that_are_too_wide(book: Any, make_workbook: Any) -> None:
    rows = [[n, "x"] for n in range(PAGE_ROWS + 1)]
    book.write("deals.xlsx", make_workbook(Deals=[["id", "name"], [None, ""], *rows, ["a", "b", "c"], [7]]))
    pulled = book.pull("id")
    assert len(pulled.rows) == PAGE_ROWS + 2
    assert pulled.rows[-1] == (7, None)
    assert pulled.positions[:2] == [3, 4]
    assert [(bad.position, bad.raw) for bad in pulled.unreadable] == [(PAGE_ROWS + 4, "a\tb\tc")]


def test_sheet_and_header_row(book: Any, make_workbook: Any) -> None:
    book.write("deals.xlsx", make_workbook(Notes=[["x"]], Deals=[["Title"], ["id", "name"], [1, "a"]]))
    book.table("deals.xlsx", sheet="Deals", header_row=2)
    pulled = book.pull("id")
    assert pulled.rows == [(1, "a")]
    assert pulled.pages[0].source == "deals.xlsx [Deals]"
    book.table("deals.xlsx", sheet="Deal")
    with pytest.raises(RejectedError, match="has no sheet Deal") as caught:
        book.pull("id")
    assert str(caught.value.hint) == "did you mean Deals?"


def test_a_wrong_dimension_hides_nothing(book: Any, make_workbook: Any) -> None:
    content = make_workbook(Deals=[["id", "name"], [1, "a"], [2, "b"]])
    book.write("deals.xlsx", changed(content, SHEET, b'ref="A1:B3"', b'ref="A1:A1"'))
    assert book.pull("id").rows == [(1, "a"), (2, "b")]


def test_a_formula_comes_as_its_stored_value(book: Any, make_workbook: Any) -> None:
    content = make_workbook(Deals=[["id", "sum"], [1, "=1+1"]])
    book.write("deals.xlsx", changed(content, SHEET, b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))
    assert book.pull("id").rows == [(1, 2)]


def test_header_only_and_empty(book: Any, make_workbook: Any) -> None:
    book.write("deals.xlsx", make_workbook(Deals=[["id", "name"]]))
    assert book.pull("id").end.vendor_count == 0
    book.write("deals.xlsx", make_workbook(Deals=[]))
    with pytest.raises(RejectedError, match="the file is empty"):
        book.pull("id")


def test_a_vanished_column_and_a_double_one(book: Any, make_workbook: Any) -> None:
    book.write("deals.xlsx", make_workbook(Deals=[["id", "name"], [1, "a"]]))
    with pytest.raises(RejectedError, match="needed columns are not there: stage"):
        book.pull("id", "stage")
    book.write("deals.xlsx", make_workbook(Deals=[["id", "id"], [1, "a"]]))
    with pytest.raises(RejectedError, match="column names appear twice: id"):
        book.pull("id")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_xml_entities_are_refused(book: Any, make_workbook: Any, encoding: str) -> None:
    bomb = '<!DOCTYPE lolz [<!ENTITY lol "lol">]>'.encode(encoding)
    content = changed(make_workbook(Deals=[["id"], [1]]), SHEET, b"<worksheet", bomb + b"<worksheet")
    book.write("deals.xlsx", content)
    with pytest.raises(RejectedError, match="declares XML entities"):
        book.pull("id")


def test_bombs_are_refused(book: Any, make_workbook: Any) -> None:
    huge = changed(
        make_workbook(Deals=[["id"], [1]]), "xl/styles.xml", b"<styleSheet", b" " * (1 << 20) + b"<styleSheet"
    )
    book.write("deals.xlsx", huge)
    book.limits = replace(LIMITS, workbook_part_bytes=1 << 19)
    with pytest.raises(RejectedError, match=r"xl/styles\.xml in it is larger"):
        book.pull("id")
    book.limits = replace(LIMITS, ratio_from_bytes=1 << 19)
    with pytest.raises(RejectedError, match="200 times its size"):
        book.pull("id")


def test_a_row_number_far_away_does_not_run_for_ever(book: Any, make_workbook: Any) -> None:
    content = make_workbook(Deals=[["id"], [1]])
    book.limits = replace(LIMITS, sheet_rows=1000)
    book.write("deals.xlsx", changed(content, SHEET, b'<row r="2">', b'<row r="99999999999">'))
    assert book.pull("id").rows == []


def test_damage_is_an_error(book: Any, make_workbook: Any) -> None:
    content = make_workbook(Deals=[["id"], [1]])
    for old, new in [(b"</row>", b"</rov>"), (b'r="A2"', b'r="!!"')]:
        book.write("deals.xlsx", changed(content, SHEET, old, new))
        with pytest.raises(RejectedError, match="damaged"):
            book.pull("id")


def test_a_cell_beyond_the_limit_costs_its_row(book: Any, make_workbook: Any) -> None:
    book.limits = replace(LIMITS, cell_characters=10)
    book.write("deals.xlsx", make_workbook(Deals=[["id", "name"], [1, "x" * 11], [2, "y" * 10]]))
    pulled = book.pull("id")
    assert pulled.rows == [(2, "y" * 10)]
    assert [bad.position for bad in pulled.unreadable] == [2]

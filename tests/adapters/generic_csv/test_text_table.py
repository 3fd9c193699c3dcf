"""Records of text files: good ones page by page, bad ones with their line, and what stops a pull."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.generic_csv.limits import LIMITS, MIB
from connector.contract import PAGE_ROWS
from connector.errors import RejectedError


def test_columns_positions_and_source(folder: Any) -> None:
    folder.write("deals.csv", 'id,name\n1,Acme\n2,"two\nlines"\n\n3, spaced \n')
    pulled = folder.pull("id", "name")
    assert pulled.rows == [("1", "Acme"), ("2", "two\nlines"), ("3", " spaced ")]
    assert pulled.positions == [2, 3, 6]
    assert [page.source for page in pulled.pages] == ["deals.csv"]
    assert pulled.end.vendor_count == 3
    assert pulled.end.snapshot


def test_pages_are_bounded_and_their_lines_go_on(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n" + "".join(f"{n},x\n" for n in range(2 * PAGE_ROWS + 5)))
    pulled = folder.pull("id")
    assert [page.count for page in pulled.pages] == [PAGE_ROWS, PAGE_ROWS, 5]
    assert pulled.positions == list(range(2, 2 * PAGE_ROWS + 7))
    assert pulled.records[-1] == {"id": str(2 * PAGE_ROWS + 4), "name": "x"}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_any_newline(folder: Any, newline: str) -> None:
    folder.write("deals.csv", newline.join(["id,name", "1,a", '2,"b"', ""]))
    pulled = folder.pull("id")
    assert pulled.rows == [("1", "a"), ("2", "b")]
    assert pulled.positions == [2, 3]


def test_last_line_without_newline(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,a")
    assert folder.pull("id").rows == [("1", "a")]


def test_header_only_is_a_snapshot_of_nothing(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n")
    pulled = folder.pull("id")
    assert (pulled.pages, pulled.end.snapshot, pulled.end.vendor_count) == ([], True, 0)


@pytest.mark.parametrize(
    "content", [b"", b"\n\r\n\n", b"\xef\xbb\xbf", b"\xff\xfe"], ids=["0 bytes", "blank", "bom", "bom16"]
)
def test_empty_file_is_an_error(folder: Any, content: bytes) -> None:
    folder.write("deals.csv", content)
    with pytest.raises(RejectedError, match=r"deals\.csv: the file is empty") as caught:
        folder.pull("id")
    assert "export it again" in str(caught.value.hint)


def test_duplicate_headers_are_named(folder: Any) -> None:
    folder.write("deals.csv", "id,name, name ,id\n1,a,b,1\n")
    with pytest.raises(RejectedError, match="line 1: column names appear twice: id, name"):
        folder.pull("id")


def test_columns_without_a_name_are_called_by_their_place(folder: Any) -> None:
    folder.write("deals.csv", "id,, name \n1,x,y\n")
    assert folder.pull("id").records == [{"id": "1", "column 2": "x", "name": "y"}]


def test_ragged_rows_are_unreadable_and_counted(folder: Any) -> None:
    folder.write("deals.csv", 'id,name,x\n1,a,b\n2,"c,d"\n3,a,b,c\n4,e,f,,\n')
    pulled = folder.pull("id")
    assert pulled.rows == [("1", "a", "b"), ("4", "e", "f")]
    assert pulled.positions == [2, 5]
    assert [(bad.position, bad.raw) for bad in pulled.unreadable] == [(3, '2,"c,d"'), (4, "3,a,b,c")]
    assert str(pulled.unreadable[0].reason) == "2 cells, the header has 3"
    assert pulled.end.vendor_count == 4


def test_rows_without_any_value_are_skipped(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n\n1,a\n,\n,,,\n\n2,b\n")
    pulled = folder.pull("id")
    assert (pulled.rows, pulled.unreadable, pulled.end.vendor_count) == ([("1", "a"), ("2", "b")], [], 2)


def test_a_row_with_broken_quotes_is_unreadable(folder: Any) -> None:
    folder.write("deals.csv", 'id,name\n1,"he said "hi" loud"\n2,b\n')
    pulled = folder.pull("id")
    assert pulled.rows == [("2", "b")]
    assert pulled.positions == [3]
    (bad,) = pulled.unreadable
    assert (bad.position, bad.raw) == (2, '1,"he said "hi" loud"\n')
    assert "quotes" in str(bad.reason)


@pytest.mark.parametrize(
    "tail",
    ["3,c\n4,d\n", '3,"c"\n4,d\n', "3,c\n" * 10, "x" * 90 + "\n" + "x" * 90 + "\n"],
    ids=["to the end", "to the next quote", "many rows", "past the cell limit"],
)
def test_a_quote_that_swallows_rows_stops_with_its_line(folder: Any, tail: str) -> None:
    folder.limits = replace(LIMITS, cell_characters=100)
    folder.write("deals.csv", 'id,name\n1,a\n2,"b\n' + tail)
    folder.table(encoding="utf-8", delimiter=",", quote='"', header_row=1)
    with pytest.raises(RejectedError, match=r"deals\.csv, line 3: a quoted cell opens here") as caught:
        folder.pull("id")
    assert "close or double the quote" in str(caught.value.hint)


def test_nul_bytes_cost_their_row_only(folder: Any) -> None:
    folder.write("deals.csv", b"id,name\n1,a\n2,b\0c\n3,d\n")
    pulled = folder.pull("id")
    assert pulled.rows == [("1", "a"), ("3", "d")]
    assert [(bad.position, str(bad.reason)) for bad in pulled.unreadable] == [(3, "a NUL byte is in this row")]


def test_a_file_of_zeros_stops(folder: Any) -> None:
    folder.limits = replace(LIMITS, line_characters=1000)
    folder.write("deals.csv", b"id,name\n1,a\n" + bytes(5000))
    folder.table(encoding="utf-8", delimiter=",", quote='"', header_row=1)
    with pytest.raises(RejectedError, match="line 3: longer than 1000 characters"):
        folder.pull("id")


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
def test_a_cell_of_10_mb_costs_its_row_only(folder: Any, quote: str) -> None:
    folder.write("deals.csv", f"id,name\n1,a\n2,{quote}{'x' * (10 * MIB)}{quote}\n3,c\n")
    pulled = folder.pull("id")
    assert pulled.rows == [("1", "a"), ("3", "c")]
    (bad,) = pulled.unreadable
    assert (bad.position, str(bad.reason)) == (3, f"a cell is longer than {MIB} characters")
    assert len(bad.raw) == LIMITS.raw_characters


def test_a_cell_at_the_limit_is_read(folder: Any) -> None:
    folder.write("deals.csv", f"id,name\n1,{'x' * MIB}\n")
    assert len(folder.pull("id").rows[0][1]) == MIB


def test_no_quote_character(folder: Any) -> None:
    folder.write("deals.csv", 'id,name\n1,"5 inch\n2,6" disk\n')
    folder.table(quote="")
    assert folder.pull("id").rows == [("1", '"5 inch'), ("2", '6" disk')]


def test_a_needed_column_that_vanished_is_named(folder: Any) -> None:
    folder.write("deals.csv", "id,close_value,stage\n1,2,won\n")
    with pytest.raises(RejectedError, match=r"deals\.csv, line 1: needed columns are not there: close_valu") as caught:
        folder.pull("id", "close_valu")
    assert str(caught.value.hint) == "did you mean close_value?"


def test_a_column_that_vanished_since_the_last_run(folder: Any) -> None:
    folder.write("deals.csv", "id,name,stage\n1,a,won\n")
    state = folder.pull("id", "stage").end.next_state
    folder.write("deals.csv", "id,name\n1,a\n")
    with pytest.raises(RejectedError, match="needed columns are not there: stage"):
        folder.pull("id", "stage", state=state)


def test_a_delimiter_that_leaves_one_column_stops(folder: Any) -> None:
    folder.write("deals.csv", "id;name\n1;a\n")
    folder.table(delimiter=",")
    with pytest.raises(RejectedError, match="one column only when cut at ','") as caught:
        folder.pull("id")
    assert "';'" in str(caught.value.hint)


def test_a_table_of_one_column(folder: Any) -> None:
    folder.write("deals.csv", "id\n1\n2\n")
    assert folder.pull("id").rows == [("1",), ("2",)]


def test_header_row_behind_the_end(folder: Any) -> None:
    folder.write("deals.csv", "id,name\n1,a\n")
    folder.table(header_row=9)
    with pytest.raises(RejectedError, match="has no line 9") as caught:
        folder.pull("id")
    assert "header_row" in str(caught.value.hint)


def test_rows_above_the_header_are_skipped_and_lines_still_right(folder: Any) -> None:
    folder.write("deals.csv", 'Report "of deals"\n\nid,name\n1,a\n2\n')
    folder.table(header_row=3)
    pulled = folder.pull("id")
    assert (pulled.rows, pulled.positions, pulled.unreadable[0].position) == ([("1", "a")], [4], 5)


def test_wrong_encoding_stops_with_line_and_remedy(folder: Any) -> None:
    rows = "".join(f"{n},client numéro {n}\n" for n in range(3000))
    folder.write("deals.csv", ("id,nom\n" + "9,plain\n" * 2000 + rows).encode("cp1252"))
    folder.table(encoding="utf-8")
    with pytest.raises(RejectedError, match=r"deals\.csv, line 2002: not text in utf-8") as caught:
        folder.pull("id")
    assert "windows-1252" in str(caught.value.hint)


def test_bytes_that_no_encoding_holds(folder: Any) -> None:
    folder.write("deals.csv", b"id,name\n1,\x81\x8d\x90\xff\xff,\n")
    with pytest.raises(RejectedError, match="not text in any encoding") as caught:
        folder.pull("id")
    assert "UTF-8" in str(caught.value.hint)

"""The workbook, read back with another library."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from tests.connector.report.firm import Firm


@pytest.fixture(scope="module")
def book(firm: Firm) -> Workbook:
    return load_workbook(BytesIO(firm.report("xlsx")["xlsx"]))


def rows(book: Workbook, title: str) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in book[title].iter_rows()]


def test_sheets(book: Workbook) -> None:
    assert book.sheetnames == ["Summary", "Company", "Teams", "People", "Missing", "KPIs"]


@pytest.mark.parametrize("title", ["Summary", "Company", "Teams", "People"])
def test_head_and_names_stay_in_sight(book: Workbook, title: str) -> None:
    assert book[title].freeze_panes == "D2"
    assert book[title].auto_filter.ref


def test_numbers_are_numbers_in_their_format(book: Workbook) -> None:
    sheet = book["People"]
    head = [cell.value for cell in sheet[1]]
    at = head.index("Q3 2025") + 1
    found = {(row[0].value, row[2].value): row[at - 1] for row in sheet.iter_rows(min_row=2)}
    ben = found["Ben Ito", "Win rate"]
    assert (ben.value, ben.data_type, ben.number_format, ben.font.i) == (0.75, "n", "0.0%", False)
    ann = found["Ann Lee", "Win rate"]
    assert (ann.value, ann.number_format, ann.font.i) == (0.5, "0.0%", True)  # one of two: grey
    assert found["Ann Lee", "Won amount"].number_format == "#,##0.00"


def test_the_summary_counts_where_it_cannot_judge(book: Workbook) -> None:
    found = {(row[0], row[2]): row for row in rows(book, "Summary")}
    assert found["Ann Lee", "Win rate"][3:] == (
        "1 of 2 won · team: 73.8%",
        "3 of 4 won · team, 12 months: 72.5%",
        "6 of 10 won · team: 72.5%",
        0.7,
        0.05,
        "○ too few to judge",
    )
    assert found["Ben Ito", "Win rate"][3] == 0.75


def test_what_is_missing_and_what_it_means(book: Workbook) -> None:
    texts = {cell for row in rows(book, "Missing") for cell in row}
    assert "too few to judge" in texts
    assert "Grey numbers rest on too few cases to be judged." in texts
    assert [row[4] for row in rows(book, "KPIs")][1:] == ["win_rate", "sales_cycle", "won_amount", "pipeline_value"]


def test_in_chinese(firm: Firm) -> None:
    book = load_workbook(BytesIO(firm.report("xlsx", language="zh-CN")["xlsx"]))
    assert book.sheetnames == ["概览", "公司", "团队", "人员", "缺失", "指标说明"]

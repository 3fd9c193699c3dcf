"""CSV, XLSX and YAML: every way a file can be odd, with the line or the cell."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from connector.targets import read_book
from kpi_engine.target import AtLeast

from .conftest import PEOPLE, Company

HEAD = "kpi,owner,period,target\n"


def workbook(
    rows: Sequence[Sequence[Any]], change: Callable[[Any], None] = lambda _: None, title: str = "Targets"
) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    change(sheet)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


# ---- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_as_spreadsheets_save_it(company: Company, delimiter: str, mark: str, newline: str) -> None:
    text = (HEAD + "won_amount,Ann Lee,2026-Q3,1000\n").replace(",", delimiter).replace("\n", newline)
    book = company.csv(mark + text)
    assert book.problems == ()
    assert [entry.target.goal for entry in book.entries] == [AtLeast(value=1000)]


def test_names_with_quotes_newlines_and_emoji(company: Company) -> None:
    name = PEOPLE[5][1].replace('"', '""')
    book = company.csv(HEAD + f'won_amount,"{name}",2026-Q3,1000\nwon_amount,王芳,2026-Q3,1000\n')
    assert book.problems == ()
    assert [entry.target.scope_id for entry in book.entries] == ["6", "3"]


def test_lines_are_counted_as_an_editor_counts_them(company: Company) -> None:
    name = PEOPLE[5][1].replace('"', '""')
    book = company.csv(HEAD + f'won_amount,"{name}",2026-Q3,1000\n\nwon_amount,Nobody,2026-Q3,1\n')
    (problem,) = book.problems
    assert problem.where == "targets/t.csv:5 owner"


def test_headings_as_people_write_them(company: Company) -> None:
    book = company.csv("KPI, Owner ,PERIOD,Target,Baseline period\nwon_amount,1,2026-Q3,1000,2025-Q3\n")
    assert book.problems == ()
    assert book.entries[0].baseline_from is not None


def test_rows_that_nobody_filled_in_are_counted_and_nothing_else(company: Company) -> None:
    book = company.csv(HEAD + "won_amount,Ann Lee,2026-Q3,\nwon_amount,Bob Ray,2026-Q3,5\n,,,\n")
    assert (len(book.entries), book.unset, book.problems) == (1, 1, ())


@pytest.mark.parametrize(
    ("content", "where", "message", "hint"),
    [
        ("", "targets/t.csv", "is empty", "--template"),
        ("\n\n", "targets/t.csv", "is empty", "--template"),
        (HEAD.encode("utf-16"), "targets/t.csv", "is not written in UTF-8", "CSV UTF-8"),
        ("kpi,owner\n王,芳\n".encode("gb18030"), "targets/t.csv", "is not written in UTF-8", "CSV UTF-8"),
        (HEAD + 'won_amount,"Ann,2026-Q3,5\n', "targets/t.csv:2", "is not CSV", ""),
        ("kpi,owner,perod,target\n", "targets/t.csv:1", "perod is not a field of targets", "did you mean period?"),
        ("kpi,owner,KPI,target\n", "targets/t.csv:1", "two columns are called kpi", ""),
        (HEAD + "won_amount,Lee, Ann,2026-Q3,5\n", "targets/t.csv:2", "more cells than headings", "quote a cell"),
    ],
)
def test_csv_that_is_none(company: Company, content: str | bytes, where: str, message: str, hint: str) -> None:
    company.file("t.csv", content)
    problem = read_book(company.config, company.store).problems[0]
    assert problem.where == where
    assert message in str(problem.message)
    assert hint in str(problem.hint)


# ---- XLSX ------------------------------------------------------------------------------------------------------------


def test_a_sheet_with_numbers_percentages_and_numeric_ids(company: Company) -> None:
    def as_percent(sheet: Any) -> None:
        sheet["D3"].number_format = "0.00%"

    rows = [
        ["kpi", "owner", "period", "target", "change", "baseline_period"],
        ["won_amount", 1, "2026-Q3", 1200.5, None, None],
        ["win_rate", 2.0, "2026-Q3", 0.65, None, None],
        [None, None, None, None, None, None],
        ["sales_cycle", "王芳", "2026-Q3", None, "-30%", "2025-Q3"],
    ]
    company.file("t.xlsx", workbook(rows, as_percent))
    book = read_book(company.config, company.store)
    assert book.problems == ()
    assert [entry.target.scope_id for entry in book.entries] == ["1", "2", "3"]
    assert book.entries[0].target.goal == AtLeast(value=1200.5)
    assert book.entries[1].target.goal == AtLeast(value=0.65)


def test_a_change_that_the_spreadsheet_turned_into_a_percentage(company: Company) -> None:
    def as_percent(sheet: Any) -> None:
        sheet["C2"].number_format = "0%"

    company.file(
        "t.xlsx",
        workbook([["kpi", "period", "change", "baseline_period"], ["sales_cycle", 2026, -0.3, 2025]], as_percent),
    )
    (entry,) = read_book(company.config, company.store).entries
    assert entry.target.goal.kind == "by_change"
    assert entry.target.goal.change.factor == pytest.approx(0.7)


def test_merged_cells_are_named(company: Company) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("C2:C3")

    rows = [["kpi", "owner", "period", "target"], ["won_amount", 1, "2026-Q3", 5], ["won_amount", 2, None, 5]]
    company.file("t.xlsx", workbook(rows, merge))
    (problem,) = read_book(company.config, company.store).problems
    assert problem.where == "targets/t.xlsx Targets!C2:C3"
    assert "are merged" in str(problem.message)
    assert "unmerge" in str(problem.hint)


@pytest.mark.parametrize(
    ("row", "where", "message"),
    [
        (["won_amount", 1, datetime(2026, 7, 1), 5], "targets/t.xlsx Targets!C2 period", "is a day"),  # noqa: DTZ001
        (["won_amount", "Nobody", "2026-Q3", 5], "targets/t.xlsx Targets!B2 owner", "is called Nobody"),
        (["won_amount", 1, "2026-Q3", datetime(2026, 7, 1)], "targets/t.xlsx Targets!D2 target", "is not a number"),  # noqa: DTZ001
        (["won_amount", 1, "2026-Q3", True], "targets/t.xlsx Targets!D2 target", "is not a number"),
    ],
)
def test_the_cell_is_named(company: Company, row: list[Any], where: str, message: str) -> None:
    company.file("t.xlsx", workbook([["kpi", "owner", "period", "target"], row]))
    (problem,) = read_book(company.config, company.store).problems
    assert problem.where == where
    assert message in str(problem.message)


def test_the_sheet_called_targets_is_read_wherever_it_stands(company: Company) -> None:
    made = openpyxl.Workbook()
    made.active.title = "How to"
    sheet = made.create_sheet("Targets")
    sheet.append(["kpi", "period", "target"])
    sheet.append(["won_amount", "2026-Q3", 5])
    content = io.BytesIO()
    made.save(content)
    company.file("t.xlsx", content.getvalue())
    assert len(read_book(company.config, company.store).entries) == 1


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 broken"])
def test_a_workbook_that_is_none(company: Company, content: bytes) -> None:
    company.file("t.xlsx", content)
    (problem,) = read_book(company.config, company.store).problems
    assert problem.where == "targets/t.xlsx"
    assert "save it once more" in str(problem.hint)


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.targets.workbook.MOST_UNPACKED", 1000)
    company.file("t.xlsx", workbook([["kpi", "period", "target"]]))
    (problem,) = read_book(company.config, company.store).problems
    assert "unpacks to more than 1000 bytes" in str(problem.message)


# ---- YAML ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("targets: {a: b}\n", "targets/t.yaml:1", "must be a list of targets"),
        ("- a\n", "targets/t.yaml:1", "must be a list of targets"),
        ("targets: []\ngoals: []\n", "targets/t.yaml:2 goals", "goals is not known here"),
        ("targets:\n  - won_amount\n", "targets/t.yaml:2 targets[0]", "must be a group of fields"),
        ("targets: [\n", "targets/t.yaml:2", "YAML"),
        ("targets: !!python/object []\n", "targets/t.yaml:1 targets", "is not allowed"),
    ],
)
def test_yaml_that_is_none(company: Company, text: str, where: str, message: str) -> None:
    problem = company.yaml(text).problems[0]
    assert problem.where.startswith(where)
    assert message in str(problem.message)


def test_an_empty_yaml_file_is_no_fault(company: Company) -> None:
    assert company.yaml("# nothing yet\n").problems == ()


# ---- which files -----------------------------------------------------------------------------------------------------


def test_a_company_without_targets(company: Company) -> None:
    book = read_book(company.config, company.store)
    assert (book.entries, book.problems, book.files) == ((), (), ())


def test_what_spreadsheet_programs_leave_beside_an_open_file_is_not_read(company: Company) -> None:
    company.file("~$t.xlsx", b"locked")
    company.file(".t.csv", "x")
    assert read_book(company.config, company.store).files == ()


def test_a_file_that_the_settings_name_must_be_there(company: Company) -> None:
    company.file("quarter.csv", HEAD)
    company.settings("targets: {files: [targets/quarters.csv]}\n")
    (problem,) = read_book(company.config, company.store).problems
    assert problem.where.startswith("crm-kpi.yaml:")
    assert "targets/quarters.csv is not there" in str(problem.message)
    assert "did you mean quarter.csv?" in str(problem.hint)


def test_a_kind_of_file_that_holds_no_targets(company: Company) -> None:
    company.file("t.docx", b"x")
    company.settings("targets: {files: [targets/t.docx]}\n")
    (problem,) = read_book(company.config, company.store).problems
    assert "holds no targets" in str(problem.message)


def test_a_file_named_twice_is_read_once(company: Company) -> None:
    company.file("t.csv", HEAD + "won_amount,1,2026-Q3,5\n")
    company.settings("targets: {files: [targets/t.csv, 'targets/*']}\n")
    book = read_book(company.config, company.store)
    assert (len(book.entries), book.problems) == (1, ())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("targets: {amber: 1.0}\n", "amber must begin below green"),
        ("targets: {decimal: ',', thousands: ','}\n", "the same sign"),
        ("targets: {fils: []}\n", "is not a known setting"),
        ("targets: {stale_after_days: -1}\n", "must be at least 0"),
    ],
)
def test_settings_that_make_no_sense(company: Company, settings: str, message: str) -> None:
    from connector.errors import ConfigError

    with pytest.raises(ConfigError, match=message):
        company.settings(settings)

"""A sheet to fill in: what stands in it, and that it comes back as it was meant."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from connector.errors import ConnectorError
from connector.formats.spreadsheet import FORMULA_SIGNS
from connector.store import facts
from connector.targets import Template, read_book, template, write_csv, write_xlsx
from connector.targets.fields import FIELDS
from connector.targets.period_label import read_period
from connector.targets.sheet import COLUMNS
from kpi_engine.target import AtLeast

from .conftest import Company, owner_value, value

LAST = {"period_start": "2026-04-01", "period_end": "2026-07-01"}


def made(company: Company, *kpis: str, periods: Sequence[str] = (), **more: Any) -> Template:
    definitions = [each for each in company.config.definitions if each.id in (kpis or ("won_amount",))]
    wanted = [read_period(label, None, calendar=company.config.calendar()) for label in periods]
    return template(company.config, company.store, definitions=definitions, language="en", periods=wanted, **more)


def as_dicts(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_row_per_place_kpi_and_period(company: Company) -> None:
    sheet = made(company, "won_amount", "win_rate", periods=["2026-Q4", "2027-Q1"])
    places = [
        (row["scope"], row.get("of", ""))
        for row in sheet.rows
        if row["kpi"] == "win_rate" and row["period"] == "2026-Q4"
    ]
    assert places == [
        ("organisation", ""),
        *(("team", team) for team in "DENS"),
        *(("owner", person) for person in ("1", "2", "3", "4", "5", "6", "8")),  # 7 has left
    ]
    assert len(sheet.rows) == 2 * 2 * len(places)


def test_the_next_quarter_is_the_usual_one(company: Company) -> None:
    assert {row["period"] for row in made(company).rows} == {"2026-Q4"}


def test_only_for_whom_it_is_asked(company: Company) -> None:
    assert {row["scope"] for row in made(company, scopes=["team"]).rows} == {"team"}


def test_periods_that_a_scope_is_not_computed_by_are_left_out(company: Company) -> None:
    assert {row["scope"] for row in made(company, periods=["2027"]).rows} == {"organisation", "team"}


def test_names_units_and_the_last_value_help(company: Company) -> None:
    company.values([owner_value("won_amount", "1", 1234.5, **LAST), owner_value("win_rate", "1", 0.625, **LAST)])
    rows = {row["kpi"]: row for row in made(company, "won_amount", "win_rate").rows if row.get("of") == "1"}
    assert rows["won_amount"] == {
        "kpi": "won_amount",
        "kpi_name": "Won amount",
        "scope": "owner",
        "of": "1",
        "name": "Ann Lee",
        "period": "2026-Q4",
        "unit": "money",
        "currency": "EUR",
        "last_period": "2026-Q2",
        "last_value": 1234.5,
    }
    text = {
        row["kpi"]: row["last_value"]
        for row in as_dicts(write_csv(made(company, "won_amount", "win_rate")))
        if row["of"] == "1"
    }
    assert text == {"won_amount": "1234.5", "win_rate": "62.50 %"}


def test_every_column_is_a_field(company: Company) -> None:
    assert set(COLUMNS) <= set(FIELDS)


def test_a_company_without_values_gets_no_sheet(company: Company) -> None:
    company.values([])
    with pytest.raises(ConnectorError, match="there are no values yet"):
        made(company)


def test_a_sheet_that_nobody_could_fill_in_is_refused(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.targets.sheet.MOST_ROWS", 5)
    with pytest.raises(ConnectorError, match="the sheet would have 12 rows") as refused:
        made(company)
    assert "--kpi" in str(refused.value.hint)


# ---- there and back --------------------------------------------------------------------------------------------------


@pytest.fixture
def dangerous(company: Company) -> Company:
    """Ids and names that a spreadsheet would take for formulas, links or numbers."""
    with company.store.transaction():
        rows = [("crm", "=1+1", "+Plus", "N"), ("crm", "@at", "http://example.org", "N"), ("crm", "007", "-7", "N")]
        rows += [("crm", "＝2", "＠wide", "N"), ("crm", "8", "\t=8", "N"), ("crm", "'t", "'t Hooft", "N")]
        facts.upsert(company.store, "users", ("connection", "id", "name", "team_id"), rows)
    return company


def test_csv_comes_back_as_it_was_meant(dangerous: Company) -> None:
    rows = as_dicts(write_csv(made(dangerous, "won_amount", "win_rate")))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(FORMULA_SIGNS)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows({**row, "target": "5000" if row["kpi"] == "won_amount" else "65 %"} for row in rows)
    book = dangerous.csv(out.getvalue())
    assert book.problems == ()
    assert len(book.entries) == len(rows)
    assert {entry.target.scope_id for entry in book.entries} >= {"=1+1", "@at", "007", "6", "＝2", "'t"}


def test_xlsx_comes_back_as_it_was_meant(dangerous: Company) -> None:
    content = write_xlsx(made(dangerous, "won_amount", "win_rate"))
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    sheet = workbook["Targets"]
    target = [cell.value for cell in sheet[1]].index("target") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, target).value = 0.65  # as a spreadsheet stores a typed 65 % in a cell of that format
        if sheet.cell(row, 1).value == "won_amount":
            sheet.cell(row, target).value = 5000
    filled = io.BytesIO()
    workbook.save(filled)
    dangerous.file("t.xlsx", filled.getvalue())
    book = read_book(dangerous.config, dangerous.store)
    assert book.problems == ()
    assert len(book.entries) == sheet.max_row - 1
    goals = {entry.target.kpi: entry.target.goal for entry in book.entries}
    assert goals == {"won_amount": AtLeast(value=5000), "win_rate": AtLeast(value=0.65)}
    assert {entry.target.scope_id for entry in book.entries} >= {"=1+1", "@at", "007", "6"}


def test_texts_are_texts_and_numbers_are_numbers(dangerous: Company) -> None:
    dangerous.values([owner_value("won_amount", "=1+1", 1234.5, **LAST), value("win_rate", 0.5)])
    content = write_xlsx(made(dangerous, scopes=["owner"]))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Targets"]
    column = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column["of"]).value == "=1+1")
    assert sheet.cell(row, column["of"]).data_type == "s"
    assert sheet.cell(row, column["name"]).data_type == "s"
    assert sheet.cell(row, column["period"]).number_format == "@"
    assert sheet.cell(row, column["last_value"]).value == 1234.5
    assert sheet.freeze_panes == "A2"
    assert "share" not in (sheet.cell(1, column["target"]).comment.text or "")


def test_the_same_sheet_is_the_same_bytes(company: Company) -> None:
    assert write_xlsx(made(company)) == write_xlsx(made(company))


def test_what_columns_mean_is_said_in_the_readers_language(company: Company) -> None:
    content = write_xlsx(
        made(company), translate=lambda text: "目标" if text.startswith("the number to reach") else text
    )
    with zipfile.ZipFile(io.BytesIO(content)) as unpacked:
        assert "目标" in unpacked.read("xl/comments1.xml").decode()

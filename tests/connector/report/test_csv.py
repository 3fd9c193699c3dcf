"""CSV: a line a value, documented columns."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from connector.report.as_csv import COLUMNS
from tests.connector.report.firm import Firm


def lines(firm: Firm, **settings: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(firm.report("csv", **settings)["csv"].decode("utf-8-sig"))))


def test_spreadsheets_know_its_encoding(firm: Firm) -> None:
    assert firm.report("csv")["csv"].startswith(b"\xef\xbb\xbfscope,")


def test_numbers_are_plain(firm: Firm) -> None:
    (line,) = [
        line
        for line in lines(firm)
        if (line["id"], line["kpi"], line["period_start"]) == ("U2", "win_rate", "2025-07-01")
    ]
    assert line["value"] == "0.75"
    assert (line["part"], line["whole"], line["n"], line["status"], line["complete"]) == (
        "30",
        "40",
        "40",
        "ok",
        "true",
    )
    assert (line["name"], line["team"], line["kpi_name"], line["unit"]) == ("Ben Ito", "Harbour", "Win rate", "percent")
    assert line["target"] == ""


def test_a_target_stands_beside_its_value(firm: Firm) -> None:
    (line,) = [line for line in lines(firm) if line["scope"] == "organisation" and line["target"]]
    assert (line["kpi"], line["value"], line["target"], line["gap"]) == ("won_amount", "7400.0", "10000.0", "-2600.0")
    assert (line["colour"], line["target_status"]) == ("red", "ok")


def test_names_of_kpis_are_in_the_readers_language(firm: Firm) -> None:
    assert {line["kpi_name"] for line in lines(firm, language="zh-TW")} == {
        "贏單率", "贏單金額", "銷售週期(中位數)", "銷售管道金額",
    }  # fmt: skip


def test_every_column_is_documented(root: Path) -> None:
    page = (root / "docs" / "report.md").read_text("utf-8")
    assert [column for column in COLUMNS if f"| `{column}` |" not in page] == []

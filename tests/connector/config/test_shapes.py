"""Labels of the fields that a CRM makes for us are in the company's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import Config, read
from connector.config.shapes import field_shapes, report_label, report_shapes
from tests.company import FIELDS, KPIS, SETTINGS, found_company, replaced

SHOWN = """\
fields:
        Won: {kpi: won_amount, period: month}
        Before: {kpi: won_amount, period: quarter, periods_back: 1}
        Long: {kpi: won_amount, period: month, periods_back: 12}
        Count: {kpi: won_amount, period: year, show: n}
        Rag: {kpi: won_amount, period: all, show: rag}"""


def config(folder: Path, language: str) -> Config:
    settings = replaced(SETTINGS, "currency: EUR", f"currency: TWD\n  language: {language}")
    fields = replaced(FIELDS, "fields: {Won: {kpi: won_amount, period: year}}", SHOWN)
    kpis = replaced(KPIS, "account: [year, all]", "account: [month, quarter, year, all]")
    return read(found_company(folder, settings + kpis + fields), environment={})


def labels(found: Config) -> list[str]:
    [target] = found.write_back.targets
    return [shape.label for shape in field_shapes(found, target).values()]  # type: ignore[arg-type]  # it has fields


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Won amount (TWD), month",
                "Won amount (TWD), previous quarter",
                "Won amount (TWD), 12 months back",
                "Won amount: number of records, year",
                "Won amount: traffic light, all time",
            ],
        ),
        (
            "zh-CN",
            [
                "赢单金额（TWD），月",
                "赢单金额（TWD），上一季度",
                "赢单金额（TWD），月（往前 12 期）",
                "赢单金额：记录数，年",
                "赢单金额：红绿灯，全部时间",
            ],
        ),
        (
            "zh-TW",
            [
                "贏單金額（TWD），月",
                "贏單金額（TWD），上一季",
                "贏單金額（TWD），月（往前 12 期）",
                "贏單金額：紀錄數，年",
                "贏單金額：紅綠燈，全部時間",
            ],
        ),
    ],
)
def test_what_fields_are_called(language: str, expected: list[str], tmp_path: Path) -> None:
    assert labels(config(tmp_path, language)) == expected


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_a_report_in_chinese_has_no_english_label(language: str, tmp_path: Path) -> None:
    found = config(tmp_path, language)
    said = [report_label(found), *(shape.label for shape in report_shapes(found).values())]
    assert [label for label in said if not any("\u4e00" <= letter <= "\u9fff" for letter in label)] == []

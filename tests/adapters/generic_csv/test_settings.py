"""What may be stated about files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.generic_csv.settings import FormatSettings, GenericCsvSettings, TableSettings


@pytest.mark.parametrize(
    "settings",
    [
        {"foldr": "x"},
        {"tables": {"deals": {"files": "a.csv", "semantic": "append"}}},
        {"tables": {"deals": {"files": "a.csv", "format": {"delimeter": ";"}}}},
        {"tables": {"deals": {"files": "a.csv", "format": {"encoding": "klingon"}}}},
        {"tables": {"deals": {"files": "a.csv", "format": {"delimiter": ";;"}}}},
        {"tables": {"deals": {"files": "a.csv", "format": {"delimiter": "\n"}}}},
        {"tables": {"deals": {"files": "a.csv", "format": {"delimiter": "'", "quote": "'"}}}},
        {"tables": {"deals": {"files": "a.csv", "format": {"header_row": 0}}}},
        {"tables": {"deals": {"files": []}}},
        {"tables": {"deals": {"files": ""}}},
    ],
    ids=str,
)
def test_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GenericCsvSettings.model_validate(settings)


@pytest.mark.parametrize(("written", "meant"), [("GBK", "gb18030"), ("UTF8", "utf-8"), ("cp1252", "windows-1252")])
def test_other_names_of_an_encoding(written: str, meant: str) -> None:
    assert FormatSettings.model_validate({"encoding": written}).encoding == meant


def test_the_last_override_that_fits_a_file_wins() -> None:
    table = TableSettings.model_validate(
        {
            "files": "*.csv",
            "format": {"delimiter": ",", "header_row": 2},
            "overrides": [
                {"files": "old*.csv", "format": {"delimiter": ";"}},
                {"files": "old/older.csv", "format": {"encoding": "big5"}},
            ],
        }
    )
    assert table.format_of(Path("/x/new.csv")) == FormatSettings(delimiter=",", header_row=2)
    assert table.format_of(Path("/x/old/older.csv")) == FormatSettings(delimiter=";", header_row=2, encoding="big5")

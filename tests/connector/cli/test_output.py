"""What reaches the terminal, and moments and values as people write and read them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from connector.cli.language import language_of_locale
from connector.cli.output import Output, clean, print_json
from connector.cli.value import shown_value
from connector.errors import Message, Problem


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 云帆 é", "plain 云帆 é"),
        ("a\x1b[2Jb", "a?[2Jb"),
        ("a\x9b2Jb", "a?2Jb"),
        ("a\r\nb\tc\u2028d", "a  b c d"),
        ("a\u202eb\u2066c\u061c", "a?b?c?"),
        ("a\x00b\x7fc", "a?b?c"),
        ("\ud800", "?"),
    ],
)
def test_nothing_can_steer_the_terminal(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_tables_count_wide_characters_twice(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(("name", "n"), [("云帆", 5), ("Ann", 1234), (None, None)])
    assert capsys.readouterr().out == "name     n\n云帆     5\nAnn   1234\n\n"


def test_a_table_without_rows_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(("name",), [])
    assert capsys.readouterr().out == ""


def test_values_in_a_sentence_are_cleaned_and_translated(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output({"{what} is gone": "{what} 不见了", "the file": "文件"}.get)  # type: ignore[arg-type]  # every key is there
    output.result(Message("{what} is gone", what=Message("the file")))
    assert capsys.readouterr().out == "文件 不见了\n"


class Colour(StrEnum):
    RED = "red"


def test_json_of_everything_that_reports_hold(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(
        {
            "instant": datetime(2025, 1, 2, tzinfo=UTC),
            "day": date(2025, 1, 2),
            "path": Path("a/b"),
            "set": frozenset({"b", "a"}),
            "colour": Colour.RED,
            "problem": Problem("here", Message("no {x}", x="y")),
            "text": "云",
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "instant": "2025-01-02T00:00:00Z",
        "day": "2025-01-02",
        "path": "a/b",
        "set": ["a", "b"],
        "colour": "red",
        "problem": {"where": "here", "message": "no y", "hint": ""},
        "text": "云",
    }


def test_json_is_harmless_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    name = "Ac\x1b[2J\x9b2J\x7f\u2028\u202eme\u061c\u2066 云帆\n\ud800"
    print_json({"name": name})
    said = capsys.readouterr().out
    assert json.loads(said) == {"name": name}
    assert "云帆" in said
    assert all(clean(line) == line for line in said.split("\n"))


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_has_no_json_form_is_an_error(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        print_json({"value": value})


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_SG"}, "zh-CN"),
        ({"LANG": "zh_HK.UTF-8"}, "zh-TW"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh-TW"),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-CN"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh-CN"),
    ],
)
def test_the_terminals_language(environment: dict[str, str], language: str) -> None:
    assert language_of_locale(environment) == language


@pytest.mark.parametrize(
    ("value", "unit", "currency", "shown"),
    [
        (0.61712, "percent", "", "61.71 %"),
        (1134672.0, "money", "EUR", "1,134,672.00 EUR"),
        (1200.0, "count", "", "1,200"),
        (51.0, "days", "", "51 days"),
        (None, "money", "EUR", ""),
        (0.0, "count", "", "0"),
    ],
)
def test_values_as_people_read_them(value: float | None, unit: str, currency: str, shown: str) -> None:
    assert shown_value(value, unit, currency=currency) == shown

"""Formats are found from whole columns, and what has two readings is a question."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.formats.date import DateFormat
from connector.formats.infer import ColumnProfile
from connector.formats.number import NumberFormat


def profile(*cells: Any) -> ColumnProfile:
    found = ColumnProfile()
    found.feed(cells)
    return found


def number(**how: Any) -> tuple[NumberFormat, ...]:
    return (NumberFormat(**how),)


def dates(*patterns: str) -> tuple[DateFormat, ...]:
    return tuple(DateFormat(pattern=pattern) for pattern in patterns)


@pytest.mark.parametrize(
    "cells",
    [("", None, "  "), ("Acme", "Globex"), ("007", "008"), ("1234567890123456", "2"), ("$5", "€6")],
)
def test_neither_numbers_nor_dates(cells: tuple[Any, ...]) -> None:
    found = profile(*cells)
    assert (found.numbers, found.dates) == ((), ())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("12", "34000", "", None), number()),
        (("1,234.5", "3"), number(thousands=",")),
        (("1.234,5", "1"), number(decimal=",", thousands=".")),
        (("1,5", "2,25"), number(decimal=",")),
        (("0.125", "2.345"), number()),
        (("1 234", "5"), number(thousands=" ")),
        (("1\u202f234,5", "2"), number(decimal=",", thousands=" ")),
        (("1’234.5", "5"), number(thousands="'")),
        (("¥1,234.00", "￥5"), number(thousands=",", currency=("¥",))),
        (("NT$5", "7"), number(currency=("NT$",))),
        (("3.5万", "2亿", "1"), number(chinese_units=True)),
        (("45%", "3%"), number(percent=True)),
        (("(5)", "7"), number(parentheses=True)),
        ((1, 2.5), number()),
    ],
)
def test_numbers_of_one_reading(cells: tuple[Any, ...], expected: tuple[NumberFormat, ...]) -> None:
    found = profile(*cells)
    assert (found.numbers, found.dates) == (expected, ())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("2024-01-02", "2024-01-03T10:00:00Z"), dates("iso")),
        (("25/06/2024", "03/04/2024"), dates("%d/%m/%Y")),
        (("03/25/2024", "01/02/2024"), dates("%m/%d/%Y")),
        (("03.04.2024", "05.06.2024"), dates("%d.%m.%Y")),
        (("2024年3月5日", "2024年12月15日"), dates("%Y年%m月%d日")),
        (("2024/3/5 10:00", "2024/3/15 9:30"), dates("%Y/%m/%d %H:%M")),
        (("Mar 5, 2024", "Apr 15, 2024"), dates("%b %d, %Y")),
        (("20240305", "20240306"), dates("%Y%m%d")),
        ((datetime(2024, 3, 5), date(2024, 3, 6)), dates("iso")),  # noqa: DTZ001  # as a worksheet gives it
        # what can be read in several ways is a question
        (("03/04/2024", "05/06/2024"), dates("%d/%m/%Y", "%m/%d/%Y")),
        (("03/04/05", "01/02/03"), dates("%d/%m/%y", "%m/%d/%y", "%y/%m/%d")),
        (("03-04-2024 10:00", "05-06-2024 11:00"), dates("%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M")),
    ],
)
def test_dates(cells: tuple[Any, ...], expected: tuple[DateFormat, ...]) -> None:
    assert profile(*cells).dates == expected


@pytest.mark.parametrize("cells", [("1,234", "5,678"), ("1.234", "2.345")])
def test_numbers_that_can_be_read_in_two_ways_are_a_question(cells: tuple[str, ...]) -> None:
    assert len(profile(*cells).numbers) == 2


def test_one_day_above_twelve_decides_for_the_whole_column() -> None:
    cells = ["03/04/2024"] * 5_000
    assert profile(*cells, "13/04/2024").dates == dates("%d/%m/%Y")


def test_cells_that_contradict_each_other_are_a_question() -> None:
    cells = ["03/04/2024"] * 90 + ["13/04/2024"] * 6 + ["04/14/2024"] * 4
    assert profile(*cells).dates == dates("%d/%m/%Y", "%m/%d/%Y")


def test_a_few_odd_cells_do_not_matter() -> None:
    assert profile(*["2024-01-02"] * 8, *["unknown"] * 2).dates == dates("iso")
    assert profile(*["2024-01-02"] * 7, *["unknown"] * 3).dates == ()


def test_day_numbers_of_a_worksheet_are_numbers_that_could_be_dates() -> None:
    found = profile("45000", "45001", 45002)
    assert (found.numbers, found.dates) == (number(), dates("excel"))
    assert profile("5", "45001").dates == ()


def test_feeding_in_pieces_is_feeding_at_once() -> None:
    cells = ["1,234.5", "", "7", "12,000"]
    pieces = ColumnProfile()
    for cell in cells:
        pieces.feed([cell])
    whole = profile(*cells)
    assert pieces.numbers == whole.numbers == number(thousands=",")
    assert (pieces.filled, pieces.words) == (whole.filled, whole.words)


def test_uniqueness_and_words() -> None:
    assert profile("a", "b").unique
    assert not profile("a", "a").unique
    assert not profile("a", "").unique
    many = profile(*map(str, range(500)))
    assert many.many_words
    assert many.unique


@pytest.mark.parametrize("pattern", ["%d %b %Y", "%d-%b-%y", "%B %d, %Y", "%d %B %Y %I:%M %p"])
def test_every_month_is_a_month_in_any_case(pattern: str) -> None:
    days = [date(2024, month, 28).strftime(pattern) for month in range(1, 13)]
    assert profile(*days, *map(str.upper, days), *map(str.lower, days)).dates == dates(pattern)


def test_what_has_a_word_that_no_date_has_is_not_tried_with_any_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are more than a hundred of them, and most cells of an export are names and ids."""
    tried: list[str] = []
    monkeypatch.setattr(DateFormat, "parse", lambda _, text: tried.append(text))
    profile("D000123", "Nordwind GmbH 2024", "5 rue de mai 3, 2024", "2024-W10")
    assert tried == []


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans())))
def test_nothing_crashes_it(cells: list[Any]) -> None:
    found = profile(*cells)
    assert not (found.numbers and found.dates) or found.filled  # both are worked out, whatever they are

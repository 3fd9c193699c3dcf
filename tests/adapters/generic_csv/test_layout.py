"""Delimiter, quote and header row, from every record of a text."""

from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.generic_csv.layout import DELIMITERS, Layout, Text, infer_layout
from adapters.generic_csv.limits import LIMITS
from adapters.generic_csv.settings import FormatSettings
from tests.effort import examples

ROWS = 2_500
"""More than any part of a file that one could take for enough."""


def inferred(text: str, **stated: Any) -> tuple[Layout, list[str]]:
    """The layout, and what a person is told about it."""
    source = Text("deals.csv", lambda: io.StringIO(text, newline=""), LIMITS)
    layout, problems = infer_layout(source, FormatSettings(**stated))
    assert all(problem.hint for problem in problems)
    return layout, [str(problem.message) for problem in problems]


def rows(pattern: str, *, count: int = ROWS, first: int = 1) -> str:
    return "".join(pattern.format(n=n) + "\n" for n in range(first, first + count))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("id,name\n1,a\n", Layout(",", '"', 1)),
        ("id\tname\n1\ta, b\n", Layout("\t", '"', 1)),
        ("id;amount;share\n1;1,5;2,5\n2;2,5;3,5\n", Layout(";", '"', 1)),
        ("id|name\n1|a;b\n", Layout("|", '"', 1)),
        ('id,name\n1,"a;b;c"\n2,"d;e;f"\n', Layout(",", '"', 1)),
        ("id,name\n'1','a, b'\n'2','c, d'\n", Layout(",", "'", 1)),
        ("Deals of 2017\n\nid,name,stage\n1,a,b\n2,c,d\n", Layout(",", '"', 3)),
        ("Deals of 2017,,\n,,\nid,name,stage\n1,a,b\n2,c,d\n", Layout(",", '"', 3)),
        ("sep=;\nid;name\n1;a\n", Layout(";", '"', 2)),
        ("id\n1\n2\n", Layout(",", '"', 1)),
        ("", Layout(",", '"', 1)),
    ],
    ids=[
        "comma",
        "tab",
        "decimal comma",
        "bar",
        "quoted",
        "single quotes",
        "title",
        "padded title",
        "sep",
        "one",
        "empty",
    ],
)
def test_inferred(head: str, expected: Layout) -> None:
    assert inferred(head) == (expected, [])


def test_stated_settings_are_taken_as_they_are() -> None:
    assert inferred("id,name\n1,a\n", delimiter="|", quote="'", header_row=4) == (Layout("|", "'", 4), [])


def test_nothing_is_read_where_all_is_stated() -> None:
    def unread() -> io.StringIO:
        raise AssertionError

    stated = FormatSettings(delimiter=";", quote="", header_row=2)
    assert infer_layout(Text("deals.csv", unread, LIMITS), stated) == (Layout(";", "", 2), ())


# ---- what only the later rows show -----------------------------------------------------------------------------------


LATE = {
    "a delimiter that only late rows tell from a comma in each amount": (
        "id;price,net\n" + rows("{n};1,5") + "9001;2\n9002;3\n",
        Layout(";", '"', 1),
    ),
    "a comma in every amount but one": ("id;amount;share\n" + rows("{n};1,5;2,5") + "9;1;2\n", Layout(";", '"', 1)),
    "a semicolon in every note, and broken rows": (
        "id,name,stage,town,note\n" + rows("{n},a,b,c,d; e") + "1,2\n1,2\n1,2\n1,2\n",
        Layout(",", '"', 1),
    ),
    "single quotes around one late cell": (
        "id,name,stage\n" + rows("{n},a,b") + "9001,'a, b',c\n" + rows("{n},a,b"),
        Layout(",", "'", 1),
    ),
    "double quotes around one late cell": (
        "id,name,stage\n" + rows("{n},a,b") + '9001,"a, b",c\n' + rows("{n},a,b"),
        Layout(",", '"', 1),
    ),
    "apostrophes that open cells": (
        "id,name,stage\n" + rows("{n},'t Hooft,b", count=40) + rows("{n},a,'s-Hertogenbosch"),
        Layout(",", '"', 1),
    ),
    "single quotes around all cells, double ones in a late one": (
        "'id','name'\n" + rows("'{n}','a'") + "'9001',\"b\"\n",
        Layout(",", "'", 1),
    ),
    "a long text above": (rows("Remark {n} on this export.") + "\nid,name,stage\n" + rows("{n},a,b"), 2_502),
    "prose with commas above": (
        "On the export, of 2017\n" + rows("Well, {n}, we say, hm", count=2) + "id;a;b\n" + rows("{n};1;2"),
        Layout(";", '"', 4),
    ),
    "rows of another shape than the header, behind its own": (
        "id,name,closed\n" + rows("{n},a,2017-01-01", count=300) + rows("{n},a,2017-01-01,x,y"),
        Layout(",", '"', 1),
    ),
    "a delimiter at the end of every row but the header": (
        "id,name,closed\n" + rows("{n},a,2017-01-01,"),
        Layout(",", '"', 1),
    ),
    "rows without their empty last cells": (
        "id,name,closed,lost,why\n" + rows("{n},a,2017-01-01") + rows("{n},a,2017-01-01,2,c"),
        Layout(",", '"', 1),
    ),
    "one column with commas in few of its rows": ("name\n" + rows("Acme {n}") + "Acme, Inc\nBeta, Ltd\n", 1),
    "a late cell that is longer than a cell can be": (
        "id;name\n" + rows("{n};a") + "9001;" + "x," * LIMITS.cell_characters + "\n" + rows("{n};a"),
        Layout(";", '"', 1),
    ),
    "a quote that is never closed": ("id;name;x\n" + rows("{n};a;b") + '9001;"a;b\n' + rows("{n};a;b", count=9), 1),
    "old mac newlines": (("id;name\n" + rows("{n};a,b") + "9;a\n").replace("\n", "\r"), Layout(";", '"', 1)),
}


@pytest.mark.parametrize(("text", "expected"), LATE.values(), ids=LATE)
def test_the_whole_text_counts(text: str, expected: Layout | int) -> None:
    layout, told = inferred(text)
    assert told == []
    assert expected in (layout, layout.header_row)


# ---- what cannot be told for sure is reported ------------------------------------------------------------------------


def test_a_delimiter_that_fits_better_but_gives_fewer_columns() -> None:
    layout, (told,) = inferred("id;towns, as they come, in order\n" + rows("{n};a,b,c") + rows("{n};a,b", count=3))
    assert layout == Layout(";", '"', 1)
    assert told.startswith("deals.csv, line 1: can be cut at ',' as well as at ';'")


def test_two_delimiters_that_nothing_tells_apart() -> None:
    layout, told = inferred("a;b,c\n" + rows("{n};x,y"))
    assert told == [
        f"deals.csv, line 1: can be cut at '{',' if layout.delimiter == ';' else ';'}' as well as at "
        f"'{layout.delimiter}', which gives 2 columns and 0 rows of another width"
    ]
    assert inferred("a;b,c\n1;x,y\n", delimiter=",") == (Layout(",", '"', 1), [])


@pytest.mark.parametrize(
    ("text", "line", "other"),
    [
        ("owner,team\n" + rows("{n},x", count=9) + "id,name,stage\n" + rows("{n},a,b"), 11, 1),
        ("Company,Report\nAcme,Deals\n" + "owner,2016,2017\n" + rows("a,{n},{n}"), 3, 1),
    ],
    ids=["another table above", "names like numbers"],
)
def test_two_lines_that_could_name_the_columns(text: str, line: int, other: int) -> None:
    layout, told = inferred(text)
    assert layout.header_row == line
    expected = f"line {line}: taken for the column names, but line {other} reads like column names too"
    assert told == [f"deals.csv, {expected}"]
    assert inferred(text, header_row=line)[1] == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (rows("Remark {n}.") + "id;name\n" + rows("{n};a", count=9), ROWS + 1),
        ("name\nAcme\nBeta\nGamma\nDelta, Inc\n", 5),
    ],
    ids=["a long text above a short table", "one column with a comma in its last row"],
)
def test_more_rows_above_the_names_than_below(text: str, line: int) -> None:
    layout, (told,) = inferred(text)
    assert layout.header_row == line
    assert told.startswith(f"deals.csv, line {line}: taken for the column names, though more rows stand above it")


def test_a_quote_above_the_names_that_hides_lines() -> None:
    layout, told = inferred(
        '"Deals of 2017\nid,name,stage\n' + rows("{n},a,b", count=9) + '10,"x",b\n' + rows("{n},a,b")
    )
    assert layout.header_row > 2
    assert "deals.csv, line 1: a quoted cell opens here and is not closed properly" in told


def test_a_line_without_end_and_many_widths(tmp_path: Path) -> None:
    limits = replace(LIMITS, line_characters=1_000, cell_characters=500)
    path = tmp_path / "deals.csv"
    path.write_text("id,name\n" + "x" * 5_000 + "\n" + "".join("," * n + "\n" + "a," * n + "\n" for n in range(400)))
    layout, problems = infer_layout(Text("deals.csv", lambda: path.open(newline=""), limits), FormatSettings())
    assert (layout.delimiter, layout.quote) == (",", '"')
    assert "line 1 reads like column names too" in str(problems[0].message)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    short, long = (peak_memory(tmp_path / "deals.csv", count=count) for count in (30_000, 90_000))
    assert long < 1.1 * short


def peak_memory(path: Path, *, count: int) -> int:
    path.write_text(rows("{n};'a, b';" + "x" * 100, count=count, first=100_000))
    tracemalloc.start()
    try:
        infer_layout(Text("deals.csv", lambda: path.open(newline=""), LIMITS), FormatSettings())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# ---- properties ------------------------------------------------------------------------------------------------------


CELL = st.text("abcé客 -.0123456789", min_size=1, max_size=8).filter(str.strip)
NAME = st.text("abcdefgh", min_size=1, max_size=8)


@examples(quick=60, thorough=2_000)
def test_whatever_was_written_is_found(examples: int) -> None:
    @settings(max_examples=examples)
    @given(data=st.data(), delimiter=st.sampled_from(DELIMITERS), columns=st.integers(2, 6), above=st.integers(0, 3))
    def holds(data: Any, delimiter: str, columns: int, above: int) -> None:
        names = data.draw(st.lists(NAME, min_size=columns, max_size=columns, unique=True))
        table = data.draw(st.lists(st.lists(CELL, min_size=columns, max_size=columns), min_size=4, max_size=30))
        lines = [*(["Title"] * above), *(delimiter.join(cells) for cells in (names, *table))]
        assert inferred("\n".join(lines)) == (Layout(delimiter, '"', above + 1), [])

    holds()


@examples(quick=60, thorough=2_000)
def test_any_text_has_a_layout(examples: int) -> None:
    @settings(max_examples=examples)
    @given(text=st.text("ab1,;|\t\"'\n\r\0é", max_size=80))
    def holds(text: str) -> None:
        layout, _ = inferred(text)
        assert layout.delimiter in DELIMITERS
        assert 1 <= layout.header_row <= max(1, len(text))

    holds()

"""Delimiter, quote and header row."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.generic_csv.dialect import Layout, infer_layout
from adapters.generic_csv.settings import FormatSettings


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
    assert infer_layout(head, FormatSettings()) == expected


def test_stated_settings_are_taken_as_they_are() -> None:
    stated = FormatSettings(delimiter="|", quote="'", header_row=4)
    assert infer_layout("id,name\n1,a\n", stated) == Layout("|", "'", 4)


def test_a_tsv_is_read_as_such(folder: Any) -> None:
    folder.write("deals.tsv", "id\tname\n1\ta, b\n")
    folder.table("deals.tsv")
    assert folder.pull("id").rows == [("1", "a, b")]

"""Whatever table is written in whatever way is read back as it was, also after our columns were added."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.generic_csv.encoding import CODECS
from tests.effort import examples

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    "big5": "cp950",
    "windows-1252": "cp1252",
}
ALPHABET = {
    "gb18030": "aZ 09,;\t|'\"\n\r=中文客户公司",
    "big5": "aZ 09,;\t|'\"\n\r=中文客戶公司",
    "windows-1252": "aZ 09,;\t|'\"\n\r=éüß€",
}
ANY_TEXT = "aZ 09,;\t|'\"\n\r=é客\u2028\x0b\x1c\x85\U0001f600"


@st.composite
def written_tables(draw: st.DrawFn) -> dict[str, Any]:
    """A table, and one of the ways in which programs write it."""
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    cell = st.text(st.sampled_from(ALPHABET.get(encoding, ANY_TEXT)), max_size=8)
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))
    return {
        "encoding": encoding,
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quote": draw(st.sampled_from("\"'")),
        "newline": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "quote_all": draw(st.booleans()),
        "preamble": draw(st.sampled_from([0, 1, 3])),
        "end": draw(st.booleans()),
        "header": ["id", *(f"column {n}" for n in range(2, width + 2))],
        "rows": [[f"r{n}", *row] for n, row in enumerate(rows)],
    }


def rendered(table: dict[str, Any]) -> bytes:
    # Not csv.writer: on Python 3.11 it leaves a bare carriage return unquoted, which no reader could put right.
    lines = (table["delimiter"].join(quoted(cell, table) for cell in row) for row in [table["header"], *table["rows"]])
    body = table["newline"].join([*["Title"] * table["preamble"], *lines, *([""] if table["end"] else [])])
    return body.encode(ENCODINGS[table["encoding"]])


def quoted(cell: str, table: dict[str, Any]) -> str:
    quote = table["quote"]
    if not table["quote_all"] and not {table["delimiter"], quote, "\r", "\n"} & set(cell):
        return cell
    return quote + cell.replace(quote, quote + quote) + quote


def stated(table: dict[str, Any]) -> dict[str, Any]:
    return {
        "encoding": table["encoding"],
        "delimiter": table["delimiter"],
        "quote": table["quote"],
        "header_row": table["preamble"] + 1,
    }


@examples(quick=75, thorough=2_000)
def test_read_back(new_folder: Any, examples: int) -> None:
    @settings(max_examples=examples)
    @given(table=written_tables())
    def holds(table: dict[str, Any]) -> None:
        folder = new_folder()
        folder.write("deals.csv", rendered(table))
        folder.table(**stated(table))
        pulled = folder.pull(*table["header"])
        assert pulled.unreadable == []
        assert [list(row) for row in pulled.rows] == table["rows"]
        assert pulled.end.vendor_count == len(table["rows"])
        assert pulled.positions == first_lines(table)

    holds()


def first_lines(table: dict[str, Any]) -> list[int]:
    """The line on which each record begins, counted the slow way."""
    line, lines = table["preamble"] + 2, []
    for row in table["rows"]:
        lines.append(line)
        text = "\0".join(row)
        line += 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
    return lines


@examples(quick=75, thorough=2_000)
def test_push_then_read_back(new_folder: Any, examples: int) -> None:
    @settings(max_examples=examples)
    @given(table=written_tables(), data=st.data(), in_place=st.booleans())
    def holds(table: dict[str, Any], data: st.DataObject, in_place: bool) -> None:
        pushed_and_read_back(new_folder(), table, data, in_place=in_place)

    holds()


def pushed_and_read_back(folder: Any, table: dict[str, Any], data: st.DataObject, *, in_place: bool) -> None:
    fields = ("column 2", "KPI") if in_place else ("KPI", "Text")
    cell = st.none() | st.integers(-(10**9), 10**9) | st.sampled_from(["x", "a,b;c", 'it\'s "so"', "two\nlines"])
    ids = [row[0] for row in table["rows"]]
    changes = {
        record_id: {field: data.draw(cell) for field in fields}
        for record_id in (data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else [])
    }
    original = rendered(table)
    folder.write("deals.csv", original)
    folder.table(**stated(table))
    receipts = folder.push(changes, fields=fields)
    assert all(receipt.outcome == "done" for receipt in receipts.values())
    output = (folder.path / "out/deals.csv").read_bytes()
    assert (folder.path / "deals.csv").read_bytes() == original

    folder.push(changes, fields=fields)
    assert (folder.path / "out/deals.csv").read_bytes() == output

    folder.table("out/deals.csv", **stated(table))
    columns = [*table["header"], *(field for field in fields if field not in table["header"])]
    pulled = folder.pull(*columns)
    assert pulled.unreadable == []
    assert list(pulled.pages[0].columns if pulled.pages else columns) == columns
    assert pulled.records == [wanted(row, table, changes, columns) for row in table["rows"]]
    if not in_place:
        assert_untouched(original, output, table)


def wanted(row: list[str], table: dict[str, Any], changes: dict[str, Any], columns: list[str]) -> dict[str, str]:
    record = {**dict.fromkeys(columns, ""), **dict(zip(table["header"], row, strict=True))}
    ours = changes.get(row[0], {})
    return record | {field: "" if value is None else str(value) for field, value in ours.items()}


def assert_untouched(original: bytes, output: bytes, table: dict[str, Any]) -> None:
    """Every record of the original stands in the copy, in order, character by character."""
    codec = CODECS.get(table["encoding"], "utf-16")
    before, after = original.decode(codec), output.decode(codec)
    at = 0
    for line in before.splitlines(keepends=True):
        body = line.rstrip("\r\n")
        found = after.find(body, at)
        assert found >= 0
        at = found + len(body)

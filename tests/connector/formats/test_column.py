"""Whole columns: what is remembered must not change what is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector.formats.column import REMEMBERED, ColumnParser
from connector.formats.misfit import Misfit
from connector.formats.number import NumberFormat, money_reader
from connector.formats.text import read_text

CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["1", "1.0", "x", "", "2"]))


def one_by_one(cells: list[object]) -> tuple[list[object], list[int]]:
    read = money_reader(NumberFormat())
    values: list[object] = []
    misfits = []
    for at, cell in enumerate(cells):
        try:
            values.append(read(cell))
        except Misfit:
            values.append(None)
            misfits.append(at)
    return values, misfits


@given(st.lists(st.lists(CELLS, max_size=8), max_size=4))
def test_columns_are_read_as_their_cells_are(columns: list[list[object]]) -> None:
    parse = ColumnParser(money_reader(NumberFormat()))
    for cells in columns:
        parsed = parse(cells)
        assert (parsed.values, [at for at, _ in parsed.misfits]) == one_by_one(cells)


def test_one_and_true_are_not_one_cell() -> None:
    parse = ColumnParser(read_text)
    assert parse([1, True, 1.0, "1"]).values == ["1", "true", "1", "1"]


def test_one_and_true_are_not_one_cell_of_several_columns() -> None:
    parse = ColumnParser(read_text)
    columns: list[list[object]] = [[1, None], [True], ["1"], [1.0], [True, None], [1]]
    assert [parse(cells).values for cells in columns] == [["1", None], ["true"], ["1"], ["1"], ["true", None], ["1"]]


def test_memory_is_bounded_and_forgetting_changes_nothing() -> None:
    parse = ColumnParser(money_reader(NumberFormat()))
    for start in range(0, 4 * REMEMBERED, 1_000):
        cells = [*map(str, range(start, start + 1_000)), "x"]
        parsed = parse(cells)
        assert parsed.values[:2] == [start * 10_000, (start + 1) * 10_000]
        assert [at for at, _ in parsed.misfits] == [1_000]
    assert len(parse._texts) <= REMEMBERED + 1_001

"""Text, ids and yes or no."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from connector.formats.misfit import Misfit
from connector.formats.text import TextParser, read_boolean, read_text, text_of


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("  Acme \u3000", "Acme"),
        ("", None),
        (" ", None),
        (None, None),
        (123, "123"),
        (123.0, "123"),
        ("123", "123"),
        ("0123", "0123"),
        ("123.0", "123.0"),
        (1.5, "1.5"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (Decimal("123.00"), "123"),
        (Decimal("1E+3"), "1000"),
        (Decimal(0), "0"),
        (Decimal("0E+999999"), "0"),
        (Decimal("1e999999999"), "1E+999999999"),
        (Decimal("1e-999999999"), "1E-999999999"),
        (True, "true"),
        (datetime(2024, 3, 5), "2024-03-05"),  # noqa: DTZ001  # as a worksheet gives it
        (datetime(2024, 3, 5, 10, tzinfo=UTC), "2024-03-05T10:00:00+00:00"),
        (date(2024, 3, 5), "2024-03-05"),
        (time(10, 30), "10:30:00"),
        (["b", 1], '["b", 1]'),
        ({"b": 1, "a": "中"}, '{"a": "中", "b": 1}'),
    ],
)
def test_every_kind_of_cell_has_one_text(cell: object, expected: str | None) -> None:
    assert text_of(cell) == expected


def test_a_huge_number_is_text_as_well() -> None:
    assert (text_of(10**5000) or "").startswith("0x")


def test_columns_of_text_are_read_as_their_cells_are() -> None:
    cells = [" a", "", None, "b "]
    assert TextParser()(cells).values == ["a", None, None, "b"]
    assert TextParser(trim=False)(cells).values == [" a", None, None, "b "]
    assert TextParser()([1.0, "x", True]).values == ["1", "x", "true"]


def test_half_a_surrogate_pair_is_a_misfit_because_no_database_holds_it() -> None:
    parsed = TextParser()(["é", "\ud800x", None])
    assert parsed.values == ["é", None, None]
    assert [at for at, _ in parsed.misfits] == [1]
    with pytest.raises(Misfit):
        read_text("\ud800x")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("Yes", 1), ("是", 1), (1, 1), (1.0, 1), (True, 1), ("no", 0), ("否", 0), (0, 0), (False, 0), ("", None)],
)
def test_yes_and_no(cell: object, expected: int | None) -> None:
    assert read_boolean(cell) == expected


def test_what_is_neither_is_a_misfit() -> None:
    with pytest.raises(Misfit, match="maybe"):
        read_boolean("maybe")

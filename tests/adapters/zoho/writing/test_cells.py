"""Cells as Zoho's field types want them; what does not fit is refused, never bent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.zoho.writing.cells import Misfit, as_json, same, unfit
from adapters.zoho.writing.described import Described
from connector.contract import FieldShape


def described(kind: str, **more: Any) -> Described:
    return Described("KPI_X", "1", "X", kind, **more)


PERCENT = FieldShape("Rate", "percent", 2)


@pytest.mark.parametrize(
    ("cell", "field", "shape", "sent"),
    [
        (None, described("double"), None, None),
        ("", described("date"), None, None),
        (3, described("integer", length=9), None, 3),
        (3.0, described("integer", length=9), None, 3),
        (12345678901, described("bigint", length=18, json_type="string"), None, "12345678901"),
        (0.125, described("double", decimals=2), None, 0.12),
        (0.375, described("double", decimals=2), None, 0.38),
        (1234.5, described("currency", decimals=0), None, 1234),
        (1235.5, described("currency", decimals=0), None, 1236),
        (0.82, described("percent"), PERCENT, 82),
        (0.123456, described("percent"), PERCENT, 12.35),
        (0.123456, described("percent", decimals=0), PERCENT, 12),
        (-0.5, described("percent"), PERCENT, -50),
        (0.123456, described("double", decimals=4), PERCENT, 0.1235),
        ("2025-01-31", described("date"), None, "2025-01-31"),
        ("2025-01-31T08:00:00Z", described("datetime"), None, "2025-01-31T08:00:00+00:00"),
        ("ok", described("text", length=2), None, "ok"),
    ],
)
def test_a_cell_as_its_field_wants_it(cell: Any, field: Described, shape: FieldShape | None, sent: Any) -> None:
    assert as_json(cell, field, shape) == sent
    assert isinstance(as_json(cell, field, shape), type(sent))


@pytest.mark.parametrize(
    ("cell", "field", "why"),
    [
        (2.5, described("integer"), "whole numbers only"),
        (1234567890, described("integer", length=9), "9 digits at most"),
        (float("nan"), described("double"), "numbers only"),
        (float("inf"), described("percent"), "numbers only"),
        ("much", described("double"), "numbers only"),
        ("abc", described("text", length=2), "2 characters at most, and the text has 3"),
        ("soon", described("date"), "dates only"),
        ("2025-01-31T08:00:00", described("datetime"), "moments only"),
        (1, described("lookup"), "is a lookup field"),
    ],
)
def test_what_does_not_fit_is_refused(cell: Any, field: Described, why: str) -> None:
    with pytest.raises(Misfit, match=why):
        as_json(cell, field, None)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9), st.integers(0, 4))
def test_decimals_are_cut_exactly_and_what_was_sent_is_known_again(number: float, decimals: int) -> None:
    field = described("double", decimals=decimals)
    sent = as_json(number, field, None)
    assert abs(Decimal(str(sent)) - Decimal(str(number))) <= Decimal(5).scaleb(-decimals - 1)
    assert same(Decimal(str(sent)), sent, field)


@pytest.mark.parametrize(
    ("found", "sent", "kind", "is_same"),
    [
        (Decimal("12.50"), 12.5, "double", True),
        ("12", 12, "bigint", True),
        (82, 82.01, "percent", False),
        (None, None, "double", True),
        ("", None, "text", True),
        (0, None, "double", False),
        (None, 0, "double", False),
        ("2025-01-31T16:00:00+08:00", "2025-01-31T08:00:00+00:00", "datetime", True),
        ("ok ", "ok", "text", True),
        ("2025-01-31", "2025-01-30", "date", False),
    ],
)
def test_a_record_holds_what_was_sent(found: Any, sent: Any, kind: str, is_same: bool) -> None:
    assert same(found, sent, described(kind)) is is_same


@pytest.mark.parametrize(
    ("field", "shape", "why"),
    [
        (described("double"), FieldShape("", "money", 2), None),
        (described("currency"), FieldShape("", "money", 2), None),
        (described("text"), FieldShape("", "money", 2), "another type"),
        (described("percent"), FieldShape("", "number", 2), "another type"),
        (described("double", writable=False), FieldShape("", "number"), "may not be written"),
        (described("text"), FieldShape("", "text", unique=True), "must not allow duplicate"),
    ],
)
def test_a_field_is_judged_before_it_is_written_to(field: Described, shape: FieldShape, why: str | None) -> None:
    said = unfit(field, shape, currencies=False)
    assert said is None if why is None else why in str(said)


def test_a_currency_field_shows_records_in_their_own_currency_where_there_are_several() -> None:
    assert "decimal field" in str(unfit(described("currency"), FieldShape("", "money", 2), currencies=True))

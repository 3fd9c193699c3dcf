"""Numbers in targets: one rule for percentages, and both readings where there are two."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.formats.number import NumberFormat
from connector.targets.amount import AmountReader
from connector.targets.lines import Share
from kpi_engine.definition import Unit
from kpi_engine.errors import KpiError

READER = AmountReader("EUR", NumberFormat(chinese_units=True))


@pytest.mark.parametrize(
    ("written", "unit", "number"),
    [
        ("90 %", Unit.PERCENT, 0.9),
        ("90%", Unit.PERCENT, 0.9),
        ("90％", Unit.PERCENT, 0.9),
        ("0.9 %", Unit.PERCENT, 0.009),
        ("-5 %", Unit.PERCENT, -0.05),
        ("90", Unit.PERCENT, 0.9),
        (90, Unit.PERCENT, 0.9),
        (87.5, Unit.PERCENT, 0.875),
        (120, Unit.PERCENT, 1.2),
        (0, Unit.PERCENT, 0.0),
        (Share(0.9), Unit.PERCENT, 0.9),
        (Share(0.005), Unit.PERCENT, 0.005),
        (1200, Unit.MONEY, 1200.0),
        ("1200.50", Unit.MONEY, 1200.5),
        ("1200 EUR", Unit.MONEY, 1200.0),
        ("EUR 1200", Unit.MONEY, 1200.0),
        ("€1200", Unit.MONEY, 1200.0),
        ("1200 €", Unit.MONEY, 1200.0),
        ("120万", Unit.MONEY, 1_200_000.0),
        ("4 h", Unit.HOURS, 4.0),
        ("4 hours", Unit.HOURS, 4.0),
        ("3 天", Unit.DAYS, 3.0),
        ("2.5", Unit.DAYS, 2.5),
        ("−3", Unit.POINTS, -3.0),
        ("3x", Unit.TIMES, 3.0),
    ],
)
def test_what_is_meant(written: Any, unit: Unit, number: float) -> None:
    assert READER.read(written, unit=unit) == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize(
    ("written", "unit", "message", "hint"),
    [
        (0.9, Unit.PERCENT, "0.9 can be read in two ways: 0.9 % or 90 %", "with their sign"),
        ("0.9", Unit.PERCENT, "two ways: 0.9 % or 90 %", "with their sign"),
        (1, Unit.PERCENT, "two ways: 1 % or 100 %", "with their sign"),
        ("5", Unit.PERCENT, "two ways: 5 % or 500 %", "with their sign"),
        ("-2", Unit.PERCENT, "two ways: -2 % or -200 %", "with their sign"),
        (Share(0.9), Unit.HOURS, "another unit than the KPI, which is in hours", ""),
        ("90 %", Unit.MONEY, "another unit than the KPI, which is in money", ""),
        ("3 days", Unit.HOURS, "another unit", ""),
        ("1200 USD", Unit.MONEY, "the target is in USD, and the KPI in EUR", "convert it once"),
        ("$1200", Unit.MONEY, "the target is in $, and the KPI in EUR", "convert it once"),
        ("120万元", Unit.MONEY, "the target is in 元, and the KPI in EUR", "convert it once"),
        ("1200 EUR", Unit.COUNT, "another unit", ""),
        ("1,200", Unit.MONEY, "is not a number", "1200.50"),
        ("12 34", Unit.COUNT, "is not a number", ""),
        ("lots", Unit.COUNT, "is not a number", ""),
        ("#REF!", Unit.COUNT, "is not a number", ""),
        ("1e999", Unit.COUNT, "is not a number", ""),
        (float("nan"), Unit.COUNT, "is too large a number", ""),
        (float("inf"), Unit.MONEY, "is too large a number", ""),
        (10**30, Unit.MONEY, "is too large a number", ""),
        (True, Unit.COUNT, "is not a number", ""),
        (datetime(2026, 1, 1), Unit.COUNT, "is not a number", "took it for a date"),  # noqa: DTZ001  # as openpyxl gives it
    ],
)
def test_what_is_refused(written: Any, unit: Unit, message: str, hint: str) -> None:
    with pytest.raises(KpiError) as refused:
        READER.read(written, unit=unit)
    assert message in str(refused.value.message)
    assert hint in str(refused.value.hint)


def test_other_separators_by_setting() -> None:
    german = AmountReader("EUR", NumberFormat(decimal=",", thousands=".", chinese_units=True))
    assert german.read("1.200,50 €", unit=Unit.MONEY) == 1200.5
    with pytest.raises(KpiError, match="is not a number"):
        german.read("1200.50", unit=Unit.MONEY)


def test_the_companys_own_sign() -> None:
    chinese = AmountReader("CNY", NumberFormat(chinese_units=True))
    assert chinese.read("3.5万元", unit=Unit.MONEY) == 35_000
    assert chinese.read("¥100", unit=Unit.MONEY) == 100


@given(st.integers(-99_999, 99_999))
def test_a_sign_always_decides(hundredths: int) -> None:
    assert READER.read(f"{hundredths / 100:.2f} %", unit=Unit.PERCENT) == pytest.approx(hundredths / 10_000)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with suppress(KpiError):
        assert abs(READER.read(text, unit=Unit.MONEY)) <= 10**15

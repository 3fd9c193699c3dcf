"""Numbers as people write them; the expected values are worked out by hand."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connector.formats.misfit import Misfit
from connector.formats.number import (
    INT64_MAX,
    NumberFormat,
    decimal_text_reader,
    integer_reader,
    money_reader,
    real_reader,
)

PLAIN = NumberFormat()
GERMAN = NumberFormat(decimal=",", thousands=".", currency=("€",))
AMERICAN = NumberFormat(thousands=",", currency=("$",), parentheses=True)
FRENCH = NumberFormat(decimal=",", thousands=" ")
SWISS = NumberFormat(thousands="'")
CHINESE = NumberFormat(thousands=",", currency=("¥", "元", "RMB"), chinese_units=True)


@pytest.mark.parametrize(
    ("style", "text", "expected"),
    [
        (PLAIN, "1054", "1054"),
        (PLAIN, " -12.5 ", "-12.5"),
        (PLAIN, "+3", "3"),
        (PLAIN, ".5", "0.5"),
        (PLAIN, "5.", "5"),
        (PLAIN, "1.5E+3", "1500"),
        (PLAIN, "−7", "-7"),
        (PLAIN, "３４．５", "34.5"),
        (GERMAN, "1.234,50 €", "1234.50"),
        (GERMAN, "€ -1.234.567,8", "-1234567.8"),
        (GERMAN, "-€5", "-5"),
        (AMERICAN, "($1,234.00)", "-1234.00"),
        (AMERICAN, "1234", "1234"),
        (FRENCH, "1\u00a0234\u202f567,5", "1234567.5"),
        (SWISS, "1’234’567.25", "1234567.25"),
        (CHINESE, "3.5万", "35000"),
        (CHINESE, "￥１，２３４．５", "1234.5"),
        (CHINESE, "2亿元", "200000000"),
        (CHINESE, "1.2萬億", "1200000000000"),
        (CHINESE, "RMB 8 万", "80000"),
        (CHINESE, "-3萬", "-30000"),
        (NumberFormat(percent=True), "45 %", "45"),
        (NumberFormat(percent=True), "45％", "45"),
        (NumberFormat(currency="NT$"), "NT$1000", "1000"),
    ],
)
def test_numbers_are_read_as_written(style: NumberFormat, text: str, expected: str) -> None:
    assert style.parse(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (PLAIN, "1,234"),
        (PLAIN, "$5"),
        (PLAIN, "5%"),
        (PLAIN, "(5)"),
        (PLAIN, "3万"),
        (PLAIN, "5²"),
        (PLAIN, "½"),
        (PLAIN, "1.2.3"),
        (PLAIN, "--5"),
        (PLAIN, ""),
        (PLAIN, "-"),
        (PLAIN, "0x10"),
        (PLAIN, "1_000"),
        (PLAIN, "٣"),
        (PLAIN, "1 234"),
        (PLAIN, "9" * 65),
        (GERMAN, "1.23,5"),
        (GERMAN, "1.2345"),
        (GERMAN, "$5"),
        (AMERICAN, "(5"),
        (AMERICAN, "5)"),
        (AMERICAN, "1,23"),
        (CHINESE, "万"),
    ],
)
def test_what_the_format_does_not_name_is_a_misfit(style: NumberFormat, text: str) -> None:
    with pytest.raises(Misfit) as caught:
        style.parse(text)
    assert caught.value.wrong_format


def test_a_format_whose_separators_are_the_same_is_refused() -> None:
    with pytest.raises(ValidationError, match="same"):
        NumberFormat(decimal=",", thousands=",")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1054", 10_540_000),
        ("-0.5", -5_000),
        ("0.00005", 0),
        ("0.00015", 2),
        ("0.00025", 2),
        ("1.00005000000000000000000000000001", 10_001),
        ("922337203685477.5807", INT64_MAX),
        (12, 120_000),
        (0.1, 1_000),
        (Decimal("2.5"), 25_000),
        ("", None),
        ("  ", None),
        (None, None),
        ("1e-30", 0),
    ],
)
def test_money_is_counted_in_ten_thousandths_half_to_even(cell: object, expected: int | None) -> None:
    assert money_reader(PLAIN)(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "1e999",
        "9223372036854775807",
        "922337203685477.5808",
        "NaN",
        "inf",
        "-Infinity",
        float("nan"),
        float("inf"),
        1e300,
        pytest.param(10**5000, id="huge"),
        Decimal("NaN"),
        Decimal("Infinity"),
    ],
)
def test_impossible_amounts_are_misfits_of_the_value_not_of_the_format(cell: object) -> None:
    for reader in (money_reader, real_reader, decimal_text_reader):
        with pytest.raises(Misfit) as caught:
            reader(PLAIN)(cell)
        assert not caught.value.wrong_format
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("cell", ["9223372036854775808", "1e999", "NaN", float("inf"), 2**63])
def test_impossible_counts_are_misfits_too(cell: object) -> None:
    assert integer_reader(PLAIN)("9223372036854775807") == INT64_MAX
    with pytest.raises(Misfit) as caught:
        integer_reader(PLAIN)(cell)
    assert not caught.value.wrong_format


@pytest.mark.parametrize("cell", [True, False, [1], {"a": 1}, b"1"])
def test_other_types_are_no_numbers(cell: object) -> None:
    with pytest.raises(Misfit):
        money_reader(PLAIN)(cell)


@pytest.mark.parametrize(("cell", "expected"), [("3", 3), ("3.0", 3), (3.0, 3), (-4, -4), ("", None)])
def test_integers(cell: object, expected: int | None) -> None:
    assert integer_reader(PLAIN)(cell) == expected


def test_a_broken_number_is_no_integer() -> None:
    with pytest.raises(Misfit, match="whole"):
        integer_reader(PLAIN)("3.5")


def test_a_percent_sign_divides_only_where_the_column_holds_shares() -> None:
    style = NumberFormat(percent=True)
    assert real_reader(style)("45%") == 45
    assert real_reader(style, share=True)("45%") == 0.45
    assert real_reader(style, share=True)("0.45") == 0.45


def test_exchange_rates_keep_every_digit() -> None:
    assert decimal_text_reader(PLAIN)("7.123456789012345678") == "7.123456789012345678"
    assert decimal_text_reader(PLAIN)("1.5e-3") == "0.0015"


@given(st.integers(min_value=-INT64_MAX, max_value=INT64_MAX))
def test_every_amount_that_can_be_stored_survives_being_written_and_read(amount: int) -> None:
    sign, digits = ("-" if amount < 0 else ""), f"{abs(amount):05}"
    grouped = f"{int(digits[:-4]):,}".replace(",", ".")
    assert money_reader(PLAIN)(f"{sign}{digits[:-4]}.{digits[-4:]}") == amount
    assert money_reader(GERMAN)(f"{sign}{grouped},{digits[-4:]} €") == amount


@given(st.text(max_size=80), st.sampled_from([PLAIN, GERMAN, AMERICAN, FRENCH, SWISS, CHINESE]))
def test_no_text_crashes_a_reader(text: str, style: NumberFormat) -> None:
    for read in (money_reader(style), integer_reader(style), real_reader(style), decimal_text_reader(style)):
        with suppress(Misfit):
            read(text)

"""Numbers as readers in three languages expect them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.report.number import currency_name, shown, shown_change, shown_interval, shown_tick

EN, CN, TW = "en", "zh_Hans_CN", "zh_Hant_TW"


@pytest.mark.parametrize(
    ("value", "currency", "locale", "text"),
    [
        (0.0, "EUR", EN, "€0"),
        (9.5, "EUR", EN, "€9.50"),
        (9_999.4, "EUR", EN, "€9,999"),
        (12_345.0, "USD", EN, "$12.3K"),
        (999_499.0, "USD", EN, "$999K"),
        (999_500.0, "USD", EN, "$1M"),
        (-45_678.0, "EUR", EN, "-€45.7K"),
        (3_981_572.89, "CNY", CN, "398万元"),
        (9_876.0, "CNY", CN, "9,876元"),
        (12_345.0, "CNY", CN, "1.23万元"),
        (99_995_000.0, "CNY", CN, "1亿元"),
        (123_450_000.0, "EUR", CN, "1.23亿欧元"),
        (98_760_000.0, "TWD", TW, "9876萬元"),
        (98_760.0, "USD", TW, "9.88萬美元"),
        (1_200_000.0, "", EN, "1.2M"),
    ],
)
def test_money(value: float, currency: str, locale: str, text: str) -> None:
    assert shown(value, "money", currency, locale) == text


@pytest.mark.parametrize(
    ("value", "unit", "locale", "text"),
    [
        (0.6371, "percent", EN, "63.7%"),
        (-0.05, "percent", CN, "-5.0%"),
        (1234.0, "count", EN, "1,234"),
        (1_234_567.0, "count", EN, "1.23M"),
        (1_234_567.0, "count", CN, "123万"),
        (1.0, "days", EN, "1 day"),
        (51.5, "days", EN, "51.5 days"),
        (51.5, "days", CN, "51.5天"),
        (151.5, "days", EN, "152 days"),
        (3.25, "hours", EN, "3.2 hr"),
        (3.25, "hours", TW, "3.2 小時"),
        (3.25, "times", EN, "3.2×"),
        (71.94, "points", CN, "71.9"),
    ],
)
def test_units(value: float, unit: str, locale: str, text: str) -> None:
    assert shown(value, unit, "", locale) == text


@pytest.mark.parametrize(
    ("value", "unit", "currency", "text"),
    [
        (0.032, "percent", "", "+3.2"),
        (-0.1, "percent", "", "−10.0"),
        (0.0, "money", "EUR", "±€0"),
        (-120_000.0, "money", "EUR", "−€120K"),
        (2.5, "days", "", "+2.5 days"),
    ],
)
def test_differences_have_a_sign(value: float, unit: str, currency: str, text: str) -> None:
    assert shown_change(value, unit, currency, EN) == text


def test_intervals() -> None:
    assert shown_interval(0.0, 0.999, "percent", currency="", locale=EN) == "0–100%"
    assert shown_interval(24, 108, "days", currency="", locale=CN) == "24–108天"
    assert shown_interval(1e5, 2e6, "money", currency="EUR", locale=EN) == "€100K – €2M"


def test_beside_charts_the_unit_is_said_once() -> None:
    assert [shown_tick(tick, "money", CN) for tick in (0.0, 500_000.0)] == ["0", "50万"]
    assert shown_tick(0.125, "percent", EN) == "12.5%"
    assert [currency_name("CNY", locale) for locale in (EN, CN, TW)] == ["CNY", "元", "人民幣"]


@given(st.floats(min_value=-1e14, max_value=1e14), st.sampled_from([EN, CN, TW]))
def test_any_amount_is_told_to_three_digits(value: float, locale: str) -> None:
    text = shown(value, "money", "EUR", locale)
    digits = [each for each in text if each.isdigit()]
    assert 1 <= len(digits) <= (6 if abs(value) >= 1e12 else 4)
    assert text == shown(value, "money", "EUR", locale)

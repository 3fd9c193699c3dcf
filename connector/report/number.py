"""Numbers as the reader expects them: 万元 and 亿 in Chinese, K and M in English, days, hours, %, percentage points.

Patterns, separators, units and names of currencies are those of the Unicode locale data, through Babel.
"""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_name,
)
from babel.units import format_unit

COMPACT_FROM = 10_000
"""Smaller amounts are written out."""
COUNT_COMPACT_FROM = 1_000_000
_CENTS_BELOW = 100
_TENTHS_BELOW = 100
_OWN_MONEY = {"zh_Hans_CN": "CNY", "zh_Hant_TW": "TWD"}
"""Whose currency is simply 元 there."""
_BABEL_UNIT = {"days": "duration-day", "hours": "duration-hour"}


def shown(value: float, unit: str, currency: str, locale: str) -> str:
    """A value in its unit; percentages are given as shares.

    >>> shown(0.637, "percent", "", "en"), shown(3981572.89, "money", "EUR", "en"), shown(57.0, "days", "", "en")
    ('63.7%', '€3.98M', '57 days')
    >>> shown(12345678.0, "money", "CNY", "zh_Hans_CN"), shown(999600.0, "money", "EUR", "en")
    ('1235万元', '€1M')
    >>> shown(3981572.89, "money", "CNY", "zh_Hans_CN"), shown(3981572.89, "money", "EUR", "zh_Hant_TW")
    ('398万元', '398萬歐元')
    """
    return _shown(float(value), unit, currency, locale)


def shown_change(value: float, unit: str, currency: str, locale: str) -> str:
    """A difference, with its sign; `percent` in percentage points, whose word is the caller's.

    >>> shown_change(-120000.0, "money", "EUR", "en"), shown_change(0.032, "percent", "", "en")
    ('−€120K', '+3.2')
    """
    if unit == "percent":
        text = format_decimal(round(abs(value) * 100, 1), "#,##0.0", locale=_babel(locale))
    else:
        text = shown(abs(value), unit, currency, locale)
    return ("+" if value > 0 else "−" if value < 0 else "±") + text


def shown_interval(low: float, high: float, unit: str, *, currency: str, locale: str) -> str:
    """Both ends of an interval.

    >>> shown_interval(0.541, 0.72, "percent", currency="", locale="en")
    '54–72%'
    >>> shown_interval(24.0, 108.0, "days", currency="", locale="en")
    '24–108 days'
    """
    if unit == "percent":
        return f"{_plain(round(low * 100), locale)}–{format_percent(high, '#,##0%', locale=_babel(locale))}"
    if unit == "money":
        return f"{shown(low, unit, currency, locale)} – {shown(high, unit, currency, locale)}"
    return f"{_plain(low, locale)}–{shown(high, unit, currency, locale)}"


def shown_tick(value: float, unit: str, locale: str) -> str:
    """A number beside a chart, as short as can be: its unit is said once, above.

    >>> shown_tick(0.2, "percent", "en"), shown_tick(1500000.0, "money", "en"), shown_tick(20.0, "days", "en")
    ('20%', '1.5M', '20')
    """
    if unit == "percent":
        return format_percent(value, "#,##0.#%", locale=_babel(locale))
    if unit == "money":
        return _number_before_currency(value, locale)
    return _count(value, locale)


def currency_name(currency: str, locale: str) -> str:
    """What the money is called: its code in English, its name in Chinese.

    >>> currency_name("EUR", "en"), currency_name("EUR", "zh_Hans_CN"), currency_name("CNY", "zh_Hans_CN")
    ('EUR', '欧元', '元')
    """
    return _currency_word(currency, locale) if _babel(locale).language == "zh" else currency


@cache
def _babel(locale: str) -> Locale:
    """Looked up once: Babel would take the name apart for every number."""
    return Locale.parse(locale)


@lru_cache(maxsize=65_536)
def _shown(value: float, unit: str, currency: str, locale: str) -> str:
    match unit:
        case "percent":
            return format_percent(value, "#,##0.0%", locale=_babel(locale))
        case "money":
            return _money(value, currency, locale)
        case "count":
            return _count(value, locale)
        case "days" | "hours":
            return format_unit(_tenths(value), _BABEL_UNIT[unit], length="short", locale=_babel(locale))
        case "times":
            return f"{_plain(value, locale)}×"
        case _:
            return _plain(value, locale)


def _tenths(value: float) -> float:
    """One decimal, and none where the number is large enough to do without."""
    return round(value, 1) if abs(value) < _TENTHS_BELOW and value != int(value) else round(value)


def _plain(value: float, locale: str) -> str:
    return format_decimal(_tenths(value), "#,##0.#", locale=_babel(locale))


def _count(value: float, locale: str) -> str:
    if abs(value) < COUNT_COMPACT_FROM:
        return _plain(value, locale)
    return _compact(value, locale)


def _money(value: float, currency: str, locale: str) -> str:
    if _babel(locale).language == "zh":
        return _number_before_currency(value, locale) + _currency_word(currency, locale)
    if not currency:
        return _number_before_currency(value, locale)
    if abs(value) < COMPACT_FROM:
        return format_currency(value, currency, f"¤{_written_out(value)}", locale=_babel(locale), currency_digits=False)
    rounded, digits = _significant(value, locale)
    return format_compact_currency(rounded, currency, locale=_babel(locale), fraction_digits=digits)


def _number_before_currency(value: float, locale: str) -> str:
    if abs(value) < COMPACT_FROM:
        return format_decimal(value, _written_out(value), locale=_babel(locale))
    return _compact(value, locale)


def _written_out(value: float) -> str:
    return "#,##0.00" if value != int(value) and abs(value) < _CENTS_BELOW else "#,##0"


def _compact(value: float, locale: str) -> str:
    rounded, digits = _significant(value, locale)
    return format_compact_decimal(rounded, locale=_babel(locale), fraction_digits=digits)


def _significant(value: float, locale: str) -> tuple[float, int]:
    """The value to three digits, or to the whole where thousands of 万 are usual; and how many of them are decimals."""
    step = 10_000 if _babel(locale).language == "zh" else 1_000
    size = step
    while abs(value) >= size * step:
        size *= step
    whole = len(str(int(abs(value) / size)))
    digits = max(0, 3 - whole)
    rounded = round(value / size, digits) * size
    # 999.6K has become a million: one step up, where it has other decimals.
    return (rounded, digits) if abs(rounded) < size * step else _significant(rounded, locale)


@lru_cache(maxsize=64)
def _currency_word(currency: str, locale: str) -> str:
    if not currency:
        return ""
    if _OWN_MONEY.get(locale) == currency:
        return "元"
    return get_currency_name(currency, locale=_babel(locale))

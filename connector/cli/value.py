"""A KPI value as a person reads it."""

from __future__ import annotations


def shown_value(value: float | None, unit: str, *, currency: str = "") -> str:
    """Percentages times a hundred, money with its currency, thousands apart; nothing where nothing is known.

    >>> shown_value(0.6171, "percent"), shown_value(1134672.0, "money", currency="EUR"), shown_value(None, "days")
    ('61.71 %', '1,134,672.00 EUR', '')
    >>> shown_value(12.0, "count"), shown_value(51.5, "days")
    ('12', '51.5 days')
    """
    if value is None:
        return ""
    match unit:
        case "percent":
            return f"{value * 100:.2f} %"
        case "money":
            return f"{value:,.2f} {currency}".rstrip()
        case "count":
            return f"{value:,.0f}"
        case _:
            return f"{value:,.4f}".rstrip("0").rstrip(".") + f" {unit}"


def shown_gap(value: float | None, unit: str, *, currency: str = "") -> str:
    """How far from a target, with its sign; percentages in percentage points.

    >>> shown_gap(-0.03, "percent"), shown_gap(12.5, "hours"), shown_gap(None, "money")
    ('-3.00 pp', '+12.5 hours', '')
    """
    if value is None:
        return ""
    if unit == "percent":
        return f"{value * 100:+.2f} pp"
    return ("" if value < 0 else "+") + shown_value(value, unit, currency=currency)

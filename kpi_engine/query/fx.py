"""Exchange rates as queries see them: whole numbers, each valid in a half-open range of days and of seconds.

A row takes the latest rate that was valid on its date; before the first one there is none, and never 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from sqlglot import exp

from kpi_engine.period import EPOCH, Calendar, epoch_second
from kpi_engine.query import tree
from kpi_engine.query.spine import NEVER

RATE_SCALE = 10**12
"""Rates are counted in millionths of a millionth: 0.000039411234 keeps eight digits, and 9 million still fits."""

TABLE = "exchange"
COLUMNS = {
    "currency": "text",
    "rate": "integer",
    "from_day": "integer",
    "to_day": "integer",
    "from_second": "integer",
    "to_second": "integer",
}
LARGEST_RATE = 9 * 10**6
"""The scaled rate must fit into 64 bits."""


def rates_query(currency: str) -> exp.Select:
    """All rates into one currency: from, day, rate as text; in the order in which the first of equals wins."""
    f = "f"
    order = [tree.column(name, of=f) for name in ("from_currency", "valid_on", "connection", "id")]
    return (
        exp.select(*(tree.column(name, of=f) for name in ("from_currency", "valid_on", "rate")))
        .from_(tree.table("fx_rates", alias=f))
        .where(
            exp.EQ(this=tree.column("to_currency", of=f), expression=tree.text(currency)),
            tree.is_known(tree.column("valid_on", of=f)),
        )
        .order_by(*(exp.Ordered(this=name) for name in order))
    )


def ranges(rates: Iterable[Sequence[object]], calendar: Calendar) -> list[tuple[object, ...]]:
    """Rows for `TABLE` from the rows of `rates_query`: each rate up to the day of the next one of its currency.

    A rate that is not a positive number is left out: the one before stays in force.

    >>> rows = [("USD", 0, "7.1"), ("USD", 2, "7.2")]
    >>> [row[:4] for row in ranges(rows, Calendar("UTC"))]  # doctest: +ELLIPSIS
    [('USD', 7100000000000, 0, 2), ('USD', 7200000000000, 2, ...)]
    """
    usable: dict[str, dict[int, int]] = {}
    for currency, day, text in rates:
        rate = _scaled(str(text))
        if rate is not None and isinstance(day, int):
            usable.setdefault(str(currency), {}).setdefault(day, rate)
    return [
        (currency, by_day[day], day, until, _second(day, calendar), _second(until, calendar))
        for currency, by_day in usable.items()
        for day, until in zip(by_day, [*list(by_day)[1:], NEVER], strict=True)
    ]


def _scaled(text: str) -> int | None:
    """
    >>> _scaled("0.5"), _scaled("-1"), _scaled("n/a"), _scaled("1e999999")
    (500000000000, None, None, None)
    """
    try:
        rate = Decimal(text)
    except InvalidOperation:
        return None
    if not rate.is_finite() or not 0 < rate < LARGEST_RATE:
        return None
    return int((rate * RATE_SCALE).to_integral_value(ROUND_HALF_EVEN)) or None


def _second(day: int, calendar: Calendar) -> int:
    return NEVER if day == NEVER else epoch_second(calendar.start_of_day(EPOCH + timedelta(days=day)))

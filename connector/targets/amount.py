"""A number in a targets file, in the KPI's own unit. What could be meant in two ways is refused with both.

Percentages carry their sign: 90 %. Without one, a number from 10 on is taken for per cent, because nobody aims at
9,000 %; anything smaller is refused: 0.9 might be 0.9 % or 90 %. A spreadsheet's cell that *shows* a percentage is one.
Money may carry its currency, and only the company's own: a target that moved with the exchange rate would be none.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from connector.errors import Message
from connector.formats.misfit import Misfit, shown
from connector.formats.number import NumberFormat
from connector.targets.lines import Share
from kpi_engine.definition import Unit
from kpi_engine.errors import KpiError

_KEPT = 10_000
SURELY_PER_CENT = 10
LARGEST = 10**15

_SUFFIXES = {
    Unit.PERCENT: ("%", "％"),
    Unit.HOURS: ("h", "hour", "hours", "小时", "小時"),
    Unit.DAYS: ("d", "day", "days", "天"),
    Unit.POINTS: ("pt", "pts", "point", "points", "分"),
    Unit.TIMES: ("x", "×", "times", "倍"),
}
_SIGNS = {
    "元": ("CNY", "TWD", "HKD"),
    "¥": ("CNY", "JPY"),
    "￥": ("CNY", "JPY"),
    "$": ("USD", "CAD", "AUD", "TWD", "HKD", "SGD", "NZD", "MXN"),
    "€": ("EUR",),
    "£": ("GBP",),
}
_PARTS = re.compile(
    r"(?P<before>[A-Z]{3}|[$€£¥￥])?\s*(?P<number>[-+−]?[0-9][^A-Za-z%％$€£¥￥元小天分倍×]*|[-+−]?\.[0-9]+)\s*"
    r"(?P<after>[A-Za-z]+|[%％$€£¥￥元×]|小时|小時|天|分|倍)?"
)


class AmountReader:
    """Reads the numbers of one company's targets; the same words, which are many in a sheet, are read once."""

    def __init__(self, currency: str, style: NumberFormat) -> None:
        self.currency = currency
        self.style = style
        self._text = lru_cache(_KEPT)(self._read_text)

    def read(self, value: Any, *, unit: Unit) -> float:
        """The number, percentages as shares.

        Raises:
            KpiError: it is none, or another unit's or currency's, or could be two.
        """
        match value:
            case Share():
                return self._share(value, unit=unit)
            case bool():
                raise KpiError(Message("{value} is not a number", value=shown(str(value))))
            case int() | float():
                return self._bare(Decimal(repr(value)), unit=unit)
            case str():
                return self._text(value.strip(), unit)
            case _:
                raise KpiError(
                    Message("{value} is not a number", value=shown(str(value))),
                    hint=Message("the spreadsheet took it for a date: format the cell as a number"),
                )

    def _share(self, share: Share, *, unit: Unit) -> float:
        if unit is not Unit.PERCENT:
            raise _other_unit(f"{share.value * 100:g} %", unit)
        return share.value

    def _read_text(self, text: str, unit: Unit) -> float:
        parts = _PARTS.fullmatch(text)
        if parts is None:
            raise KpiError(Message("{value} is not a number", value=shown(text)), hint=self._how)
        number = self._decimal(parts["number"], text)
        named = [part for part in (parts["before"], parts["after"]) if part]
        for name in named:
            self._check_name(name, text, unit=unit)
        if unit is Unit.PERCENT and named:
            return float(number / 100)
        return self._bare(number, unit=unit, text=text)

    def _decimal(self, number: str, text: str) -> Decimal:
        try:
            return self.style.parse(number.strip())
        except Misfit as error:
            raise KpiError(Message("{value} is not a number", value=shown(text)), hint=self._how) from error

    def _bare(self, number: Decimal, *, unit: Unit, text: str = "") -> float:
        if not number.is_finite() or abs(number) > LARGEST:
            raise KpiError(Message("{value} is too large a number", value=shown(text or str(number))))
        if unit is not Unit.PERCENT or number == 0:
            return float(number)
        if abs(number) < SURELY_PER_CENT:
            raise KpiError(
                Message(
                    "{value} can be read in two ways: {one} % or {other} %",
                    value=shown(text or f"{number:f}"),
                    one=f"{number.normalize():f}",
                    other=f"{(number * 100).normalize():f}",
                ),
                hint=Message("write percentages with their sign"),
            )
        return float(number / 100)

    def _check_name(self, name: str, text: str, *, unit: Unit) -> None:
        """A unit or a currency beside the number must be the KPI's."""
        if name in _SUFFIXES.get(unit, ()) or name.lower() in _SUFFIXES.get(unit, ()):
            return
        is_currency = name in _SIGNS or re.fullmatch("[A-Z]{3}", name)
        if unit is not Unit.MONEY or not is_currency:
            raise _other_unit(text, unit)
        if self.currency != name and self.currency not in _SIGNS.get(name, ()):
            raise other_currency(name, self.currency)

    @property
    def _how(self) -> Message:
        if self.style.thousands:
            return Message("write it like 1{thousands}200{decimal}50", **self._separators)
        return Message("write it like 1200{decimal}50; other separators: `targets` in the settings", **self._separators)

    @property
    def _separators(self) -> dict[str, str]:
        return {"thousands": self.style.thousands, "decimal": self.style.decimal}


def other_currency(given: str, own: str) -> KpiError:
    """A target in a currency that KPI values are not in."""
    return KpiError(
        Message("the target is in {given}, and the KPI in {own}", given=given, own=own),
        hint=Message("convert it once, by a rate of your choice, and write it in {own}", own=own),
    )


def _other_unit(text: str, unit: Unit) -> KpiError:
    return KpiError(
        Message("{value} is in another unit than the KPI, which is in {unit}", value=shown(text), unit=unit)
    )

"""Numbers as people and exports write them, read as exact decimals.

>>> NumberFormat(decimal=",", thousands=".", currency=("€",)).parse("1.234,50 €")
Decimal('1234.50')
>>> int(NumberFormat(chinese_units=True).parse("3.5万"))
35000
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from connector.errors import Message
from connector.formats.misfit import Misfit, out_of_range, shown
from kpi_engine.facts import SCALE

CURRENCY_SIGNS: Final = (
    *("NT$", "HK$", "US$", "RMB", "CNY", "TWD", "HKD", "USD", "EUR", "GBP", "JPY"),
    *("人民币", "人民幣", "美元", "港币", "港幣", "台币", "台幣", "新台币", "新台幣", "欧元", "歐元", "日元"),
    *("元", "圆", "圓", "¥", "$", "€", "£", "₩", "₹"),
)
"""Signs that `infer` recognises; a format names the one that its column really carries."""

CHINESE_UNITS: Final = {
    "千": 3,
    "万": 4,
    "萬": 4,
    "百万": 6,
    "百萬": 6,
    "千万": 7,
    "千萬": 7,
    "亿": 8,
    "億": 8,
    "万亿": 12,
    "萬億": 12,
}
"""Powers of ten written behind a number."""

INT64_MAX: Final = 2**63 - 1
LONGEST: Final = 64
"""Longer cells are not numbers; it also bounds the work that a hostile cell can cause."""

_EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN, Emax=10_000, Emin=-10_000)
_SCALE = Decimal(SCALE)
_SPACES = ("\u00a0", *map(chr, range(0x2000, 0x200B)), "\u202f", "\u205f", "\u3000")
# Not NFKC: that would read 5² as 52.
_PLAIN_FORMS = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(_SPACES, " ")
    | {"’": "'", "‘": "'", "`": "'", "−": "-", "–": "-", "￥": "¥", "￡": "£", "￦": "₩"}
)
_NO_NUMBERS = frozenset(("nan", "inf", "infinity"))
_PLAIN = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,4})?")

Reader: TypeAlias = Callable[[Any], Any]
"""One cell -> one value, None for an empty cell; raises `Misfit`."""


class NumberFormat(BaseModel):
    """How a column writes its numbers. Only what is named is allowed: an unexpected ¥ in a $ column is a misfit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decimal: Literal[".", ","] = "."
    """The decimal sign."""
    thousands: Literal["", ",", ".", " ", "'"] = ""
    """What stands between thousands; a space means every kind of space, an apostrophe every kind of apostrophe."""
    currency: tuple[str, ...] = ()
    """The signs that may stand before or behind the number."""
    percent: bool = False
    """A percent sign may follow; the number is taken as written (45 % is 45)."""
    parentheses: bool = False
    """(5) is -5."""
    chinese_units: bool = False
    """万, 亿 and their like may follow: 3.5万 is 35000."""

    @field_validator("currency", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _separators_differ(self) -> NumberFormat:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands separator are the same")
        return self

    def parse(self, text: str) -> Decimal:
        """The number that the text writes.

        Raises:
            Misfit: the text is no number in this format.
        """
        found = _shape(self).fullmatch(folded_number(text)) if len(text) <= LONGEST else None
        if found is None and folded_number(text).lower().lstrip("+-") in _NO_NUMBERS:
            raise out_of_range(Message("{value} is not a finite number", value=shown(text)))
        if found is None or bool(found["open"]) != bool(found["close"]) or (found["sign"] and found["inner_sign"]):
            raise Misfit(Message("{value} is not a number in the column's format", value=shown(text)))
        digits = found["body"].replace(self.thousands, "") if self.thousands else found["body"]
        number = Decimal(digits.replace(self.decimal, "."))
        if self.chinese_units and found["unit"]:
            number = number.scaleb(CHINESE_UNITS[found["unit"]], _EXACT)
        return -number if "-" in (found["sign"], found["inner_sign"]) or found["open"] else number


def folded_number(text: str) -> str:
    """Full-width digits and signs, odd spaces and apostrophes as their plain forms."""
    text = text.strip()
    return text if text.isascii() else text.translate(_PLAIN_FORMS)


@lru_cache(maxsize=256)
def _shape(style: NumberFormat) -> re.Pattern[str]:
    """One expression for the whole cell; every repetition is bounded by `LONGEST`."""
    point, group = re.escape(style.decimal), re.escape(style.thousands)
    whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|[0-9]+)" if group else "[0-9]+"
    body = rf"(?P<body>(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]{{1,4}})?)"
    signs = "|".join(map(re.escape, sorted(map(folded_number, style.currency), key=len, reverse=True)))
    currency = rf"(?:{signs})?" if signs else ""
    units = "|".join(sorted(CHINESE_UNITS, key=len, reverse=True))
    unit = rf"\s*(?P<unit>{units})?" if style.chinese_units else ""
    opening, closing = (r"(?P<open>\()?", r"(?P<close>\))?") if style.parentheses else ("(?P<open>)", "(?P<close>)")
    percent = r"\s*%?" if style.percent else ""
    return re.compile(
        rf"{opening}(?P<sign>[-+])?\s*{currency}\s*(?P<inner_sign>[-+])?{body}{unit}\s*{currency}{percent}{closing}"
    )


# ---- readers: one cell, typed or text -> the value that a fact column stores -----------------------------------


def decimal_reader(style: NumberFormat) -> Reader:
    """Cells as finite decimals."""

    def read(cell: Any) -> Decimal | None:
        if type(cell) is Decimal and cell.is_finite():  # the way of nearly every cell that its source had typed
            return cell
        if isinstance(cell, str):
            return style.parse(cell) if cell and not cell.isspace() else None
        return _typed_decimal(cell)

    return read


def money_reader(style: NumberFormat) -> Reader:
    """Cells as ten-thousandths of the currency's unit, rounded half to even, within 64 bits."""
    exact = decimal_reader(style)
    plain_point = style.decimal == "."

    def read(cell: Any) -> int | None:
        if plain_point and isinstance(cell, str) and _PLAIN.fullmatch(cell):  # the way of nearly every cell
            whole, _, fraction = cell.partition(".")
            return int(whole + fraction.ljust(4, "0"))
        number = exact(cell)
        return None if number is None else ten_thousandths(number)

    return read


def integer_reader(style: NumberFormat) -> Reader:
    """Cells as whole numbers within 64 bits."""
    exact = decimal_reader(style)

    def read(cell: Any) -> int | None:
        number = exact(cell)
        if number is None:
            return None
        if number.adjusted() > 19 or abs(number) > INT64_MAX:
            raise _too_large(cell)
        if number != number.to_integral_value():
            raise Misfit(Message("{value} is not a whole number", value=shown(cell)))
        return int(number)

    return read


def real_reader(style: NumberFormat, *, share: bool = False) -> Reader:
    """Cells as floats that the engine can count in ten-thousandths.

    Args:
        style: the column's format.
        share: the fact column holds a share from 0 to 1, so a percent sign divides by 100.
    """
    exact = decimal_reader(style)

    def read(cell: Any) -> float | None:
        number = exact(cell)
        if number is None:
            return None
        if share and isinstance(cell, str) and folded_number(cell).rstrip(")").endswith("%"):
            number = number.scaleb(-2, _EXACT)
        ten_thousandths(number)
        return float(number)

    return read


def decimal_text_reader(style: NumberFormat) -> Reader:
    """Cells as the shortest plain text of an exact decimal (exchange rates)."""
    exact = decimal_reader(style)

    def read(cell: Any) -> str | None:
        number = exact(cell)
        if number is None:
            return None
        ten_thousandths(number)
        if number.adjusted() < -LONGEST:
            raise out_of_range(Message("{value} is too small a number", value=shown(cell)))
        return format(number, "f")

    return read


def ten_thousandths(number: Decimal) -> int:
    """The number counted in ten-thousandths, half to even.

    Raises:
        Misfit: it does not fit in 64 bits.
    """
    if number.adjusted() > 15:
        raise _too_large(number)
    scaled = 0 if number.adjusted() < -20 else int(_EXACT.to_integral_value(_EXACT.multiply(number, _SCALE)))
    if abs(scaled) > INT64_MAX:
        raise _too_large(number)
    return scaled


def _typed_decimal(cell: Any) -> Decimal | None:
    """A cell that its source had already typed (a worksheet, JSON)."""
    match cell:
        case None:
            return None
        case bool():
            raise Misfit(Message("{value} is not a number", value=shown(cell)))
        case int():
            if cell.bit_length() > 128:
                raise _too_large(cell)
            return Decimal(cell)
        case float():
            number = Decimal(repr(cell))  # repr is the shortest text that gives the same float: 0.1 stays 0.1
        case Decimal():
            number = cell
        case _:
            raise Misfit(Message("{value} is not a number", value=shown(cell)))
    if not number.is_finite():
        raise out_of_range(Message("{value} is not a finite number", value=shown(cell)))
    return number


def _too_large(cell: Any) -> Misfit:
    return out_of_range(Message("{value} is too large a number", value=shown(cell)))

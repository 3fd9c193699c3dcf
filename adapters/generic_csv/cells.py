"""Our own cells as text: numbers that stay numbers, text that no spreadsheet takes for a formula."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal

from connector.contract import Cell

DecimalSign = Literal[".", ","]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program run a cell; the wide signs do so where Chinese or Japanese is typed."""


def cell_text(cell: Cell, *, decimal: DecimalSign) -> str:
    """A cell without its quotes.

    >>> cell_text(0.1, decimal=","), cell_text(1e21, decimal=".")
    ('0,1', '1000000000000000000000')
    >>> cell_text("=1+1", decimal="."), cell_text(-2, decimal=".")
    ("'=1+1", '-2')

    Raises:
        ValueError: the number is infinite or none at all.
    """
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case int():
            return str(int(cell))
        case float() if math.isfinite(cell):
            return _plain(cell).replace(".", decimal)
    raise ValueError(cell)


def _plain(number: float) -> str:
    """All digits that tell this float from its neighbours, and no exponent, which few programs read as a number.

    >>> _plain(3.0), _plain(1e-7), _plain(-0.0)
    ('3', '0.0000001', '0')
    """
    text = format(Decimal(repr(number)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def harmless(text: str) -> str:
    """Text with an apostrophe before it where a spreadsheet program would take it for a formula.

    >>> harmless("@SUM(A1)"), harmless("Acme")
    ("'@SUM(A1)", 'Acme')
    """
    return "'" + text if text.startswith(_FORMULA_STARTS) else text

"""Text, ids and yes or no."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connector.errors import Message
from connector.formats.column import TEXT_ONLY, Parsed
from connector.formats.misfit import Misfit, out_of_range, shown

_YES: Final = frozenset(("true", "t", "yes", "y", "on", "1", "是", "真", "对", "對"))
_NO: Final = frozenset(("false", "f", "no", "n", "off", "0", "否", "假", "错", "錯"))
MOST_DIGITS: Final = 100
"""A number with more of them keeps its exponent: 1e999999999 is short, and written out it fills the memory."""


def text_of(cell: Any, *, trim: bool = True) -> str | None:
    """A cell as text, None when it is empty.

    A worksheet turns the id 123 into 123.0, JSON into 123: all are the text 123. What is text stays as it is, with its
    leading zeros.
    """
    match cell:
        case None:
            return None
        case str():
            text = cell.strip() if trim else cell
        case bool():
            text = "true" if cell else "false"
        case int():
            text = str(cell) if cell.bit_length() <= 256 else hex(cell)  # str() of a huge one is refused by Python
        case float():
            text = str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
        case Decimal():
            text = _decimal_text(cell)
        case datetime():
            text = cell.date().isoformat() if cell.time() == time.min and cell.tzinfo is None else cell.isoformat()
        case date() | time():
            text = cell.isoformat()
        case _:
            text = json.dumps(cell, ensure_ascii=False, sort_keys=True, default=str)
    return text or None


def _decimal_text(number: Decimal) -> str:
    if not number:
        return "0"
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return str(number)
    return format(number.normalize(), "f")


class TextParser:
    """Whole columns as text; nothing is remembered, because stripping is cheaper than looking up."""

    def __init__(self, *, trim: bool = True) -> None:
        self._trim = trim

    def __call__(self, cells: Sequence[Any]) -> Parsed:
        """The column's texts, None where a cell is empty."""
        kinds = set(map(type, cells))
        values: list[str | None]
        if not TEXT_ONLY.issuperset(kinds):
            values = [text_of(cell, trim=self._trim) for cell in cells]
        elif not self._trim:
            values = [cell or None for cell in cells]
        elif kinds == {str} and all(trimmed := list(map(str.strip, cells))):  # ids, names: nothing is empty
            values = [*trimmed]
        else:
            values = [(cell.strip() or None) if cell else None for cell in cells]
        return Parsed(values, _unwritable(values))


def _unwritable(values: list[str | None]) -> list[tuple[int, Misfit]]:
    """Takes out texts with half a surrogate pair (JSON can hold them, a database cannot)."""
    together = "".join(filter(None, values))
    if together.isascii() or _is_writable(together):
        return []
    found = [(at, text) for at, text in enumerate(values) if text and not _is_writable(text)]
    for at, _ in found:
        values[at] = None
    return [(at, out_of_range(Message("{value} is not valid text", value=ascii(shown(text))))) for at, text in found]


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_text(cell: Any) -> str | None:
    """One cell as trimmed text.

    Raises:
        Misfit: it holds half a surrogate pair.
    """
    text = text_of(cell)
    if text and not _is_writable(text):
        raise out_of_range(Message("{value} is not valid text", value=ascii(shown(text))))
    return text


def read_boolean(cell: Any) -> int | None:
    """One cell as 1 or 0: true, yes, on, 1, 是 and their opposites.

    Raises:
        Misfit: it is neither.
    """
    text = (text_of(cell) or "").casefold()
    if not text:
        return None
    if text in _YES:
        return 1
    if text in _NO:
        return 0
    raise Misfit(Message("{value} is neither yes nor no", value=shown(cell)), wrong_format=False)

"""A cell that cannot be read as its column wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connector.errors import Message

TOLERATED_SHARE: Final = 0.2
"""The share of a column's cells that may be in no format, as a pull tolerates it."""


class Misfit(ValueError):
    """Why one cell cannot be read; it becomes an issue row, never a crash and never a guess."""

    def __init__(self, reason: Message, *, wrong_format: bool = True) -> None:
        super().__init__(reason)  # made into a sentence only where somebody reads it: most are caught and counted
        self.reason = reason
        self.wrong_format = wrong_format
        """False where the format fits and only the value is impossible (a date in the year 9999)."""


def out_of_range(reason: Message) -> Misfit:
    """A value that was understood and cannot be stored."""
    return Misfit(reason, wrong_format=False)


SHOWN: Final = 80
"""How much of a cell a message shows."""


def shown(value: object) -> str:
    """A cell as messages show it: short, whatever it holds."""
    if isinstance(value, int) and value.bit_length() > 256:
        return "…"  # printing it could take seconds: Python refuses more than 4,300 digits
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def fits(parse: Callable[[str], object], text: str) -> bool:
    """Whether a format reads a text."""
    try:
        parse(text)
    except Misfit:
        return False
    return True

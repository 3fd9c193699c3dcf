"""Names out of a CRM, safe to put into any file: text stays text, whatever somebody called a customer."""

from __future__ import annotations

import re
import unicodedata

_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACE = re.compile(r"\s+")


def one_line(text: str) -> str:
    """The text without control and direction characters, white space and line ends as single spaces.

    >>> one_line("Ac\\x00me\\r\\n  GmbH\\u202e")
    'Acme GmbH'
    """
    spaced = _SPACE.sub(" ", text)
    return "".join(each for each in spaced if not _is_invisible(each)).strip()


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTION


def isolated(text: str) -> str:
    """The text for the middle of a sentence: a name that runs from right to left does not turn what is around it."""
    return f"\u2068{text}\u2069"

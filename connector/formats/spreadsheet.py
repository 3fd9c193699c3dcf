"""Text in a CSV file that a person opens in a spreadsheet: no name is taken for a formula, and each comes back."""

from __future__ import annotations

from typing import Final

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, full-width forms included."""
_MARK: Final = "'"


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("Acme")
    ("'=1+1", 'Acme')
    """
    return _MARK + text if text.startswith(FORMULA_SIGNS) else text


def meant(cell: str) -> str:
    """The text that a harmless cell stands for.

    >>> meant("'=1+1"), meant("'t Hooft")
    ('=1+1', "'t Hooft")
    """
    return cell[1:] if cell[:1] == _MARK and cell[1:].startswith(FORMULA_SIGNS) else cell

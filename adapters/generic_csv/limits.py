"""How much a file may ask of us. Generous for exports, far below what a bomb wants."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file. A cell over its bound costs its row; every other bound stops the pull."""

    cell_characters: int = MIB
    """The csv module's field limit: the row of a longer cell goes to quarantine."""
    line_characters: int = 16 * MIB
    """What is kept of one line while its end is sought: bounds memory, whatever the file."""
    raw_characters: int = 4_096
    """How much of an unreadable row is shown."""
    unpacked_bytes: int = 8 << 30
    """What one compressed file may unpack to, all members together."""
    unpacked_ratio: int = 200
    """How many times its packed size a file may unpack to; tables reach 10 to 50, zeros 1,000."""
    ratio_from_bytes: int = 16 * MIB
    """Below this much unpacked data the ratio says nothing."""
    members: int = 1_000
    """Files in one archive."""
    workbook_part_bytes: int = 64 * MIB
    """Any part of a workbook but its sheets, such as its shared texts, which are held in memory."""
    sheet_rows: int = MIB
    """The most rows that a sheet of a spreadsheet can have."""


LIMITS = Limits()

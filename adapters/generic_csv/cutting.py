"""The csv module's reader, with its cells bounded: used wherever a text is cut into records."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from adapters.generic_csv.limits import Limits


class Records(Protocol):
    """What `csv.reader` returns."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def cut_records(lines: Iterable[str], delimiter: str, *, quote: str, strict: bool, limits: Limits) -> Records:
    """A reader of these lines.

    Args:
        lines: with their newlines.
        delimiter: between cells.
        quote: around cells; empty where quotes are ordinary characters.
        strict: whether quotes that are not closed or doubled as they should be are an error.
        limits: of which the length of a cell is used.
    """
    # The limit is one for the whole process, and this is the one place that sets it: the default (131,072) is too small
    # for a long description, and none at all would let one unclosed quote fill the memory.
    csv.field_size_limit(limits.cell_characters)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote or None, quoting=_quoting(quote), strict=strict)


def _quoting(quote: str) -> Literal[0, 3]:
    """The csv module's word for cells with, or without, quotes around them."""
    return csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE

"""What reads one fact column: its type's reader, then the vendor's words, the closed vocabulary, and the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, assert_never
from zoneinfo import ZoneInfo

from connector.errors import Message, did_you_mean
from connector.formats.misfit import Misfit, out_of_range, shown
from connector.formats.moment import day_reader, instant_reader
from connector.formats.number import (
    Reader,
    decimal_text_reader,
    integer_reader,
    money_reader,
    real_reader,
)
from connector.formats.text import read_boolean, read_text, text_of
from connector.mapping.model import ColumnMapping, ValueFormats
from kpi_engine.facts import Column, ColumnType

ANY_OTHER: Final = "*"

NUMBERS: Final = frozenset((ColumnType.MONEY, ColumnType.REAL, ColumnType.INTEGER, ColumnType.DECIMAL))
DAYS: Final = frozenset((ColumnType.DATE, ColumnType.INSTANT))
FORMATTED: Final = NUMBERS | DAYS
"""Types whose cells have a format that a file can stop to fit."""


def column_reader(column: Column, how: ColumnMapping, *, formats: ValueFormats, zone: ZoneInfo) -> Reader:
    """Everything that happens to one cell of a column before links are looked up.

    Raises:
        Misfit: a meaning in `values` or the default cannot be a value of this column.
    """
    read = typed_reader(column, how, formats=formats, zone=zone)
    if column.values:
        read = _within(read, column.values)
    if how.values:
        read = _translated(read, meanings(column, how, zone=zone), vocabulary=column.values)
    return read if how.default is None else _defaulted(read, plain_value(column, how.default, zone=zone))


def typed_reader(column: Column, how: ColumnMapping, *, formats: ValueFormats, zone: ZoneInfo) -> Reader:
    """The reader of the column's type, in the column's own format or the table's."""
    number, date = how.number or formats.number, how.date or formats.date
    match column.type:
        case ColumnType.TEXT:
            return read_text if how.trim else _untrimmed
        case ColumnType.BOOLEAN:
            return read_boolean
        case ColumnType.INTEGER:
            return integer_reader(number)
        case ColumnType.MONEY:
            return money_reader(number)
        case ColumnType.REAL:
            return real_reader(number, share=column.unit.startswith("share"))
        case ColumnType.DECIMAL:
            return decimal_text_reader(number)
        case ColumnType.DATE:
            return day_reader(date, zone)
        case ColumnType.INSTANT:
            return instant_reader(date, zone)
        case _:
            assert_never(column.type)


def plain_value(column: Column, value: Any, *, zone: ZoneInfo) -> Any:
    """A value that the mapping itself states (constant, default, meaning), written plainly: 1234.5 and 2024-03-05.

    Raises:
        Misfit: it is none for this column.
    """
    plainly = ColumnMapping(source=("",))
    read = typed_reader(column, plainly, formats=ValueFormats(), zone=zone)
    return (_within(read, column.values) if column.values else read)(value)


def meanings(column: Column, how: ColumnMapping, *, zone: ZoneInfo) -> dict[str, Any]:
    """The vendor's words and what each becomes in this column."""
    return {
        word: None if meaning is None else plain_value(column, meaning, zone=zone)
        for word, meaning in how.values.items()
    }


def _untrimmed(cell: Any) -> str | None:
    read_text(cell)  # refuses what a database cannot hold
    return text_of(cell, trim=False)


def _within(read: Reader, vocabulary: Collection[str]) -> Reader:
    """A closed vocabulary: its own words in any case, nothing else."""

    def closed(cell: Any) -> str | None:
        text: str | None = read(cell)
        if text is None or text in vocabulary:
            return text
        if text.lower() in vocabulary:
            return text.lower()
        hint = did_you_mean(text.lower(), vocabulary)
        raise out_of_range(Message("{value} is not a word of this column: {hint}", value=shown(text), hint=hint))

    return closed


def _translated(read: Reader, words: Mapping[str, Any], *, vocabulary: Collection[str]) -> Reader:
    """The vendor's words; what is not among them is read as it stands, if the column allows that."""

    def translate(cell: Any) -> Any:
        text = text_of(cell)
        if text is None:
            return read(cell)
        if text in words:
            return words[text]
        try:
            return read(cell)
        except Misfit:
            if ANY_OTHER in words:
                return words[ANY_OTHER]
            raise _without_meaning(text, words) from None

    def translate_all(cell: Any) -> Any:
        text = text_of(cell)
        return read(cell) if text is None else words.get(text, words[ANY_OTHER])

    return translate_all if ANY_OTHER in words and not vocabulary else translate


def _without_meaning(text: str, words: Mapping[str, Any]) -> Misfit:
    hint = did_you_mean(text, words)
    return out_of_range(Message("{value} has no meaning in the mapping: {hint}", value=shown(text), hint=hint))


def _defaulted(read: Reader, default: Any) -> Reader:
    def read_or_default(cell: Any) -> Any:
        value = read(cell)
        return default if value is None else value

    return read_or_default

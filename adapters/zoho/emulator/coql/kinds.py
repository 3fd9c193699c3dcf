"""What a field's type allows in a criterion: operators, and what a written value is in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from adapters.zoho.emulator.coql.tree import Literals, Operator
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.parameters import day_of, moment_of

Stored = str | int | float
ID_DIGITS = 19

_NULLS: tuple[Operator, ...] = ("is null", "is not null")
_EQUALITY: tuple[Operator, ...] = ("=", "!=", "in", "not in", *_NULLS)
_RANGE: tuple[Operator, ...] = (">", ">=", "<", "<=", "between", "not between")


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of types: `stored` turns a literal to what the column holds, or raises ValueError."""

    name: str
    operators: frozenset[Operator]
    stored: Callable[[Literals], Stored]
    collation: str = ""
    """Of comparisons; letters of a text are the same in either case."""


def _text(value: Literals) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Literals) -> int | float:
    """A number, also where it is in quotes.

    >>> _number("12.50"), _number(3)
    (12.5, 3)
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, str):
        try:
            exact = Decimal(value)
        except InvalidOperation as fault:
            raise ValueError(value) from fault
        if not exact.is_finite():
            raise ValueError(value)
        value = int(exact) if exact == exact.to_integral_value() else float(exact)
    return value if isinstance(value, float) or abs(value) < 2**63 else float(value)


def _boolean(value: Literals) -> int:
    if _text(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return int(_text(value).lower() == "true")


def _id(value: Literals) -> str:
    """An id, as long as all ids are, so that a comparison of texts is one of numbers.

    >>> _id(0) < _id("4876876000000000001") == _id(4876876000000000001)
    True
    """
    text = _text(value)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(value)
    return text.zfill(ID_DIGITS)


def _day(value: Literals) -> str:
    return _written(day_of(_text(value)), value)


def _instant(value: Literals) -> str:
    """An instant of any offset, in UTC, as it is stored.

    >>> _instant("2026-01-01T05:30:00+05:30")
    '2026-01-01T00:00:00+00:00'
    """
    return _written(moment_of(_text(value)), value)


def _written(found: str | None, value: Literals) -> str:
    if found is None:
        raise ValueError(value)
    return found


TEXT = Kind("text", frozenset((*_EQUALITY, "like", "not like")), _text, collation=" COLLATE NOCASE")
NUMBER = Kind("number", frozenset((*_EQUALITY, *_RANGE)), _number)
DAY = Kind("date", frozenset((*_EQUALITY, *_RANGE)), _day)
INSTANT = Kind("datetime", frozenset((*_EQUALITY, *_RANGE)), _instant)
BOOLEAN = Kind("boolean", frozenset(("=",)), _boolean)
RECORD_ID = Kind("id", frozenset((*_EQUALITY, *_RANGE)), _id)
LOOKUP = Kind("lookup", frozenset(_EQUALITY), _id)
CHOICES = Kind("choices", frozenset(_EQUALITY), _text)

_BY_TYPE: Mapping[str, Kind] = {
    **dict.fromkeys(("integer", "bigint", "double", "currency", "percent"), NUMBER),
    **dict.fromkeys(("lookup", "ownerlookup", "userlookup"), LOOKUP),
    "date": DAY,
    "datetime": INSTANT,
    "boolean": BOOLEAN,
    "multiselectpicklist": CHOICES,
}
_NEVER_SELECTED = frozenset(
    ("subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage")
)
_NEVER_SELECTED_NAMES = frozenset((("Events", "Participants"), ("Cases", "Comments"), ("Solutions", "Comments")))
_NEVER_COMPARED = frozenset(("textarea", "tags", "richtext"))


def kind_of(field: FieldMeta) -> Kind:
    """The family of a field; whatever is not listed is a text."""
    return RECORD_ID if field.api_name == "id" else _BY_TYPE.get(field.data_type, TEXT)


def selectable(module: str, field: FieldMeta) -> bool:
    """Whether a query may ask for the field."""
    return field.data_type not in _NEVER_SELECTED and (module, field.api_name) not in _NEVER_SELECTED_NAMES


def comparable(module: str, field: FieldMeta) -> bool:
    """Whether a criterion, an order or a group may name it: not several lines of text, nothing withheld."""
    return selectable(module, field) and field.data_type not in _NEVER_COMPARED and not field.private

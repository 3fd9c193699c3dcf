"""Our cells as Zoho's JSON, each as its field's type wants it; and whether a record already holds what we would say.

A share is 0 to 1 here and 0 to 100 in a percent field; numbers are cut to the field's decimals, halves to the even
side; a text that is too long is refused, because half of a text is another text. None empties the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

from adapters.zoho.writing.described import Described
from connector.contract import Cell, FieldShape
from connector.errors import Message

_PERCENT_DECIMALS: Final = 2
_NUMBERS: Final = frozenset(("integer", "bigint", "double", "currency", "percent"))
_TEXTS: Final = frozenset(("text", "textarea"))


class Misfit(Exception):
    """A value that its field cannot hold."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def as_json(cell: Cell, field: Described, shape: FieldShape | None) -> Any:
    """The cell as Zoho takes it.

    Raises:
        Misfit: the field cannot hold it.
    """
    if cell is None or cell == "":
        return None
    convert = _CONVERSIONS.get(field.type)
    if convert is None:
        raise Misfit(Message("{field} is a {type} field", field=field.api_name, type=field.type))
    return convert(cell, field, shape)


def _whole(cell: Cell, field: Described, shape: FieldShape | None) -> Any:
    del shape
    number = _decimal(cell, field)
    if number != number.to_integral_value():
        raise Misfit(Message("{field} holds whole numbers only", field=field.api_name))
    return _fitting(number, field)


def _fraction(cell: Cell, field: Described, shape: FieldShape | None) -> Any:
    decimals = field.decimals if field.decimals is not None else shape.decimals if shape else None
    return _fitting(_cut(_decimal(cell, field), decimals), field)


def _percentage(cell: Cell, field: Described, shape: FieldShape | None) -> Any:
    number = _decimal(cell, field) * (100 if shape is not None and shape.type == "percent" else 1)
    decimals = _PERCENT_DECIMALS if field.decimals is None else field.decimals
    return _fitting(_cut(number, decimals), field)


def _cut(number: Decimal, decimals: int | None) -> Decimal:
    return number if decimals is None else number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def _fitting(number: Decimal, field: Described) -> Any:
    digits = len(str(int(abs(number))))
    if field.type != "percent" and field.length is not None and digits > field.length:
        raise Misfit(Message("{field} holds {most} digits at most", field=field.api_name, most=field.length))
    plain: Any = int(number) if number == number.to_integral_value() else float(number)
    return str(number) if field.json_type == "string" else plain


def _decimal(cell: Cell, field: Described) -> Decimal:
    try:
        number = Decimal(str(cell))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(cell, str) or not number.is_finite():
        raise Misfit(Message("{field} holds numbers only", field=field.api_name))
    return number


def _text(cell: Cell, field: Described, shape: FieldShape | None) -> str:
    del shape
    text = str(cell)
    if field.length is not None and len(text) > field.length:
        message = Message(
            "{field} holds {most} characters at most, and the text has {count}",
            field=field.api_name,
            most=field.length,
            count=len(text),
        )
        raise Misfit(message)
    return text


def _day(cell: Cell, field: Described, shape: FieldShape | None) -> str:
    del shape
    try:
        return date.fromisoformat(str(cell)).isoformat()
    except ValueError as exc:
        raise Misfit(Message("{field} holds dates only", field=field.api_name)) from exc


def _moment(cell: Cell, field: Described, shape: FieldShape | None) -> str:
    del shape
    moment = _instant(cell)
    if moment is None:
        raise Misfit(Message("{field} holds moments only", field=field.api_name))
    return moment.isoformat(timespec="seconds")


def _instant(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(microsecond=0) if moment.tzinfo is not None else None


_CONVERSIONS: Final[Mapping[str, Callable[[Cell, Described, FieldShape | None], Any]]] = {
    "integer": _whole,
    "bigint": _whole,
    "double": _fraction,
    "currency": _fraction,
    "percent": _percentage,
    "date": _day,
    "datetime": _moment,
    "text": _text,
    "textarea": _text,
}


def same(found: Any, sent: Any, field: Described) -> bool:
    """Whether a record that holds `found` holds what we sent."""
    if found in (None, "") or sent is None:
        return found in (None, "") and sent is None
    if field.type in _NUMBERS:
        return _number(found) == _number(sent)
    if field.type == "datetime":
        return _instant(found) == _instant(sent)
    return str(found).strip() == str(sent).strip() if field.type in _TEXTS else bool(found == sent)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


_HOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "text": _TEXTS,
    "long_text": frozenset(("textarea",)),
    "integer": frozenset(("integer", "bigint", "double")),
    "number": frozenset(("double",)),
    "percent": frozenset(("percent", "double")),
    "money": frozenset(("currency", "double")),
    "date": frozenset(("date", "text")),
    "instant": frozenset(("datetime", "text")),
}
"""What we write -> the types of field that can hold it."""


def unfit(field: Described, shape: FieldShape, *, currencies: bool) -> Message | None:
    """Why a field cannot hold what we would write, with the remedy; None where it can.

    Args:
        field: As Zoho describes it.
        shape: What we would write.
        currencies: The organisation has several; a currency field then shows each record in the record's own.
    """
    if field.type not in _HOLDERS[shape.type]:
        needed = ", ".join(sorted(_HOLDERS[shape.type]))
        return Message(
            "it is a {type} field; name one of another type ({needed}), or another that crm-kpi can make",
            type=field.type,
            needed=needed,
        )
    if not field.writable:
        return Message("it may not be written by API; name another field")
    if field.type == "currency" and currencies:
        return Message("it shows each record in the record's own currency; name a decimal field instead")
    if shape.unique and not field.unique:
        return Message("it must not allow duplicate values: tick that in its settings in Zoho")
    return None

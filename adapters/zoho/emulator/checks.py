"""Values on their way in: each is checked against its field and turned into its stored form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.parameters import day_of, moment_of
from adapters.zoho.emulator.state import State, quoted

_DIGITS = re.compile(r"-?\d+", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TEXTS = frozenset({"text", "textarea", "phone", "website", "autonumber"})


def stored_value(state: State, field: FieldMeta, value: Any, *, path: str) -> Any:
    """A value of a request as it is stored.

    Args:
        state: Where lookups must point to something.
        field: The field.
        value: Parsed JSON.
        path: JSON path, for the refusal.

    Raises:
        Refusal: the value is none for this field.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return _empty(field, path)
    if field.is_lookup:
        return _lookup(state, field, value, path=path)
    if field.is_array:
        return _array(field, value, path=path)
    if field.data_type in _TEXTS:
        return _text(field, value, path=path)
    return _CHECKS[field.data_type](field, value, path)


def item_refusal(field: FieldMeta, path: str, **details: Any) -> Refusal:
    """INVALID_DATA of one field."""
    found = {"api_name": field.api_name, "json_path": path, **details}
    return Refusal(400, "INVALID_DATA", "invalid data", details=found)


def _empty(field: FieldMeta, path: str) -> None:
    if field.mandatory:
        raise missing(field.api_name, path)


def missing(api_name: str, path: str) -> Refusal:
    """MANDATORY_NOT_FOUND."""
    details = {"api_name": api_name, "json_path": path}
    return Refusal(400, "MANDATORY_NOT_FOUND", "required field not found", details=details)


def _text(field: FieldMeta, value: Any, *, path: str) -> str:
    if not isinstance(value, str):
        raise item_refusal(field, path, expected_data_type="text")
    if field.length is not None and len(value) > field.length:
        raise item_refusal(field, path, maximum_length=field.length)
    return value.strip()


def _email(field: FieldMeta, value: Any, path: str) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise item_refusal(field, path, expected_data_type="email")
    return _text(field, value, path=path)


def _choice(field: FieldMeta, value: Any, path: str) -> str:
    allowed = [each.value for each in field.picklist]
    if not isinstance(value, str):
        raise item_refusal(field, path, expected_data_type="text")
    if value not in allowed:
        raise item_refusal(field, path, supported_values=allowed)
    return value


def _whole(field: FieldMeta, value: Any, path: str) -> int:
    if field.data_type == "bigint" and isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)  # more digits than the numbers of some clients hold
    if isinstance(value, bool) or not isinstance(value, int):
        raise item_refusal(field, path, expected_data_type="integer")
    if len(str(abs(value))) > (field.length or 18):
        raise item_refusal(field, path, maximum_length=field.length)
    return value


def _number(field: FieldMeta, value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):
        raise item_refusal(field, path, expected_data_type="double")
    if len(str(int(abs(value)))) > (field.length or 16):
        raise item_refusal(field, path, maximum_length=field.length)
    return round(float(value), field.decimal_place if field.decimal_place is not None else 9)


def _flag(field: FieldMeta, value: Any, path: str) -> int:
    if not isinstance(value, bool):
        raise item_refusal(field, path, expected_data_type="boolean")
    return int(value)


def _day(field: FieldMeta, value: Any, path: str) -> str:
    found = day_of(value) if isinstance(value, str) else None
    if found is None:
        raise item_refusal(field, path, expected_data_type="date")
    return found


def _moment(field: FieldMeta, value: Any, path: str) -> str:
    found = moment_of(value) if isinstance(value, str) else None
    if found is None:
        raise item_refusal(field, path, expected_data_type="datetime")
    return found


def _lookup(state: State, field: FieldMeta, value: Any, *, path: str) -> str:
    """An object with an `id`, or the id itself; Zoho's SDK sends numbers."""
    found = value.get("id") if isinstance(value, dict) else value
    if isinstance(found, bool) or not isinstance(found, (str, int)) or not str(found).isdecimal():
        raise item_refusal(field, path, expected_data_type="jsonobject")
    modules = [field.lookup] if field.lookup in state.modules() else list(state.modules())
    for module in modules:
        sql = f"SELECT 1 FROM {quoted(str(module))} WHERE id = ?"  # noqa: S608
        if state.db.execute(sql, (str(found),)).fetchone():
            return str(found)
    raise item_refusal(field, path, id=str(found))


def _array(field: FieldMeta, value: Any, *, path: str) -> str:
    if not isinstance(value, list):
        raise item_refusal(field, path, expected_data_type="jsonarray")
    if field.data_type == "multiselectpicklist":
        for place, each in enumerate(value):
            _choice(field, each, f"{path}[{place}]")
    return orjson.dumps(value).decode()


_CHECKS: Mapping[str, Callable[[FieldMeta, Any, str], Any]] = {
    "email": _email, "picklist": _choice, "integer": _whole, "bigint": _whole, "double": _number,
    "currency": _number, "percent": _number, "boolean": _flag, "date": _day, "datetime": _moment,
}  # fmt: skip

"""Criteria of a bulk read: JSON groups to the tests that COQL's criteria become as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.coql.criteria import Checked, Test, Tests
from adapters.zoho.emulator.coql.kinds import CHOICES, Kind, Stored, comparable, kind_of
from adapters.zoho.emulator.coql.scope import Place, Scope
from adapters.zoho.emulator.coql.tree import Column, Connective, Literals, Operator

MOST_CRITERIA = 25
MOST_VALUES = 200
EMPTY = "${EMPTY}"
OPERATORS: Mapping[str, Operator] = {
    "equal": "=",
    "not_equal": "!=",
    "in": "in",
    "not_in": "not in",
    "between": "between",
    "not_between": "not between",
    "greater_than": ">",
    "greater_equal": ">=",
    "less_than": "<",
    "less_equal": "<=",
    "contains": "like",
    "not_contains": "not like",
    "starts_with": "like",
    "ends_with": "like",
}
_PATTERNS = {"contains": "%{}%", "not_contains": "%{}%", "starts_with": "{}%", "ends_with": "%{}"}
_SEVERAL = frozenset(("in", "not_in", "between", "not_between"))
_PAIRS = frozenset(("between", "not_between"))
JSON = Mapping[str, Any]


def refused(code: str, message: str, /, **details: Any) -> Refusal:
    """An error of a bulk request."""
    return Refusal(400, code, message, details=details)


def checked_criteria(criteria: Any, scope: Scope) -> Checked:
    """The tests that criteria mean: a group of groups, or one bare condition.

    Raises:
        Refusal: they cannot be read, are too many, or do not fit their fields.
    """
    if _count(criteria) > MOST_CRITERIA:
        raise refused("CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", max_limit=MOST_CRITERIA)
    return _checked(criteria, scope)


def _count(criteria: Any) -> int:
    if not isinstance(criteria, dict):
        raise refused("INVALID_CRITERIA", "the criteria given seems to be invalid")
    group = criteria.get("group")
    if group is None:
        return 1
    if not isinstance(group, list) or not group or "field" in criteria:
        raise refused("AMBIGUOUS_GROUP_IN_CRITERIA", "the group in the criteria is ambiguous")
    return sum(map(_count, group))


def _checked(criteria: JSON, scope: Scope) -> Checked:
    if "group" not in criteria:
        return _test(criteria, scope)
    connective = str(criteria.get("group_operator", "")).lower()
    if connective not in ("and", "or"):
        message = "group operator is not supported"
        raise refused("GROUP_OPERATOR_NOT_SUPPORTED", message, supported=["and", "or"])
    return Tests(cast(Connective, connective), tuple(_checked(part, scope) for part in criteria["group"]))


def _test(condition: JSON, scope: Scope) -> Test:
    name, comparator = _name(condition), str(condition.get("comparator", ""))
    if comparator not in OPERATORS:
        message = "comparator is not supported"
        raise refused("FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED", message, api_name=name, comparator=comparator)
    place = _place(name, scope)
    kind = kind_of(place.field)
    if condition.get("value") == EMPTY and comparator in ("equal", "not_equal"):
        return Test(place, kind, "is null" if comparator == "equal" else "is not null", ())
    supported = [each for each in OPERATORS if _fits(kind, each)]
    if comparator not in supported:
        code, message = "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE", "the field does not take the comparator"
        raise refused(code, message, api_name=name, comparator=comparator, supported=supported)
    values = _values(condition, name=name, comparator=comparator, kind=kind)
    return Test(place, kind, OPERATORS[comparator], values)


def _name(condition: JSON) -> str:
    field = condition.get("field")
    name = field.get("api_name") if isinstance(field, dict) else condition.get("api_name")
    if not isinstance(name, str):
        raise refused("INVALID_CRITERIA", "the criteria given seems to be invalid")
    return name


def _place(name: str, scope: Scope) -> Place:
    try:
        place = scope.place(Column(tuple(name.split("."))))
    except Refusal as unknown:
        code, message = "FIELD_IN_CRITERIA_NOT_AVAILABLE", "the field in the criteria is not available"
        raise refused(code, message, api_name=name) from unknown
    if not comparable(place.module, place.field):
        code, message = "FIELD_IN_CRITERIA_NOT_SUPPORTED", "the field in the criteria is not supported"
        raise refused(code, message, api_name=name)
    return place


def _fits(kind: Kind, comparator: str) -> bool:
    return OPERATORS[comparator] in kind.operators and not (kind is CHOICES and comparator in _PATTERNS)


def _values(condition: JSON, *, name: str, comparator: str, kind: Kind) -> tuple[Stored, ...]:
    given = _listed(condition.get("value"), several=comparator in _SEVERAL)
    if len(given) > MOST_VALUES:
        code, message = "VALUE_LIMIT_EXCEEDED_IN_CRITERIA", "too many values in the criteria"
        raise refused(code, message, max_limit=MOST_VALUES)
    if not given or (comparator in _PAIRS and len(given) != len(("low", "high"))):
        code, message = "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", "the comparator does not take the value"
        raise refused(code, message, comparator=comparator)
    try:
        values = tuple(kind.stored(value) for value in given)
    except (ValueError, OverflowError) as fault:
        code, message = "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", "the field does not take the value"
        raise refused(code, message, api_name=name) from fault
    return tuple(_pattern(str(value), comparator) for value in values) if comparator in _PATTERNS else values


def _listed(value: Any, *, several: bool) -> list[Literals]:
    """The values; several may also stand in one text with commas between them."""
    if several and isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    values = value if several and isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str | int | float)] if _plain(values) else []


def _plain(values: list[Any]) -> bool:
    return all(isinstance(each, str | int | float) for each in values)


def _pattern(text: str, comparator: str) -> str:
    r"""A part of a text for LIKE; no sign of it means anything but itself.

    >>> _pattern("50%_", "starts_with")
    '50\\%\\_%'
    """
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _PATTERNS[comparator].format(escaped)

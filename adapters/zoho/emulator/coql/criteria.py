"""WHERE, checked: each criterion with its field, and with its values as the table has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.zoho.emulator.coql.kinds import Kind, Stored, comparable, kind_of
from adapters.zoho.emulator.coql.refusals import invalid_operator, invalid_value, over_limit, unsupported_criterion
from adapters.zoho.emulator.coql.scope import Place, Scope
from adapters.zoho.emulator.coql.tree import Condition, Connective, Criteria, Operator, Subquery, conditions

MOST_CRITERIA = 25
MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with marks, and what belongs in their place."""

    sql: str
    values: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """A criterion whose field and values are known."""

    place: Place
    kind: Kind
    operator: Operator
    values: tuple[Stored, ...] | Statement


@dataclass(frozen=True, slots=True)
class Tests:
    """Criteria that hold together, or of which one holds."""

    connective: Connective
    parts: tuple[Test | Tests, ...]


Checked = Test | Tests
Nested = Callable[[Subquery, Operator], Statement]
"""Turns a query within a criterion to SQL."""


def checked(criteria: Criteria, scope: Scope, nested: Nested) -> Checked:
    """The criteria with their fields and stored values.

    Raises:
        Refusal: too many, or one does not fit its field.
    """
    found = list(conditions(criteria))
    if len(found) > MOST_CRITERIA:
        raise over_limit(MOST_CRITERIA, "where")
    return _checked(criteria, scope, nested)


def _checked(criteria: Criteria, scope: Scope, nested: Nested) -> Checked:
    if isinstance(criteria, Condition):
        return _test(criteria, scope, nested)
    return Tests(criteria.connective, tuple(_checked(part, scope, nested) for part in criteria.parts))


def _test(condition: Condition, scope: Scope, nested: Nested) -> Test:
    place = scope.place(condition.column)
    if not comparable(place.module, place.field):
        raise unsupported_criterion(condition)
    kind = kind_of(place.field)
    if condition.operator not in kind.operators:
        raise invalid_operator(condition)
    if isinstance(condition.values, Subquery):
        return Test(place, kind, condition.operator, nested(condition.values, condition.operator))
    if len(condition.values) > MOST_VALUES:
        raise over_limit(MOST_VALUES, condition.operator)
    return Test(place, kind, condition.operator, _stored(condition, kind))


def _stored(condition: Condition, kind: Kind) -> tuple[Stored, ...]:
    assert not isinstance(condition.values, Subquery)
    try:
        values = tuple(kind.stored(value) for value in condition.values)
        return tuple(map(_pattern, values)) if condition.operator in ("like", "not like") else values
    except (ValueError, OverflowError) as fault:
        raise invalid_value(condition) from fault


def _pattern(value: Stored) -> str:
    r"""The documented forms of LIKE as SQLite's: `x%`, `%x`, `%x%`; any other sign means itself.

    >>> _pattern("%50_\\%")
    '%50\\_\\\\%'
    """
    text = str(value)
    start, end = text.startswith("%"), text.endswith("%") and len(text) > 1
    inner = text[start : len(text) - end]
    if "%" in inner:
        raise ValueError(text)
    escaped = inner.replace("\\", "\\\\").replace("_", "\\_")
    return f"{'%' * start}{escaped}{'%' * end}"

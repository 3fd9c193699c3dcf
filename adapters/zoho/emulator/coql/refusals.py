"""COQL's errors: HTTP 400 and one flat object, whatever the code."""

from __future__ import annotations

from typing import Any

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.coql.tree import Column, Condition, Subquery


def refused(code: str, message: str, /, **details: Any) -> Refusal:
    """An error of a query, to be raised."""
    return Refusal(400, code, message, details=details)


def invalid_column(column: Column) -> Refusal:
    """No such field, or none that one gets to."""
    return refused("INVALID_QUERY", "column given seems to be invalid", column_name=column.name)


def unsupported_column(column: Column) -> Refusal:
    """A field that COQL does not give out."""
    return refused("INVALID_QUERY", "unsupported column", column_name=column.name)


def unsupported_in(clause: str, column: Column) -> Refusal:
    """A field that a clause does not take."""
    return refused("INVALID_QUERY", "unsupported column", column_name=column.name, clause=clause)


def unsupported_criterion(condition: Condition) -> Refusal:
    """A field that no criterion takes, such as a text of several lines."""
    return refused(
        "INVALID_QUERY",
        "unsupported column in criteria",
        cv_criteria=False,
        column_name=condition.column.name,
        value=_shown(condition),
        operator=condition.operator,
    )


def invalid_operator(condition: Condition) -> Refusal:
    """An operator that the field's type does not have."""
    return refused(
        "INVALID_QUERY",
        "Invalid query formed",
        reason="invalid operator found",
        column_name=condition.column.name,
        operator=condition.operator,
    )


def invalid_value(condition: Condition) -> Refusal:
    """A value that the field's type does not have."""
    return refused(
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        cv_criteria=False,
        column_name=condition.column.name,
        value=_shown(condition),
        operator=condition.operator,
    )


def over_limit(limit: int, clause: str) -> Refusal:
    """More of something than a query may have."""
    return refused("LIMIT_EXCEEDED", "the limit given is exceeded", limit=limit, clause=clause)


def _shown(condition: Condition) -> str:
    values = condition.values
    return "" if isinstance(values, Subquery) else ",".join(map(str, values))

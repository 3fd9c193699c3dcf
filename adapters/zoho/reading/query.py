"""COQL, as text: conditions bracketed in pairs, values in quotes, names that are words of the language too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from typing import Final

from adapters.zoho.reading.memory import written

RESERVED: Final = frozenset(
    (
        *("select", "from", "where", "group", "order", "by", "limit", "offset", "as", "and", "or", "not", "in", "is"),
        *("null", "like", "between", "asc", "desc", "true", "false", "sum", "max", "min", "avg", "count", "external"),
        *("join", "on", "having", "union", "exists", "all", "any", "case", "when", "then", "else", "end", "distinct"),
        *("table", "column", "index", "key", "value", "values", "set", "user", "date", "time", "timestamp", "interval"),
    )
)
"""Words that a field's name may not be without quotes."""


def column(name: str) -> str:
    """A field in a query.

    >>> column("Amount"), column("Order")
    ('Amount', "'Order'")
    """
    return f"'{name}'" if name.lower() in RESERVED else name


def text(value: str) -> str:
    """A value in a query.

    >>> text("O'Neil")
    "'O''Neil'"
    """
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def moment(at: datetime) -> str:
    """A date-time in a query."""
    return text(written(at))


def both(*conditions: str) -> str:
    """All of them; Zoho wants more than two in pairs.

    >>> both("a = 1", "b = 2", "c = 3")
    '((a = 1 and b = 2) and c = 3)'
    """
    return reduce(lambda left, right: f"({left} and {right})", filter(None, conditions))


def either(left: str, right: str) -> str:
    """One of two."""
    return f"({left} or {right})"


def among(name: str, values: Iterable[str]) -> str:
    """One of at most a hundred values."""
    return f"{column(name)} in ({', '.join(map(text, values))})"


def select(names: Sequence[str], module: str, *, where: str, order: Sequence[str] = ()) -> str:
    """A query without its LIMIT."""
    columns = ", ".join(map(column, dict.fromkeys(names)))
    ordered = f" order by {', '.join(f'{column(name)} asc' for name in order)}" if order else ""
    return f"select {columns} from {module} where {where}{ordered}"  # noqa: S608  # COQL; values are quoted by `text`

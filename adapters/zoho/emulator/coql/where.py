"""WHERE as SQL, with marks in place of the values."""

from __future__ import annotations

from typing import assert_never

from adapters.zoho.emulator.coql.criteria import Checked, Statement, Test
from adapters.zoho.emulator.coql.kinds import CHOICES, Stored
from adapters.zoho.emulator.coql.tree import Operator


def where_sql(tests: Checked, *, indexed: bool = True) -> Statement:
    """The condition for SQL.

    Args:
        tests: The criteria.
        indexed: Whether an index may serve them; not where the rows are read in the order of their ids, some thousand
            at a time: a look-up by another order would be sorted again each time.
    """
    values: list[Stored] = []
    return Statement(_sql(tests, values, indexed=indexed), tuple(values))


def _sql(tests: Checked, values: list[Stored], *, indexed: bool) -> str:
    if isinstance(tests, Test):
        return _test_sql(tests, values, indexed=indexed)
    return "(" + f" {tests.connective.upper()} ".join(_sql(part, values, indexed=indexed) for part in tests.parts) + ")"


def _test_sql(test: Test, values: list[Stored], *, indexed: bool) -> str:
    """One criterion. A plus before a column keeps SQLite from its index."""
    column = test.place.sql if indexed else f"+{test.place.sql}"
    if test.kind is CHOICES:
        return _choices_sql(test, values)
    if isinstance(test.values, Statement):
        values.extend(test.values.values)
        return f"{column} {test.operator.upper()} ({test.values.sql})"
    values.extend(test.values)
    return f"{column}{test.kind.collation} {_comparison(test.operator, len(test.values))}"


def _comparison(operator: Operator, count: int) -> str:
    match operator:
        case "in" | "not in":
            return f"{operator.upper()} ({', '.join('?' * count)})"
        case "between" | "not between":
            return f"{operator.upper()} ? AND ?"
        case "is null" | "is not null":
            return operator.upper()
        case "like" | "not like":
            return f"{operator.upper()} ? ESCAPE '\\'"
        case "=" | "!=" | ">" | ">=" | "<" | "<=":
            return f"{operator} ?"
        case never:
            assert_never(never)


def _choices_sql(test: Test, values: list[Stored]) -> str:
    """Several chosen values, kept as JSON: equal means that the value is among them."""
    column = test.place.sql
    if test.operator in ("is null", "is not null"):
        return f"coalesce({column}, '[]') {'=' if test.operator == 'is null' else '!='} '[]'"
    wanted = test.values
    if isinstance(wanted, Statement):
        values.extend(wanted.values)
        among = wanted.sql
    else:
        values.extend(wanted)
        among = ", ".join("?" * len(wanted))
    negation = "NOT " if test.operator in ("!=", "not in") else ""
    chosen = f"{negation}EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({among}))"  # noqa: S608 - marks only
    return f"({column} IS NOT NULL AND {chosen})"

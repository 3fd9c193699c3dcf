"""WHERE as SQL: marks in place of the values, and bounds for the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from adapters.zoho.emulator.coql.criteria import Checked, Statement, Test
from adapters.zoho.emulator.coql.kinds import CHOICES, Stored
from adapters.zoho.emulator.coql.tree import Operator

KEY = "Modified_Time"
"""The field that has an index together with the id."""
_LOWER: dict[Operator, int] = {"=": 0, ">": 0, ">=": 0, "between": 0}
_UPPER: dict[Operator, int] = {"=": 0, "<": 0, "<=": 0, "between": 1}
"""Which of a criterion's values is a bound."""
_Choice = Callable[[list[str]], str]


def where_sql(tests: Checked, base: str, *, by_key: bool = True) -> Statement:
    """The condition for SQL.

    A reader by key asks for `Modified_Time = a and id > b or Modified_Time > a`. Left alone, SQLite would look each
    alternative up and sort them all for one page; so the bound that they imply stands beside them, and the index gives
    the rows in order.

    Args:
        tests: The criteria.
        base: What the module's table is called in the statement.
        by_key: Whether an index may serve the criteria; not where the rows are read in the order of their ids.
    """
    values: list[Stored] = []
    text = _sql(tests, values, plain=by_key)
    if not by_key or not _has_alternatives(tests):
        return Statement(text, tuple(values))
    lowest, highest = _bound(tests, _LOWER, min, max), _bound(tests, _UPPER, max, min)
    for sign, bound in ((">=", lowest), ("<=", highest)):
        if bound is not None:
            text = f"{base}.{KEY} {sign} ? AND {text}"
            values.insert(0, bound)
    return Statement(text, tuple(values))


def _has_alternatives(tests: Checked) -> bool:
    return not isinstance(tests, Test) and (tests.connective == "or" or any(map(_has_alternatives, tests.parts)))


def _sql(tests: Checked, values: list[Stored], *, plain: bool) -> str:
    if isinstance(tests, Test):
        return _test_sql(tests, values, plain=plain)
    return "(" + f" {tests.connective.upper()} ".join(_sql(part, values, plain=plain) for part in tests.parts) + ")"


def _test_sql(test: Test, values: list[Stored], *, plain: bool) -> str:
    """One criterion. A column that is not plain gets a plus, which keeps SQLite from an index of it."""
    column = test.place.sql if plain else f"+{test.place.sql}"
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


def _bound(tests: Checked, operators: dict[Operator, int], widest: _Choice, narrowest: _Choice) -> str | None:
    """What the criteria imply for the key: of alternatives the widest bound, none where an alternative has none."""
    if isinstance(tests, Test):
        return _own_bound(tests, operators)
    found = [_bound(part, operators, widest, narrowest) for part in tests.parts]
    known = [bound for bound in found if bound is not None]
    if not known or (tests.connective == "or" and len(known) < len(found)):
        return None
    return widest(known) if tests.connective == "or" else narrowest(known)


def _own_bound(test: Test, operators: dict[Operator, int]) -> str | None:
    if test.place.column.path != (KEY,) or isinstance(test.values, Statement) or test.operator not in operators:
        return None
    return str(test.values[operators[test.operator]])

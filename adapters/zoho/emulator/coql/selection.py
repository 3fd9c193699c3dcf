"""The columns between SELECT and FROM: how many, and whether each has a name of its own."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.zoho.emulator.coql.refusals import over_limit, refused
from adapters.zoho.emulator.coql.tree import Call, Column, Selected

MOST_COLUMNS = 500
MOST_AGGREGATES = 5
AGGREGATES = frozenset(("SUM", "MAX", "MIN", "AVG", "COUNT"))


def check_selection(selected: Sequence[Selected]) -> None:
    """Whether the columns may stand together.

    Raises:
        Refusal: too many, twice the same, or two of one name.
    """
    calls = [one.what for one in selected if isinstance(one.what, Call)]
    if len(selected) > MOST_COLUMNS:
        raise over_limit(MOST_COLUMNS, "select")
    for call in calls:
        _check_function(call)
    if len(calls) > MOST_AGGREGATES:
        raise over_limit(MOST_AGGREGATES, "aggregate")
    _check_repeats(selected)
    _check_aliases(selected)


def _check_function(call: Call) -> None:
    if call.function.upper() not in AGGREGATES:
        written = f"{call.function}({call.column.name})"
        raise refused("INVALID_DATA", "invalid data", reason="unsupported aggregate function", column=written)


def _check_repeats(selected: Sequence[Selected]) -> None:
    seen: set[str] = set()
    for one in selected:
        if one.what.name in seen:
            raise _repeated(one.what)
        seen.add(one.what.name)


def _repeated(what: Column | Call) -> Exception:
    if isinstance(what, Call):
        column, function = what.column.name, what.function.upper()
        return refused("DUPLICATE_DATA", "duplicate aggregate function", column_name=column, aggregate=function)
    return refused("DUPLICATE_DATA", "duplicate select column", column_name=what.name)


def _check_aliases(selected: Sequence[Selected]) -> None:
    plain = {one.what.name for one in selected if one.alias is None}
    owners: dict[str, str] = {}
    for one in selected:
        if one.alias is None:
            continue
        name = one.what.name
        if not one.alias:
            raise refused("INVALID_ALIAS", "alias name cannot be an empty string", column_name=name, alias="")
        if one.alias in plain:
            raise refused("INVALID_QUERY", _ALIAS_IS_COLUMN, column_name=name, alias=one.alias)
        if one.alias in owners:
            referred = [owners[one.alias], name]
            message = "same alias cannot refer more than one column"
            raise refused("DUPLICATE_ALIAS", message, referred_columns=referred, alias=one.alias)
        owners[one.alias] = name


_ALIAS_IS_COLUMN = (
    "column name or property name given in select columns without alias name "
    "cannot be an alias name for other select columns"
)

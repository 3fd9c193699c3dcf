"""Rows of a query as Zoho shows them: one object per row, keyed as the query names its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.zoho.emulator.coql.plan import Output, Plan
from adapters.zoho.emulator.records import answer_rows
from adapters.zoho.emulator.state import State, quoted

LOOKUP_FORM = "coql_lookups"
"""Setting of the stand-in: lookups as `named` ({"name", "id"}) or as `bare` ({"id"}); Zoho's documents show both."""
NAMED, BARE = "named", "bare"
_SE_MODULE = "$se_module"
Row = Sequence[Any]


def columns_of(plan: Plan) -> list[str]:
    """What to select: the columns of the answer, then the modules that lookups without a fixed one point to."""
    columns = [output.sql for output in plan.outputs]
    return [*columns, *(_companion(output) for output in plan.outputs if output.place.field.lookup == "se_module")]


def rows_of(state: State, plan: Plan, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The answer's rows.

    Args:
        state: Where names are looked up.
        plan: The query.
        rows: Stored values, in the order of `columns_of`.
    """
    stored = list(zip(*rows, strict=True))
    companions = iter(stored[len(plan.outputs) :])
    shown = [
        _shown(state, output, values, modules=next(companions) if output.place.field.lookup == "se_module" else None)
        for output, values in zip(plan.outputs, stored, strict=False)
    ]
    keys = [output.key for output in plan.outputs]
    return [dict(zip(keys, values, strict=True)) for values in zip(*shown, strict=True)]


def _companion(output: Output) -> str:
    table, _ = output.place.sql.split(".", 1)
    return f"{table}.{quoted(_SE_MODULE)}"


def _shown(state: State, output: Output, values: Row, *, modules: Row | None) -> Sequence[Any]:
    """One column of the answer."""
    place, field = output.place, output.place.field
    if output.function in ("COUNT", "SUM", "AVG") or _is_id_of_lookup(output):
        return values
    if field.is_lookup and state.setting(LOOKUP_FORM, NAMED) == BARE and not field.private:
        return [None if value is None else {"id": value} for value in values]
    names = [field.api_name] if modules is None else [field.api_name, _SE_MODULE]
    rows: Iterable[Row] = zip(values, strict=True) if modules is None else zip(values, modules, strict=True)
    found = [row[field.api_name] for row in answer_rows(state, place.module, names, rows)]
    return [value and {"name": value["name"], "id": value["id"]} for value in found] if field.is_lookup else found


def _is_id_of_lookup(output: Output) -> bool:
    """`Owner.id` is an id, `Owner` an object."""
    path = output.place.column.path
    return len(path) > 1 and path[-1] == "id"

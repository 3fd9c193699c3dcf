"""Rows of a query as Zoho shows them: one object per row, keyed as the query names its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.zoho.emulator.coql.plan import Output, Plan
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.records import answer_columns
from adapters.zoho.emulator.state import State, quoted

LOOKUP_FORM = "coql_lookups"
"""Setting of the stand-in: lookups as `named` ({"name", "id"}) or as `bare` ({"id"}); Zoho's documents show both."""
NAMED, BARE = "named", "bare"
_SE_MODULE = "$se_module"
_NUMBERS = frozenset(("COUNT", "SUM", "AVG"))
Row = Sequence[Any]
Columns = Mapping[int, Row]
"""Values by the place of their output."""


def columns_of(plan: Plan) -> list[str]:
    """What to select: the columns of the answer, then the modules that lookups without a fixed one point to."""
    columns = [output.sql for output in plan.outputs]
    return [*columns, *(_companion(output) for output in plan.outputs if _points_anywhere(output))]


def rows_of(state: State, plan: Plan, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The answer's rows.

    Args:
        state: Where names are looked up.
        plan: The query.
        rows: Stored values, in the order of `columns_of`.
    """
    stored: list[Row] = list(zip(*rows, strict=True))
    companions = iter(stored[len(plan.outputs) :])
    modules = {place: next(companions) for place, output in enumerate(plan.outputs) if _points_anywhere(output)}
    shown = dict(enumerate(stored[: len(plan.outputs)]))
    for places in _together(plan.outputs):
        shown |= _shown(state, {place: plan.outputs[place] for place in places}, stored=shown, modules=modules)
    keys = [output.key for output in plan.outputs]
    return [dict(zip(keys, values, strict=True)) for values in zip(*shown.values(), strict=True)]


def _points_anywhere(output: Output) -> bool:
    return output.place.field.lookup == "se_module"


def _companion(output: Output) -> str:
    table, _ = output.place.sql.split(".", 1)
    return f"{table}.{quoted(_SE_MODULE)}"


def _together(outputs: Sequence[Output]) -> Iterable[list[int]]:
    """Outputs that are answered in one go: fields of one record, each once. What is a mere value is in no group."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, output in enumerate(outputs):
        path = output.place.column.path
        if output.function in _NUMBERS or (len(path) > 1 and path[-1] == "id"):
            continue
        groups.setdefault((path[:-1], output.function), []).append(place)
    return groups.values()


def _shown(state: State, outputs: Mapping[int, Output], *, stored: Columns, modules: Columns) -> dict[int, Row]:
    values = {output.place.field.api_name: stored[place] for place, output in outputs.items()}
    for place in outputs.keys() & modules.keys():
        values[_SE_MODULE] = modules[place]
    module = next(iter(outputs.values())).place.module
    # an owner has an address in lists, but none here
    found = answer_columns(state, module, values, addresses=False)
    bare = state.setting(LOOKUP_FORM, NAMED) == BARE
    return {place: _column(output.place.field, found, bare=bare) for place, output in outputs.items()}


def _column(field: FieldMeta, found: Mapping[str, Row], *, bare: bool) -> Row:
    values = found[field.api_name]
    return [value and {"id": value["id"]} for value in values] if bare and field.is_lookup else values

"""`POST /crm/v8/coql`: from the body of a request to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.coql.answer import columns_of, rows_of
from adapters.zoho.emulator.coql.limits import Window, credits_of, window
from adapters.zoho.emulator.coql.parse import parse
from adapters.zoho.emulator.coql.plan import planned
from adapters.zoho.emulator.coql.refusals import refused
from adapters.zoho.emulator.coql.scope import Place
from adapters.zoho.emulator.coql.tree import Query
from adapters.zoho.emulator.field_json import field_json
from adapters.zoho.emulator.state import State

_META = "fields"
_KEPT_QUERIES = 64
_parsed = lru_cache(_KEPT_QUERIES)(parse)
"""A query is read for its price and again for its answer."""


def run(state: State, body: Mapping[str, Any]) -> tuple[int, dict[str, Any] | None]:
    """Status and payload of a query's answer: 200 with rows, or 204 where there are none.

    Raises:
        Refusal: 400, with the errors that Zoho documents.
    """
    query, with_meta = _query(body), _wants_meta(body)
    with state.lock:
        plan = planned(state, query)
        asked = Window(plan.window.limit + 1, plan.window.offset)
        statement = plan.statement(columns_of(plan), rows=asked)
        found = state.db.execute(statement.sql, statement.values).fetchall()
        rows = found[: plan.window.limit]
        if not rows:
            return 204, None
        payload: dict[str, Any] = {"data": rows_of(state, plan, rows)}
        if with_meta:
            payload["fields"] = {output.place.column.name: _meta(state, output.place) for output in plan.outputs}
        return 200, payload | {"info": {"count": len(rows), "more_records": len(found) > len(rows)}}


def _meta(state: State, place: Place) -> dict[str, Any]:
    return field_json(state, place.module, place.field)


def cost(body: Mapping[str, Any]) -> int:
    """Credits of a query, by its LIMIT; one that cannot be read costs what the smallest does."""
    try:
        return credits_of(window(_query(body)).limit)
    except Refusal:
        return credits_of(1)


def module_of(body: Mapping[str, Any]) -> str:
    """The module that a query reads.

    Raises:
        Refusal: it cannot be read.
    """
    return _query(body).module


def _query(body: Mapping[str, Any]) -> Query:
    text = body.get("select_query")
    if text is None:
        raise refused("MANDATORY_NOT_FOUND", "mandatory key not found", api_name="select_query")
    if not isinstance(text, str):
        raise _not_a("text", "select_query", "$.select_query")
    return _parsed(text)


def _wants_meta(body: Mapping[str, Any]) -> bool:
    wanted = body.get("include_meta")
    if wanted is None:
        return False
    if not isinstance(wanted, list):
        raise _not_a("jsonarray", "include_meta", "$.include_meta")
    for place, each in enumerate(wanted):
        if each != _META:
            path = f"$.include_meta[{place}]"
            raise refused(
                "INVALID_DATA", "invalid data", api_name="include_meta", json_path=path, supported_values=[_META]
            )
    return bool(wanted)


def _not_a(kind: str, name: str, path: str) -> Refusal:
    return refused("INVALID_DATA", "invalid data", expected_data_type=kind, api_name=name, json_path=path)

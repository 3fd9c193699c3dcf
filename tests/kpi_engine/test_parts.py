"""What a definition names, kind by kind, and which of it its answer depends on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kpi_engine.catalog import read_family, shipped
from kpi_engine.parts import OnFacts, columns, columns_read, on_facts, predicates

USUAL = {
    "id": "one",
    "names": {"en": "One", "zh-CN": "一", "zh-TW": "一"},
    "question": "q",
    "formula": "f",
    "unit": "count",
    "table": "deals",
    "time": "closed_on",
    "dimensions": ["product"],
    "where": [
        {"column": "outcome", "is": "won"},
        {"column": "type", "is_not": "test"},
        {"column": "source", "filled": True},
    ],
}


def made(kind: str, **given: Any) -> OnFacts:
    (definition,) = on_facts(read_family(json.dumps({"kpis": [{**USUAL, "kind": kind, **given}]}), "x"))
    return definition


@pytest.mark.parametrize(
    ("kind", "given", "essential", "besides"),
    [
        ("count", {}, "", ""),
        ("count", {"distinct": "account_id"}, "account_id", ""),
        ("count", {"first_per": "account_id"}, "account_id", ""),
        ("sum", {"sum": "amount", "minus": "probability"}, "amount", "probability"),
        ("mean", {"mean": "amount"}, "amount", ""),
        ("percentile", {"of": "amount", "percentile": 0.9}, "amount", ""),
        ("duration", {"start": "engaged_on"}, "engaged_on", ""),
        (
            "ratio",
            {
                "numerator": {"sum": "amount", "minus": "probability", "where": [{"column": "stage", "in": ["a"]}]},
                "denominator": {"count": "account_id", "where": [{"column": "pipeline", "not_in": ["b"]}]},
                "requires": {
                    "rows": [{"column": "campaign_id", "is": "c"}],
                    "have": [{"column": "name", "filled": True}],
                },
            },
            "amount stage account_id campaign_id",
            "probability pipeline name",
        ),
        (
            "snapshot",
            {
                "until": "expected_close_on",
                "standing": [{"column": "stage", "is": "open"}],
                "measure": {"sum": "amount"},
                "weight_percent": "probability",
            },
            "expected_close_on stage amount probability",
            "",
        ),
    ],
)
def test_columns_of_each_kind(kind: str, given: dict[str, Any], essential: str, besides: str) -> None:
    definition = made(kind, **given)
    needed = {"closed_on", "outcome", *essential.split()}
    assert columns_read(definition, essential=True) == needed
    assert columns_read(definition) == needed | {"type", "source", *besides.split()}


@pytest.mark.parametrize("definition", on_facts(shipped()), ids=lambda definition: definition.id)
def test_what_is_named_is_read_or_only_splits(definition: OnFacts) -> None:
    named = {name for _, name in columns(definition)} | {one.column for _, one in predicates(definition)}
    assert named - set(definition.dimensions) <= columns_read(definition) <= named
    assert columns_read(definition, essential=True) <= columns_read(definition)

"""JSON keeps to its published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.store import Store, values
from tests.connector.report.firm import Firm


@pytest.fixture(scope="module")
def schema(root: Path) -> Draft202012Validator:
    content = json.loads((root / "docs" / "report-schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


@pytest.mark.parametrize("audience", [{}, {"team": "T2"}, {"owner": "U1"}], ids=["whole", "team", "owner"])
def test_keeps_to_the_schema(firm: Firm, schema: Draft202012Validator, audience: dict[str, str]) -> None:
    document = json.loads(firm.report("json", **audience)["json"])
    assert [error.message for error in schema.iter_errors(document)] == []


def test_the_schema_would_notice(firm: Firm, schema: Draft202012Validator) -> None:
    document: Any = json.loads(firm.report("json")["json"])
    for path in (("pages", 0, "values", 0, "status"), ("pages", 0, "values", 0, "value"), ("kpis", 0, "unit")):
        spoiled = json.loads(json.dumps(document))
        place = spoiled
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = "unheard of"
        assert not schema.is_valid(spoiled), path
    document["extra"] = 1
    assert not schema.is_valid(document)


def test_the_schema_names_every_code(schema: Draft202012Validator) -> None:
    from kpi_engine.definition import Unit
    from kpi_engine.evaluate import Status
    from kpi_engine.gap import GapStatus, Rag

    value = schema.schema["$defs"]["value"]["properties"]  # type: ignore[index]  # the schema is an object
    assert set(value["status"]["enum"]) == {each.value for each in Status}
    assert set(value["colour"]["enum"]) == {each.value for each in Rag}
    assert set(value["target_status"]["enum"]) == {each.value for each in GapStatus}
    assert set(schema.schema["$defs"]["unit"]["enum"]) == {each.value for each in Unit}  # type: ignore[index]


def test_values_of_one_person(firm: Firm) -> None:
    document = json.loads(firm.report("json", owner="U1")["json"])
    rows = {(row["kpi"], row["period_start"]): row for row in document["pages"][0]["values"]}
    latest = rows["win_rate", "2025-10-01"]
    assert (latest["part"], latest["whole"], latest["n"]) == (3, 4, 4)
    assert (latest["status"], latest["complete"]) == ("insufficient_n", False)
    assert (latest["target"], latest["colour"], latest["target_status"]) == (0.7, "grey", "insufficient_n")
    assert rows["won_amount", "2025-10-01"]["value"] == 6_500
    assert rows["won_amount", "2024-12-01"]["period"] == "trailing_12_months"
    assert rows["won_amount", "2024-12-01"]["value"] == 9_500
    assert document["as_of"] == "2025-11-20T09:00:00Z"


def test_the_numbers_are_those_of_the_store(firm: Firm) -> None:
    """One number, wherever it is read: the report calculates nothing that was computed."""
    document = json.loads(firm.report("json")["json"])
    with Store.open(firm.config.store, read_only=True) as store:
        stored = {
            (row["scope"], row["scope_id"], row["kpi"], row["period_start"]): row["value"] for row in values.read(store)
        }
    told = {
        (page["scope"], page["id"], row["kpi"], row["period_start"]): row.get("value")
        for page in document["pages"]
        for row in page["values"]
        if row["period"] == "quarter"
    }
    assert len(told) > 200
    assert told == {key: stored[key] for key in told}

"""What an organisation says of a module, well or badly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from adapters.zoho import faults
from adapters.zoho.asking import Api
from adapters.zoho.metadata import Metadata, read_metadata, wanted
from connector.contract import HttpRequest
from connector.errors import AuthError, Message, RejectedError
from tests.adapters.zoho.fed import fed

STAGES = [("New", "Open"), ("Gewonnen", "Closed Won"), ("失败", "Closed Lost")]


def field(name: str, **more: Any) -> dict[str, Any]:
    return {"api_name": name, "data_type": "text", **more}


def stage(values: list[dict[str, Any]]) -> dict[str, Any]:
    return field("Stage", data_type="picklist", pick_list_values=values)


def marked() -> list[dict[str, Any]]:
    return [{"display_value": name, "actual_value": name, "forecast_type": kind} for name, kind in STAGES]


def read(fields: list[dict[str, Any]] | None, *names: str, module: str = "Deals", **others: Any) -> Metadata:
    def reply(request: HttpRequest) -> Any:
        path = request.url.rsplit("/", 1)[-1]
        return others.get(path, None if fields is None else {"fields": fields})

    found: Metadata = fed(read_metadata(Api(), module, names), reply)
    return found


def test_only_what_is_needed_is_remembered_and_survives_being_written_down() -> None:
    found = read([stage(marked()), field("Amount"), field("Modified_Time"), field("Other")], "Stage", "Amount")
    assert set(found.fields) == {"Stage", "Amount", "Modified_Time"}
    assert found.outcomes == {"New": "open", "Gewonnen": "won", "失败": "lost"}
    assert Metadata.from_state(json.loads(json.dumps(found.as_state()))) == found


def test_json_type_length_and_even_the_type_may_be_missing() -> None:
    found = read(
        [{"api_name": "Odd"}, {"api_name": "Modified_Time", "lookup": None, "private": None}, {}], "Odd", module="X"
    )
    assert found.kind("Odd") == ""


def test_stages_without_a_marker_are_looked_up_in_the_pipelines_of_every_layout() -> None:
    found = read(
        [stage([{"actual_value": "New"}]), field("Modified_Time")],
        "Stage",
        layouts={"layouts": [{"id": "1"}, {"id": "2"}]},
        pipeline={"pipeline": [{"maps": marked()}]},
    )
    assert found.outcomes["Gewonnen"] == "won"


@pytest.mark.parametrize(
    "pipeline", [{"pipeline": [{"maps": []}]}, None, AuthError(Message("no"), code="OAUTH_SCOPE_MISMATCH")]
)
def test_where_nobody_says_what_is_won_the_module_is_not_read(pipeline: Any) -> None:
    with pytest.raises(RejectedError, match="which stages are won and lost") as caught:
        read([stage([]), field("Modified_Time")], "Stage", layouts={"layouts": [{"id": "1"}]}, pipeline=pipeline)
    assert "ZohoCRM.settings.pipeline.READ" in str(caught.value.hint)


def test_a_module_whose_fields_are_not_listed_is_taken_on_trust() -> None:
    found = read(None, "Name", module="Odd_Module")
    assert not found.listed
    assert wanted(("Name", "Pipeline"), found, private_shown=False).fields == ("Name", "Pipeline")


def test_an_unused_stage_needs_no_marker() -> None:
    values = [*marked(), {"actual_value": "Old", "type": "unused"}, {"actual_value": "-None-"}]
    assert set(read([stage(values), field("Modified_Time")], "Stage").outcomes) == {name for name, _ in STAGES}


@pytest.mark.parametrize(
    ("private", "withheld"),
    [
        (None, False),
        ({"type": "High", "restricted": True}, True),
        ({"restricted": False}, False),
        (True, True),
        ({}, True),
    ],
)
def test_what_is_private_is_withheld_unless_it_says_that_it_is_open(private: Any, withheld: bool) -> None:
    found = read([field("Email", private=private), field("Modified_Time")], "Email", module="Leads")
    assert wanted(("Email",), found, private_shown=False).withheld == (("Email",) if withheld else ())
    assert wanted(("Email",), found, private_shown=True).withheld == ()


def test_metadata_is_old_after_a_day_and_when_the_clock_went_back() -> None:
    found = read([field("Modified_Time")], module="X")
    assert found.at is not None
    ages = (timedelta(), timedelta(hours=23), timedelta(hours=25), timedelta(hours=-1))
    assert [found.is_old(found.at + age) for age in ages] == [False, False, True, True]


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (["Amount_2"], "did you mean Amount_2?; correct its API name in the mapping, or map the column to null"),
        (map(str, range(200)), "correct its API name in the mapping, or map the column to null"),
    ],
    ids=["one is near", "too many to list"],
)
def test_a_field_that_is_gone_has_a_remedy_however_many_others_there_are(known: Iterable[str], hint: str) -> None:
    assert str(faults.missing_fields("Deals", ["Amount"], known=known).hint) == hint

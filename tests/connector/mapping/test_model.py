"""The YAML of a mapping: its short forms, and the admin's words over the adapter's."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from connector.mapping import ColumnMapping, TableMapping, merged


def test_a_field_name_alone_is_from() -> None:
    assert ColumnMapping.model_validate("Amount") == ColumnMapping.model_validate({"from": "Amount"})


def test_ids_are_one_field_or_several() -> None:
    assert TableMapping.model_validate({"id": "Id", "columns": {}}).id == ("Id",)
    assert TableMapping.model_validate({"id": ["Id", "Line"], "columns": {}}).id == ("Id", "Line")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({}, "exactly one"),
        ({"from": "a", "constant": 1}, "exactly one"),
        ({"from": "a", "form": "b"}, "form"),
        ({"from": "a", "values": {True: "open"}}, "quotes"),
        ({"from": "a", "date": "%H:%M"}, "year"),
        ({"from": "a", "number": {"decimal": ";"}}, "decimal"),
        ({"from": "a", "link": {"by": "id"}}, "name"),
    ],
)
def test_what_makes_no_sense_is_refused(raw: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ColumnMapping.model_validate(raw)


def test_numbers_as_words_are_words() -> None:
    assert ColumnMapping.model_validate({"from": "a", "values": {1: "open"}}).values == {"1": "open"}


DEFAULT = {
    "deals": {
        "module": "Deals",
        "id": "id",
        "columns": {"outcome": {"from": "Stage", "values": {"Won": "won"}}, "amount": "Amount", "type": "Type"},
        "formats": {"date": "iso"},
    },
    "leads": {"module": "Leads", "id": "id", "columns": {}},
}


def test_the_admin_overrides_field_by_field() -> None:
    ours = merged(
        DEFAULT,
        {
            "deals": {
                "columns": {"outcome": {"constant": "won"}, "x_tier": {"from": "Tier"}, "type": None},
                "formats": {"number": {"decimal": ","}},
            },
            "leads": None,
            "users": {"id": "uid", "columns": {"name": "Name"}},
        },
    )
    assert ours == {
        "deals": {
            "module": "Deals",
            "id": "id",
            "columns": {"outcome": {"constant": "won"}, "amount": "Amount", "x_tier": {"from": "Tier"}},
            "formats": {"date": "iso", "number": {"decimal": ","}},
        },
        "users": {"id": "uid", "columns": {"name": "Name"}},
    }
    assert DEFAULT["deals"]["columns"]["type"] == "Type"  # type: ignore[index]  # nested YAML


ACTIVITIES = {
    "activities": [
        {"module": "Tasks", "id": "id", "columns": {"kind": {"constant": "task"}, "owner_id": "Owner"}},
        {"module": "Calls", "id": "id", "columns": {"kind": {"constant": "call"}, "owner_id": "Owner"}},
    ]
}


@pytest.mark.parametrize(
    ("override", "columns"),
    [
        ([{"module": "Calls", "columns": {"owner_id": "Caller"}}], {"Tasks": "Owner", "Calls": "Caller"}),
        ({"module": "Calls", "columns": {"owner_id": "Caller"}}, {"Tasks": "Owner", "Calls": "Caller"}),
        ({"columns": {"owner_id": "Who"}}, {"Tasks": "Who", "Calls": "Who"}),
        ([{"module": "Calls", "columns": None}], {"Tasks": "Owner"}),
        (
            [{"module": "Visits", "id": "id", "columns": {"owner_id": "Guest"}}],
            {"Tasks": "Owner", "Calls": "Owner", "Visits": "Guest"},
        ),
    ],
)
def test_where_several_modules_feed_a_table_each_is_overridden_by_its_module(
    override: Any, columns: dict[str, str]
) -> None:
    ours = merged(ACTIVITIES, {"activities": override})["activities"]
    assert {each["module"]: each["columns"]["owner_id"] for each in ours} == columns


def test_a_list_over_one_mapping_adds_its_modules() -> None:
    calls = {"module": "Calls", "id": "id", "columns": {}}
    ours = merged({"activities": {"module": "Tasks", "id": "id", "columns": {}}}, {"activities": [calls]})
    assert [each["module"] for each in ours["activities"]] == ["Tasks", "Calls"]


def test_a_module_that_is_named_twice_stays_twice_to_be_refused() -> None:
    calls = {"module": "Calls", "columns": {}}
    ours = merged(ACTIVITIES, {"activities": [calls, calls]})["activities"]
    assert [each["module"] for each in ours] == ["Tasks", "Calls", "Calls"]


def test_a_table_of_several_modules_is_taken_out_whole() -> None:
    assert merged(ACTIVITIES, {"activities": None}) == {}

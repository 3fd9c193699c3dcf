"""Everything that is wrong with a mapping, at once, each with a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import ConfigError
from connector.mapping import TableMapping, compile_mapping, mapping_faults, unknown_fields

DEALS = {"id": "id", "columns": {"outcome": "stage"}}


def faults(table: str = "deals", **columns: Any) -> list[str]:
    raw = {"id": "id", "columns": {"outcome": "stage", **columns}}
    found = mapping_faults(table, TableMapping.model_validate(raw))
    return [str(fault.problem("m")) for fault in found]


def test_a_good_mapping_has_no_faults() -> None:
    assert faults(amount={"from": "a", "number": {"decimal": ","}}, closed_on={"from": "c", "date": "%d/%m/%Y"}) == []


@pytest.mark.parametrize(
    ("column", "how", "expected"),
    [
        ("amuont", "a", "m.columns.amuont: deals has no column amuont (did you mean amount?)"),
        ("id", "a", "m.columns.id: the id is not a column (name its field under id:)"),
        ("deleted_at", "a", "m.columns.deleted_at: deals has no column deleted_at"),
        ("x_Big", "a", "m.columns.x_Big: deals has no column x_Big (an extra column is x_ and small letters"),
        ("amount", {"from": "a", "date": "iso"}, "m.columns.amount.date: the column holds no dates"),
        ("stage", {"from": "a", "number": {}}, "m.columns.stage.number: the column holds no numbers"),
        ("stage", {"from": "a", "link": {"by": "name"}}, "m.columns.stage.link: the column holds no other record's id"),
        ("stage", {"from": "a", "missing": "-"}, "m.columns.stage.missing: the column holds no other record's id"),
        ("stage", {"from": "a", "type": "text"}, "m.columns.stage.type: only extra columns"),
        ("amount", ["a", "b"], "m.columns.amount.from: only text can be joined"),
        ("amount", {"constant": "much"}, "m.columns.amount.constant: much is not a number"),
        ("closed_on", {"from": "a", "default": "soon"}, "m.columns.closed_on.default: soon is not a date"),
        ("outcome", {"from": "a", "values": {"W": "wonn"}}, "m.columns.outcome.values.W: wonn is not a word of this"),
        ("outcome", {"constant": "loose"}, "did you mean lost?"),
        ("x_tier", {"from": "a", "type": "date", "default": "x"}, "m.columns.x_tier.default: x is not a date"),
    ],
)
def test_each_fault_names_its_place(column: str, how: Any, expected: str) -> None:
    (fault,) = faults(**{column: how})
    assert expected in fault


def test_a_required_column_must_come_from_somewhere() -> None:
    (fault,) = mapping_faults("deals", TableMapping.model_validate({"id": "id", "columns": {}}))
    assert str(fault.message) == "deals needs the column outcome"


def test_an_unknown_table() -> None:
    (fault,) = mapping_faults("deal", TableMapping.model_validate(DEALS))
    assert str(fault.hint) == "did you mean deals?"


def test_all_faults_at_once() -> None:
    raw = {"id": [], "columns": {"amuont": "a", "stage": {"from": "b", "date": "iso"}}}
    with pytest.raises(ConfigError) as caught:
        compile_mapping("deals", TableMapping.model_validate(raw), timezone="UTC", currency="EUR", where="m")
    assert [problem.where for problem in caught.value.problems] == [
        "m.id",
        "m.columns",
        "m.columns.amuont",
        "m.columns.stage.date",
    ]


def test_fields_that_the_vendor_does_not_have() -> None:
    mapping = TableMapping.model_validate({"id": "Id", "columns": {"outcome": "Stge", "name": ["First", "Last"]}})
    found = unknown_fields(mapping, ["Id", "Stage", "First"])
    assert [(fault.way, str(fault.message)) for fault in found] == [
        (("columns", "outcome"), "there is no field Stge"),
        (("columns", "name"), "there is no field Last"),
    ]
    assert str(found[0].hint) == "did you mean Stage?"

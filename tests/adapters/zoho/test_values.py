"""Records in one form, whatever Zoho made of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.zoho.asking import Answer, answered
from adapters.zoho.metadata import Field, Metadata
from adapters.zoho.values import of_csv, of_json, rows_decoder
from connector.contract import HttpResponse
from connector.errors import UnexpectedResponse


def decoded(body: str, names: tuple[str, ...], lookups: frozenset[str] = frozenset()) -> dict[str, list[object]]:
    answer: Answer = answered(read=rows_decoder(names, lookups))(HttpResponse(200, {}, body.encode()))
    return of_json(answer.data, names)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('{"id": "12", "name": "Ann"}', "12"),
        ('{"id": 12}', "12"),
        ('{"id": null, "name": null}', None),
        ('"12"', "12"),
        ("null", None),
        ('[{"id": "1"}, {"id": "2"}]', "1,2"),
    ],
)
def test_a_lookup_is_an_id_however_it_comes(cell: str, found: str | None) -> None:
    body = f'{{"data": [{{"id": "1", "Owner": {cell}}}], "info": {{"more_records": false}}}}'
    for lookups in (frozenset({"Owner"}), frozenset[str]()):
        assert decoded(body, ("id", "Owner"), lookups) == {"id": ["1"], "Owner": [found]}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("0.1", Decimal("0.1")),
        ("123456789012345.6789", Decimal("123456789012345.6789")),
        ("1E+3", Decimal("1E+3")),
        ("9007199254740993", 9007199254740993),
        ("true", True),
        ('["B","A"]', "B;A"),
        ("[]", None),
        ('""', None),
        ('[{"name": "Hot", "id": "1", "color_code": null}, {"name": "New"}]', "Hot,New"),
    ],
)
def test_cells_of_json_keep_what_they_say(cell: str, found: object) -> None:
    columns = decoded(f'{{"data": [{{"id": "1", "F": {cell}}}]}}', ("id", "F"))
    assert columns["F"] == [found]
    assert type(columns["F"][0]) is type(found)


def test_a_field_that_no_record_has_is_empty_and_others_are_left_out() -> None:
    assert decoded('{"data": [{"id": "1", "Other": 1}, {"id": "2"}]}', ("id", "F")) == {
        "id": ["1", "2"],
        "F": [None] * 2,
    }


def test_cells_of_a_bulk_file_become_what_json_would_have_said() -> None:
    kinds = {
        "Flag": Field("boolean"),
        "Price": Field("currency"),
        "Count": Field("integer"),
        "Topics": Field("multiselectpicklist", values=("A", "B,C", "D")),
        "Code": Field("text"),
    }
    header = ["Id", "Flag", "Price", "Count", "Topics", "Code"]
    rows = [
        ["1", "true", "12.50", "7", "A;B,C", "007"],
        ["2", "false", "x", "", "A,D", ""],
        ["3", "", "1e3", "-1", "unknown, thing", "true"],
    ]
    names = ("id", "Flag", "Price", "Count", "Topics", "Code")
    assert of_csv(rows, header, names, Metadata(None, kinds)) == {
        "id": ["1", "2", "3"],
        "Flag": [True, False, None],
        "Price": [Decimal("12.50"), "x", Decimal("1e3")],
        "Count": [7, None, -1],
        "Topics": ["A;B,C", "A;D", "unknown, thing"],
        "Code": ["007", None, "true"],
    }


@pytest.mark.parametrize(
    "body",
    [b"<html>", b'{"data": [', b'{"data": null}', b'{"code": "X", "status": "error"}', b"[1]", b'{"data": 5}', b"\xff"],
)
def test_what_is_no_page_counts_as_lost(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        answered(read=rows_decoder(("id",), frozenset()))(HttpResponse(200, {}, body))


def test_nothing_is_nothing_and_says_what_time_it_is() -> None:
    for status in (204, 304):
        answer = answered()(HttpResponse(status, {"Date": "Sun, 01 Mar 2026 08:00:00 GMT"}))
        assert (list(answer.data), answer.more, answer.rows) == ([], False, [])
        assert answer.at is not None
        assert answer.at.isoformat() == "2026-03-01T08:00:00+00:00"
    assert answered()(HttpResponse(204, {"Date": "tomorrow"})).at is None

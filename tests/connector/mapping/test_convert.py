"""Pages into facts: what each cell becomes, and what becomes of a record that cannot be a fact."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.contract import Page
from connector.errors import RejectedError
from connector.mapping import CompiledMapping, Converted, NameIndex, TableMapping, compile_mapping
from connector.mapping.convert import RAW_LENGTH


def compiled(table: str = "deals", **mapping: Any) -> CompiledMapping:
    raw = {"id": "id", **mapping}
    if table == "deals":
        raw["columns"] = {"outcome": {"constant": "won"}, **raw.get("columns", {})}
    return compile_mapping(table, TableMapping.model_validate(raw), timezone="Asia/Shanghai", currency="CNY")


def converted(
    mapping: CompiledMapping, *records: dict[str, Any], names: dict[str, NameIndex] | None = None
) -> Converted:
    page = Page.of_records(mapping.module, records)
    return mapping.bind(connection="crm", names=names or {}).convert(page)


def column(mapping: CompiledMapping, name: str, *records: dict[str, Any], **more: Any) -> list[Any]:
    at = mapping.columns.index(name)
    return [row[at] for row in converted(mapping, *records, **more).rows]


def cells(how: Any, *values: Any, name: str = "stage", **more: Any) -> list[Any]:
    mapping = compiled(columns={name: how})
    return column(mapping, name, *({"id": at, "f": value} for at, value in enumerate(values)), **more)


def test_rows_begin_with_connection_and_id_and_follow_the_fact_table() -> None:
    mapping = compiled(columns={"x_b": "b", "closed_on": "c", "name": "n", "x_a": "a"})
    assert mapping.columns == ("connection", "id", "name", "outcome", "closed_on", "x_a", "x_b")
    assert mapping.fields == ("id", "n", "c", "a", "b")
    assert converted(mapping, {"id": "1", "n": "N", "c": "2024-01-02", "a": "A", "b": "B"}).rows == [
        ("crm", "1", "N", "won", "2024-01-02", "A", "B")
    ]


@pytest.mark.parametrize("record_id", [123, 123.0, "123", " 123 "])
def test_an_id_is_the_same_whatever_type_its_source_gives_it(record_id: object) -> None:
    assert column(compiled(), "id", {"id": record_id}) == ["123"]


def test_leading_zeros_are_part_of_an_id() -> None:
    assert column(compiled(), "id", {"id": "0123"}, {"id": "123"}) == ["0123", "123"]


def test_ids_of_several_fields_are_joined_and_none_may_be_empty() -> None:
    mapping = compiled(id=["a", "b"])
    found = converted(mapping, {"a": 1, "b": "x"}, {"a": 1, "b": ""}, {"a": None, "b": "x"})
    assert [row[1] for row in found.rows] == ["1|x"]
    assert [(each.record_id, each.field) for each in found.rejected] == [(None, "a|b"), (None, "a|b")]


def test_types_of_columns() -> None:
    records = [{"id": 1, "f": "12.5"}]
    assert column(compiled(columns={"amount": "f"}), "amount", *records) == [125_000]
    assert column(compiled(columns={"probability": "f"}), "probability", *records) == [12.5]
    assert column(compiled(columns={"x_n": {"from": "f", "type": "real"}}), "x_n", *records) == [12.5]
    assert cells("f", "2024-03-05", name="created_at") == ["2024-03-04T16:00:00Z"]
    assert cells({"from": "f", "type": "boolean"}, "是", "no", "", name="x_flag") == [1, 0, None]


def test_a_field_that_no_record_has_is_empty() -> None:
    assert cells("not there", 1, 2) == [None, None]


def test_text_is_trimmed_unless_told_otherwise() -> None:
    assert cells("f", "  Won ", "", None, 7) == ["Won", None, None, "7"]
    assert cells({"from": "f", "trim": False}, "  Won ") == ["  Won "]


def test_several_fields_are_one_text() -> None:
    mapping = compiled(columns={"name": ["first", "last"]})
    assert column(mapping, "name", {"id": 1, "first": "A", "last": 2}, {"id": 2, "first": "A"}) == ["A|2", None]


def test_constants_and_defaults() -> None:
    assert cells({"constant": "EUR"}, 1, 2, name="currency") == ["EUR", "EUR"]
    assert cells({"from": "f", "default": "none"}, "x", "", None) == ["x", "none", "none"]
    assert cells({"from": "f", "default": 5}, "1", "", name="amount") == [10_000, 50_000]


def test_words_of_an_open_column_are_renamed_and_others_stay() -> None:
    assert cells({"from": "f", "values": {"GTXPro": "GTX Pro", "n/a": None}}, "GTXPro", "MG", "n/a") == [
        "GTX Pro",
        "MG",
        None,
    ]
    assert cells({"from": "f", "values": {"a": "A", "*": "other"}}, "a", "b", "") == ["A", "other", None]


def test_words_of_a_closed_column_must_have_a_meaning() -> None:
    how = {"from": "f", "values": {"Closed Won": "won", "Prospecting": "open"}}
    mapping = compiled(columns={"outcome": how})
    found = converted(mapping, *({"id": at, "f": word} for at, word in enumerate(["Closed Won", "LOST", "Prospectng"])))
    assert [row[2] for row in found.rows] == ["won", "lost"]
    (rejected,) = found.rejected
    assert (rejected.record_id, rejected.field, rejected.value) == ("2", "f", "Prospectng")
    assert str(rejected.reason) == "Prospectng has no meaning in the mapping: did you mean Prospecting?"


def test_every_other_word_may_have_a_meaning() -> None:
    how = {"from": "f", "values": {"Won": "won", "*": "abandoned"}}
    mapping = compiled(columns={"outcome": how})
    assert column(mapping, "outcome", {"id": 1, "f": "Won"}, {"id": 2, "f": "?"}, {"id": 3, "f": "lost"}) == [
        "won",
        "abandoned",
        "lost",
    ]


def test_an_empty_required_column_rejects_the_record_whole() -> None:
    mapping = compiled(columns={"outcome": "f", "amount": "a"})
    found = converted(mapping, {"id": 1, "f": "", "a": "x"}, {"id": 2, "f": "won", "a": "3"})
    assert [row[1] for row in found.rows] == ["2"]
    assert found.kept == [1]
    (rejected,) = found.rejected
    assert str(rejected.reason) == "outcome must not be empty"
    assert rejected.raw == '{"id": 1, "f": "", "a": "x"}'
    assert found.issues == []


def test_an_optional_misfit_is_null_and_an_issue() -> None:
    mapping = compiled(columns={"amount": "a"})
    page = Page("deals", {"id": ["1", "2"], "a": ["x", "3"]}, 2, source="deals.csv", positions=(7, 8))
    found = mapping.bind(connection="crm", names={}).convert(page)
    assert [row[mapping.columns.index("amount")] for row in found.rows] == [None, 30_000]
    (issue,) = found.issues
    assert (issue.record_id, issue.source, issue.position, issue.field, issue.value) == ("1", "deals.csv", 7, "a", "x")


def test_a_rejected_record_is_kept_to_a_bearable_length() -> None:
    found = converted(compiled(), {"id": "", "f": "é" * 50_000})
    assert RAW_LENGTH < len(found.rejected[0].raw) < RAW_LENGTH + 100
    assert found.rejected[0].raw.endswith("characters)")


def test_half_a_surrogate_pair_can_still_be_kept() -> None:
    mapping = compiled(columns={"name": "n"})
    found = converted(mapping, {"id": "1", "n": "\ud800"}, {"id": None, "n": "\ud800"})
    found.issues[0].value.encode()  # type: ignore[union-attr]  # there is one
    found.rejected[0].raw.encode()
    assert [row[2] for row in found.rows] == [None]


def test_amounts_without_a_currency_are_in_the_organisations() -> None:
    assert column(compiled(columns={"amount": "a"}), "currency", {"id": 1}) == ["CNY"]
    assert column(compiled(columns={"amount": "a", "currency": "c"}), "currency", {"id": 1, "c": "USD"}) == ["USD"]
    assert "currency" not in compiled(columns={"stage": "s"}).columns


# ---- links ----


ACCOUNTS = NameIndex("accounts", [("1", "Acme Corp."), ("2", "Globex"), ("3", "globex"), ("4", "株式会社アクメ")])


def linked(how: Any, *values: Any) -> Converted:
    mapping = compiled(columns={"account_id": how})
    records = [{"id": at, "f": value} for at, value in enumerate(values)]
    return converted(mapping, *records, names={"accounts": ACCOUNTS})


def test_names_find_ids_and_what_finds_none_is_an_issue() -> None:
    found = linked({"from": "f", "link": {"by": "name"}}, "ACME corp", "Globex", "GLOBEX", "Nobody", "", None)
    assert [row[2] for row in found.rows] == ["1", "2", None, None, None, None]
    assert [(each.value, str(each.reason)) for each in found.issues] == [
        ("GLOBEX", "several accounts are called GLOBEX"),
        ("Nobody", "none of the accounts is called Nobody"),
    ]


def test_a_missing_link_may_be_a_stated_text() -> None:
    found = linked({"from": "f", "link": {"by": "name"}, "missing": "(none)"}, "Globex", "Nobody", "")
    assert [row[2] for row in found.rows] == ["2", "(none)", "(none)"]
    assert len(found.issues) == 1


def test_words_are_translated_before_names_are_looked_up() -> None:
    found = linked({"from": "f", "link": {"by": "name"}, "values": {"GX": "Globex"}}, "GX")
    assert [row[2] for row in found.rows] == ["2"]


def test_ids_as_links_are_normalised_as_ids_are() -> None:
    assert cells("f", 12.0, 12, "12", "012", name="owner_id") == ["12", "12", "12", "012"]


# ---- what decides whether things are read again ----


def test_the_digest_changes_with_whatever_changes_a_fact() -> None:
    base = compiled(columns={"closed_on": "c"}).digest
    assert compiled(columns={"closed_on": "c"}).digest == base
    assert compiled(columns={"closed_on": {"from": "c", "date": "%d/%m/%Y"}}).digest != base
    assert compiled(columns={"closed_on": "c"}, distinct=True).digest != base
    other = TableMapping.model_validate({"id": "id", "columns": {"outcome": {"constant": "won"}, "closed_on": "c"}})
    assert compile_mapping("deals", other, timezone="UTC", currency="CNY").digest != base


# ---- formats that no longer fit ----


def fit(values: list[str], *, source: str = "deals.csv") -> None:
    mapping = compiled(columns={"closed_on": "c"})
    converter = mapping.bind(connection="crm", names={})
    for start in range(0, len(values), 3):
        piece = values[start : start + 3]
        lines = tuple(range(start + 2, start + 2 + len(piece)))
        columns = {"id": [*map(str, lines)], "c": piece}
        converter.convert(Page("deals", columns, len(piece), source=source, positions=lines))
    converter.fit.verify()


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-02"] * 12 + ["03/04/2024"] * 3,  # a fifth
        ["03/04/2024"] * 2,  # too few to tell
        ["2024-01-02", "", "", "03/04/2024", "03/04/2024"],
        ["9999-12-31"] * 9,  # impossible days, in the right format
    ],
)
def test_a_few_misfits_are_issues(values: list[str]) -> None:
    fit(values)


@pytest.mark.parametrize(
    "values", [["2024-01-02"] * 11 + ["03/04/2024"] * 3, ["", "", "03/04/2024", "03/04/2024", "03/04/2024"]]
)
def test_many_misfits_stop_with_the_first_one_and_the_remedy(values: list[str]) -> None:
    with pytest.raises(RejectedError) as caught:
        fit(values)
    line = values.index("03/04/2024") + 2
    assert f"deals.csv, line {line}, column c: 03/04/2024 is not a date in the format iso" in str(caught.value)
    assert "crm-kpi check" in str(caught.value.hint)


# ---- anything at all ----


CELL = st.one_of(
    st.none(), st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.lists(st.integers(), max_size=2)
)
EVERY_TYPE = compiled(
    columns={
        "outcome": {"from": "f", "values": {"a": "won", "*": "open"}},
        "amount": "f",
        "probability": "f",
        "closed_on": "f",
        "created_at": "f",
        "stage": "f",
        "account_id": {"from": "f", "link": {"by": "name"}},
        "x_count": {"from": "f", "type": "integer"},
        "x_flag": {"from": "f", "type": "boolean"},
    }
)


@given(st.lists(st.tuples(CELL, CELL), max_size=8))
def test_every_record_becomes_a_fact_or_is_rejected_and_nothing_else(records: list[tuple[Any, Any]]) -> None:
    page = Page("deals", {"id": [a for a, _ in records], "f": [b for _, b in records]}, len(records))
    found = EVERY_TYPE.bind(connection="crm", names={"accounts": ACCOUNTS}).convert(page)
    assert len(found.rows) + len(found.rejected) == len(records)
    assert all(len(row) == len(EVERY_TYPE.columns) for row in found.rows)

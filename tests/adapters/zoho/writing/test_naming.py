"""Names that Zoho takes as they are, and keys that it cannot confuse."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.zoho.writing.naming import api_name, is_name, key_of, title_of
from connector.config.write_back import REPORT_FIELDS
from connector.contract import WriteTarget

ids = st.text(max_size=300)


@given(ids, ids)
def test_keys_of_two_records_differ_for_a_field_that_knows_no_capitals_and_trims(one: str, other: str) -> None:
    assert (key_of(one).casefold().strip() == key_of(other).casefold().strip()) == (one == other)


@given(ids)
def test_a_key_fits_a_query_and_its_field(record_id: str) -> None:
    key = key_of(record_id)
    assert key.isascii()
    assert key.isprintable()
    assert not {"'", '"', "\\"} & {*key}
    assert len(key) <= 255


def test_capitals_and_long_names_are_told_apart() -> None:
    assert key_of("won|product|North").casefold() != key_of("won|product|north").casefold()
    assert key_of("won|product|" + "a" * 300) != key_of("won|product|" + "a" * 301)


def test_every_field_of_a_report_has_a_name_of_its_own() -> None:
    target = WriteTarget("report", "records", "KPI_Reports", (), REPORT_FIELDS)
    names = [api_name(target, field) for field in ("key", *REPORT_FIELDS)]
    assert len(set(names)) == len(names)
    assert all(name.startswith("KPI_") and is_name(name) for name in names)


def test_a_title_says_what_of_whom_and_when() -> None:
    fields = {"kpi_name": "赢单率", "scope_id": "7", "scope_name": None, "period": "all", "period_start": ""}
    assert title_of("win_rate|team|7|all|", fields) == "赢单率, 7, all"
    assert len(title_of("x" * 300, {})) == 120

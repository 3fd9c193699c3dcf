"""What the CRM holds as far as it has told us, and what differs from it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.contract import Cell
from connector.store import Store, acknowledged

AT = "2026-11-21T08:00:00Z"
Fields = dict[str, Cell]


def hold(store: Store, records: dict[str, Fields]) -> None:
    with store.transaction():
        acknowledged.set_acknowledged(store, "crm", "accounts", records.items(), at=AT)


def differing(store: Store, wanted: dict[str, Fields]) -> list[tuple[str, Fields, Fields | None]]:
    found = acknowledged.differing(store, "crm", "accounts", wanted.items())
    return [(record_id, dict(fields), held) for record_id, fields, held in found]


def test_nothing_differs_from_itself(store: Store) -> None:
    records: dict[str, Fields] = {
        "a": {"A": 1, "B": 0.1, "C": "x", "D": None},
        "b": {"A": 2, "B": 1e300, "C": "", "D": 0},
    }
    hold(store, records)
    assert differing(store, records) == []
    assert differing(store, {"b": dict(records["b"])}) == []


@pytest.mark.parametrize(
    ("held", "wanted"),
    [(1, 1.0), (1, "1"), (None, 0), (None, ""), (0.1, 0.1 + 1e-16), (0.0, -0.0), ("a", "A"), (2**53, 2**53 + 1)],
)
def test_what_differs_is_found_with_both_sides(store: Store, held: Cell, wanted: Cell) -> None:
    hold(store, {"a": {"A": held}, "b": {"A": 1}})
    assert differing(store, {"b": {"A": 1}, "a": {"A": wanted}}) == [("a", {"A": wanted}, {"A": held})]


def test_a_record_that_nothing_is_known_of_differs(store: Store) -> None:
    assert differing(store, {"a": {"A": None}}) == [("a", {"A": None}, None)]


def test_other_targets_and_connections_do_not_count(store: Store) -> None:
    hold(store, {"a": {"A": 1}})
    for connection, target in (("crm", "report"), ("erp", "accounts")):
        assert list(acknowledged.differing(store, connection, target, [("a", {"A": 1})])) == [("a", {"A": 1}, None)]


def test_fields_are_overlaid(store: Store) -> None:
    hold(store, {"a": {"A": 1, "B": 1}})
    with store.transaction():
        records: list[tuple[str, Fields]] = [("a", {"B": 2}), ("b", {"A": 5}), ("a", {"C": 3})]
        acknowledged.set_acknowledged(store, "crm", "accounts", records, at=AT)
    expected = [("a", {"A": 1, "B": 2, "C": 3}), ("b", {"A": 5})]
    assert list(acknowledged.acknowledged(store, "crm", "accounts")) == expected
    assert differing(store, dict(expected)) == []  # type: ignore[arg-type]  # invariance


def test_in_which_order_its_fields_were_told_shows_nowhere_in_a_record(store: Store) -> None:
    told: list[tuple[str, Fields]] = [("a", {"B": 2, "A": 1}), ("b", {"B": 2}), ("b", {"A": 1})]
    with store.transaction():
        acknowledged.set_acknowledged(store, "crm", "accounts", told, at=AT)
    one, other = store.db.execute("SELECT fields, mark FROM acknowledged").fetchall()
    assert one == other
    assert differing(store, {"a": {"A": 1, "B": 2}, "b": {"A": 1, "B": 2}}) == []


def test_what_the_crm_does_not_have_any_more_holds_nothing(store: Store) -> None:
    hold(store, {"a": {"A": 1, "B": 1}, "b": {"A": 2}})
    with store.transaction():
        acknowledged.empty_fields(store, "crm", "accounts", ["B"], at=AT)
    assert dict(acknowledged.acknowledged(store, "crm", "accounts")) == {
        "a": {"A": 1, "B": None},
        "b": {"A": 2, "B": None},
    }


def test_records_are_forgotten(store: Store) -> None:
    hold(store, {"a": {"A": 1}, "b": {"A": 1}})
    with store.transaction():
        acknowledged.forget(store, "crm", "accounts", ["a", "nobody"])
    assert [record_id for record_id, _ in acknowledged.acknowledged(store, "crm", "accounts")] == ["b"]


def test_another_basis_forgets_everything(store: Store) -> None:
    assert acknowledged.target_basis(store, "crm", "accounts") is None
    with store.transaction():
        assert acknowledged.begin_target(store, "crm", "accounts", "sandbox", at=AT)
    hold(store, {"a": {"A": 1}})
    with store.transaction():
        assert not acknowledged.begin_target(store, "crm", "accounts", "sandbox", at=AT)
        assert acknowledged.begin_target(store, "crm", "report", "sandbox", at=AT)
    assert len(list(acknowledged.acknowledged(store, "crm", "accounts"))) == 1
    with store.transaction():
        assert acknowledged.begin_target(store, "crm", "accounts", "production", at=AT)
    assert list(acknowledged.acknowledged(store, "crm", "accounts")) == []
    assert acknowledged.target_basis(store, "crm", "accounts") == "production"


def test_more_records_than_one_statement_takes(store: Store) -> None:
    records: dict[str, Fields] = {f"a{number}": {"A": number} for number in range(5_001)}
    hold(store, records)
    assert differing(store, records) == []
    assert [record_id for record_id, _, _ in differing(store, {**records, "a5000": {"A": -1}})] == ["a5000"]


_CELL = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
_FIELDS = st.dictionaries(st.sampled_from("ABC"), _CELL, max_size=3)
_RECORDS = st.dictionaries(st.sampled_from(["a", "b", "客"]), _FIELDS, max_size=3)


@settings(max_examples=60, deadline=None)
@given(_RECORDS, _RECORDS)
def test_exactly_what_differs_is_found(held: dict[str, Fields], wanted: dict[str, Fields]) -> None:
    with TemporaryDirectory() as folder, Store.open(Path(folder) / "s.sqlite", create=True) as store:
        hold(store, held)
        found = {record_id for record_id, _, _ in differing(store, wanted)}
        assert dict(acknowledged.acknowledged(store, "crm", "accounts")) == held
    # repr tells 1 from 1.0, and fields in another order may be looked at for nothing
    surely = {key for key, fields in wanted.items() if key not in held or _sorted(fields) != _sorted(held[key])}
    kept = {key: dict(sorted(fields.items())) for key, fields in held.items()}
    perhaps = {key for key, fields in wanted.items() if repr(fields) != repr(kept.get(key))}
    assert surely <= found <= perhaps


def _sorted(fields: Fields) -> str:
    return repr(sorted(fields.items(), key=lambda item: item[0]))

"""KPI values: exactly what was computed, rewritten only where it changed."""

from __future__ import annotations

from dataclasses import make_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import StoreError
from connector.store import Store, values
from connector.store.values import VALUE_COLUMNS

Cell = tuple[object, ...]


def cell(kpi: str = "win_rate", *, scope_id: str = "", value: float | None = 0.5, as_of: str = "2026-11-21") -> Cell:
    filled: dict[str, object] = {
        "connection": "",
        "kpi": kpi,
        "scope": "owner" if scope_id else "organisation",
        "scope_id": scope_id,
        "period": "quarter",
        "period_start": "2017-01-01",
        "period_end": "2017-04-01",
        "numerator": 1,
        "denominator": 2,
        "n": 2,
        "value": value,
        "unit": "percent",
        "currency": "",
        "ci_low": None,
        "ci_high": None,
        "status": "ok",
        "excluded": 0,
        "as_of": as_of,
        "data_as_of": as_of,
        "definition": "abc",
        "assumptions": "",
    }
    return tuple(filled[column] for column in VALUE_COLUMNS)


def write(store: Store, *cells: object, run_id: int, kpis: set[str] | None = None) -> int:
    with store.transaction():
        return values.write(store, cells, run_id, kpis=kpis)


def runs_by_kpi(store: Store) -> dict[str, int]:
    return {row["kpi"]: row["run_id"] for row in values.read(store)}


def test_values_come_back(store: Store) -> None:
    assert write(store, cell("a"), cell("b", value=None), run_id=1) == 2
    assert [tuple(row.values()) for row in values.read(store)] == [(*cell("a"), 1), (*cell("b", value=None), 1)]


def test_a_value_may_be_an_object(store: Store) -> None:
    value = make_dataclass("Value", VALUE_COLUMNS)(*cell())
    write(store, value, run_id=1)
    assert [tuple(row.values()) for row in values.read(store)] == [(*cell(), 1)]


def test_only_what_changed_is_written(store: Store, path: Path) -> None:
    write(store, cell("a"), cell("b"), run_id=1)
    before = path.read_bytes()
    assert write(store, cell("b"), cell("a"), run_id=2) == 0
    assert path.read_bytes() == before
    assert write(store, cell("a"), cell("b", value=0.6), run_id=3) == 1
    assert runs_by_kpi(store) == {"a": 1, "b": 3}


def test_a_value_that_became_unknown_is_a_change(store: Store) -> None:
    write(store, cell(value=0.0), run_id=1)
    assert write(store, cell(value=None), run_id=2) == 1
    assert write(store, cell(value=0.0), run_id=3) == 1


def test_what_is_no_longer_computed_is_gone(store: Store) -> None:
    write(store, cell("a"), cell("b"), cell("a", scope_id="u1"), run_id=1)
    assert write(store, cell("a"), run_id=2) == 2
    assert [(row["kpi"], row["scope_id"]) for row in values.read(store)] == [("a", "")]
    assert write(store, run_id=3) == 1


def test_other_kpis_stay_where_only_some_were_computed(store: Store) -> None:
    write(store, cell("a"), cell("b"), cell("a", scope_id="u1"), run_id=1)
    assert write(store, cell("a"), run_id=2, kpis={"a"}) == 1
    assert runs_by_kpi(store) == {"a": 1, "b": 1}


def test_a_cell_given_twice_is_refused_and_nothing_is_written(store: Store) -> None:
    write(store, cell("a"), run_id=1)
    with pytest.raises(StoreError, match="UNIQUE"):
        write(store, cell("b"), cell("b", value=0.7), run_id=2)
    assert runs_by_kpi(store) == {"a": 1}
    assert write(store, cell("b"), run_id=3) == 2


def test_reading_by_column(store: Store) -> None:
    write(store, cell("a"), cell("b"), cell("b", scope_id="u1"), run_id=1)
    assert [row["kpi"] for row in values.read(store, kpi="b", scope="owner", ci_low=None)] == ["b"]
    with pytest.raises(ValueError, match="not in tuple"):
        list(values.read(store, secret="x"))


_COMPUTED = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["", "u1"])), st.none() | st.sampled_from([0.0, 0.5, 1.0])
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_COMPUTED, max_size=4))
def test_the_table_is_what_was_computed_last(computed: list[dict[tuple[str, str], float | None]]) -> None:
    nothing = object()
    with TemporaryDirectory() as folder, Store.open(Path(folder) / "s.sqlite", create=True) as store:
        before: dict[tuple[str, str], float | None] = {}
        for run_id, now in enumerate(computed, 1):
            cells = [cell(kpi, scope_id=scope_id, value=value) for (kpi, scope_id), value in now.items()]
            differing = sum(before.get(key, nothing) != now.get(key, nothing) for key in before | now)
            assert write(store, *cells, run_id=run_id) == differing
            assert {(row["kpi"], row["scope_id"]): row["value"] for row in values.read(store)} == now
            before = now

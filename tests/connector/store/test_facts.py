"""Facts in and out, tombstones, extra columns; then the same against a model."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connector.errors import StoreError
from connector.store import Store, facts
from kpi_engine.facts import FACTS, ColumnType

AT = "2026-11-21T08:00:00Z"
DEAL = ("connection", "id", "outcome", "amount")


def put(store: Store, *rows: tuple[str, str, str, int | None]) -> int:
    with store.transaction():
        return facts.upsert(store, "deals", DEAL, rows)


def deals(store: Store) -> list[tuple[object, ...]]:
    return store.db.execute("SELECT id, outcome, amount, deleted_at FROM deals ORDER BY connection, id").fetchall()


def test_only_rows_that_differ_are_written(store: Store) -> None:
    assert put(store, ("crm", "1", "won", 100), ("crm", "2", "lost", None)) == 2
    assert put(store, ("crm", "1", "won", 100), ("crm", "2", "lost", None)) == 0
    assert put(store, ("crm", "1", "won", 100), ("crm", "2", "lost", 0)) == 1
    assert deals(store) == [("1", "won", 100, None), ("2", "lost", 0, None)]


def test_no_byte_is_written_for_rows_that_are_the_same(store: Store, path: Path) -> None:
    put(store, ("crm", "1", "won", 100))
    before = path.read_bytes()
    put(store, ("crm", "1", "won", 100))
    assert path.read_bytes() == before


def test_columns_that_are_not_given_keep_what_they_hold(store: Store) -> None:
    put(store, ("crm", "1", "won", 100))
    with store.transaction():
        facts.upsert(store, "deals", ("connection", "id", "outcome"), [("crm", "1", "lost")])
    assert deals(store) == [("1", "lost", 100, None)]


def test_a_new_modification_time_alone_is_stored_and_is_no_change(store: Store) -> None:
    columns = ("connection", "id", "outcome", "modified_at")
    later = "2026-11-22T08:00:00Z"
    with store.transaction():
        assert facts.upsert(store, "deals", columns, [("crm", "1", "won", AT), ("crm", "2", "won", AT)]) == 2
        assert facts.upsert(store, "deals", columns, [("crm", "1", "won", later), ("crm", "2", "lost", later)]) == 1
    rows = store.db.conn.execute("SELECT id, outcome, modified_at FROM deals ORDER BY id").fetchall()
    assert rows == [("1", "won", later), ("2", "lost", later)]


def test_a_tombstone_comes_back_to_life(store: Store) -> None:
    put(store, ("crm", "1", "won", 100), ("erp", "1", "won", 100))
    with store.transaction():
        assert facts.tombstone(store, "deals", "crm", ["1", "nobody"], AT) == 1
        assert facts.tombstone(store, "deals", "crm", ["1"], "2027-01-01T00:00:00Z") == 0
    assert deals(store) == [("1", "won", 100, AT), ("1", "won", 100, None)]
    assert facts.live_count(store, "deals", "crm") == 0
    assert put(store, ("crm", "1", "won", 100)) == 1
    assert facts.live_count(store, "deals", "crm") == 1


def test_no_ids_no_tombstones(store: Store) -> None:
    with store.transaction():
        assert facts.tombstone(store, "deals", "crm", [], AT) == 0


def test_a_missing_required_column_is_refused_and_the_page_with_it(store: Store) -> None:
    with pytest.raises(StoreError, match="outcome"):
        put(store, ("crm", "1", "won", 1), ("crm", "2", None, 1))  # type: ignore[arg-type]  # that is the test
    assert deals(store) == []


def test_only_fact_tables_are_written(store: Store) -> None:
    with store.transaction(), pytest.raises(KeyError):
        facts.upsert(store, "runs", ("connection", "id"), [])


def test_names_and_ids_are_of_live_rows(store: Store) -> None:
    columns = ("connection", "id", "name")
    with store.transaction():
        rows = [("crm", "2", "Beta"), ("crm", "1", "Acme"), ("crm", "3", None), ("crm", "4", "Gone"), ("erp", "5", "X")]
        facts.upsert(store, "accounts", columns, rows)
        facts.tombstone(store, "accounts", "crm", ["4"], AT)
    assert list(facts.names(store, "accounts", "crm")) == [("1", "Acme"), ("2", "Beta")]
    assert list(facts.live_ids(store, "accounts", "crm")) == ["1", "2", "3"]


# ---- columns of the admin's own -------------------------------------------------------------------------------------


def test_extra_columns_are_added_once(store: Store) -> None:
    wanted = {"x_tier": ColumnType.TEXT, "x_score": ColumnType.REAL}
    for _ in range(2):
        with store.transaction():
            facts.ensure_columns(store, "accounts", wanted)
    assert facts.extra_columns(store) == {"accounts": wanted}
    with store.transaction():
        facts.upsert(store, "accounts", ("connection", "id", "x_tier", "x_score"), [("crm", "1", "gold", 1.5)])
    assert store.db.execute("SELECT x_tier, x_score FROM accounts").fetchall() == [("gold", 1.5)]
    assert store.verify() == ()


def test_an_extra_column_keeps_its_type(store: Store) -> None:
    with store.transaction():
        facts.ensure_columns(store, "accounts", {"x_tier": ColumnType.TEXT})
    with pytest.raises(StoreError, match=r"accounts.x_tier is text in the store and date"), store.transaction():
        facts.ensure_columns(store, "accounts", {"x_tier": ColumnType.DATE})


@pytest.mark.parametrize("name", ["tier", "x_", "x_Tier", 'x_a" TEXT; DROP TABLE deals; --', "x_" + "a" * 61])
def test_a_name_that_is_no_extra_column(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="cannot be a column"), store.transaction():
        facts.ensure_columns(store, "accounts", {name: ColumnType.TEXT})


def test_adding_a_column_is_undone_with_its_transaction(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        _add_a_column_and_fail(store)
    assert facts.extra_columns(store) == {}
    assert store.verify() == ()


def _add_a_column_and_fail(store: Store) -> None:
    with store.transaction():
        facts.ensure_columns(store, "accounts", {"x_tier": ColumnType.TEXT})
        raise ZeroDivisionError


def test_columns_that_are_no_longer_mapped_are_emptied(store: Store) -> None:
    with store.transaction():
        facts.ensure_columns(store, "deals", {"x_note": ColumnType.TEXT})
        columns = (*DEAL, "product", "x_note", "modified_at")
        facts.upsert(
            store, "deals", columns, [("crm", "1", "won", 1, "GTX", "n", AT), ("erp", "1", "won", 1, "G", "n", AT)]
        )
        facts.tombstone(store, "deals", "crm", ["1"], AT)
        assert facts.blank_other_columns(store, "deals", "crm", ("connection", "id", "amount")) == 1
        assert facts.blank_other_columns(store, "deals", "crm", ("connection", "id", "amount")) == 0
    rows = store.db.execute(
        "SELECT outcome, amount, product, x_note, modified_at, deleted_at FROM deals ORDER BY connection"
    )
    assert rows.fetchall() == [("won", 1, None, None, None, AT), ("won", 1, "G", "n", AT, None)]


# ---- round trip -----------------------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_VALUES = {
    ColumnType.TEXT: _TEXT,
    ColumnType.INTEGER: st.integers(-(2**63), 2**63 - 1),
    ColumnType.BOOLEAN: st.integers(0, 1),
    ColumnType.MONEY: st.integers(-(2**63), 2**63 - 1),
    ColumnType.REAL: st.floats(allow_nan=False).map(lambda number: number + 0.0),  # SQLite knows no -0.0
    ColumnType.DATE: st.dates().map(str),
    ColumnType.INSTANT: st.datetimes().map(lambda instant: f"{instant:%Y-%m-%dT%H:%M:%SZ}"),
    ColumnType.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False).map(str),
}


@st.composite
def _tables(draw: st.DrawFn) -> tuple[str, tuple[str, ...], list[tuple[object, ...]]]:
    table = FACTS[draw(st.sampled_from(sorted(FACTS)))]
    names = tuple(name for name in table.column_names if name != "deleted_at")
    columns = [table.column(name) for name in names]
    values = [
        _VALUES[column.type] if not column.nullable else st.none() | _VALUES[column.type]
        for column in columns
        if column
    ]
    rows = draw(st.lists(st.tuples(*values), max_size=5, unique_by=lambda row: row[:2]))
    return table.name, names, rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_tables())
def test_what_is_written_is_read_back(content: tuple[str, tuple[str, ...], list[tuple[object, ...]]]) -> None:
    table, columns, rows = content
    with TemporaryDirectory() as folder, Store.open(Path(folder) / "s.sqlite", create=True) as store:
        with store.transaction():
            assert facts.upsert(store, table, columns, rows) == len(rows)
            assert facts.upsert(store, table, columns, rows) == 0
        read = [tuple(row[name] for name in columns) for row in store.db.table(table).rows]
    assert sorted(map(repr, read)) == sorted(map(repr, rows))


# ---- against a model ------------------------------------------------------------------------------------------------

_IDS = st.sampled_from(["1", "2", "3", "a", "A", "ä", "x\0y", "x\0z", " 1", "1.0", "'", '"'])
_PAGE = st.lists(st.tuples(_IDS, st.sampled_from(["won", "lost"]), st.none() | st.integers(0, 3)), max_size=8)


class StoreAgainstModel(RuleBasedStateMachine):
    """The same steps on the store and on a dictionary: id -> (outcome, amount, deleted_at)."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "s.sqlite"
        self.store = Store.open(self.path, create=True)
        self.model: dict[str, tuple[str, int | None, str | None]] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def another_connection_is_left_alone(self) -> None:
        put(self.store, ("erp", "1", "won", 1))

    def _store_page(self, page: list[tuple[str, str, int | None]]) -> None:
        before = dict(self.model)
        self.model.update({id: (outcome, amount, None) for id, outcome, amount in page})
        changed = facts.upsert(self.store, "deals", DEAL, [("crm", *row) for row in page])
        differing = sum(before.get(id) != row for id, row in self.model.items())
        assert changed == differing

    @rule(page=_PAGE)
    def upsert(self, page: list[tuple[str, str, int | None]]) -> None:
        with self.store.transaction():
            self._store_page(list({row[0]: row for row in page}.values()))

    @rule(ids=st.lists(_IDS, max_size=4))
    def tombstone(self, ids: list[str]) -> None:
        alive = {id for id in ids if id in self.model and self.model[id][2] is None}
        with self.store.transaction():
            assert facts.tombstone(self.store, "deals", "crm", ids, AT) == len(alive)
        self._delete(alive)

    def _delete(self, ids: set[str]) -> None:
        self.model.update({id: (*self.model[id][:2], AT) for id in ids})

    @rule(pages=st.lists(_PAGE, max_size=4), kept=st.lists(_IDS, max_size=3))
    def snapshot(self, pages: list[list[tuple[str, str, int | None]]], kept: list[str]) -> None:
        known: set[str] = set()
        with self.store.transaction(), facts.Seen(self.store, "crm", "deals") as seen:
            seen.keep(kept)
            for page in pages:
                duplicates = seen.add([row[0] for row in page])
                expected = []
                for position, (id, _, _) in enumerate(page):
                    if id in known:
                        expected.append(position)
                    known.add(id)
                assert duplicates == expected
                self._store_page([row for position, row in enumerate(page) if position not in duplicates])
            missing = {id for id, row in self.model.items() if row[2] is None and id not in known | set(kept)}
            assert seen.missing_count() == len(missing)
            assert seen.live_count() == sum(row[2] is None for row in self.model.values())
            assert seen.tombstone_missing(AT) == len(missing)
        self._delete(missing)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.path)

    @invariant()
    def store_equals_model(self) -> None:
        rows = self.store.db.execute("SELECT id, outcome, amount, deleted_at FROM deals WHERE connection = 'crm'")
        assert {id: tuple(row) for id, *row in rows} == self.model
        assert facts.live_count(self.store, "deals", "erp") == 1


StoreAgainstModel.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestStoreAgainstModel = StoreAgainstModel.TestCase

"""The DuckDB engine: what is copied and how it is seen, what is closed afterwards, how failures are said."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from connector.engine import duckdb as module
from connector.engine.duckdb import DuckDBEngine, Settings
from connector.errors import ConnectorError, StoreError
from connector.store import Store
from kpi_engine.errors import EngineError
from kpi_engine.facts import FACTS, Column, ColumnType, FactTable

DEALS = ("connection", "id", "outcome", "amount", "probability", "closed_on", "created_at")


@pytest.fixture
def store(tmp_path):
    return _new_store(tmp_path)


def _new_store(folder: Path) -> Path:
    """A store with one good deal."""
    path = folder / "it's a store.sqlite"
    with Store.open(path, create=True):
        pass
    _insert(path, id="good", amount=12_345, probability=12.5, closed_on="2017-03-01", created_at="2017-03-01T08:00:00Z")
    return path


def _insert(path: Path, **given):
    row = {"connection": "crm", "outcome": "won"} | given
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"INSERT INTO deals ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608  # a test's names


def _deal(engine, name):
    query = parse_one(f"SELECT * FROM deals WHERE id = '{name}'", dialect="duckdb")  # noqa: S608  # a test's name
    [row] = engine.query(query)
    columns = [name for name, *_ in engine._run("DESCRIBE deals").fetchall()]
    return dict(zip(columns, row, strict=True))


def test_columns_are_seen_as_the_data_dictionary_says(store):
    with DuckDBEngine() as engine:
        engine.copy(store, {"deals": DEALS})
        assert _deal(engine, "good") == {
            "connection": "crm",
            "id": "good",
            "outcome": "won",
            "amount": 12_345,
            "probability": 125_000,
            "closed_on": 17_226,
            "created_at": 1_488_355_200,
        }


ODD = [
    ("closed_on", "2017-02-30", None),
    ("closed_on", "soon", None),
    ("closed_on", "", None),
    ("closed_on", "infinity", None),
    ("closed_on", "-4000-01-01", None),
    ("closed_on", "99999-01-01", None),
    ("closed_on", "5874897-12-31", None),
    ("closed_on", "1969-12-31", -1),
    ("created_at", "2017-03-01T08:00:00+08:00", None),
    ("created_at", "2017-03-01T25:00:00Z", None),
    ("created_at", "yesterday", None),
    ("created_at", "1969-12-31T23:59:58Z", -2),
    ("created_at", "2017-03-01T08:00:00.999Z", 1_488_355_200),
    ("probability", 0.00005, 0),
    ("probability", 0.00025, 2),
    ("probability", 0.00035, 4),
    ("probability", -0.00035, -4),
    ("probability", 1e300, None),
    ("probability", float("inf"), None),
    ("amount", 2**63 - 1, 2**63 - 1),
    ("amount", None, None),
]
"""Column, what the store holds, and what queries see."""


@pytest.fixture(scope="module")
def odd_deals(tmp_path_factory):
    """The column of each odd deal as queries see it, and of the good one that lies among them."""
    path = _new_store(tmp_path_factory.mktemp("odd"))
    for number, (column, stored, _) in enumerate(ODD):
        _insert(path, id=f"odd {number}", **{column: stored})
    with DuckDBEngine() as engine:
        engine.copy(path, {"deals": DEALS})
        return {name: _deal(engine, name) for name in ("good", *(f"odd {number}" for number in range(len(ODD))))}


@pytest.mark.parametrize(("number", "column", "stored", "seen"), [(number, *odd) for number, odd in enumerate(ODD)])
def test_what_cannot_be_read_is_missing_and_stops_nothing(odd_deals, number, column, stored, seen):
    assert odd_deals[f"odd {number}"][column] == seen
    assert odd_deals["good"]["amount"] == 12_345


def test_deleted_rows_stay_behind_and_extra_columns_come_along(store):
    with closing(sqlite3.connect(store)) as db, db:
        db.execute('ALTER TABLE deals ADD COLUMN "x_größe" REAL')
        db.execute('UPDATE deals SET "x_größe" = 1.5')
    _insert(store, id="gone", deleted_at="2017-04-01T00:00:00Z")
    table = FACTS["deals"]
    wider = FactTable("deals", table.meaning, (*table.columns, Column("x_größe", ColumnType.REAL, "size")))
    with DuckDBEngine() as engine:
        engine.copy(store, {"deals": ("id", "x_größe")}, facts={"deals": wider})
        assert engine._run("SELECT * FROM deals").fetchall() == [("good", 15_000)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """An engine after its copy."""
    with DuckDBEngine() as engine:
        engine.copy(_new_store(tmp_path_factory.mktemp("loaded")), {"deals": DEALS})
        yield engine


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{file}')",
        "COPY (SELECT 1) TO '{file}'",
        "ATTACH '{file}' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "SET enable_external_access = true",
    ],
)
def test_after_the_copy_the_engine_reaches_nothing(loaded, tmp_path, statement):
    file = tmp_path / "private.csv"
    file.write_text("secret")
    with pytest.raises(EngineError), module._asking():
        loaded._run(statement.format(file=file))
    assert file.read_text() == "secret"


def test_the_store_is_neither_changed_nor_kept_open(store):
    before = store.read_bytes()
    with DuckDBEngine() as engine:
        engine.copy(store, {"deals": DEALS})
        held = {os.readlink(f"/proc/self/fd/{fd}") for fd in _open_files()} if sys.platform == "linux" else set()
        assert str(store) not in held
    assert store.read_bytes() == before
    assert sorted(path.name for path in store.parent.iterdir() if "lock" not in path.name) == [store.name]


def _open_files():
    return [fd for fd in os.listdir("/proc/self/fd") if Path(f"/proc/self/fd/{fd}").is_symlink()]


def test_spill_files_live_in_a_private_folder_that_is_gone_afterwards(tmp_path):
    settings = Settings(memory="40MB", threads=1, spill_folder=tmp_path)
    with DuckDBEngine(settings) as engine:
        [folder] = tmp_path.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        engine._run("CREATE TABLE large AS SELECT range AS a, hash(range) AS b FROM range(5000000)")
        assert sum(file.stat().st_size for file in folder.rglob("*")) > 0
    assert list(tmp_path.iterdir()) == []


def test_too_little_memory_is_said_with_the_remedy(tmp_path):
    with DuckDBEngine(Settings(memory="20MB", threads=1, spill_folder=tmp_path)) as engine:
        engine._run("SET max_temp_directory_size = '1MB'")
        query = parse_one("SELECT ARRAY_AGG(r.range) AS a FROM range(9000000) AS r", dialect="duckdb")
        with pytest.raises(EngineError) as refused:
            engine.query(query)
    assert "more memory" in str(refused.value.hint)


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100], ids=["missing", "empty", "garbage"])
def test_a_file_that_is_no_store(tmp_path, content):
    path = tmp_path / "store.sqlite"
    if content is not None:
        path.write_bytes(content)
    with (
        DuckDBEngine() as engine,
        pytest.raises(StoreError, match=r"store\.sqlite: the facts cannot be read") as refused,
    ):
        engine.copy(path, {"deals": DEALS})
    assert refused.value.__cause__ is not None
    assert "\n" not in str(refused.value)


def test_a_query_that_fails_is_an_engine_error_of_one_line(store):
    with DuckDBEngine() as engine, pytest.raises(EngineError) as refused:
        engine.query(exp.select("nothing").from_("nowhere"))
    assert "nowhere" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is not None


@pytest.mark.parametrize(
    "rows", [[], [("a", 1), (None, None)], [("it's", -(2**62)), ('"\\\n\x1f名', 0)]], ids=["none", "missing", "odd"]
)
def test_loaded_rows_come_back_as_they_were(rows):
    with DuckDBEngine() as engine:
        for _ in range(2):
            engine.load_rows("odd name", {"a": "text", "b": "integer"}, rows)
            assert engine._run('SELECT * FROM "odd name"').fetchall() == rows


def test_a_value_that_does_not_fit():
    with DuckDBEngine() as engine, pytest.raises(EngineError):
        engine.load_rows("t", {"a": "integer"}, [("word",)])


def test_settings_that_do_not_work():
    with pytest.raises(ConnectorError, match="DuckDB does not start") as refused, DuckDBEngine(Settings(memory="much")):
        pass
    assert "memory" in str(refused.value.hint)


def test_the_extension_must_belong_to_this_duckdb(monkeypatch):
    monkeypatch.setattr(module, "EXTENSION_PACKAGE", "no_such_package")
    with pytest.raises(ConnectorError, match="no SQLite extension") as refused:
        module.extension_file()
    assert "same version" in str(refused.value.hint)


def test_an_extension_that_somebody_changed_is_refused(store, tmp_path, monkeypatch):
    content = bytearray(module.extension_file().read_bytes())
    content[len(content) // 2] ^= 1
    changed = tmp_path / module.extension_file().name
    changed.write_bytes(content)
    monkeypatch.setattr(module, "extension_file", lambda: changed)
    with DuckDBEngine() as engine, pytest.raises(StoreError, match="signature"):
        engine.copy(store, {"deals": DEALS})


def test_importing_the_engine_does_not_import_duckdb():
    code = "import sys, connector.engine.duckdb; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  # our own code


def test_a_closed_engine_says_so():
    with DuckDBEngine() as engine:
        pass
    with pytest.raises(RuntimeError, match="not open"):
        engine.load_rows("t", {"a": "integer"}, [])

"""Whatever goes wrong: one clear line with its remedy, nothing is lost, and the next run repairs.

The files themselves (encodings, quotes, zip bombs …) are tested with their adapter; here it is what surrounds them.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import connector.pull.module
import connector.store.connection
import connector.transport.conversation
from connector.cli import cli
from connector.store import run_lock
from tests.company import ACCOUNTS, DEALS, FIELDS, SETTINGS, change, found_company, stored

KPIS = """\
kpis:
  enabled: [won_amount]
  files: [own.yaml]
  since: 2025-01-01
  until: 2026-01-01
  scopes: {organisation: [year], account: [year]}
"""
OWN = """\
kpis:
  - id: half
    names: {en: Half, zh-CN: 半, zh-TW: 半}
    question: How much is half?
    formula: half of what was won
    kind: derived
    expression: won_amount / 2
    unit: money
"""
CIRCLE = OWN.replace("won_amount / 2", "twice / 4") + OWN.split("\n", 1)[1].replace("half", "twice").replace(
    "won_amount / 2", "half * 4"
)


KEPT = {
    "accounts": ("id", "name", "deleted_at"),
    "deals": ("id", "account_id", "amount", "deleted_at"),
    "acknowledged": ("record_id", "fields"),
}


@dataclass
class Company:
    """A settings file, an export, and the command."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "crm-kpi.sqlite"

    def run(self, *arguments: str) -> Result:
        settings = ["--config", str(self.folder / "crm-kpi.yaml")]
        return CliRunner().invoke(cli, [*(arguments or ("run", "--yes")), *settings], catch_exceptions=False)

    def change(self, name: str, old: str, new: str) -> None:
        change(self.folder / name, old, new)

    def facts(self) -> dict[str, list[Any]]:
        """What must not be lost: facts, and what the CRM was acknowledged to hold."""
        tables = stored(self.store)
        return {
            table: [tuple(row[column] for column in columns) for row in tables[table]]
            for table, columns in KEPT.items()
        }

    def written(self) -> bytes:
        return (self.folder / "out" / "accounts.csv").read_bytes()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found_company(tmp_path, SETTINGS + KPIS + FIELDS)
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    return Company(tmp_path)


def one_clear_line(result: Result, *, code: int, says: str, remedy: str) -> None:
    """An error, its hint, and nothing else: no traceback, no second opinion."""
    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) in (1, 2), result.stderr
    assert says in lines[0], result.stderr
    assert remedy in " ".join(lines), result.stderr
    assert "Traceback" not in result.output


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "says", "remedy"),
    [
        pytest.param(
            "crm-kpi.yaml", "currency: EUR", "currency: EUR\n  curency: EUR", "curency", "did you mean currency?",
            id="an unknown key",
        ),
        pytest.param(
            "crm-kpi.yaml", "[won_amount]", "[won_amuont]", "won_amuont is not a KPI", "did you mean won_amount?",
            id="an unknown KPI",
        ),
        pytest.param("own.yaml", OWN, CIRCLE, "half", "twice", id="derived KPIs in a circle"),
        pytest.param(
            "own.yaml", "won_amount / 2", "won_amuont / 2", "won_amuont", "did you mean won_amount?",
            id="a KPI derived from none",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used(company: Company, name: str, old: str, new: str, says: str, remedy: str) -> None:
    company.run()
    before, written = company.facts(), company.written()
    company.change(name, old, new)
    if name == "own.yaml":
        company.change("crm-kpi.yaml", "[won_amount]", "[won_amount, half]")
    result = company.run()
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert remedy in result.stderr
    assert "Traceback" not in result.output
    assert (company.facts(), company.written()) == (before, written)


def test_all_problems_at_once(company: Company) -> None:
    company.change("crm-kpi.yaml", "currency: EUR", "currency: EUR\n  langauge: en")
    company.change("crm-kpi.yaml", "[won_amount]", "[won_amuont]")
    company.change("crm-kpi.yaml", "scope: account\n", "scope: acount\n")
    errors = company.run().stderr
    assert all(word in errors for word in ("langauge", "won_amuont", "acount"))
    assert not company.store.exists()


# ---- the store -----------------------------------------------------------------------------------------------------


def test_a_full_disk(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.run()
    before = company.facts()
    names = "".join(f"{number},Company {number}\n" for number in range(4, 3000))
    (company.folder / "data" / "accounts.csv").write_text(ACCOUNTS + names, "utf-8")
    configure = connector.store.connection._configure

    def small(connection: sqlite3.Connection, *, read_only: bool) -> None:
        configure(connection, read_only=read_only)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")

    with monkeypatch.context() as patched:
        patched.setattr(connector.store.connection, "_configure", small)
        result = company.run()
    one_clear_line(result, code=1, says="The disk is full", remedy="free some space")
    assert company.facts() == before
    repaired = company.run()
    assert repaired.exit_code == 0, repaired.output
    assert len(company.facts()["accounts"]) == 2999


def test_a_read_only_store(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.run()
    before = company.facts()
    company.change("data/deals.csv", ",70,", ",71,")
    connect = sqlite3.connect

    def read_only(path: Any, **more: Any) -> sqlite3.Connection:
        return connect(str(path).replace("mode=rw", "mode=ro"), **more)

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", read_only)
        result = company.run()
    one_clear_line(result, code=1, says="The store is read-only", remedy="write permission")
    assert company.facts() == before
    assert company.run().exit_code == 0
    assert b"71" in company.written()


def test_a_store_of_a_newer_version(company: Company) -> None:
    company.run()
    with closing(sqlite3.connect(company.store)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA user_version = 999")
    before = company.store.read_bytes()
    one_clear_line(company.run(), code=1, says="newer version", remedy="hint: ")
    assert company.store.read_bytes() == before
    with closing(sqlite3.connect(company.store)) as db:
        db.execute(f"PRAGMA user_version = {version}")
    assert company.run().exit_code == 0


def test_a_store_that_is_none(company: Company) -> None:
    company.store.write_bytes(b"not a database, but a file with something in it " * 100)
    one_clear_line(company.run(), code=1, says="crm-kpi.sqlite", remedy="crm-kpi store restore")


def test_two_runs_at_once(company: Company) -> None:
    company.run()
    before = stored(company.store)["runs"]
    with run_lock(company.store):
        one_clear_line(company.run(), code=1, says=f"process {os.getpid()}", remedy="wait until it has ended")
    assert stored(company.store)["runs"] == before
    assert company.run().exit_code == 0


# ---- stopped -------------------------------------------------------------------------------------------------------


def stop_in_pull(patched: pytest.MonkeyPatch) -> None:
    """Ctrl-C when the last page of the deals has come, before it is stored."""
    accept = connector.pull.module.ModuleWriter.accept

    def stopped(writer: Any, key: str, said: Any) -> None:
        accept(writer, key, said)
        if key == "deals":
            raise KeyboardInterrupt

    patched.setattr(connector.pull.module.ModuleWriter, "accept", stopped)


def stop_in_write(patched: pytest.MonkeyPatch) -> None:
    """Ctrl-C when the file is there, and nobody has noted that it is."""
    write = connector.transport.conversation.write_file

    def stopped(*arguments: Any) -> None:
        write(*arguments)
        raise KeyboardInterrupt

    patched.setattr(connector.transport.conversation, "write_file", stopped)


@pytest.mark.parametrize("stop", [stop_in_pull, stop_in_write])
def test_ctrl_c(company: Company, stop: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        stop(patched)
        result = company.run()
    assert result.exit_code == 130
    assert "the next run goes on from here" in result.stderr
    assert "Traceback" not in result.output
    assert company.run().exit_code == 0
    assert company.written() == "Id,Name,Won\n1,Acme,100\n2,Bolt,70\n3,科格,\n".encode()
    assert [row[0] for row in company.facts()["deals"]] == ["D1", "D2", "D3"]


# ---- the source ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.unlink(), id="gone"),
        pytest.param(lambda path: path.write_text("", "utf-8"), id="empty"),
        pytest.param(lambda path: path.write_text(DEALS.splitlines()[0] + "\n", "utf-8"), id="header only"),
        pytest.param(lambda path: path.write_text(DEALS.replace("Amount", "Betrag"), "utf-8"), id="a column renamed"),
        pytest.param(lambda path: path.write_bytes(b"\x00" * 100), id="NUL bytes"),
    ],
)
def test_an_export_that_went_wrong(company: Company, spoil: Callable[[Path], object]) -> None:
    company.run()
    before, written = company.facts(), company.written()
    spoil(company.folder / "data" / "deals.csv")
    result = company.run()
    assert result.exit_code == 1, result.output
    assert "deals" in result.stderr
    assert "Traceback" not in result.output
    assert (company.facts(), company.written()) == (before, written), "a broken export is not an empty company"
    (company.folder / "data" / "deals.csv").write_text(DEALS, "utf-8")
    assert company.run().exit_code == 0
    assert (company.facts(), company.written()) == (before, written)


@pytest.mark.parametrize(
    ("content", "says", "remedy"),
    [
        (None, "accounts.csv: no such file", "one of: deals.csv"),
        ("", "accounts.csv: the file is empty", "export it again"),
        ("Id,Id\n1,2\n", "accounts.csv, line 1: column names appear twice: Id", "rename or remove"),
        ('Id,Name\n1,"Acme\n2,Bolt\n', "accounts.csv, line 2: a quoted cell opens here", "close or double the quote"),
    ],
    ids=["missing", "empty", "double names", "open quote"],
)
def test_a_first_run_that_brings_nothing_says_why(
    company: Company, content: str | None, says: str, remedy: str
) -> None:
    (company.folder / "data" / "accounts.csv").unlink()
    if content is not None:
        (company.folder / "data" / "accounts.csv").write_text(content, "utf-8")
    settings = company.folder / "crm-kpi.yaml"
    settings.write_text(settings.read_text("utf-8").replace("deals.csv", "accounts.csv"), "utf-8")
    one_clear_line(company.run(), code=1, says=says, remedy=remedy)

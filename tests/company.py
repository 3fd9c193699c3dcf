"""A small company: its settings, its export, and what is found afterwards in its store and its files."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

SETTINGS = """\
organisation:
  name: Lantern
  timezone: Europe/Berlin
  currency: EUR
connections:
  crm:
    adapter: generic_csv
    settings:
      folder: data
      tables:
        accounts: {files: accounts.csv}
        deals: {files: deals.csv}
    mapping:
      accounts: {id: Id, columns: {name: Name}}
      deals:
        id: Id
        columns:
          account_id: {from: Account, link: {by: name}} # by name
          outcome: {from: Stage, values: {Open: open, Won: won, Lost: lost}}
          amount: Amount
          closed_on: Closed
"""
"""Enough to pull; ends inside the columns of the deals."""

KPIS = """\
kpis:
  enabled: [won_amount, won_deals]
  since: 2025-01-01
  scopes: {organisation: [quarter], account: [year, all]}
"""

FIELDS = """\
write_back:
  targets:
    - name: accounts
      connection: crm
      kind: fields
      module: accounts
      scope: account
      fields: {Won: {kpi: won_amount, period: year}}
      options: {output: out/accounts.csv}
"""

RECORDS = (
    "    - {name: report, connection: crm, kind: records, scopes: [organisation], options: {output: out/report.csv}}\n"
)
"""One more target."""

ACCOUNTS = "Id,Name\n1,Acme\n2,Bolt\n3,科格\n"
DEALS = """\
Id,Account,Stage,Amount,Closed
D1,Acme,Won,100,2025-01-15
D2,Bolt,Won,70,2025-02-15
D3,科格,Lost,3,2025-03-01
"""

_LONG_AGO = 1_750_000_000


def found_company(folder: Path, settings: str, *, accounts: str = ACCOUNTS, deals: str = DEALS) -> Path:
    """Write settings and export into a folder; the settings file."""
    export(folder, "accounts", accounts)
    export(folder, "deals", deals)
    path = folder / "crm-kpi.yaml"
    path.write_text(settings, "utf-8")
    return path


def export(folder: Path, table: str, text: str) -> None:
    """Another export; its file has the same time as every other one."""
    path = folder / "data" / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (_LONG_AGO, _LONG_AGO))


def replaced(text: str, old: str, new: str) -> str:
    """The text with the first `old` replaced; a text that is not there is a mistake of the test."""
    assert old in text, old
    return text.replace(old, new, 1)


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file; it must be there."""
    path.write_text(replaced(path.read_text("utf-8"), old, new), "utf-8")


def stored(store: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, in a fixed order."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        names = [row["name"] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: _rows(db, name) for name in names}


def _rows(db: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    columns = len(db.execute(f"SELECT * FROM {table} LIMIT 0").description)  # noqa: S608 -- a name of our own schema
    order = ", ".join(map(str, range(1, columns + 1)))
    return [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY {order}")]  # noqa: S608


def written(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """What was written back: each file's content, its time, and which file it is."""
    files = ((path, path.stat()) for path in sorted((folder / "out").iterdir()))
    return {path.name: (path.read_bytes(), stat.st_mtime_ns, stat.st_ino) for path, stat in files}

"""A small company in a folder, and a way to run commands in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connector.cli import cli

SETTINGS = """\
organisation: {name: Lantern, timezone: Europe/Berlin, currency: EUR}
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
          account_id: {from: Account, link: {by: name}}
          owner_id: Owner
          outcome: {from: Stage, values: {Open: open, Won: won, Lost: lost}}
          amount: Amount
          engaged_on: Engaged
          closed_on: Closed
kpis:
  enabled: [win_rate, won_amount, sales_cycle]
  since: 2025-01-01
  scopes: {organisation: [quarter], owner: [quarter], account: [all]}
write_back:
  targets:
    - name: accounts
      connection: crm
      kind: fields
      module: accounts
      scope: account
      fields: {KPI_Won: {kpi: won_amount, period: all}}
      options: {output: out/accounts.csv}
"""
ACCOUNTS = "Id,Name\nA1,Nordwind\nA2,云帆物流\n"
DEALS = """\
Id,Account,Owner,Stage,Amount,Engaged,Closed
D1,Nordwind,Ann,Won,100.50,2025-01-02,2025-02-01
D2,云帆物流,Bea,Lost,50,2025-01-05,2025-02-03
D3,nordwind,Ann,Won,200,2025-01-09,2025-04-01
D4,Nordwind,Bea,Open,70,2025-03-01,
"""


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the temporary folder, and asserts its exit code with everything it said as the message."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE", "CRM_KPI_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: str, code: int = 0, env: dict[str, str] | None = None, stdin: str = "") -> Answer:
        result = CliRunner().invoke(cli, arguments, env=env, input=stdin)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return Answer(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A folder with settings, accounts and deals."""
    (tmp_path / "data").mkdir()
    (tmp_path / "crm-kpi.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "data/accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (tmp_path / "data/deals.csv").write_text(DEALS, encoding="utf-8")
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    """Replace a text in a file; it must be there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

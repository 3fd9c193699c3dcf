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
from tests.company import FIELDS, SETTINGS, found_company, replaced

SETTINGS = (
    replaced(SETTINGS, "outcome:", "owner_id: Owner\n          engaged_on: Engaged\n          outcome:")
    + """\
kpis:
  enabled: [win_rate, won_amount, sales_cycle]
  since: 2025-01-01
  scopes: {organisation: [quarter], owner: [quarter], account: [all]}
"""
    + replaced(FIELDS, "Won: {kpi: won_amount, period: year}", "KPI_Won: {kpi: won_amount, period: all}")
)
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
    return found_company(tmp_path, SETTINGS, accounts=ACCOUNTS, deals=DEALS).parent

"""A finished demo, on which examples and documents are tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import cli
from connector.demo import demo as make_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's folder, with few customers and with the files that the examples name."""
    folder = make_demo(tmp_path_factory.mktemp("examples") / "demo", scale=0.02).folder
    config = ("--config", str(folder / "crm-kpi.yaml"))
    result = CliRunner().invoke(cli, [*config, "store", "backup", str(folder / "backup.sqlite")])
    assert result.exit_code == 0, result.output
    (folder / "my_kpis.yaml").write_text("kpis: []\n", encoding="utf-8")
    (folder / "targets.csv").write_text("kpi,period,target\nwon_amount,2025,1000000\n", encoding="utf-8")
    return folder

"""A finished demo and a Zoho, on which examples and documents are tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner

from adapters.zoho.emulator import foreground
from adapters.zoho.emulator.server import Served, listening, serve
from adapters.zoho.emulator.settings import Settings
from adapters.zoho.hosts import ACCOUNTS
from connector.cli import cli
from connector.demo import demo as make_demo
from tests.connector.test_system_keyring import Safe

SCALE = 0.02
CODE = "1000.fresh.c0de"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's folder, with few customers and with the files that the examples name."""
    folder = make_demo(tmp_path_factory.mktemp("examples") / "demo", scale=SCALE).folder
    config = ("--config", str(folder / "crm-kpi.yaml"))
    result = CliRunner().invoke(cli, [*config, "store", "backup", str(folder / "backup.sqlite")])
    assert result.exit_code == 0, result.output
    (folder / "my_kpis.yaml").write_text("kpis: []\n", encoding="utf-8")
    (folder / "targets.csv").write_text("kpi,period,target\nwon_amount,2025,1000000\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def stand_in() -> Iterator[Served]:
    with serve(Settings(scale=SCALE)) as served:
        yield served


@pytest.fixture
def zoho(stand_in: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Every data centre is the stand-in, a grant code waits in the environment, and the system has a keyring."""
    for data_centre in ACCOUNTS:
        monkeypatch.setitem(ACCOUNTS, data_centre, stand_in.url)
    stand_in.app.accounts.grant(CODE, stand_in.settings.scopes)
    monkeypatch.setenv("ZOHO_CLIENT_ID", stand_in.settings.client_id)
    monkeypatch.setenv("ZOHO_CLIENT_SECRET", stand_in.settings.client_secret)
    monkeypatch.setenv("ZOHO_CODE", CODE)
    monkeypatch.delenv("ZOHO_REFRESH_TOKEN", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = keyring.get_keyring()
    keyring.set_keyring(Safe())
    yield stand_in
    keyring.set_keyring(before)


@pytest.fixture
def stopped_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in with few customers at any free port, and somebody presses Ctrl-C as soon as it answers."""

    def small(**stated: Any) -> Settings:
        return replace(Settings(**stated), profile="small", scale=SCALE)

    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(foreground, "Settings", small)
    monkeypatch.setattr(foreground, "listening", lambda _: listening(0))
    monkeypatch.setattr(foreground, "run", stopped)

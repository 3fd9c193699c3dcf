"""examples/zoho.yaml is a real configuration: right by itself, and right for an organisation that has its fields."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.zoho.emulator.server import Served, serve
from adapters.zoho.emulator.settings import Settings
from connector.check import check
from connector.config import Config, read

ENVIRONMENT = {
    "ZOHO_CLIENT_ID": "1000.STANDINCLIENT",
    "ZOHO_CLIENT_SECRET": "stand-in-secret",
    "ZOHO_REFRESH_TOKEN": "1000.stand-in.refresh",
}


@pytest.fixture(scope="module")
def company() -> Iterator[Served]:
    with serve(Settings(scale=0.02)) as served:
        yield served


@pytest.fixture
def config(root: Path, tmp_path: Path, company: Served) -> Config:
    path = Path(shutil.copy(root / "examples" / "zoho.yaml", tmp_path / "crm-kpi.yaml"))
    text = path.read_text("utf-8").replace("data_centre: com ", f"accounts_url: {company.url} ")
    path.write_text(text, "utf-8")
    return read(path, environment=ENVIRONMENT)


def test_the_example_fits_an_organisation_that_has_its_fields(config: Config) -> None:
    report = check(config)
    assert [str(problem) for problem in report.errors] == []


def test_the_example_names_no_secret(root: Path) -> None:
    text = (root / "examples" / "zoho.yaml").read_text("utf-8")
    assert all(f"${{{name}}}" in text for name in ENVIRONMENT)

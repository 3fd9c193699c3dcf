"""The demo over a stand-in of a CRM: pulled, computed, written, and read again through its API."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.zoho.emulator.server import listening
from connector.config import read
from connector.demo import DemoReport, demo
from connector.demo.crm import is_over_crm
from connector.errors import ConnectorError
from connector.store import Store, coverage, gaps, runs

SCALE = 0.05


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return demo(tmp_path_factory.mktemp("crm") / "demo", scale=SCALE, crm=True)


@pytest.fixture
def folder(shown: DemoReport, tmp_path: Path) -> Path:
    """A copy of the finished demo."""
    return Path(shutil.copytree(shown.folder, tmp_path / "demo"))


@contextmanager
def held(folder: Path) -> Iterator[sqlite3.Connection]:
    """What the CRM holds, behind its back."""
    with closing(sqlite3.connect(folder / "zoho.sqlite")) as crm:
        yield crm


def port(folder: Path) -> int:
    settings = read(folder / "crm-kpi.yaml", environment={}).connections["crm"].settings
    return urlsplit(settings.accounts_url).port or 0  # type: ignore[attr-defined]  # of Zoho's settings


def test_the_crm_holds_the_numbers_and_says_so_itself(shown: DemoReport) -> None:
    with held(shown.folder) as crm:
        (accounts,) = crm.execute(
            'SELECT count(*) FROM "Accounts" WHERE coalesce("KPI_Won_Amount", "KPI_Order_Amount", "KPI_Pipeline") '
            "IS NOT NULL"
        ).fetchone()
        (records,) = crm.execute('SELECT count(*) FROM "KPI_Reports"').fetchone()
    assert shown.read_back == {"Accounts": accounts, "KPI_Reports": records}
    assert accounts > 10
    assert records > 100


def test_everything_arrived(shown: DemoReport) -> None:
    with Store.open(shown.folder / "crm-kpi.sqlite", read_only=True) as store:
        covered = list(coverage.all(store))
    assert len(covered) >= 19
    assert all(each.complete for each in covered)


def test_targets_are_of_the_crms_own_people_and_teams(shown: DemoReport) -> None:
    assert not shown.run.gaps.problems
    with Store.open(shown.folder / "crm-kpi.sqlite", read_only=True) as store:
        scopes = {row["scope"] for row in gaps.read(store)}
    assert scopes == {"organisation", "team", "owner"}


def test_the_second_call_changes_nothing_and_writes_nothing(folder: Path) -> None:
    with held(folder) as crm:
        before = crm.execute('SELECT * FROM "KPI_Reports" ORDER BY id').fetchall()
    again = demo(folder, scale=SCALE, crm=True)
    assert (again.run.computed.changed, again.run.applied) == (0, None)
    with Store.open(folder / "crm-kpi.sqlite", read_only=True) as store:
        assert len(runs.last(store, 9)) == 2
    with held(folder) as crm:
        assert crm.execute('SELECT * FROM "KPI_Reports" ORDER BY id').fetchall() == before


def test_a_folder_keeps_to_its_crm_and_its_port(folder: Path) -> None:
    assert is_over_crm(folder / "crm-kpi.yaml")
    again = demo(folder, scale=SCALE, crm=False)
    assert again.read_back
    assert not (folder / "data").exists()


def test_a_port_that_is_taken_is_one_line_with_a_remedy(folder: Path) -> None:
    with closing(listening(port(folder))), pytest.raises(ConnectorError, match=f"the port {port(folder)} cannot"):
        demo(folder, scale=SCALE, crm=True)


def test_settings_that_a_person_broke_are_said_to_be(folder: Path) -> None:
    settings = folder / "crm-kpi.yaml"
    settings.write_text(settings.read_text("utf-8") + "\n  : [", "utf-8")
    with pytest.raises(ConnectorError, match=r"crm-kpi\.yaml"):
        demo(folder, scale=SCALE, crm=True)


def test_a_chinese_company_has_chinese_labels(tmp_path: Path) -> None:
    made = demo(tmp_path / "demo", language="zh-CN", scale=0.02, crm=True)
    assert made.company != "Northfield Hardware"
    with held(tmp_path / "demo") as crm:
        labels = {row[0] for row in crm.execute("SELECT meta FROM fields WHERE api_name = 'KPI_Won_Amount'")}
    assert any("\u4e00" <= letter <= "\u9fff" for label in labels for letter in label)

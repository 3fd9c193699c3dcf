"""The demo: the shipped sample through the whole loop, into a folder that a person may keep."""

from __future__ import annotations

import csv
import importlib.util
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from connector.demo import DemoReport, demo
from connector.errors import ConnectorError

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SAMPLE = Path(str(resources.files("connector") / "sample_data"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return demo(tmp_path_factory.mktemp("demo") / "crm-kpi-demo", now=NOW)


def rows(report: DemoReport, statement: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{report.folder / 'crm-kpi.sqlite'}?mode=ro", uri=True)) as db:
        return db.execute(statement).fetchall()


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    script = Path(__file__).with_name("make_sample.py")
    spec = importlib.util.spec_from_file_location("make_sample", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (SAMPLE / "data").iterdir()}


def test_the_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 200_000


def test_the_table_is_what_the_files_say(shown: DemoReport) -> None:
    with (SAMPLE / "data" / "deals.csv").open(encoding="utf-8", newline="") as file:
        deals = {deal["Deal ID"]: deal for deal in csv.DictReader(file)}.values()
    won = [deal for deal in deals if deal["Stage"] == "Closed Won"]
    shows = {value.kpi: value for value in shown.values}
    assert shows["won_deals"].value == len(won)
    assert shows["won_amount"].value == pytest.approx(sum(float(deal["Amount"] or 0) for deal in won), rel=1e-12)
    assert {value.status for value in shown.values} >= {"ok"}
    assert shows["won_amount"].currency == "EUR"


def test_the_dirt_comes_out_where_it_belongs(shown: DemoReport) -> None:
    assert shown.run.quarantined == 1, "a line that is there twice"
    issues = {row[0]: row[1] for row in rows(shown, "SELECT field, value FROM issues")}
    assert issues == {"Owner": "Jonas Vogl", "Closed": "2025-02-30"}
    assert rows(shown, "SELECT excluded FROM kpi_values WHERE kpi = 'won_amount' AND scope = 'organisation' "
                       "AND period = 'year'")[0][0] >= 2  # fmt: skip


def test_teams_are_a_tree(shown: DemoReport) -> None:
    won = dict(rows(shown, "SELECT scope_id, value FROM kpi_values WHERE kpi = 'won_deals' AND scope = 'team' "
                           "AND period = 'year'"))  # fmt: skip
    assert won["T1"] == won["T3"] + won["T4"] > 0
    assert won["T2"] == won["T5"] + won["T6"] > 0


def test_it_is_written_back_into_files_beside_the_originals(shown: DemoReport) -> None:
    assert [path.name for path in shown.written] == ["accounts.csv", "kpi_report.csv"]
    original = (SAMPLE / "data" / "accounts.csv").read_text("utf-8").splitlines()
    written = shown.written[0].read_text("utf-8").splitlines()
    assert [line.rsplit(",", 3)[0] for line in written] == original
    assert written[0].endswith(",KPI_Won_Amount,KPI_Order_Amount,KPI_Pipeline")


def test_the_second_call_changes_nothing_but_one_row_in_runs(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo(folder, now=NOW)
    before = files(folder)
    report = demo(folder, now=NOW + timedelta(hours=1))
    assert files(folder) == before
    assert (report.run.computed.changed, report.run.planned.plan_id) == (0, "")
    assert len(rows(report, "SELECT * FROM runs")) == 2


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files but the store and its lock, which note that there was a second run."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("crm-kpi.sqlite")
    }


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear all", "utf-8")
    with pytest.raises(ConnectorError, match="is not a demo") as refused:
        demo(tmp_path, now=NOW)
    assert "--folder" in str(refused.value.hint)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_somebody_elses_settings_do_not_make_a_demo(tmp_path: Path) -> None:
    (tmp_path / "crm-kpi.yaml").write_text("organisation: {timezone: UTC, currency: EUR}\n", "utf-8")
    with pytest.raises(ConnectorError, match="is not a demo"):
        demo(tmp_path, now=NOW)


def test_what_a_person_changed_in_the_folder_stays(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo(folder, now=NOW)
    settings = folder / "crm-kpi.yaml"
    settings.write_text(settings.read_text("utf-8").replace("currency: EUR", "currency: CHF"), "utf-8")
    assert {value.currency for value in demo(folder, now=NOW).values} == {"", "CHF"}


def test_a_copy_that_was_interrupted_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, left = os.replace, iter([True, True, False])

    def interrupted(source: Any, target: Any) -> None:
        if not next(left):
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            demo(tmp_path / "demo", now=NOW)
    assert demo(tmp_path / "demo", now=NOW).run.status == "partly"


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ConnectorError, match="Not a directory"):
        demo(tmp_path / "file" / "demo", now=NOW)

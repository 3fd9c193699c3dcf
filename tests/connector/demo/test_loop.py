"""The demo: a sample company through the whole loop, into a folder that a person may keep."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connector.demo import DemoReport
from connector.demo.folder import SEED, UNTIL
from connector.sample import generate
from tests.company import change
from tests.connector.demo.conftest import SCALE

Again = Callable[..., DemoReport]


def rows(report: DemoReport, statement: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{report.folder / 'crm-kpi.sqlite'}?mode=ro", uri=True)) as db:
        return db.execute(statement).fetchall()


def exported(report: DemoReport, table: str) -> list[dict[str, str]]:
    with (report.folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_is_what_the_files_say(shown: DemoReport) -> None:
    assert (shown.period.grain, shown.period.key) == ("quarter", "2025-07-01")
    deals = [deal for deal in exported(shown, "deals") if "2025-07-01" <= deal["Closed On"] < "2025-10-01"]
    won = [deal for deal in deals if deal["Outcome"] == "Won"]
    decided = [deal for deal in deals if deal["Outcome"] in ("Won", "Lost")]
    shows = {value.kpi: value for value in shown.values}
    assert shows["won_deals"].value == len(won) > 0
    assert shows["won_amount"].value == pytest.approx(sum(float(deal["Amount"] or 0) for deal in won), rel=1e-12)
    assert shows["win_rate"].value == pytest.approx(len(won) / len(decided), rel=1e-12)
    assert {value.status for value in shown.values} >= {"ok"}
    assert shows["won_amount"].currency == "USD"


def test_the_table_shows_targets_beside_the_values(shown: DemoReport) -> None:
    shows = {value.kpi: value for value in shown.values}
    assert {kpi for kpi, value in shows.items() if value.target is not None} == {
        "won_amount", "win_rate", "order_amount", "sales_cycle"
    }  # fmt: skip
    assert shows["won_amount"].rag in ("green", "amber", "red")
    assert (shows["calls"].target, shows["calls"].rag, shows["calls"].gap_status) == (None, None, "")


def test_every_target_is_right_and_adds_up(shown: DemoReport) -> None:
    gaps = shown.run.gaps
    assert gaps.targets > 100
    assert (gaps.problems, gaps.mismatches, gaps.unset) == ((), (), 0)
    assert gaps.frozen == 8, "two KPIs of the company, a baseline for each quarter"


def test_the_dirt_comes_out_where_it_belongs(shown: DemoReport) -> None:
    """People of the office called like a rep who left: nobody can tell whose trainings theirs are."""
    alike = generate("small", until=UNTIL, seed=SEED, scale=SCALE).namesakes
    names = {row["Record ID"]: row["Name"] for row in exported(shown, "users")}
    trainings = [row for row in exported(shown, "trainings") if row["Employee"] in {names[late] for late in alike}]
    assert shown.run.quarantined == len(trainings) > 0
    assert {row[0] for row in rows(shown, "SELECT DISTINCT table_name FROM quarantine")} == {"trainings"}
    without_amount = [deal for deal in exported(shown, "deals") if deal["Outcome"] == "Won" and not deal["Amount"]]
    assert without_amount
    excluded = rows(shown, "SELECT sum(excluded) FROM kpi_values WHERE kpi = 'won_amount' AND scope = 'organisation' "
                           "AND period = 'year'")[0][0]  # fmt: skip
    assert excluded >= len([deal for deal in without_amount if deal["Closed On"] >= "2023"])


def test_teams_are_a_tree(shown: DemoReport) -> None:
    won = dict(rows(shown, "SELECT scope_id, value FROM kpi_values WHERE kpi = 'won_deals' AND scope = 'team' "
                           "AND period = 'year' AND period_start = '2025-01-01'"))  # fmt: skip
    assert won["T02"] == won["T03"] + won["T04"] + won["T05"] > 0


def test_it_is_written_back_into_files_beside_the_originals(shown: DemoReport) -> None:
    assert [path.name for path in shown.written] == ["accounts.csv", "kpi_report.csv", "users.csv"]
    original = (shown.folder / "data" / "accounts.csv").read_text("utf-8").splitlines()
    written = shown.written[0].read_text("utf-8").splitlines()
    assert [line.rsplit(",", 3)[0] for line in written] == original
    assert written[0].endswith(",KPI_Won_Amount,KPI_Order_Amount,KPI_Pipeline")


def test_a_person_has_value_target_and_gap_in_one_line(shown: DemoReport) -> None:
    with shown.written[2].open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    with_target = [row for row in people if row["KPI_Target"] and row["KPI_Gap"]]
    assert len(with_target) == 12, "the reps who are there"
    assert {row["KPI_State"] for row in with_target} <= {"green", "amber", "red", "blue"}


def test_the_report_is_one_file_in_the_folder(shown: DemoReport) -> None:
    assert shown.report == shown.folder / "report.html"
    page = shown.report.read_text("utf-8")
    assert "Northfield Hardware" in page
    assert "Win rate" in page


def test_the_second_call_changes_nothing_but_one_row_in_runs(folder: Path, again: Again) -> None:
    before = files(folder)
    report = again(folder)
    assert files(folder) == before
    assert (report.run.computed.changed, report.run.gaps.changed, report.run.planned.plan_id) == (0, 0, "")
    assert len(rows(report, "SELECT * FROM runs")) == 2


def test_it_is_the_same_demo_everywhere(shown: DemoReport, again: Again, tmp_path: Path) -> None:
    other = again(tmp_path / "elsewhere")
    assert files(other.folder) == files(shown.folder)


def files(folder: Path) -> dict[str, bytes]:
    """All files but the store and its lock, which note that there was a second run."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("crm-kpi.sqlite")
    }


def test_what_a_person_changed_in_the_settings_counts(folder: Path, again: Again) -> None:
    settings = folder / "crm-kpi.yaml"
    change(settings, "value: 0.35", "value: 0.5")
    shows = {value.kpi: value.value for value in again(folder).values}
    assert shows["won_margin"] == pytest.approx((shows["won_amount"] or 0) / 2)


def test_what_a_person_changed_in_the_targets_counts(folder: Path, again: Again) -> None:
    sheet = folder / "targets" / "2025.csv"
    lines = sheet.read_text("utf-8-sig").splitlines()
    kept = [line for line in lines if not line.startswith("win_rate,") or ",organisation," not in line]
    assert len(lines) - len(kept) == 4, "the company's four quarters"
    sheet.write_text("\n".join(kept) + "\n", "utf-8")
    shows = {value.kpi: value for value in again(folder).values}
    assert shows["win_rate"].target is None
    assert sheet.read_text("utf-8").splitlines() == kept


def test_a_reader_of_another_language_gets_names_and_report_in_it(folder: Path, again: Again) -> None:
    before = {path: path.read_bytes() for path in (folder / "data").iterdir()}
    report = again(folder, language="zh-CN")
    assert {value.kpi: value.name for value in report.values}["win_rate"] == "赢单率"
    assert "赢单率" in report.report.read_text("utf-8")
    assert {path: path.read_bytes() for path in (folder / "data").iterdir()} == before


@pytest.mark.slow
def test_a_chinese_demo(tmp_path: Path, again: Again) -> None:
    report = again(tmp_path / "demo", language="zh-CN")
    assert report.company == "北辰网络设备有限公司"
    assert {value.currency for value in report.values} == {"", "CNY"}
    assert (report.run.gaps.problems, report.run.gaps.mismatches) == ((), ())
    assert "赢单金额" in (tmp_path / "demo/targets/2025.csv").read_text("utf-8")

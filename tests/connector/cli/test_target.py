"""`crm-kpi target`: a sheet is written, filled in, taken in, judged and listed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import cli
from tests.company import export, found_company, replaced
from tests.connector.cli.conftest import ACCOUNTS, DEALS, SETTINGS, Run

USERS = "Id,Name,Team\nAnn,Ann Lee,N\nBea,Bea Sun,N\n"
TEAMS = "Id,Name\nN,North\n"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with people, whose loop has run once: Ann has won 100.50 and 200, Bea has lost a deal."""
    deals = "        deals: {files: deals.csv}\n"
    people = f"{deals}        users: {{files: users.csv}}\n        teams: {{files: teams.csv}}\n"
    settings = replaced(SETTINGS, deals, people)
    settings = replaced(
        settings,
        "      deals:\n        id: Id\n",
        "      users: {id: Id, columns: {name: Name, team_id: Team}}\n"
        "      teams: {id: Id, columns: {name: Name}}\n"
        "      deals:\n        id: Id\n",
    )
    settings = replaced(settings, "organisation: [quarter], owner", "organisation: [quarter], team: [quarter], owner")
    folder = tmp_path_factory.mktemp("company")
    config = found_company(folder, settings, accounts=ACCOUNTS, deals=DEALS)
    export(folder, "users", USERS)
    export(folder, "teams", TEAMS)
    result = CliRunner().invoke(cli, ["run", "--yes", "--as-of", "2025-05-20", "--config", str(config)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def ran(run: Run, finished: Path, tmp_path: Path) -> Run:
    """Runs commands in a copy of the finished company."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return run


def filled(tmp_path: Path, numbers: dict[str, str]) -> None:
    """Fill in a sheet that was written as sheet.csv; the numbers by name of the person or team."""
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "filled.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "target": numbers.get(row["name"], "")} for row in rows)


SHEET = ("target", "import", "--template", "sheet.csv", "--kpi", "won_amount", "--period", "2025-Q1")


def test_from_a_sheet_to_a_list(ran: Run, tmp_path: Path) -> None:
    assert "4 rows to fill in" in ran(*SHEET).out
    filled(tmp_path, {"Ann Lee": "90", "Bea Sun": "60", "North": "120"})
    taken = ran("target", "import", "filled.csv")
    assert "3 targets in" in taken.out
    assert "1 rows are not filled in" in taken.out
    assert "won_amount 2025-Q1 North: the targets below add up to 150, its own is 120: +30 (125.0 %)" in taken.err
    listed = ran("target", "list").out.splitlines()
    assert [line.split("  ")[-1].strip() for line in listed[1:]] == ["● reached", "■ missed", "■ missed"]
    assert "Ann Lee" in listed[1]
    assert "+10.50 EUR" in listed[1]
    assert "111.67 %" in listed[1]


def test_the_list_as_json(ran: Run, tmp_path: Path) -> None:
    ran(*SHEET)
    filled(tmp_path, {"Ann Lee": "90"})
    imported = ran("target", "import", "filled.csv", "--json").data
    assert (imported["targets"], imported["unset"], imported["copied"]) == (1, 3, True)
    assert imported["gaps"]["statuses"] == {"ok": 1, "target_not_set": 1}
    rows = ran("target", "list", "--json", "--kpi", "won_amount").data["gaps"]
    assert [(row["scope_id"], row["status"], row["attainment"] is None) for row in rows] == [
        ("Bea", "target_not_set", True),
        ("Ann", "ok", False),
    ]


def test_a_sheet_as_xlsx_is_never_written_over_another(ran: Run, tmp_path: Path) -> None:
    command = ("target", "import", "--template", "sheet.xlsx", "--scope", "team")
    assert ran(*command, "--json").data == {"template": "sheet.xlsx", "rows": 3}
    assert (tmp_path / "sheet.xlsx").stat().st_mode & 0o777 == 0o600, (
        "it has people's names and numbers, as a report has"
    )
    assert (tmp_path / "sheet.xlsx").read_bytes().startswith(b"PK")
    assert "is there already" in ran(*command, code=1).err


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("import",), "name the file to take in, or with --template the sheet to write", ""),
        (("import", "--template", "sheet.ods"), "written as .xlsx or .csv, not as '.ods'", ""),
        (("import", "--template", "s.csv", "--kpi", "won_amont"), "won_amont is not a KPI", "did you mean won_amount?"),
        (("import", "--template", "s.csv", "--scope", "ownr"), "the scope ownr is not computed", "did you mean owner?"),
        (("import", "--template", "s.csv", "--period", "2025-Q9"), "is not a period", "2026-Q1"),
        (("import", "nowhere.csv"), "nowhere.csv", ""),
        (("list", "--kpi", "won_amont"), "won_amont is not a KPI", "did you mean won_amount?"),
        (("chek",), "there is no command chek", "did you mean check?"),
    ],
)
def test_wrong_usage(ran: Run, arguments: tuple[str, ...], said: str, hint: str) -> None:
    answer = ran("target", *arguments, code=2)
    assert said in answer.err
    assert hint in answer.err


def test_all_problems_of_a_file_at_once(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text(
        "kpi,owner,period,target\nwon_amont,Ann,2025-Q1,5\nwon_amount,Anne,2025-Q1,x\n", "utf-8"
    )
    answer = ran("target", "import", "wrong.csv", code=2)
    for said in ("wrong.csv:2 kpi: won_amont", "did you mean won_amount?", "wrong.csv:3 owner", "wrong.csv:3 target"):
        assert said in answer.err
    assert not (tmp_path / "targets").exists()


def test_check_says_everything_and_writes_nothing(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets/t.csv").write_text(
        "kpi,owner,period,target\nwon_amount,Ann,2025-Q1,5\nwon_amount,Bob,2025-Q1,5\n", "utf-8"
    )
    answer = ran("target", "check", "--json", code=2)
    assert (answer.data["targets"], [each["where"] for each in answer.data["errors"]]) == (1, ["targets/t.csv:3 owner"])
    assert "targets/t.csv:3 owner" in ran("check", code=2).err
    assert ran("target", "list", "--json").data == {"gaps": []}


def test_compute_and_run_judge_the_targets_and_report_what_they_leave_out(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "targets").mkdir()
    file = tmp_path / "targets/t.csv"
    file.write_text("kpi,owner,period,target\nwon_amount,Ann,2025-Q1,90\nwon_amount,Bob,2025-Q1,5\n", "utf-8")
    answer = ran("compute", "--as-of", "2025-05-20", code=3)
    assert "1 targets; 2 gaps, those without a target too: 1 green, 1 grey; 2 changed" in answer.out
    assert "targets/t.csv:3 owner" in answer.err
    assert ran("run", "--as-of", "2025-05-20", "--json", code=3).data["gaps"]["targets"] == 1
    file.write_text("kpi,owner,period,target\nwon_amount,Ann,2025-Q1,90\n", "utf-8")
    assert ran("run", "--as-of", "2025-05-20", "--json").data["summary"]["targets_left_out"] == 0


def test_no_targets_yet(ran: Run) -> None:
    answer = ran("target", "list")
    assert answer.out == ""
    assert "--template" in answer.err


def test_owners_of_deals_are_known_where_no_people_are_exported(run: Run, company: Path) -> None:
    run("run", "--yes", "--as-of", "2025-05-20")
    (company / "targets").mkdir()
    (company / "targets/t.csv").write_text("kpi,owner,period,target\nwon_amount,ann,2025-Q1,90\n", "utf-8")
    assert run("compute", "--as-of", "2025-05-20", "--json").data["gaps"]["statuses"] == {"ok": 1, "target_not_set": 1}

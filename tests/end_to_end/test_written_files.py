"""Files that were written, and that somebody has changed, removed or moved since."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import cli
from tests.company import FIELDS, KPIS, RECORDS, SETTINGS, change, found_company

WRITTEN = ("accounts.csv", "report.csv")


def run(folder: Path, *arguments: str) -> Result:
    settings = ["--config", str(folder / "crm-kpi.yaml")]
    result = CliRunner().invoke(cli, [*arguments, *settings], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / "out" / name).read_bytes() for name in WRITTEN}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    folder.mkdir()
    found_company(folder, SETTINGS + KPIS + "  until: 2026-01-01\n" + FIELDS + RECORDS)
    run(folder, "run", "--yes")
    return folder


def nothing_to_do(folder: Path) -> bool:
    return "nothing to write" in run(folder, "plan").stdout


def test_a_file_that_was_removed_is_written_again(folder: Path) -> None:
    before = content(folder)
    (folder / "out" / "report.csv").unlink()
    planned = run(folder, "plan")
    assert "out/report.csv is not as it was written" in planned.stderr
    assert "out/accounts.csv" not in planned.stderr
    assert "out/report.csv had been removed by somebody and was written again" in run(folder, "run").stderr
    assert content(folder) == before
    assert nothing_to_do(folder)


def test_a_file_that_was_edited_is_written_again_and_that_is_said(folder: Path) -> None:
    before = content(folder)
    with (folder / "out" / "accounts.csv").open("a") as file:
        file.write("9,by hand\n")
    planned = run(folder, "plan")
    assert "out/accounts.csv is not as it was written" in planned.stderr
    assert "copy what you want to keep" in planned.stderr
    applied = run(folder, "run")
    assert "out/accounts.csv had been changed by somebody; it was written again without that" in applied.stderr
    assert content(folder) == before
    assert run(folder, "run").stderr == ""
    assert nothing_to_do(folder)


def test_an_edit_is_told_of_when_the_values_changed_too(folder: Path) -> None:
    (folder / "out" / "accounts.csv").write_text("mine\n")
    change(folder / "data" / "deals.csv", ",70,", ",71,")
    assert "out/accounts.csv had been changed by somebody" in run(folder, "run", "--yes").stderr
    assert b"71" in content(folder)["accounts.csv"]


def test_an_edit_between_plan_and_apply_is_told_of(folder: Path) -> None:
    (folder / "out" / "accounts.csv").unlink()
    run(folder, "plan")
    (folder / "out" / "accounts.csv").write_text("mine\n")
    assert "out/accounts.csv had been changed by somebody" in run(folder, "apply").stderr


def test_a_folder_in_the_place_of_a_file(folder: Path) -> None:
    (folder / "out" / "accounts.csv").unlink()
    (folder / "out" / "accounts.csv").mkdir()
    assert "out/accounts.csv is not as it was written" in run(folder, "plan").stderr


def test_the_same_bytes_are_the_same_file(folder: Path) -> None:
    os.utime(folder / "out" / "accounts.csv", (1, 1))
    assert nothing_to_do(folder)


def test_all_may_move_together(folder: Path) -> None:
    there = folder.with_name("elsewhere")
    shutil.move(folder, there)
    assert nothing_to_do(there)


def test_another_output_is_not_a_file_that_was_removed(folder: Path) -> None:
    change(folder / "crm-kpi.yaml", "out/accounts.csv", "out/customers.csv")
    (folder / "out" / "accounts.csv").unlink()
    assert run(folder, "run", "--yes").stderr == ""
    assert (folder / "out" / "customers.csv").exists()
    assert nothing_to_do(folder)

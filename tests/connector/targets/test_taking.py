"""A filled-in sheet is checked with all others, and then kept beside them, or nothing happens at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import ConfigError, ConnectorError
from connector.targets import read_book, take

from .conftest import Company

HEAD = "kpi,owner,period,target\n"


@pytest.fixture
def returned(tmp_path: Path) -> Path:
    """What a manager has sent back."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    file = folder / "north.csv"
    file.write_text(HEAD + "won_amount,1,2026-Q3,50\nwon_amount,2,2026-Q3,\n", "utf-8")
    return file


def test_it_is_copied_to_where_every_run_reads_it(company: Company, returned: Path) -> None:
    report = take(company.config, company.store, returned)
    assert (report.targets, report.unset, report.copied) == (1, 1, True)
    assert report.file == company.folder / "targets" / "north.csv"
    assert report.file.read_bytes() == returned.read_bytes()
    assert [file.name for file in report.file.parent.iterdir()] == ["north.csv"]
    assert len(read_book(company.config, company.store).entries) == 1


def test_once_more_is_no_harm(company: Company, returned: Path) -> None:
    take(company.config, company.store, returned)
    assert take(company.config, company.store, returned).targets == 1


def test_a_file_that_lies_there_already_is_only_checked(company: Company) -> None:
    file = company.file("north.csv", HEAD + "won_amount,1,2026-Q3,50\n")
    report = take(company.config, company.store, file)
    assert (report.file, report.copied, report.targets) == (file, False, 1)


def test_all_its_faults_are_told_and_nothing_is_changed(company: Company, returned: Path) -> None:
    returned.write_text(HEAD + "won_amont,1,2026-Q3,50\nwon_amount,Nobody,2026-Q3,50\n", "utf-8")
    with pytest.raises(ConfigError) as refused:
        take(company.config, company.store, returned)
    assert [problem.where for problem in refused.value.problems] == ["north.csv:2 kpi", "north.csv:3 owner"]
    assert not (company.folder / "targets").exists()


def test_what_it_says_against_the_other_files_is_told(company: Company, returned: Path) -> None:
    company.file("old.csv", HEAD + "won_amount,1,2026-Q3,40\n")
    with pytest.raises(ConfigError, match="two targets for one cell"):
        take(company.config, company.store, returned)
    assert [file.name for file in (company.folder / "targets").iterdir()] == ["old.csv"]


def test_a_file_of_the_same_name_is_replaced_on_request_only(company: Company, returned: Path) -> None:
    company.file("north.csv", HEAD + "won_amount,1,2026-Q3,40\n")
    with pytest.raises(ConnectorError, match="is there already, and says something else") as refused:
        take(company.config, company.store, returned)
    assert "--replace" in str(refused.value.hint)
    assert take(company.config, company.store, returned, replace=True).targets == 1
    assert b"1,2026-Q3,50" in (company.folder / "targets" / "north.csv").read_bytes()


def test_a_sheet_that_nobody_filled_in_is_not_taken(company: Company, returned: Path) -> None:
    returned.write_text(HEAD + "won_amount,1,2026-Q3,\n", "utf-8")
    with pytest.raises(ConfigError, match="no row is filled in"):
        take(company.config, company.store, returned)


def test_a_file_that_no_run_would_read_is_not_taken(company: Company, returned: Path) -> None:
    company.settings("targets: {files: ['quotas/*.csv']}\n")
    with pytest.raises(ConfigError) as refused:
        take(company.config, company.store, returned)
    (problem,) = refused.value.problems
    assert "targets are not read from targets/north.csv" in str(problem.message)
    assert "add targets/north.csv there" in str(problem.hint)


def test_a_folder_that_cannot_be_written(company: Company, returned: Path) -> None:
    (company.folder / "targets").write_text("a file, not a folder", "utf-8")
    with pytest.raises(ConnectorError, match="targets"):
        take(company.config, company.store, returned)

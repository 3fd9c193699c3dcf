"""Check: everything that would go wrong is named, with its line and its remedy, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.check import CheckReport, Kind, check, fixed, needed, summed_up
from connector.check.report import Proposal
from connector.config import read
from connector.errors import Message, Problem
from kpi_engine.document import read_document
from tests import company
from tests.company import replaced

SETTINGS = company.SETTINGS + "kpis: {enabled: [win_rate, won_amount]}\n"
for _name in ("accounts", "deals"):
    SETTINGS = replaced(SETTINGS, f"{_name}.csv}}", f'{_name}.csv, format: {{encoding: utf-8, delimiter: ","}}}}')

ACCOUNTS = "Id,Name\nA1,Nordwind\nA2,Isar\n"
DEALS = """\
Id,Account,Stage,Amount,Closed
D1,Nordwind,Won,100.50,2025-02-01
D2,Isar,Lost,50,2025-02-03
D3,nordwind,Won,200,2025-04-01
D4,Nordwind,Open,70,
"""


def checked(folder: Path, settings: str = SETTINGS, *, deals: str = DEALS, accounts: str = ACCOUNTS) -> CheckReport:
    path = company.found_company(folder, settings, accounts=accounts, deals=deals)
    before = sorted(folder.rglob("*"))
    report = check(read(path, environment={}))
    assert sorted(folder.rglob("*")) == before, "a check writes nothing"
    return report


def writing_to(output: str) -> str:
    return replaced(company.FIELDS, "out/accounts.csv", output)


def said(report: CheckReport) -> str:
    return "\n".join(["errors:", *map(str, report.errors), "warnings:", *map(str, report.warnings)])


def test_all_is_well(tmp_path: Path) -> None:
    report = checked(tmp_path)
    assert (report.errors, report.warnings, report.proposals) == ((), (), ()), said(report)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("amount: Amount", "amount: Amuont", "crm-kpi.yaml:20 connections.crm.mapping.deals.columns.amount"),
        ("amount: Amount", "amount: Amuont", "there is no field Amuont (did you mean Amount?)"),
        ("id: Id\n        columns", "id: ID\n        columns", "there is no field ID (did you mean Id?)"),
        ("deals.csv", "daels.csv", "crm.deals: "),
        ("amount: Amount", "amount: Stage", "4 of 4 cells cannot be read"),
        ("amount: Amount", "amount: Stage", "look whether this is the right column"),
    ],
)
def test_settings_that_do_not_fit_the_files(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in SETTINGS
    report = checked(tmp_path, SETTINGS.replace(old, new))
    assert any(error in str(problem) for problem in report.errors), said(report)


def test_words_without_a_meaning_are_named_with_those_that_there_are(tmp_path: Path) -> None:
    report = checked(tmp_path, deals=DEALS + "D5,Isar,Dreaming,1,\nD6,Isar,Dreaming,1,\nD7,Isar,Sulking,1,\n")
    assert "3 cells have no meaning here: Dreaming, Sulking" in said(report)
    assert "(open, won, lost, abandoned)" in said(report)


def dated(*days: str) -> str:
    """The deals with other days."""
    text = DEALS
    for old, new in zip(("2025-02-01", "2025-02-03", "2025-04-01"), days, strict=True):
        text = text.replace(old, new)
    return text


GERMAN = dated("13.02.2025", "03.02.2025", "01.04.2025")
SLASHED = dated("01/02/2025", "03/02/2025", "01/04/2025")


def test_a_format_that_the_whole_column_shows_is_proposed(tmp_path: Path) -> None:
    report = checked(tmp_path, deals=GERMAN)
    assert "crm-kpi.yaml:21 connections.crm.mapping.deals.columns.closed_on: 3 of 3 cells are written" in said(report)
    (proposal,) = report.proposals
    assert (proposal.setting, proposal.value) == ("date", "%d.%m.%Y")
    assert needed(report.proposals) == (proposal,)


def test_fixing_it_makes_the_next_check_content(tmp_path: Path) -> None:
    text, left = fixed(SETTINGS, checked(tmp_path, deals=GERMAN).proposals)
    assert left == ()
    assert 'closed_on: {from: Closed, date: "%d.%m.%Y"}' in text
    assert "# by name" in text
    assert checked(tmp_path, text, deals=GERMAN).errors == ()


def test_a_date_that_can_be_read_in_two_ways_is_named_with_both_and_never_fixed(tmp_path: Path) -> None:
    report = checked(tmp_path, deals=SLASHED)
    assert "%d/%m/%Y / %m/%d/%Y" in said(report)
    assert report.proposals == ()


@pytest.mark.parametrize("pattern", ["%d/%m/%Y", "%m/%d/%Y"])
def test_it_is_accepted_once_a_person_has_said_which(tmp_path: Path, pattern: str) -> None:
    stated = SETTINGS.replace("closed_on: Closed", f'closed_on: {{from: Closed, date: "{pattern}"}}')
    assert checked(tmp_path, stated, deals=SLASHED).errors == ()


def test_numbers_with_a_comma(tmp_path: Path) -> None:
    deals = DEALS.replace("100.50", '"1.100,50"').replace(",50,", ',"2.050,75",').replace(",200,", ',"200,10",')
    report = checked(tmp_path, deals=deals.replace(",70,", ',"70,25",'))
    (proposal,) = report.proposals
    assert (proposal.setting, proposal.value) == ("number", {"decimal": ",", "thousands": "."})


def test_a_few_bad_cells_are_a_warning(tmp_path: Path) -> None:
    report = checked(tmp_path, deals=DEALS + "D5,Isar,Won,1,2025-02-30\n")
    assert report.errors == ()
    assert "1 of 4 cells cannot be read: 2025-02-30" in said(report)


def test_ragged_rows_are_a_warning(tmp_path: Path) -> None:
    report = checked(tmp_path, deals=DEALS + "D5,Isar,Won\n")
    assert report.errors == ()
    assert "1 rows cannot be read" in said(report)


def test_names_that_find_nobody_are_a_warning(tmp_path: Path) -> None:
    report = checked(tmp_path, deals=DEALS + "D5,Ostwind,Won,1,\n")
    assert report.errors == ()
    assert "1 of 4 names find none of the accounts: Ostwind" in said(report)


def test_a_name_that_two_accounts_have_finds_nobody(tmp_path: Path) -> None:
    text = said(checked(tmp_path, accounts=ACCOUNTS + "A3,Isar\nA4,ISAR\n", deals=DEALS + "D5,Ostwind,Won,1,\n"))
    assert "1 of 4 names are those of several accounts: Isar" in text
    assert "1 of 4 names find none of the accounts: Ostwind" in text


def test_how_a_file_is_written_is_proposed_where_nothing_is_stated(tmp_path: Path) -> None:
    report = checked(tmp_path, SETTINGS.replace(', format: {encoding: utf-8, delimiter: ","}', "", 1))
    (proposal,) = report.proposals
    assert proposal.setting == "format"
    assert proposal.is_found_anyway
    assert needed(report.proposals) == ()
    assert proposal.value["encoding"] == "utf-8"
    text, left = fixed((tmp_path / "crm-kpi.yaml").read_text("utf-8"), report.proposals)
    assert left == ()
    assert checked(tmp_path, text).proposals == ()


@pytest.mark.parametrize("output", ["data/accounts.csv", "data/deals.csv"])
def test_a_write_back_over_a_source_is_refused(tmp_path: Path, output: str) -> None:
    report = checked(tmp_path, SETTINGS + writing_to(output))
    assert any("write_back.targets[0]" in problem.where for problem in report.errors), said(report)


def test_a_write_back_elsewhere_is_fine(tmp_path: Path) -> None:
    report = checked(tmp_path, SETTINGS + company.FIELDS)
    assert report.errors == (), said(report)
    assert not (tmp_path / "out").exists()


def test_options_of_a_target_are_checked(tmp_path: Path) -> None:
    report = checked(tmp_path, SETTINGS + replaced(company.FIELDS, "output:", "outptu:"))
    assert any("write_back.targets[0]" in problem.where for problem in report.errors), said(report)


def test_kpis_that_nothing_feeds_are_a_warning(tmp_path: Path) -> None:
    report = checked(tmp_path, SETTINGS.replace("won_amount]", "calls, meetings, sales_cycle]"))
    assert report.errors == ()
    assert "nothing fills activities; without it these stay empty: calls, meetings" in said(report)
    assert "nothing fills deals.engaged_on; without it these stay empty: sales_cycle" in said(report)


def test_a_damaged_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "crm-kpi.sqlite").write_bytes(b"not a database" * 100)
    assert any("store" in problem.where for problem in checked(tmp_path).errors)


def test_warnings_of_one_kind_are_one_line_with_a_count() -> None:
    lost = [Problem(f"t.{name}", Message("{words} is nobody", words=name), Message("add it")) for name in "abc"]
    other = Problem("t.d", Message("{words} is nobody", words="d"), Message("look"))
    assert summed_up([lost[0], other, *lost[1:]]) == (Kind(lost[0], 3), Kind(other, 1))


def test_everything_at_once(tmp_path: Path) -> None:
    settings = SETTINGS.replace("amount: Amount", "amount: Amuont") + writing_to("data/deals.csv")
    report = checked(tmp_path, settings.replace("name: Name", "name: Nmae"))
    assert len(report.errors) == 3, said(report)


YAML = """\
# top
a: # about a
  plain: Field # keep me
  flow: {x: 1}   # and me
  empty: {}
  block:
    # inside
    x: 1
  list:
    - {name: one}
  quoted: 'it''s'
anchor: &shared {x: 1}
alias: *shared
"""


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (("a", "plain"), "  plain: {from: Field, date: iso} # keep me"),
        (("a", "flow"), "  flow: {x: 1, date: iso}   # and me"),
        (("a", "empty"), "  empty: {date: iso}"),
        (("a", "block"), "    date: iso"),
        (("a", "list", 0), "    - {name: one, date: iso}"),
        (("a", "quoted"), "  quoted: {from: 'it''s', date: iso}"),
    ],
)
def test_a_setting_is_put_where_it_belongs_and_nothing_else_changes(way: tuple[str | int, ...], line: str) -> None:
    text, left = fixed(YAML, [Proposal("", way, "date", "iso")])
    assert left == ()
    assert line in text.splitlines()
    assert [each for each in YAML.splitlines() if "#" in each and "plain" not in each and "flow" not in each] == [
        each for each in text.splitlines() if "#" in each and "plain" not in each and "flow" not in each
    ]
    assert read_document(text, name="").problems == ()


@pytest.mark.parametrize("way", [("anchor",), ("alias",), ("a", "nowhere"), ("a", "list", 7), ("a", "list")])
def test_where_it_cannot_be_done_safely_it_is_left(way: tuple[str | int, ...]) -> None:
    proposal = Proposal("", way, "date", "iso")
    assert fixed(YAML, [proposal]) == (YAML, (proposal,))

"""The commands one after the other, in a small company."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.apply import ApplyReport
from connector.errors import BudgetSpent, Message
from connector.plan import plan
from tests.company import change
from tests.connector.cli.conftest import DEALS, Run


def test_the_steps_one_by_one(company: Path, run: Run) -> None:
    pulled = run("pull", "--json").data
    assert {module["module"]: module["changed"] for module in pulled["modules"]} == {"accounts": 2, "deals": 4}
    assert run("compute", "--json").data["kpis"] == 3
    planned = run("plan", "--json").data
    assert planned["changed_records"] == 1
    assert planned["changes"] == [{"target": "accounts", "record_id": "A1", "fields": {"KPI_Won": 300.5}}]
    refused = run("apply", code=1)
    assert "nobody agreed yet" in refused.err
    assert "hint: " in refused.err
    assert not (company / "out/accounts.csv").exists()
    assert run("apply", "--yes", "--json").data["done"] == 1
    assert (company / "out/accounts.csv").read_text("utf-8").splitlines()[1] == "A1,Nordwind,300.5"
    assert "nothing to write" in run("plan").out


def test_run_waits_for_a_person_and_then_does_it_all(company: Path, run: Run) -> None:
    first = run("run", "--json").data
    assert first["status"] == "done"
    assert "waits for a person" in first["waiting"]
    assert run("run", "--yes", "--json").data["summary"]["records_written"] == 1
    again = run("run", "--json").data
    assert again["waiting"] is None
    assert again["summary"]["values_changed"] == 0
    assert all(module["no_news"] for module in again["pull"]["modules"])


def test_rows_in_quarantine_end_with_code_3(company: Path, run: Run) -> None:
    change(company / "data/deals.csv", "D4,Nordwind,Bea,Open", "D4,Nordwind,Bea,Dreaming")
    answer = run("run", code=3)
    assert "1 records went to quarantine" in answer.err
    listed = run("status", "--quarantine", "--json").data
    assert listed["quarantine"][0]["value"] == "Dreaming"


@pytest.mark.parametrize(("command", "again"), [(("plan",), True), (("run",), False), (("run", "--yes"), True)])
def test_what_was_refused_is_planned_again_where_a_person_is_at_hand(
    company: Path, run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], again: bool
) -> None:
    told: list[bool] = []

    def watched(*given: Any, again: bool = False, **more: Any) -> Any:
        told.append(again)
        return plan(*given, again=again, **more)

    for place in ("connector.plan.plan", "connector.run.plan"):
        monkeypatch.setattr(place, watched)
    run("pull")
    run("compute")
    run(*command)
    assert told == [again]


def test_a_write_back_that_the_days_credits_ended_goes_on_later_and_ends_with_code_3(
    company: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = BudgetSpent(Message("it can go on tomorrow"), hint=Message("start again then"))
    monkeypatch.setattr("connector.apply.apply", lambda *_, **__: ApplyReport("p1", done=100, out_of_credits=ended))
    told = run("apply", code=3)
    assert "100 records written" in told.out
    assert "not finished: it can go on tomorrow" in told.err
    assert "start again then" in told.err
    assert run("apply", "--json", code=3).data["out_of_credits"] == "it can go on tomorrow"


def test_a_missing_file_ends_with_code_1_and_says_which(company: Path, run: Run) -> None:
    (company / "data/deals.csv").unlink()
    answer = run("pull", code=1)
    assert "deals" in answer.err
    assert answer.err.count("error: ") == 1
    assert "hint: " in answer.err


def test_the_deletion_guard_stops_and_goes_on_when_told(company: Path, run: Run) -> None:
    run("pull")
    (company / "data/deals.csv").write_text("\n".join(DEALS.splitlines()[:2]) + "\n", encoding="utf-8")
    assert "--accept-deletions" in run("pull", code=1).err
    assert run("pull", "--accept-deletions", "--json").data["modules"][1]["deleted"] == 3


def test_as_of_a_date_means_its_last_second_there(company: Path, run: Run) -> None:
    run("pull")
    assert run("compute", "--as-of", "2025-03-31", "--json").data["as_of"] == "2025-03-31T21:59:59Z"
    assert run("compute", "--as-of", "2025-03-31T12:00", "--json").data["as_of"] == "2025-03-31T10:00:00Z"
    assert run("compute", "--as-of", "2025-03-31T12:00:00Z", "--json").data["as_of"] == "2025-03-31T12:00:00Z"
    assert "--as-of" in run("compute", "--as-of", "soon", code=2).err


def test_computing_before_pulling_says_what_to_do(company: Path, run: Run) -> None:
    answer = run("compute", code=1)
    assert "no facts" in answer.err
    assert "crm-kpi pull" in answer.err


def test_status_says_what_ran_and_what_to_do(company: Path, run: Run) -> None:
    run("run")
    report = run("status", "--json").data
    assert [each["command"] for each in report["runs"]] == ["run"]
    assert {each["table"]: each["facts"] for each in report["coverage"]} == {"accounts": 2, "deals": 4}
    assert report["age_hours"] == 0
    assert report["advice"][0]["where"] == "write_back"
    shown = run("status")
    assert "accounts" in shown.out
    assert "1 changes wait to be written" in shown.err


def test_status_fails_when_the_facts_are_too_old(company: Path, run: Run) -> None:
    run("pull")
    assert run("status", "--max-age", "1").code == 0
    assert "older than 0.0 hours" in run("status", "--max-age", "0", code=1).err


def test_status_before_the_first_run(company: Path, run: Run) -> None:
    answer = run("status", code=1)
    assert "crm-kpi pull" in answer.err


def test_backup_and_restore_bring_the_same_store_back(company: Path, run: Run) -> None:
    run("pull")
    run("store", "backup", "copy.sqlite")
    change(company / "data/deals.csv", "100.50", "999")
    run("pull")
    restored = run("store", "restore", "copy.sqlite", "--json").data
    assert Path(restored["kept"]).exists()
    assert run("store", "verify").out == "the local database is whole\n"
    assert run("pull", "--json").data["modules"][1]["changed"] == 1


def test_kpis_are_listed_and_shown_without_settings(run: Run) -> None:
    assert "win_rate" in run("kpi", "list").out
    assert run("kpi", "list", "--json").data["kpis"][0]["id"] == "win_rate"
    shown = run("kpi", "show", "win_rate")
    assert "deals won / (deals won + deals lost)" in shown.out
    assert run("kpi", "show", "win_rate", "--language", "zh-TW").out.startswith("win_rate: 贏單率")
    assert "did you mean win_rate?" in run("kpi", "show", "win_rat", code=2).err


def test_kpis_of_the_settings_are_those_that_are_computed(company: Path, run: Run) -> None:
    listed = run("kpi", "list", "--json").data["kpis"]
    assert [each["id"] for each in listed] == ["win_rate", "sales_cycle", "won_amount"]


def test_validate_names_every_mistake_of_a_file(tmp_path: Path, run: Run) -> None:
    good = "kpis:\n  - {id: won, names: {en: W, zh-CN: W, zh-TW: W}, question: q, formula: f, kind: count, unit: count,"
    good += " table: deals, time: closed_on}\n"
    (tmp_path / "good.yaml").write_text(good, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(good.replace("deals", "daels"), encoding="utf-8")
    assert run("kpi", "validate", "good.yaml").out == "1 KPIs are right\n"
    answer = run("kpi", "validate", "bad.yaml", code=2)
    assert "daels" in answer.err
    assert run("kpi", "validate", "bad.yaml", "--json", code=2).data["problems"]
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe")
    assert "UTF-8" in run("kpi", "validate", "bad.yaml", code=2).err


def test_adapters_are_listed(run: Run) -> None:
    listed = run("adapter", "list", "--json").data["adapters"]
    assert {"name": "generic_csv", "title": "CSV files and Excel workbooks"} in listed
    assert "generic_csv" in run("adapter", "list").out


@pytest.mark.parametrize(("shell", "said"), [("bash", "complete -o nosort"), ("zsh", "compdef"), ("fish", "complete")])
def test_completion_scripts(shell: str, said: str, run: Run) -> None:
    script = run("completion", shell).out
    assert said in script
    assert "_CRM_KPI_COMPLETE" in script


def test_completion_knows_commands_and_options(run: Run) -> None:
    answer = run(env={"_CRM_KPI_COMPLETE": "bash_complete", "COMP_WORDS": "crm-kpi sto", "COMP_CWORD": "1"})
    assert "store" in answer.out


def test_a_value_is_explained_down_to_its_records(company: Path, run: Run) -> None:
    run("run")
    quarter = ("--start", "2025-02-14")
    explained = run("kpi", "explain", "win_rate", *quarter, "--json").data
    assert (explained["value"]["numerator"], explained["value"]["denominator"]) == (1, 2)
    assert [(row["id"], row["numerator"], row["denominator"]) for row in explained["rows"]] == [
        ("D1", 1, 1),
        ("D2", None, 1),
    ]
    shown = run("kpi", "explain", "win_rate", *quarter).out
    assert "deals won / (deals won + deals lost)" in shown
    assert "numerator 1, denominator 2" in shown
    assert "SELECT" in shown
    assert "D2" in shown


def test_a_value_of_an_owner_is_explained(company: Path, run: Run) -> None:
    run("run")
    owner = ("--scope", "owner", "--id", "Ann", "--period", "quarter", "--start", "2025-04-01")
    shown = run("kpi", "explain", "won_amount", *owner).out
    assert "value: 200.00 EUR" in shown
    assert "D3" in shown
    assert (
        "did you mean Ann?" in run("kpi", "explain", "won_amount", *owner[:2], "--id", "Anne", *owner[4:], code=1).err
    )


def test_an_explanation_needs_a_computed_kpi(company: Path, run: Run) -> None:
    run("run")
    assert "calls is not a KPI" in run("kpi", "explain", "calls", code=2).err


def test_the_settings_language_is_that_of_the_messages(company: Path, run: Run) -> None:
    change(company / "crm-kpi.yaml", "currency: EUR", "currency: EUR\n  language: zh-CN")
    assert "没有错误" in run("check").out
    assert "nothing is wrong" in run("check", "--language", "en").out
    assert "赢单率" in run("kpi", "list").out
    assert run("check", "--json").data["errors"] == []


def test_check_is_quiet_about_what_is_found_anyway(company: Path, run: Run) -> None:
    answer = run("check")
    assert "format:" not in answer.out
    assert "formats are not stated" in answer.err
    assert run("check", "--all").out.count(" format: ") == len(run("check", "--json").data["proposals"])
    (company / "crm-kpi.yaml").chmod(0o600)  # there may be secrets in it
    run("check", "--fix")
    assert "formats" not in run("check").err
    assert (company / "crm-kpi.yaml").stat().st_mode & 0o777 == 0o600


def test_check_fails_on_errors_and_fixes_formats(company: Path, run: Run) -> None:
    deals = company / "data/deals.csv"
    deals.write_text(
        DEALS.replace("2025-02-01", "13.02.2025")
        .replace("2025-02-03", "14.02.2025")
        .replace("2025-04-01", "01.04.2025"),
        encoding="utf-8",
    )
    answer = run("check", code=2)
    assert "closed_on" in answer.err
    assert "crm-kpi check --fix writes" in answer.out
    run("check", "--fix", code=2)
    assert 'closed_on: {from: Closed, date: "%d.%m.%Y"}' in (company / "crm-kpi.yaml").read_text("utf-8")
    assert "nothing is wrong" in run("check").out

"""`crm-kpi report`."""

from __future__ import annotations

from pathlib import Path

from tests.connector.cli.conftest import Run


def test_a_page_beside_the_settings(company: Path, run: Run) -> None:
    run("run", "--yes", code=0)
    said = run("report")
    assert said.out == f"the report is in {company / 'report.html'}\n"
    assert (company / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_several_formats_in_chinese(company: Path, run: Run) -> None:
    run("run", "--yes")
    answer = run("report", "--format", "html, JSON,csv,xlsx,json", "--output", "out/q", "--language", "zh-CN", "--json")
    names = ["q.html", "q.json", "q.csv", "q.xlsx"]
    assert [Path(path).name for path in answer.data["files"]] == names
    assert all((company / "out" / name).stat().st_size for name in names)
    assert "全公司" in (company / "out/q.html").read_text("utf-8")


def test_for_one_person(company: Path, run: Run) -> None:
    run("run", "--yes")
    run("report", "--owner", "Ann")
    text = (company / "report-Ann.html").read_text("utf-8")
    assert "Ann" in text
    assert "Bea" not in text


def test_before_anything_was_computed(company: Path, run: Run) -> None:
    run("pull")
    said = run("report", code=1)
    assert "error: there are no KPI values to report yet" in said.err
    assert "hint: run `crm-kpi run`" in said.err


def test_wrong_names_are_usage(company: Path, run: Run) -> None:
    run("run", "--yes")
    assert "hint: did you mean html?" in run("report", "--format", "htlm", code=2).err
    assert "--owner: Anne is not among" in run("report", "--owner", "Anne", code=2).err
    assert "for a team or for an owner" in run("report", "--owner", "Ann", "--team", "x", code=2).err

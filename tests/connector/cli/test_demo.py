"""`crm-kpi demo`: a table, and a report that is opened where somebody sits and named where nobody does."""

from __future__ import annotations

import shutil
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import cli
from connector.demo import DemoReport, demo
from tests.connector.cli.conftest import Run


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return demo(tmp_path_factory.mktemp("demo") / "small", scale=0.05)


@pytest.fixture
def small(finished: DemoReport, tmp_path: Path) -> Path:
    """A demo with few customers, which the command finds and goes on with: that is quicker than a new one."""
    return Path(shutil.copytree(finished.folder, tmp_path / "crm-kpi-demo"))


@pytest.mark.usefixtures("small")
def test_it_shows_values_with_targets_and_where_the_files_are(run: Run) -> None:
    shown = run("demo")
    lines = shown.out.splitlines()
    assert lines[0] == "Northfield Hardware, the quarter from 2025-07-01"
    assert any(line.startswith("win_rate ") and " % " in line for line in lines)
    assert "planted faults of the sample went to quarantine, as they should" in shown.out
    assert "140 targets; 176 gaps, those without a target too: " in shown.out
    assert "go on with: cd crm-kpi-demo && " in shown.out
    assert " kpi explain win_rate" in shown.out
    assert lines[-1] == "the report is in crm-kpi-demo/report.html"
    assert shown.err == ""


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("on_path", [True, False])
def test_it_goes_on_with_a_command_that_is_found(run: Run, monkeypatch: pytest.MonkeyPatch, *, on_path: bool) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}" if on_path else None)
    monkeypatch.setattr("sys.argv", ["some folder/bin/crm-kpi", "demo"])
    program = "crm-kpi" if on_path else f"'{Path.cwd() / 'some folder/bin/crm-kpi'}'"
    assert f"&& {program} kpi explain win_rate" in run("demo").out


def test_as_json(small: Path, run: Run) -> None:
    found = run("demo", "--json").data
    values = {value["kpi"]: value for value in found["values"]}
    assert values["win_rate"]["target"] > 0.5
    assert (found["period"], found["period_start"]) == ("quarter", "2025-07-01")
    assert Path(found["report"]).read_text("utf-8").lower().startswith("<!doctype html>")
    assert (small / "out/accounts.csv").exists()


@pytest.mark.usefixtures("small")
def test_names_are_in_the_language_of_the_command(run: Run) -> None:
    assert "赢单率" in run("demo", env={"LANG": "zh_CN.UTF-8"}).out


@pytest.mark.parametrize(
    ("options", "terminal", "display", "opened"),
    [
        ((), True, ":0", True),
        (("--no-open",), True, ":0", False),
        (("--json",), True, ":0", False),
        ((), False, ":0", False),
        ((), True, "", False),
    ],
)
def test_the_report_is_opened_for_a_person_only(
    options: tuple[str, ...],
    terminal: bool,
    display: str,
    opened: bool,
    finished: DemoReport,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    monkeypatch.setattr("connector.cli.demo.sys", _Terminal(terminal))
    monkeypatch.setattr("connector.demo.demo", lambda *_, **__: finished)
    run("demo", *options, env={"DISPLAY": display, "WAYLAND_DISPLAY": ""})
    assert pages == ([finished.report.as_uri()] if opened else [])


class _Terminal:
    """What the command asks `sys` for."""

    platform = "linux"
    argv = ("crm-kpi",)

    def __init__(self, terminal: bool) -> None:
        self.stdout = self
        self.isatty = lambda: terminal


@pytest.mark.slow  # at its full size
def test_a_new_demo_is_made_and_ends_well(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["demo", "--folder", str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "new").iterdir()} >= {
        *("crm-kpi.yaml", "crm-kpi.sqlite", "zoho.sqlite", "targets", "report.html"),
    }
    assert "Accounts of the CRM holds our numbers in" in result.output

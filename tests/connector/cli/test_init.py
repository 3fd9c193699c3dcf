"""`crm-kpi init` at a terminal asks what no file tells, and takes it as options in a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.connector.cli.conftest import Run


@pytest.fixture
def export(company: Path) -> Path:
    (company / "crm-kpi.yaml").unlink()
    return company


def organisation(folder: Path) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((folder / "crm-kpi.yaml").read_text("utf-8"))["organisation"]
    return settings


class _Terminal:
    """What the command asks `sys` for."""

    stdin = stderr = property(lambda self: self)

    @staticmethod
    def isatty() -> bool:
        return True


@pytest.mark.usefixtures("export")
def test_options_answer_everything_in_a_script(tmp_path: Path, run: Run) -> None:
    options = ("--currency", "EUR", "--timezone", "Asia/Shanghai", "--fiscal-year-starts", "april")
    shown = run("init", "--folder", "data", "--language", "zh-CN", "--targets", "win_rate", *options)
    assert organisation(tmp_path) == {
        "name": "",
        "timezone": "Asia/Shanghai",
        "currency": "EUR",
        "fiscal_year_starts": "april",
        "week_starts": "monday",
        "language": "zh-CN",
    }
    assert str(Path("targets/targets.xlsx")) in shown.out
    run("check")
    run("run", code=0)
    assert run("target", "check", "--json").data == {"targets": 0, "unset": 3, "errors": [], "warnings": []}


@pytest.mark.usefixtures("export")
def test_a_script_that_says_little_gets_the_usual_answers(tmp_path: Path, run: Run) -> None:
    data = run("init", "--folder", "data", "--targets", "none", "--json", env={"TZ": "Europe/Berlin"}).data
    assert data["sheet"] is None
    assert [question["about"] for question in data["questions"]] == ["currency"]
    assert organisation(tmp_path)["timezone"] == "Europe/Berlin"
    assert not (tmp_path / "targets").exists()


@pytest.mark.usefixtures("export")
def test_a_person_is_asked_and_may_press_enter(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.cli.init.sys", _Terminal())
    said = "\n".join(("CHF", "Europe/Zurich", "july", "", "win_rate")) + "\n"
    shown = run("init", "--folder", "data", stdin=said)
    assert (organisation(tmp_path)["currency"], organisation(tmp_path)["timezone"]) == ("CHF", "Europe/Zurich")
    assert (organisation(tmp_path)["fiscal_year_starts"], organisation(tmp_path)["language"]) == ("july", "en")
    for question in ("time zone", "fiscal year", "which language", "which KPIs do you set targets"):
        assert question in shown.err
    assert "please check: where your days" not in (tmp_path / "crm-kpi.yaml").read_text("utf-8")


@pytest.mark.usefixtures("export")
def test_a_wrong_answer_is_one_line_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    refused = run("init", "--folder", "data", "--timezone", "Europe/Berlni", code=2)
    assert "timezone: is not an IANA time zone" in refused.err
    assert "did you mean Europe/Berlin?" in refused.err
    assert not (tmp_path / "crm-kpi.yaml").exists()

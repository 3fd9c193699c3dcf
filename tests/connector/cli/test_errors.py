"""Whatever goes wrong: one line, a hint, the right exit code, and never a traceback unless it was asked for."""

# ruff: noqa: S603 -- the processes run scripts of this file

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from connector.cli.failure import outcome
from connector.cli.session import Session
from connector.errors import ConnectorError, Interrupted, Message, RejectedError, StoreBusy
from connector.store import run_lock
from tests.company import change
from tests.connector.cli.conftest import Run


def lines(text: str) -> list[str]:
    return text.splitlines()


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["stauts"], "there is no command stauts", "did you mean status?"),
        (["kpi", "lsit"], "there is no command lsit", "did you mean list?"),
        (["zzz"], "there is no command zzz", "one of: "),
        (["--lang", "x"], "there is no option --lang", "did you mean --language?"),
        (["pull", "--jsn"], "there is no option --jsn", "did you mean --json?"),
        (["pull", "--zzz"], "there is no option --zzz", "see crm-kpi pull --help"),
        (["completion"], "SHELL is missing", "see crm-kpi completion --help"),
        (["completion", "csh"], "SHELL: 'csh' is not one of", "see crm-kpi completion --help"),
        (["--language", "fr", "status"], "--language: 'fr' is not one of", "see crm-kpi --help"),
        (["status", "--max-age", "soon"], "--max-age: 'soon' is not a valid float", "see crm-kpi status --help"),
        (["status", "--max-age"], "the option --max-age cannot be used like this", "see crm-kpi --help"),
        (["pull", "now"], "Got unexpected extra argument", "see crm-kpi pull --help"),
        (["init", "--format", "x"], "--format: TABLE.COLUMN=FORMAT", "see crm-kpi init --help"),
    ],
)
def test_usage(arguments: list[str], error: str, hint: str, run: Run) -> None:
    said = lines(run(*arguments, code=2).err)
    assert len(said) == 2
    assert said[0].startswith(f"error: {error}")
    assert said[1].startswith(f"hint: {hint}")


def test_no_arguments_shows_the_help(run: Run) -> None:
    assert "Usage: crm-kpi" in run(code=2).err


def test_a_missing_settings_file(run: Run) -> None:
    assert lines(run("pull", code=2).err) == [
        "error: crm-kpi.yaml: there is no such file",
        "hint: write one with: crm-kpi init, or name another with --config",
    ]


def test_all_problems_of_the_settings_at_once(company: Path, run: Run) -> None:
    change(company / "crm-kpi.yaml", "currency: EUR", "curency: EUR")
    change(company / "crm-kpi.yaml", "tables:", "tabels:")
    said = run("pull", code=2).err
    assert "crm-kpi.yaml:4 organisation.curency: is not a known setting" in said
    assert "crm-kpi.yaml:10 connections.crm.settings.tabels: is not a known setting" in said
    assert said.count("error: ") == 3  # and the currency is missing


def test_settings_problems_as_json(company: Path, run: Run) -> None:
    change(company / "crm-kpi.yaml", "tables:", "tabels:")
    error = run("pull", "--json", code=2).data["error"]
    assert error["exit_code"] == 2
    assert error["problems"][0]["where"] == "crm-kpi.yaml:10 connections.crm.settings.tabels"


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_settings_file_may_be_named(place: str, company: Path, run: Run) -> None:
    other = company / "other.yaml"
    (company / "crm-kpi.yaml").rename(other)
    match place:
        case "before":
            run("--config", str(other), "kpi", "list")
        case "after":
            run("kpi", "list", "--config", str(other))
        case _:
            run("kpi", "list", env={"CRM_KPI_CONFIG": str(other)})


def test_the_name_after_the_command_wins(company: Path, run: Run) -> None:
    assert "three.yaml" in run("--config", "two.yaml", "pull", "--config", "three.yaml", code=2).err


def ended(error: BaseException, *, debug: bool = False) -> tuple[int, str]:
    """How a command that raises the error ends, and what it says."""

    @click.command()
    def command() -> None:
        def fail() -> None:
            raise error

        sys.exit(outcome(fail, Session(environment={}, debug=debug)))

    result = CliRunner().invoke(command)
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConnectorError(Message("it broke"), hint=Message("mend it")), 1, "error: it broke\nhint: mend it\n"),
        (RejectedError(Message("no")), 1, "error: no\n"),
        (KeyboardInterrupt(), 130, "stopped; nothing is lost, the next run goes on from here\n"),
        (Interrupted(Message("x")), 130, "stopped; nothing is lost, the next run goes on from here\n"),
        (click.exceptions.Abort(), 130, "stopped; nothing is lost, the next run goes on from here\n"),
    ],
)
def test_expected_ends(error: BaseException, code: int, said: str) -> None:
    assert ended(error) == (code, said)


def test_a_bug_is_called_a_bug() -> None:
    assert ended(ZeroDivisionError("oh {no}")) == (
        1,
        "error: this is a bug: ZeroDivisionError: oh {no}\nhint: run it again with --debug and report what it prints\n",
    )


def test_debug_shows_the_traceback() -> None:
    code, said = ended(ZeroDivisionError("oh"), debug=True)
    assert code == 1
    assert "Traceback (most recent call last)" in said
    assert said.splitlines()[-2].startswith("error: this is a bug")


def test_control_characters_of_the_data_never_reach_the_terminal() -> None:
    error = ConnectorError(Message("{name} is gone", name="Ac\x1b]0;owned\x07me\r\nInc\u202e"))
    assert ended(error)[1] == "error: Ac?]0;owned?me  Inc? is gone\n"


def test_nor_in_a_traceback() -> None:
    said = ended(ValueError("Ac\x1b]0;owned\x07me\u202e"), debug=True)[1]
    assert "ValueError: Ac?]0;owned?me?" in said.splitlines()
    assert "\x1b" not in said


def test_two_runs_at_once(company: Path, run: Run) -> None:
    with run_lock(company / "crm-kpi.sqlite"):
        answer = run("pull", code=1)
    assert f"process {os.getpid()}" in answer.err


def test_busy_is_an_expected_end() -> None:
    assert ended(StoreBusy(Message("busy")))[0] == 1


COMMAND = [sys.executable, "-c", "from connector.cli import main; main()"]


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "kpi", "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()  # the reader goes before anything is written
    with process.stderr:
        said = process.stderr.read()
    assert process.wait(30) == 141
    assert said == b""


def test_sigterm_ends_like_ctrl_c(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from connector.cli.failure import outcome\n"
        "from connector.cli.session import Session\n"
        f"sys.exit(outcome(lambda: os.kill(os.getpid(), {int(signal.SIGTERM)}) or signal.pause(), Session()))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 130
    assert done.stderr.startswith("stopped; nothing is lost")


def test_nothing_but_the_result_is_on_stdout(company: Path, run: Run) -> None:
    change(company / "data/deals.csv", "D4,Nordwind,Bea,Open", "D4,Nordwind,Bea,Dreaming")
    json.loads(run("run", "--json", code=3).out)

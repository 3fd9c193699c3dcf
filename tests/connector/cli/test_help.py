"""Help: quick, in the reader's language, and with nothing loaded that it does not need."""

# ruff: noqa: S603 -- the processes run scripts of this file

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from connector.cli import cli
from tests.connector.cli.conftest import Run

HEAVY = ("duckdb", "sqlglot", "pydantic", "requests", "yaml", "rich", "sqlite3", "holidays", "openpyxl", "tenacity")


def commands(group: click.Command = cli, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group, with the words that lead to it."""
    yield way, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*way, name))


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a call leaves in the process, and whether it looked for entry points."""
    script = (
        "import sys, importlib.metadata as metadata\n"
        "def scanned(*_, **__): raise SystemExit('entry points were scanned')\n"
        "metadata.entry_points = scanned\n"
        "from connector.cli import cli\n"
        f"try: cli.main({list(arguments)!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('LOADED', *sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return set(done.stdout.split("LOADED ")[1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["kpi", "explain", "--help"]])
def test_help_loads_click_and_nothing_heavier(arguments: list[str]) -> None:
    assert loaded_by(*arguments).isdisjoint(HEAVY)


@pytest.mark.parametrize("way", [way for way, _ in commands()], ids=" ".join)
def test_every_command_explains_itself(way: tuple[str, ...], run: Run) -> None:
    said = run(*way, "--help").out
    assert "Usage: crm-kpi" in said
    assert "--config" in said


@pytest.mark.parametrize(("way", "command"), [each for each in commands() if not isinstance(each[1], click.Group)])
def test_every_command_has_an_example_and_a_help_for_each_option(way: tuple[str, ...], command: click.Command) -> None:
    assert any(line.removeprefix('eval "$(').startswith("crm-kpi " + " ".join(way)) for line in command.examples)  # type: ignore[attr-defined]  # ours
    assert command.help
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


def test_help_is_translated(run: Run) -> None:
    assert "示例" in run("--language", "zh-CN", "run", "--help").out
    assert "示例" in run("run", "--help", env={"LANG": "zh_CN.UTF-8"}).out
    assert "Examples" in run("run", "--help", env={"LANG": "zh_TW.UTF-8"}).out


def test_version(run: Run) -> None:
    assert run("--version").out.startswith("crm-kpi, version ")


def test_colour_is_for_terminals_only(run: Run) -> None:
    assert "\x1b[" not in run("nothing", code=2).err

"""docs/json.md names the keys of every document, no more and no fewer."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from connector.cli import cli

ARGUMENTS = {
    "kpi explain": ("win_rate",),
    "kpi validate": ("my_kpis.yaml",),
    "target import": ("targets.csv",),
    "target import --template": ("to_fill_in.xlsx",),
    "store backup": ("copy.sqlite",),
    "store restore": ("backup.sqlite",),
    "init": ("--folder", "data"),
    "init --adapter": ("zoho", "--env-file", "zoho.env"),
    "auth": ("zoho", "--env-file", "zoho.env"),
    "auth --show": ("zoho",),
}


PAGE = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
DOCUMENTED = {
    command: set(re.findall("`(.+?)`", keys))
    for command, keys in re.findall(r"^\| `([a-z -]+)` \| (`.*)\|$", PAGE, re.MULTILINE)
}
"""Command -> the keys of its document."""


def commands(group: click.Group, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*way, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))


def test_every_command_with_json_is_documented() -> None:
    groups = [((name,), command) for name, command in cli.commands.items()]
    groups += [
        ((name, below), inner)
        for (name,), command in groups
        for below, inner in getattr(command, "commands", {}).items()
    ]
    for way, command in groups:
        if any(parameter.name == "json" for parameter in command.params):
            assert f"| `{' '.join(way)}` |" in PAGE


@pytest.mark.usefixtures("zoho")
@pytest.mark.parametrize("command", DOCUMENTED)
def test_the_keys_are_those_of_the_page(
    command: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(demo, folder)
    if command == "demo":
        shutil.copytree(demo, folder / "crm-kpi-demo")  # a new one with all customers takes longer
    if command.startswith("init"):
        (folder / "crm-kpi.yaml").unlink()
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, [*command.split(), *ARGUMENTS.get(command, ()), "--json"])
    assert result.exit_code in (0, 3), result.output
    assert set(json.loads(result.stdout)) == DOCUMENTED[command]

"""docs/json.md names the keys of every document, no more and no fewer."""

from __future__ import annotations

import json
import re
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
    "store restore": ("copy.sqlite",),
    "init": ("--folder", "data", "--force"),
}


def documented(root: Path) -> dict[str, set[str]]:
    """Command -> the keys of its document."""
    rows = re.findall(r"^\| `([a-z -]+)` \| (`.*)\|$", (root / "docs/json.md").read_text("utf-8"), re.MULTILINE)
    return {command: set(re.findall("`(.+?)`", keys)) for command, keys in rows}


def commands(group: click.Group, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*way, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))


def test_every_command_with_json_is_documented(root: Path) -> None:
    text = (root / "docs/json.md").read_text("utf-8")
    groups = [((name,), command) for name, command in cli.commands.items()]
    groups += [
        ((name, below), inner)
        for (name,), command in groups
        for below, inner in getattr(command, "commands", {}).items()
    ]
    for way, command in groups:
        if any(parameter.name == "json" for parameter in command.params):
            assert f"| `{' '.join(way)}` |" in text


def test_the_keys_are_those_of_the_page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command, keys in documented(root).items():
        result = CliRunner().invoke(cli, [*command.split(), *ARGUMENTS.get(command, ()), "--json"])
        assert result.exit_code in (0, 3), (command, result.output)
        assert set(json.loads(result.stdout)) == keys, command
        if command == "demo":
            (tmp_path / "crm-kpi-demo/my_kpis.yaml").write_text("kpis: []\n", encoding="utf-8")
            targets = tmp_path / "crm-kpi-demo/targets.csv"
            targets.write_text("kpi,period,target\nwon_amount,2025,9\n", encoding="utf-8")
            monkeypatch.chdir(tmp_path / "crm-kpi-demo")
            (tmp_path / "crm-kpi-demo/crm-kpi.yaml").rename("kept.yaml")
        if command == "init":
            Path("kept.yaml").replace("crm-kpi.yaml")

"""Pages made from the code say what the code says; every link leads somewhere; every example runs."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from connector.cli import cli
from connector.config.model import SettingsFile
from connector.mapping import TableMapping


@pytest.fixture(scope="session")
def generator(root: Path) -> dict[str, Any]:
    return runpy.run_path(str(root / "docs/generate.py"))


@pytest.mark.parametrize("page", ["commands.md", "config.md", "mapping.md", "facts.md", "kpis.md"])
def test_the_page_is_what_the_code_says(page: str, root: Path, generator: dict[str, Any]) -> None:
    written = (root / "docs" / page).read_text("utf-8")
    assert written == generator["pages"]()[page], f"docs/{page} is out of date: run python docs/generate.py"


def test_every_setting_has_a_meaning(generator: dict[str, Any]) -> None:
    for model in (SettingsFile, TableMapping):
        page = "\n".join(generator["_model"]("The file", model, seen=set()))
        assert not re.findall(r"^\| `.*\|  \|$", page, re.MULTILINE)


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    for page in (root / "docs").glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def examples(group: click.Group, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from examples(command, (*way, name))
        else:
            yield from (_words(line) for line in command.examples)  # type: ignore[attr-defined]  # ours


def _words(line: str) -> tuple[str, ...]:
    """The arguments of an example, without what belongs to the shell around it."""
    command = re.sub(r'^eval "\$\((.*?)\)".*', r"\1", line.split(" > ")[0])
    return tuple(shlex.split(command, comments=True))[1:]


@pytest.mark.parametrize("arguments", list(examples(cli)), ids=" ".join)
def test_every_example_of_the_help_runs(
    arguments: tuple[str, ...], demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(demo, folder)
    if arguments[0] == "init":
        (folder / "crm-kpi.yaml").unlink()
    if arguments[0] == "demo":
        for name in ("crm-kpi-demo", "try-it"):  # a new one with all customers takes longer
            shutil.copytree(demo, folder / name)
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, arguments)
    allowed = (0, 1, 3) if "--max-age" in arguments else (0, 3)  # the sample is from 2025
    assert result.exit_code in allowed, result.output
    assert "Traceback" not in result.output

"""Pages made from the code say what the code says; every link leads somewhere; every example runs."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from connector import clock
from connector.cli import cli
from connector.config import read
from connector.config.model import SettingsFile
from connector.mapping import TableMapping
from connector.store import Store, runs


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


PAGES = ("*.md", "docs/**/*.md", "examples/*.md", "adapters/*/*.md", "connector/*/*.md")


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    for page in (page for pattern in PAGES for page in root.glob(pattern)):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_decision_is_listed(root: Path) -> None:
    folder = root / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-.*?\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(page.name for page in folder.glob("[0-9]*.md"))


def test_every_example_file_is_described(root: Path) -> None:
    page = (root / "examples" / "README.md").read_text("utf-8")
    files = (path.name for path in (root / "examples").iterdir() if path.is_file() and path.name != "README.md")
    assert [name for name in files if f"`{name}`" not in page] == []


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


def morning_after(demo: Path) -> datetime:
    """When a person looks at what last night's job has brought; the sample's facts are older than this test."""
    with Store.open(read(demo / "crm-kpi.yaml", environment={}).store, read_only=True) as store:
        evening = runs.data_as_of(store)
    assert evening is not None
    return datetime.fromisoformat(evening) + timedelta(hours=12)


@pytest.mark.usefixtures("zoho", "stopped_at_once")
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
    monkeypatch.setattr(clock, "now", lambda: morning_after(demo))
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code in ((0,) if arguments[0] == "status" else (0, 3)), result.output
    assert "Traceback" not in result.output

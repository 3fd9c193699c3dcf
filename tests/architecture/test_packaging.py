"""The wheel holds every package and every data file, and asks for what they import: the lists are written by hand."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

TOP = ("adapters", "connector", "kpi_engine")
PINNED = {"pydantic_core"}
"""Comes with pydantic, in the one version that fits it."""


def setuptools_settings(root: Path) -> dict[str, object]:
    settings: dict[str, object] = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    return settings


def test_every_package_is_listed(root: Path) -> None:
    found = {
        str(init.parent.relative_to(root)).replace("/", ".")
        for top in TOP
        for init in (root / top).rglob("__init__.py")
    }
    assert found == set(setuptools_settings(root)["packages"])  # type: ignore[call-overload]


def test_every_data_file_is_listed(root: Path) -> None:
    patterns: dict[str, list[str]] = setuptools_settings(root)["package-data"]  # type: ignore[assignment]
    for top in TOP:
        for path in (root / top).rglob("*"):
            if path.is_file() and path.suffix not in {".py", ".pyc"}:
                inside = str(path.relative_to(root / top))
                assert any(fnmatch(inside, pattern) for pattern in patterns[top]), f"{top}/{inside} is not shipped"


def test_what_is_imported_is_asked_for(root: Path) -> None:
    """What another package brings along is there in some version only, or not any more."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    stated = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    asked_for = {_plain(re.split(r"[^\w.-]", each)[0]) for each in stated}
    brought = packages_distributions()
    foreign = {name for top in TOP for path in (root / top).rglob("*.py") for name in _imported(path)} - {*TOP} - PINNED
    assert foreign > {"requests", "yaml"}
    assert {name for name in foreign if asked_for.isdisjoint(map(_plain, brought.get(name, [])))} == set()


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from ({name.partition(".")[0] for name in names} - sys.stdlib_module_names)


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()

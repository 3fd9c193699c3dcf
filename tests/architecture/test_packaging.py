"""The wheel holds every package and every data file: both lists in pyproject.toml are written by hand."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

TOP = ("adapters", "connector", "kpi_engine")


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

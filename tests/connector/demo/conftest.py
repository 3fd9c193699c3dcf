"""A demo made once; who changes something takes a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.demo import DemoReport, demo

SCALE = 0.2
"""Of the customers and their business; the people and the story are the whole ones."""


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return demo(tmp_path_factory.mktemp("demo") / "crm-kpi-demo", scale=SCALE)


@pytest.fixture
def folder(shown: DemoReport, tmp_path: Path) -> Path:
    """A copy of the finished demo."""
    return Path(shutil.copytree(shown.folder, tmp_path / "demo"))


@pytest.fixture
def again() -> Callable[..., DemoReport]:
    """Runs the demo, small, once more."""

    def run(folder: Path, *, language: str = "en") -> DemoReport:
        return demo(folder, language=language, scale=SCALE)

    return run

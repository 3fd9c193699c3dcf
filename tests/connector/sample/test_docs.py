"""What is written about the sample is true, and nothing is left out."""

from __future__ import annotations

import doctest
from datetime import date
from pathlib import Path

import pytest

from connector.sample import DIRT, generate
from connector.sample.profile import PROFILES


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "sample.md").read_text(encoding="utf-8")


def test_the_example_runs(root: Path) -> None:
    done = doctest.testfile(str(root / "docs" / "sample.md"), module_relative=False)
    assert done.attempted
    assert not done.failed


def test_every_profile_kind_of_dirt_and_cause_is_described(page: str) -> None:
    causes = [cause.id for cause in generate("small", until=date(2025, 12, 1)).company.truth.causes]
    for name in (*PROFILES, *DIRT, *causes):
        assert f"`{name}`" in page

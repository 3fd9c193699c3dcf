"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from connector.engine import duckdb as engine

settings.register_profile("the same", deadline=None, derandomize=True)  # a busy machine is no failure, nor is bad luck
settings.register_profile("exploring", deadline=None)
settings.load_profile("the same")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data sets that are not part of the project; a test that needs them is skipped where they are absent."""
    folder = Path(os.environ.get("CRM_KPI_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set CRM_KPI_TEST_DATA)")
    return folder


@pytest.fixture(scope="session", autouse=True)
def checked_settings() -> Iterator[Mapping[str, Any]]:
    """DuckDB checks its extension's signature, 35 MB of it, each time: 0.2 s that only tests/connector/engine spends.

    The settings with which it does are handed on.
    """
    usual = engine.FIXED
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine, "FIXED", {**usual, "allow_unsigned_extensions": True})
        yield usual


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept between processes (accesses) stays out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield

"""The SDK runs once for all tests of a worker."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.adapters.zoho.emulator.judge.judged import SDK, Judged
from tests.adapters.zoho.emulator.judge.judged import judged as run_judge


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """What Zoho's own SDK found. No excuse in CI."""
    python = os.environ.get(SDK)
    if not python:
        reason = f"{SDK} does not name a Python that has zohocrmsdk8-0 (a venv of its own: its pins clash with ours)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with run_judge(python, tmp_path_factory.mktemp("sdk")) as found:
        yield found

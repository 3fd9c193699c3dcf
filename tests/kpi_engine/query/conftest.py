"""An engine to run queries on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.engine.duckdb import DuckDBEngine, Settings


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDBEngine]:
    """DuckDB without any facts."""
    with DuckDBEngine(Settings(memory="500MB", threads=2)) as opened:
        opened.lock()
        yield opened

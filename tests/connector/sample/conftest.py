"""Samples that several tests look at, and how to take them apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from connector.sample import Sample, generate

UNTIL = date(2025, 12, 1)


def rows_of(sample: Sample, table: str) -> Iterator[dict[str, Any]]:
    """Facts one by one."""
    for page in sample.pages(table):
        names = list(page.columns)
        for row in page.rows():
            yield dict(zip(names, row, strict=True))


@pytest.fixture(scope="session")
def clean() -> dict[str, list[dict[str, Any]]]:
    """The small company without dirt, every table."""
    sample = generate("small", until=UNTIL, dirt=())
    return {table: list(rows_of(sample, table)) for table in sample.tables()}


@pytest.fixture(scope="session")
def medium() -> Sample:
    """Big enough to measure causes in."""
    return generate("medium", until=UNTIL, seed=5, dirt=())

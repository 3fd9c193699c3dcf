"""Memory grows neither with the sample nor with what has been read of it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from datetime import date
from itertools import islice

import pytest

from connector.sample import Sample, generate

ROOM = 300_000
"""Bytes; a page is five to ten times as large."""


@pytest.fixture(scope="module")
def samples() -> Mapping[str, Sample]:
    """Four million activities, and three hundred million; the members of one campaign fill several pages in both."""
    until = date(2025, 12, 1)
    return {"large": generate("medium", until=until, scale=10), "huge": generate("medium", until=until, scale=800)}


def peak_bytes(sample: Sample, table: str, *, pages: int) -> int:
    """The most memory in use while so many pages are made."""
    tracemalloc.start()
    try:
        read = sum(1 for _ in islice(sample.pages(table), pages))
        assert read == pages
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    "table", ["deals", "activities", "cases", "contacts", "campaign_members", "deal_stage_changes"]
)
def test_memory_is_that_of_a_page_or_two(samples: Mapping[str, Sample], table: str) -> None:
    peak_bytes(samples["large"], table, pages=2)  # what is cached for good is made now
    little = peak_bytes(samples["large"], table, pages=4)
    assert peak_bytes(samples["large"], table, pages=16) < little + ROOM
    assert peak_bytes(samples["huge"], table, pages=4) < little + ROOM

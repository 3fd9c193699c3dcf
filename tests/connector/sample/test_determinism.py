"""The same request gives the same bytes: today, on another machine, whatever was asked before."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from connector.sample import Sample, generate

UNTIL = date(2025, 12, 1)


def digest(sample: Sample, table: str) -> str:
    seen = hashlib.sha256()
    for page in sample.pages(table):
        for row in page.rows():
            seen.update(repr(row).encode())
    return seen.hexdigest()


def whole(sample: Sample) -> str:
    return hashlib.sha256("".join(digest(sample, table) for table in sample.tables()).encode()).hexdigest()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "c73957a8cbc89269"),
        ("zh-CN", "5daa72e8e1d6f73f"),
    ],
)
def test_the_bytes_of_the_small_company_are_known(language: str, expected: str) -> None:
    """Golden: who changes the generator changes everybody's sample, and says so here and in the changelog."""
    assert whole(generate("small", until=UNTIL, seed=1, language=language))[:16] == expected


def test_a_table_does_not_depend_on_the_tables_made_before() -> None:
    sample = generate("small", until=UNTIL)
    alone = {table: digest(generate("small", until=UNTIL), table) for table in sample.tables()}
    assert {table: digest(sample, table) for table in reversed(sample.tables())} == alone


def test_another_seed_is_another_company() -> None:
    one, two = (generate("small", until=UNTIL, seed=seed) for seed in (1, 2))
    same = {table for table in one.tables() if digest(one, table) == digest(two, table)}
    assert same == {"teams"}  # the story is the same


def test_two_iterators_over_one_table_do_not_disturb_each_other() -> None:
    sample = generate("small", until=UNTIL)
    for left, right in zip(sample.pages("deals"), sample.pages("deals"), strict=True):
        assert left == right

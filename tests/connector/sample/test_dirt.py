"""Dirt is where the truth says, as often as it says, and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from connector.sample import DIRT, Sample, generate
from connector.sample.dirt import DATES, DUPLICATES, NAMES, OWNERS, SPELLING

UNTIL = date(2025, 12, 1)
STAINED = [kind for kind in DIRT if kind not in (DUPLICATES, NAMES)]
TABLES = ("accounts", "users", "deals", "cases", "leads")


def sample(dirt: Iterable[str]) -> Sample:
    return generate("small", until=UNTIL, scale=2, dirt=dirt)


def column(sample: Sample, table: str, name: str) -> list[Any]:
    return [value for page in sample.pages(table) for value in page.columns[name]]


def planted(sample: Sample) -> dict[tuple[str, str], int]:
    return {(row["table"], row["column"]): row["rows"] for row in sample.truth()["dirt"]}


def differences(one: Sample, other: Sample) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for table in TABLES:
        for left, right in zip(one.pages(table), other.pages(table), strict=True):
            for name in left.columns:
                pairs = zip(left.columns[name], right.columns[name], strict=True)
                found[table, name] += sum(a != b for a, b in pairs)
    return {place: count for place, count in found.items() if count}


def test_without_dirt_there_is_none() -> None:
    assert sample(()).truth()["dirt"] == []


@pytest.mark.parametrize("kind", STAINED)
def test_each_kind_alone_stains_exactly_the_rows_that_it_counts(kind: str) -> None:
    dirty = sample([kind])
    assert {row["kind"] for row in dirty.truth()["dirt"]} == {kind}
    assert differences(sample(()), dirty) == planted(dirty)
    assert all(count > 0 for count in planted(dirty).values())


def test_duplicates_are_companies_entered_twice() -> None:
    dirty = sample([DUPLICATES])
    for shared in ("tax_number", "email_domain", "phone"):
        counts = Counter(Counter(column(dirty, "accounts", shared)).values())
        assert counts[2] == planted(dirty)["accounts", "id"]
        assert set(counts) == {1, 2}
    assert len(set(column(dirty, "accounts", "name"))) == len(column(dirty, "accounts", "name"))


def test_business_is_booked_on_both_entries() -> None:
    dirty = sample([DUPLICATES])
    ids, numbers = column(dirty, "accounts", "id"), column(dirty, "accounts", "tax_number")
    known = dict(zip(ids, numbers, strict=True))
    used = set(column(dirty, "deals", "account_id"))
    entries = Counter(known[account] for account in used)
    assert max(entries.values()) == 2


def test_some_names_are_ambiguous() -> None:
    dirty = sample([NAMES])
    names = Counter(column(dirty, "users", "name"))
    assert sum(count == 2 for count in names.values()) == planted(dirty)["users", "name"] == len(dirty.namesakes)
    users = dict(zip(column(dirty, "users", "id"), column(dirty, "users", "left_on"), strict=True))
    assert all(users[early] and not users[late] for late, early in dirty.namesakes.items())


def test_wrong_dates_are_wrong() -> None:
    dirty = sample([DATES])
    created, answered = column(dirty, "cases", "created_at"), column(dirty, "cases", "first_response_at")
    before = sum(second is not None and second < first for first, second in zip(created, answered, strict=True))
    assert before == planted(dirty)["cases", "first_response_at"]
    assert column(dirty, "deals", "engaged_on").count("1970-01-01") == planted(dirty)["deals", "engaged_on"]


def test_misspelt_values_are_near_what_is_meant() -> None:
    dirty = sample([SPELLING])
    known = {product.name for product in dirty.company.words.products}
    strange = Counter(value for value in column(dirty, "deals", "product") if value not in known)
    assert sum(strange.values()) == planted(dirty)["deals", "product"]
    assert set(strange) <= {product.misspelt for product in dirty.company.words.products}


def test_every_kind_has_a_switch_and_all_can_be_on() -> None:
    everything = sample(DIRT)
    assert {row["kind"] for row in everything.truth()["dirt"]} == set(DIRT)
    owners = column(everything, "deals", "owner_id")
    assert (
        owners.count(None) == planted(everything)["deals", "owner_id"] == planted(sample([OWNERS]))["deals", "owner_id"]
    )

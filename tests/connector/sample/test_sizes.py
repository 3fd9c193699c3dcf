"""Profiles and scale."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connector.errors import ConfigError
from connector.sample import Sample, generate
from connector.sample.calendar import month_start
from connector.sample.generator import TABLES
from kpi_engine.facts import FACTS

UNTIL = date(2025, 12, 1)


def rows(sample: Sample, table: str) -> int:
    return sum(page.count for page in sample.pages(table))


def test_every_table_but_the_links_between_connections_is_made() -> None:
    assert set(TABLES) == set(FACTS) - {"customer_links"}


@pytest.mark.parametrize(
    ("profile", "people", "reps"), [("small", 30, 12), ("medium", 300, 120), ("large", 3_000, 1_200)]
)
def test_people_of_a_profile(profile: str, people: int, reps: int) -> None:
    staff = generate(profile, until=UNTIL, dirt=()).company.staff
    assert sum(user.left > 1_000_000 for user in staff.users) == people
    assert len(staff.sales) == reps
    assert len({user.name for user in staff.users}) == len(staff.users)


def test_small_closes_about_forty_deals_a_month(clean: dict[str, list[dict[str, Any]]]) -> None:
    since = month_start(UNTIL, -36).isoformat()
    closed = sum(row["outcome"] in ("won", "lost") and row["closed_on"] >= since for row in clean["deals"])
    assert 36 <= closed / 36 <= 44


@pytest.mark.parametrize("table", ["deals", "cases", "leads", "activities", "accounts", "contacts", "orders"])
def test_scale_multiplies_customers_and_their_business(table: str) -> None:
    once, thrice = (rows(generate("small", until=UNTIL, scale=scale), table) for scale in (1, 3))
    assert thrice / once == pytest.approx(3, rel=0.06)


def test_scale_leaves_the_people() -> None:
    assert rows(generate("small", until=UNTIL, scale=4), "users") == rows(generate("small", until=UNTIL), "users")


def test_the_least_sample_has_every_table() -> None:
    sample = generate("small", until=UNTIL, scale=0.001)
    counts = {table: rows(sample, table) for table in sample.tables()}
    assert counts["deals"] == 5
    assert {table for table, count in counts.items() if not count} <= {"orders", "survey_responses", "subscriptions"}


def test_tens_of_millions_are_only_made_when_asked_for() -> None:
    sample = generate("large", until=UNTIL, scale=4)
    assert sample.company.sizes.deals * 8 > 25_000_000
    page = next(sample.pages("activities"))
    assert page.count == 2_000


def test_pages_are_no_longer_than_the_connectors_and_all_alike() -> None:
    sample = generate("medium", until=UNTIL, scale=0.2)
    for table in sample.tables():
        for page in sample.pages(table):
            assert 0 < page.count <= 2_000
            assert tuple(page.columns) == FACTS[table].column_names
            assert {len(column) for column in page.columns.values()} == {page.count}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"profile": "smal"}, "profile: there is no profile smal (did you mean small?)"),
        ({"language": "zh_CN"}, "language: there is no language zh_CN (did you mean zh-CN?)"),
        ({"dirt": ["duplicate"]}, "dirt: there is no dirt duplicate (did you mean duplicates?)"),
        ({"scale": 0}, "scale: 0 is not a size (1 is the usual one)"),
    ],
    ids=["profile", "language", "dirt", "scale"],
)
def test_what_cannot_be_made_is_said_with_its_remedy(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        generate(until=UNTIL, **wrong)
    assert str(caught.value) == says


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        generate("tiny", until=UNTIL, language="fr", scale=-1, dirt=("mud",))
    assert len(caught.value.problems) == 4

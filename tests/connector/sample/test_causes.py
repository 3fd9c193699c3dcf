"""The truth is true: what `truth.json` promises is measured in the data, within four standard errors of its own n."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.sample import Sample, generate
from connector.sample.causes import Effect, Side

ERRORS = 4.0
"""Standard errors; by chance alone one comparison in 16,000 is further off."""
Rows = list[dict[str, Any]]


def rows_of(sample: Sample, table: str) -> Rows:
    return [dict(zip(page.columns, row, strict=True)) for page in sample.pages(table) for row in page.rows()]


@pytest.fixture(scope="module")
def deals(medium: Sample) -> Rows:
    return [row for row in rows_of(medium, "deals") if row["outcome"] in ("won", "lost")]


@pytest.fixture(scope="module")
def cases(medium: Sample) -> Rows:
    return rows_of(medium, "cases")


def effect(sample: Sample, cause: str, *, kpi: str, scope: str) -> Effect:
    found = {cause.id: cause for cause in sample.company.truth.causes}[cause]
    return next(effect for effect in found.effects if (effect.kpi, effect.scope) == (kpi, scope))


def closed_in(rows: Rows, since: date, until: date) -> Rows:
    return [row for row in rows if since.isoformat() <= row["closed_on"] < until.isoformat()]


def wins(rows: Rows) -> tuple[float, int]:
    return sum(row["outcome"] == "won" for row in rows) / len(rows), len(rows)


def standard_error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def assert_share(measured: float, n: int, expected: float) -> None:
    assert abs(measured - expected) < ERRORS * standard_error(expected, n), f"{measured} of {n}, not {expected}"


def sides(effect: Effect) -> tuple[Side, Side]:
    assert effect.before
    assert effect.after
    return effect.before, effect.after


def test_the_win_rate_of_one_product_fell(medium: Sample, deals: Rows) -> None:
    found = effect(medium, "product_win_rate", kpi="win_rate", scope="product")
    for side in sides(found):
        sold = [row for row in closed_in(deals, side.since, side.until) if row["product"] == found.scope_id]
        assert_share(*wins(sold), side.value)
    assert found.change == pytest.approx(-0.22)


def test_no_other_product_changed(medium: Sample, deals: Rows) -> None:
    words = medium.company.words
    since = medium.company.truth.product_since
    for product in words.products[1:]:
        for part in (
            closed_in(deals, medium.company.calendar.first, since),
            closed_in(deals, since, medium.company.calendar.until),
        ):
            assert_share(*wins([row for row in part if row["product"] == product.name]), product.win_percent / 100)


def test_the_organisation_feels_the_fallen_product(medium: Sample, deals: Rows) -> None:
    truth = medium.company.truth
    before = wins(closed_in(deals, medium.company.calendar.first, truth.product_since))
    after = wins(closed_in(deals, truth.product_since, truth.mix_since))
    error = math.hypot(standard_error(*before), standard_error(*after))
    expected = effect(medium, "product_win_rate", kpi="win_rate", scope="organisation").change
    assert abs(after[0] - before[0] - expected) < ERRORS * error


def test_one_team_sells_other_products(medium: Sample, deals: Rows) -> None:
    truth, words = medium.company.truth, medium.company.words
    for pool, part in (
        (truth.usual_mix, closed_in(deals, truth.product_since, truth.mix_since)),
        (truth.shifted_mix, closed_in(deals, truth.mix_since, medium.company.calendar.until)),
    ):
        team = [row["product"] for row in part if row["team_id"] == truth.shifted_team]
        sold = Counter(team)
        for place, product in enumerate(words.products):
            assert_share(sold[product.name] / len(team), len(team), pool.count(place) / len(pool))


def test_that_teams_win_rate_fell_by_its_mix_alone(medium: Sample, deals: Rows) -> None:
    truth, words = medium.company.truth, medium.company.words
    found = effect(medium, "team_mix", kpi="win_rate", scope="team")
    for side in sides(found):
        part = [row for row in closed_in(deals, side.since, side.until) if row["team_id"] == found.scope_id]
        assert_share(*wins(part), side.value)
    late = closed_in(deals, truth.mix_since, medium.company.calendar.until)
    for place, product in enumerate(words.products[1:], start=1):
        team = [row for row in late if (row["team_id"], row["product"]) == (found.scope_id, product.name)]
        assert_share(*wins(team), truth.win_percent[place] / 100)


def test_other_teams_kept_their_mix(medium: Sample, deals: Rows) -> None:
    truth, words = medium.company.truth, medium.company.words
    late = closed_in(deals, truth.mix_since, medium.company.calendar.until)
    others = [row["product"] for row in late if row["team_id"] != truth.shifted_team]
    sold = Counter(others)
    for place, product in enumerate(words.products):
        expected = truth.usual_mix.count(place) / len(truth.usual_mix)
        assert_share(sold[product.name] / len(others), len(others), expected)


def test_the_organisation_feels_the_shifted_team(medium: Sample, deals: Rows) -> None:
    truth = medium.company.truth
    before = wins(closed_in(deals, truth.product_since, truth.mix_since))
    after = wins(closed_in(deals, truth.mix_since, medium.company.calendar.until))
    error = math.hypot(standard_error(*before), standard_error(*after))
    expected = effect(medium, "team_mix", kpi="win_rate", scope="organisation").change
    assert abs(after[0] - before[0] - expected) < ERRORS * error


def created_in(sample: Sample, rows: Rows, side: Side) -> Rows:
    """By local day, as the truth is told."""
    zone = ZoneInfo(sample.company.words.zone)
    midnights = [
        datetime.combine(day, datetime.min.time(), zone).astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
        for day in (side.since, side.until)
    ]
    return [row for row in rows if midnights[0] <= row["created_at"] < midnights[1]]


def answer_hours(row: dict[str, Any]) -> float:
    """Without an answer yet: longer than any."""
    if row["first_response_at"] is None:
        return math.inf
    waited = datetime.fromisoformat(row["first_response_at"]) - datetime.fromisoformat(row["created_at"])
    return waited.total_seconds() / 3600


def test_one_queue_slowed_down(medium: Sample, cases: Rows) -> None:
    """Half of the answers are as quick as the expected median: a binomial count, so its error is known."""
    found = effect(medium, "slow_queue", kpi="first_response_time", scope="team")
    for side in sides(found):
        waits = [answer_hours(row) for row in created_in(medium, cases, side) if row["team_id"] == found.scope_id]
        assert_share(sum(wait <= side.value for wait in waits) / len(waits), len(waits), 0.5)
    assert found.change == pytest.approx(2.0)


def test_other_queues_did_not(medium: Sample, cases: Rows) -> None:
    before, after = sides(effect(medium, "slow_queue", kpi="first_response_time", scope="team"))
    slow = medium.company.truth.slow_team
    waits = [answer_hours(row) for row in created_in(medium, cases, after) if row["team_id"] != slow]
    assert_share(sum(wait <= before.value for wait in waits) / len(waits), len(waits), 0.5)


def test_its_customers_are_less_satisfied(medium: Sample, cases: Rows) -> None:
    found = effect(medium, "slow_queue", kpi="csat", scope="team")
    answers = {
        row["case_id"]: row["score"] >= 4
        for row in rows_of(medium, "survey_responses")
        if row["kind"] == "csat" and row["score"]
    }
    for side in sides(found):
        rated = [
            answers[row["id"]]
            for row in created_in(medium, cases, side)
            if row["team_id"] == found.scope_id and row["id"] in answers
        ]
        assert_share(sum(rated) / len(rated), len(rated), side.value)


def test_a_cause_that_is_not_there_would_be_noticed(medium: Sample, deals: Rows) -> None:
    """The measuring itself can fail: the fallen product's late deals do not pass for what they were before."""
    found = effect(medium, "product_win_rate", kpi="win_rate", scope="product")
    before, after = sides(found)
    late = [row for row in closed_in(deals, after.since, after.until) if row["product"] == found.scope_id]
    with pytest.raises(AssertionError):
        assert_share(*wins(late), before.value)


def test_reps_differ_but_their_team_does_not_by_it(medium: Sample, deals: Rows) -> None:
    """Skills are centred by volume within each team: only then is a team's expected rate the products' own."""
    early = closed_in(deals, medium.company.calendar.first, medium.company.truth.product_since)
    by_owner = {
        owner: [row for row in early if row["owner_id"] == owner] for owner in {row["owner_id"] for row in early}
    }
    rates = [wins(rows)[0] for rows in by_owner.values() if len(rows) > 100]
    assert max(rates) - min(rates) > 0.10
    usual = medium.company.truth.usual_mix
    expected = sum(medium.company.truth.win_percent[place] for place in usual) / len(usual) / 100
    for team in {row["team_id"] for row in early}:
        assert_share(*wins([row for row in early if row["team_id"] == team]), expected)


@pytest.mark.parametrize("until", [date(2025, 12, 1), date(2025, 2, 28), date(2024, 5, 17)], ids=str)
def test_causes_lie_within_the_history_and_apart(until: date) -> None:
    truth = generate("small", until=until).company.truth
    calendar = generate("small", until=until).company.calendar
    assert calendar.since < truth.product_since < truth.mix_since < truth.queue_since < until


def test_quarters_are_loaded_at_their_end(deals: Rows) -> None:
    months = Counter(int(row["closed_on"][5:7]) % 3 for row in deals)
    assert months[0] > 1.25 * months[1]
    assert months[0] > 1.6 * months[2]


def test_few_customers_do_much_of_the_business(deals: Rows) -> None:
    sold = Counter[str]()
    for row in deals:
        sold[row["account_id"]] += row["amount"] if row["outcome"] == "won" else 0
    amounts = sorted(sold.values(), reverse=True)
    assert 0.5 < sum(amounts[: len(amounts) // 5]) / sum(amounts) < 0.9

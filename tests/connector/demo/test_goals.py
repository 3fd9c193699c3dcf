"""The demo's targets keep the rule that stands beside them, and add up."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from math import ceil

import pytest

from connector.demo.goals import Quarter, sold, targets_sheet
from connector.language import translator
from connector.sample import Sample, generate

Lines = list[dict[str, str]]


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("small", until=date(2025, 12, 1), seed=5, scale=0.3)


@pytest.fixture(scope="module")
def lines(sample: Sample) -> Lines:
    return list(csv.DictReader(targets_sheet(sample, str, lambda _, place: place).decode("utf-8-sig").splitlines()))


def amounts(lines: Lines, scope: str) -> dict[tuple[str, str], float]:
    return {
        (line["period"], line["of"]): float(line["target"])
        for line in lines
        if (line["kpi"], line["scope"]) == ("won_amount", scope)
    }


def test_every_quarter_of_the_last_year_has_the_same_lines(lines: Lines) -> None:
    counted: dict[str, int] = defaultdict(int)
    for line in lines:
        counted[line["period"]] += 1
    assert counted == dict.fromkeys(("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"), 35)


def test_people_are_asked_for_last_years_quarter_and_a_tenth(sample: Sample, lines: Lines) -> None:
    """Counted a second time, from the pages."""
    last: dict[tuple[str, str], float] = defaultdict(float)
    for page in sample.pages("deals"):
        names = ("closed_on", "outcome", "amount", "owner_id")
        for closed, outcome, amount, owner in zip(*(page.columns[name] for name in names), strict=True):
            if closed and closed[:4] == "2024" and outcome == "won" and amount and owner:
                last[f"2025-Q{ceil(int(closed[5:7]) / 3)}", owner] += amount / 10_000
    teams = {user.id: user.team for user in sample.company.staff.users}
    goals = amounts(lines, "owner")
    assert len(goals) == 4 * 12
    for (period, rep), goal in goals.items():
        colleagues = [each for each in goals if each[0] == period and teams[each[1]] == teams[rep]]
        least = sum(last[each] for each in colleagues) / len(colleagues) / 2
        assert goal == pytest.approx(ceil(max(last[period, rep], least, 0.0001) * 1.1 / 1000) * 1000, abs=1000.5)
        assert goal >= 1.1 * last[period, rep]


def test_teams_and_the_company_are_the_sums(sample: Sample, lines: Lines) -> None:
    people, teams, company = (amounts(lines, scope) for scope in ("owner", "team", "organisation"))
    team_of = {user.id: user.team for user in sample.company.staff.users}
    for (period, team), goal in teams.items():
        below = sum(each for (when, rep), each in people.items() if when == period and team_of[rep] == team)
        if team != "T02":
            assert goal == below
    for (period, _), goal in company.items():
        assert goal == teams[period, "T02"] == teams[period, "T03"] + teams[period, "T04"] + teams[period, "T05"]


def test_those_who_left_are_asked_for_nothing(sample: Sample, lines: Lines) -> None:
    calendar = sample.company.calendar
    left = {user.id for user in sample.company.staff.users if user.left <= calendar.today}
    assert left
    assert left.isdisjoint(line["of"] for line in lines)


def test_win_rates_are_last_years_and_two_points(sample: Sample, lines: Lines) -> None:
    sales = sold(sample)
    expected = round(100 * sales.won["T03", 2024] / sales.decided["T03", 2024]) + 2
    asked = {line["target"] for line in lines if line["kpi"] == "win_rate" and line["of"] == "T03"}
    assert asked == {f"{expected}.00 %"}


def test_what_is_asked_of_the_company_is_a_change_from_a_baseline(lines: Lines) -> None:
    found = {(line["kpi"], line["change"], line["period"], line["baseline_period"]) for line in lines if line["change"]}
    assert ("sales_cycle", "'-10%", "2025-Q3", "2024-Q3") in found
    assert ("order_amount", "'+10%", "2025-Q1", "2024-Q1") in found
    assert len(found) == 8


def test_a_line_says_its_rule_in_the_readers_language() -> None:
    chinese = generate("small", until=date(2025, 12, 1), seed=5, scale=0.02, language="zh-CN")
    text = targets_sheet(chinese, translator("zh-CN"), lambda _, place: place).decode("utf-8-sig")
    notes = {line["note"] for line in csv.DictReader(text.splitlines())}
    assert len(notes) == 5
    assert all(any("\u4e00" <= character <= "\u9fff" for character in note) for note in notes)


def test_a_quarter_knows_the_one_a_year_before() -> None:
    assert str(Quarter(2025, 3).year_before) == "2024-Q3"

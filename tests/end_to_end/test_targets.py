"""The four targets that everybody names first, from files to gaps, each number by hand.

Satisfaction from 80 to 90 % within a year and from 75 to 90 %, response time down by 30 %, delivery time down by 20 %;
looked at when 129 of the year's 261 working days are over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.config import Config, read
from connector.run import RunReport, run
from connector.store import Store, gaps, run_lock, values

NOW = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
ELAPSED = 129 / 261

SETTINGS = """
organisation: {timezone: UTC, currency: EUR}
connections:
  desk:
    adapter: generic_csv
    settings:
      folder: data
      tables:
        users: {files: users.csv}
        teams: {files: teams.csv}
        survey_responses: {files: surveys.csv}
        cases: {files: cases.csv}
        orders: {files: orders.csv}
    mapping:
      users: {id: id, columns: {name: name, team_id: team}}
      teams: {id: id, columns: {name: name}}
      survey_responses:
        id: id
        columns: {kind: {constant: csat}, owner_id: owner, score: score, answered_at: answered}
      cases: {id: id, columns: {created_at: created, first_response_at: answered}}
      orders: {id: id, columns: {ordered_on: ordered, delivered_on: delivered}}
kpis:
  enabled: [csat, response_time, delivery_time]
  files: [own.yaml]
  scopes: {organisation: [year], team: [year]}
"""

OWN = """
kpis:
  - id: csat
    names: {en: Customer satisfaction, zh-CN: 客户满意度, zh-TW: 客戶滿意度}
    question: How many of our customers are satisfied?
    formula: answers of 4 and 5 / answers
    kind: ratio
    table: survey_responses
    time: answered_at
    numerator: {count: rows, where: [{column: score, at_least: 4}]}
    denominator: {count: rows}
    unit: percent
    better: higher
  - id: response_time
    names: {en: Response time, zh-CN: 响应时长, zh-TW: 回應時間}
    question: How long do customers wait for the first answer?
    formula: median of the time from creation to the first answer
    kind: duration
    table: cases
    time: first_response_at
    start: created_at
    unit: hours
    better: lower
  - id: delivery_time
    names: {en: Delivery time, zh-CN: 交付时间, zh-TW: 交付時間}
    question: How long do customers wait for their order?
    formula: mean of days from order to delivery
    kind: duration
    table: orders
    time: delivered_on
    start: ordered_on
    statistic: mean
    unit: days
    better: lower
"""

TARGETS = """
targets:
  - id: satisfaction
    kpi: csat
    period: 2026
    target: 90 %
    baseline: {period: 2025}
    objective: Customers who stay
    benchmark: {value: 78 %, source: trade association, on: 2025-11-03}
  - {id: satisfaction north, kpi: csat, team: North, period: 2026, target: 90 %, baseline: 75 %}
  - {id: response, kpi: response_time, period: 2026, change: -30%, baseline: {period: 2025}}
  - {id: delivery, kpi: delivery_time, period: 2026, change: -20%, baseline: {period: 2025}}
"""


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def surveys(year: int, good: int, bad: int, *, owner: str, start: int) -> list[list[object]]:
    scores = [5] * good + [2] * bad
    return [[f"S{start + at}", owner, score, f"{year}-03-02T10:00:00Z"] for at, score in enumerate(scores)]


def cases(year: int, hours: Iterable[int], *, start: int) -> list[list[object]]:
    return [
        [f"C{start + at}", f"{year}-03-02T00:00:00Z", f"{year}-03-02T{each:02d}:00:00Z"]
        for at, each in enumerate(hours)
    ]


def orders(year: int, days: Iterable[int], *, start: int) -> list[list[object]]:
    return [[f"O{start + at}", f"{year}-03-02", f"{year}-03-{2 + each:02d}"] for at, each in enumerate(days)]


@dataclass(frozen=True)
class Shop:
    """A folder with exports, settings and targets."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")

    def exports(self, *, bad_last_year: int = 2) -> None:
        """10 answers last year, 8 of them good; 8 this year, 7 of them good, of which North has 3 of 4."""
        answers = [
            *surveys(2025, 8, bad_last_year, owner="ann", start=100),
            *surveys(2026, 3, 1, owner="ann", start=200),
            *surveys(2026, 4, 0, owner="bob", start=300),
        ]
        self.write("data/users.csv", "id,name,team\nann,Ann,N\nbob,Bob,S\n")
        self.write("data/teams.csv", "id,name\nN,North\nS,South\n")
        self.write("data/surveys.csv", table("id,owner,score,answered", answers))
        waits = [*cases(2025, (9, 10, 14), start=0), *cases(2026, (3, 8, 9), start=10)]
        self.write("data/cases.csv", table("id,created,answered", waits))
        deliveries = [*orders(2025, (4, 5, 6), start=0), *orders(2026, (4, 4, 5), start=10)]
        self.write("data/orders.csv", table("id,ordered,delivered", deliveries))

    @property
    def config(self) -> Config:
        return read(self.folder / "crm-kpi.yaml", environment={})

    def run(self, now: datetime = NOW) -> RunReport:
        with run_lock(self.config.store), Store.open(self.config.store, create=True) as store:
            return run(self.config, store, now=now, as_of=NOW)

    def rows(self) -> dict[str, Mapping[str, Any]]:
        with Store.open(self.config.store, read_only=True) as store:
            return {row["target_id"]: row for row in gaps.read(store)}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.write("crm-kpi.yaml", SETTINGS)
    shop.write("own.yaml", OWN)
    shop.write("targets/2026.yaml", TARGETS)
    shop.exports()
    return shop


GOLDEN = {  # actual, target, baseline, gap, attainment, progress, expected, pace, colour
    "satisfaction": (7 / 8, 0.9, 0.8, -0.025, 0.875 / 0.9, 0.75, 0.8 + 0.1 * ELAPSED, 1.75 - ELAPSED, "green"),
    # 3 of 4 is 30 to 95 %: nobody can say that it is less than what is expected, so it is not red
    "satisfaction north": (3 / 4, 0.9, 0.75, -0.15, 0.75 / 0.9, 0.0, 0.75 + 0.15 * ELAPSED, 1 - ELAPSED, "amber"),
    "response": (8, 7, 10, -1, 6 / 7, 2 / 3, 10 - 3 * ELAPSED, 5 / 3 - ELAPSED, "green"),
    "delivery": (13 / 3, 4, 5, -1 / 3, 2 - 13 / 12, 2 / 3, 5 - ELAPSED, 5 / 3 - ELAPSED, "green"),
}
COLUMNS = ("actual", "target", "baseline", "gap", "attainment", "progress", "expected", "pace")


def test_each_golden_gap(shop: Shop) -> None:
    report = shop.run()
    assert (report.status, report.gaps.frozen, report.gaps.problems) == ("done", 3, ())
    rows = shop.rows()
    for name, (*numbers, colour) in GOLDEN.items():
        found = [rows[name][column] for column in COLUMNS]
        assert found == pytest.approx(numbers, rel=1e-9, abs=1e-12), name
        assert (rows[name]["rag"], rows[name]["status"]) == (colour, "ok"), name
        assert (rows[name]["forecast"], rows[name]["p_hit"]) == (None, None)
    south = rows[""]
    assert (south["scope_id"], south["status"], south["attainment"]) == ("S", "target_not_set", None)


def test_a_frozen_baseline_does_not_move_when_last_years_facts_do(shop: Shop) -> None:
    shop.run()
    shop.exports(bad_last_year=8)
    shop.run(NOW + timedelta(hours=1))
    with Store.open(shop.config.store, read_only=True) as store:
        (last_year,) = values.read(store, kpi="csat", scope="organisation", period_start="2025-01-01")
    assert last_year["value"] == 0.5
    assert shop.rows()["satisfaction"]["baseline"] == 0.8


def test_a_second_run_writes_no_gap_again(shop: Shop) -> None:
    shop.run()
    before = shop.rows()
    report = shop.run(NOW + timedelta(hours=1))
    assert (report.gaps.changed, report.gaps.frozen) == (0, 0)
    assert shop.rows() == before


def test_a_wrong_line_makes_the_run_partly_done_and_the_others_go_on(shop: Shop) -> None:
    shop.write("targets/more.csv", "kpi,team,period,target\ncsat,Nroth,2026,90 %\n")
    report = shop.run()
    assert report.status == "partly"
    (problem,) = report.gaps.problems
    assert str(problem) == "targets/more.csv:2 team: none of the teams is called Nroth (did you mean North?)"
    assert set(shop.rows()) >= set(GOLDEN)

"""Values and targets -> gaps: baselines that never move, states of their own, rows rewritten only when they change."""

from __future__ import annotations

from typing import Any

import pytest

from connector.store import baselines
from connector.targets import update_gaps
from kpi_engine.catalog import shipped
from kpi_engine.gap import Actual

from .conftest import Company, owner_value, value

YEAR = {"period": "year", "period_start": "2026-01-01", "period_end": "2027-01-01"}
LAST_YEAR = {"period": "year", "period_start": "2025-01-01", "period_end": "2026-01-01"}


def only(company: Company, **where: object) -> dict[str, Any]:
    (row,) = company.gaps(**where)
    return row


# ---- golden ----------------------------------------------------------------------------------------------------------


def test_golden_rows_at_half_time(company: Company) -> None:
    """By hand: 33 of 66 working days of the third quarter are over, so half of what piles up is expected."""
    company.values(
        [
            value("won_amount", 480.0),
            value("win_rate", 0.85, ci_low=0.7, ci_high=0.93),
            value("sales_cycle", 40.0, unit="days"),
        ]
    )
    company.yaml(
        """
targets:
  - {id: amount, kpi: won_amount, period: 2026-Q3, target: 1200}
  - {id: rate, kpi: win_rate, period: 2026-Q3, target: 90 %, baseline: 80 %}
  - {id: cycle, kpi: sales_cycle, period: 2026-Q3, change: -30%, baseline: 50}
"""
    )
    report = company.judge()
    assert (report.targets, report.changed, report.colours) == (3, 3, {"green": 2, "red": 1})
    amount, rate, cycle = (only(company, target_id=name) for name in ("amount", "rate", "cycle"))
    assert (amount["gap"], amount["attainment"], amount["expected"]) == (-720.0, 0.4, 600.0)
    assert (amount["pace"], amount["progress"], amount["rag"]) == (0.8, None, "red")
    assert (rate["gap"], rate["progress"]) == (pytest.approx(-0.05), pytest.approx(0.5))
    assert (rate["expected"], rate["pace"], rate["rag"]) == (pytest.approx(0.85), pytest.approx(1.0), "green")
    assert (cycle["target"], cycle["baseline"], cycle["gap"]) == (35.0, 50.0, -5.0)
    assert (cycle["attainment"], cycle["progress"]) == (pytest.approx(2 - 40 / 35), pytest.approx(2 / 3))
    assert (cycle["expected"], cycle["pace"], cycle["rag"]) == (42.5, pytest.approx(7 / 6), "green")
    assert (amount["currency"], amount["unit"], amount["period_end"]) == ("EUR", "money", "2026-10-01")


# ---- baselines -------------------------------------------------------------------------------------------------------

CHANGE = "targets:\n  - {id: t, kpi: sales_cycle, period: 2026, change: -30%, baseline_period: 2025}\n"


def test_a_baseline_is_frozen_once_and_does_not_move_with_the_facts(company: Company) -> None:
    company.yaml(CHANGE)
    company.values([value("sales_cycle", 40.0, **YEAR), value("sales_cycle", 50.0, **LAST_YEAR)])
    assert company.judge().frozen == 1
    assert (only(company)["baseline"], only(company)["target"]) == (50.0, 35.0)
    company.values([value("sales_cycle", 40.0, **YEAR), value("sales_cycle", 90.0, **LAST_YEAR)])
    assert company.judge().frozen == 0
    assert (only(company)["baseline"], only(company)["target"]) == (50.0, 35.0)


def test_a_raised_version_is_held_against_a_new_baseline(company: Company) -> None:
    company.yaml(CHANGE)
    company.values([value("sales_cycle", 40.0, **YEAR), value("sales_cycle", 50.0, **LAST_YEAR)])
    company.judge()
    company.values([value("sales_cycle", 40.0, **YEAR), value("sales_cycle", 60.0, **LAST_YEAR)])
    company.yaml(CHANGE.replace("id: t,", "id: t, version: 2,"))
    assert company.judge().frozen == 1
    assert only(company)["target"] == pytest.approx(42.0)
    assert {key: each.value for key, each in baselines.frozen(company.store).items()} == {
        ("t", 1): 50.0,
        ("t", 2): 60.0,
    }


def test_another_baseline_period_is_another_baseline(company: Company) -> None:
    earlier = {"period": "year", "period_start": "2024-01-01", "period_end": "2025-01-01"}
    company.yaml(CHANGE)
    company.values([value("sales_cycle", 50.0, **LAST_YEAR), value("sales_cycle", 80.0, **earlier)])
    company.judge()
    company.yaml(CHANGE.replace("baseline_period: 2025", "baseline_period: 2024"))
    assert company.judge().frozen == 1
    assert [each.value for each in baselines.frozen(company.store).values()] == [80.0]


@pytest.mark.parametrize(
    "unsound",
    [
        {"status": "incomplete"},
        {"status": "missing_fx"},
        {"status": "no_data", "value": None},
    ],
    ids=lambda row: row["status"],
)
def test_an_unsound_value_is_not_frozen(company: Company, unsound: dict[str, Any]) -> None:
    company.yaml(CHANGE)
    company.values([value("sales_cycle", 40.0, **YEAR), value("sales_cycle", 50.0, **LAST_YEAR) | unsound])
    assert company.judge().frozen == 0
    row = only(company)
    assert (row["actual"], row["target"], row["status"], row["rag"]) == (40.0, None, "baseline_missing", "grey")


def test_a_period_that_still_runs_is_no_baseline(company: Company) -> None:
    company.yaml("targets:\n  - {id: t, kpi: sales_cycle, period: 2026-Q4, change: -30%, baseline_period: 2026-Q3}\n")
    company.values([value("sales_cycle", 50.0)])
    assert company.judge().frozen == 0
    assert only(company)["status"] == "not_started"


# ---- states of their own ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"value": None, "status": "no_data"}, "no_data"),
        ({"value": None, "status": "zero_denominator"}, "zero_denominator"),
        ({"value": None, "status": "not_mature"}, "not_mature"),
        ({"value": 0.5, "status": "insufficient_n"}, "insufficient_n"),
        ({"value": 0.5, "status": "missing_fx"}, "missing_fx"),
        ({"value": 0.5, "status": "incomplete"}, "incomplete"),
    ],
)
def test_a_value_that_cannot_be_judged(company: Company, row: dict[str, Any], status: str) -> None:
    company.yaml("targets:\n  - {kpi: win_rate, period: 2026-Q3, target: 60 %}\n")
    company.values([value("win_rate", 0.5) | row])
    assert company.judge().statuses == {status: 1}
    assert only(company)["rag"] == "grey"


def test_a_cell_that_nobody_computed(company: Company) -> None:
    company.yaml("targets:\n  - {kpi: win_rate, period: 2026-Q3, target: 60 %}\n")
    assert company.judge().statuses == {"not_computed": 1}


def test_old_facts_are_stale(company: Company) -> None:
    company.yaml("targets:\n  - {kpi: win_rate, period: 2026-Q3, target: 60 %}\n")
    company.values([value("win_rate", 0.7, as_of="2026-08-21T00:00:01Z")])
    assert company.judge().statuses == {"stale": 1}
    company.settings("targets: {stale_after_days: 5}\n")
    assert company.judge().statuses == {"ok": 1}


def test_colleagues_without_a_target_are_target_not_set(company: Company) -> None:
    """Bob and Sam have Ann's team; the others have other teams, and Gone Guy has left."""
    company.values([owner_value("won_amount", person, 10.0) for person in ("1", "2", "3", "5", "7", "8", "(none)")])
    company.csv("kpi,owner,period,target\nwon_amount,1,2026-Q3,50\n")
    report = company.judge()
    assert report.statuses == {"ok": 1, "target_not_set": 2}
    unset = company.gaps(status="target_not_set")
    assert [row["scope_id"] for row in unset] == ["2", "5"]
    assert {(row["actual"], row["attainment"], row["rag"], row["target_id"]) for row in unset} == {
        (10.0, None, "grey", "")
    }


def test_teams_beside_a_team_with_a_target(company: Company) -> None:
    rows = [value("won_amount", 9.0, connection="crm", scope="team", scope_id=team, **YEAR) for team in "ENSD"]
    company.values(rows)
    company.csv("kpi,team,period,target\nwon_amount,N,2026,50\n")
    company.judge()
    assert [row["scope_id"] for row in company.gaps(status="target_not_set")] == ["S"]


def test_who_left_before_the_period_lacks_no_target(company: Company) -> None:
    company.values([owner_value("won_amount", person, 10.0) for person in ("1", "2")])
    with company.store.transaction():
        company.store.writing.execute("UPDATE users SET left_on = '2026-06-30' WHERE id = '2'")
    company.csv("kpi,owner,period,target\nwon_amount,1,2026-Q3,50\n")
    assert company.judge().statuses == {"ok": 1}


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_gaps_are_rewritten_only_when_they_change(company: Company) -> None:
    company.csv("kpi,owner,period,target\nwon_amount,1,2026-Q3,50\nwon_amount,2,2026-Q3,60\n")
    company.values([owner_value("won_amount", person, 10.0) for person in ("1", "2")])
    assert company.judge().changed == 2
    before = company.gaps()
    assert company.judge().changed == 0
    assert company.gaps() == before
    company.csv("kpi,owner,period,target\nwon_amount,1,2026-Q3,50\nwon_amount,2,2026-Q3,70\n")
    assert company.judge().changed == 1
    company.csv("kpi,owner,period,target\nwon_amount,1,2026-Q3,50\n")
    assert company.judge().changed == 2  # Bob's target is gone, and he has none now


def test_a_wrong_target_is_left_out_and_stops_no_other(company: Company) -> None:
    company.values([owner_value("won_amount", "1", 10.0)])
    company.csv("kpi,owner,period,target\nwon_amount,1,2026-Q3,50\nwon_amount,Nobody,2026-Q3,60\n")
    report = company.judge()
    assert (report.targets, [problem.where for problem in report.problems]) == (1, ["targets/t.csv:3 owner"])


def test_without_targets_nothing_is_written(company: Company) -> None:
    report = company.judge()
    assert (report.targets, report.changed, report.colours) == (0, 0, {})


def test_when_the_last_targets_file_goes_so_do_its_gaps(company: Company) -> None:
    company.values([owner_value("won_amount", "1", 10.0)])
    file = company.file("t.csv", "kpi,owner,period,target\nwon_amount,1,2026-Q3,50\n")
    company.judge()
    file.unlink()
    assert company.judge().changed == 1
    assert company.gaps() == []


def test_every_shipped_kpi_can_have_a_target(company: Company) -> None:
    text = company.config.path.read_text("utf-8").replace("enabled: [win_rate, won_amount, sales_cycle, ", "enabled: [")
    company.config.path.write_text(
        text.replace("  enabled: [order_amount_growth, service_level, delivery_time]\n", ""), "utf-8"
    )
    company.settings_again()
    kpis = [each.id for each in shipped() if each.id in {one.id for one in company.config.definitions}]
    book = company.csv("kpi,period,target\n" + "".join(f"{kpi},2026,50 \n" for kpi in kpis))
    assert [str(problem) for problem in book.problems] == []
    assert len(book.entries) == len(kpis) > 10


# ---- colours that do not flicker -------------------------------------------------------------------------------------

RATE = "targets:\n  - {id: t, kpi: win_rate, period: 2026-Q3, target: 80 %}\n"


def day(company: Company, number: float, moment: str = "2026-08-17", **more: Any) -> dict[str, Any]:
    """Judge the rate as it is on a day; the row of its target."""
    company.values([value("win_rate", number, as_of=f"{moment}T00:00:00Z", **more)])
    company.judge()
    return only(company)


def test_a_colour_stays_for_one_evaluation_and_not_for_two(company: Company) -> None:
    company.yaml(RATE)
    assert day(company, 0.8)["rag"] == "green"
    held = day(company, 0.79, "2026-08-18")
    assert (held["rag"], held["judged"], held["judged_at"]) == ("green", "amber", "2026-08-18T00:00:00Z")
    assert company.judge().changed == 0
    assert day(company, 0.78, "2026-08-19")["rag"] == "amber"


def test_a_new_threshold_is_judged_by_at_once(company: Company) -> None:
    company.yaml(RATE)
    assert day(company, 0.79)["rag"] == "amber"
    company.yaml(RATE.replace("80 %}", "80 %, green: 95 %, amber: 80 %}"))
    company.judge()
    assert only(company)["rag"] == "green"


def test_what_is_over_is_reached_or_not(company: Company) -> None:
    company.yaml(RATE.replace("2026-Q3", "2026-Q2"))
    second = {"period_start": "2026-04-01", "period_end": "2026-07-01"}
    assert day(company, 0.8, **second)["rag"] == "green"
    row = day(company, 0.79, "2026-08-18", **second)
    assert (row["rag"], row["judged"], row["judged_at"]) == ("amber", None, None)


# ---- windows ---------------------------------------------------------------------------------------------------------


def test_levels_of_running_periods_are_asked_for_and_nothing_else(company: Company) -> None:
    company.yaml(
        """
targets:
  - {kpi: win_rate, period: 2026-Q3, target: 80 %}
  - {kpi: win_rate, period: 2026-Q2, target: 80 %}
  - {kpi: win_rate, period: 2026-Q4, target: 80 %}
  - {kpi: won_amount, period: 2026-Q3, target: 1000}
  - {kpi: sales_cycle, period: 2026-Q3, change: -10%, baseline_period: 2025-Q3}
"""
    )
    asked: list[Any] = []

    def windows(cells: Any) -> dict[Any, Actual]:
        asked.extend(cells)
        return {cell: Actual(0.7, "ok") for cell in cells}

    company.values([value("win_rate", 0.8), value("won_amount", 100.0)])
    update_gaps(company.config, company.store, run_id=1, windows=windows)
    assert asked == [("", "win_rate", "organisation", "", "quarter", "2026-07-01")]
    row = only(company, period_start="2026-07-01", kpi="win_rate")
    assert (row["actual"], row["trailing"], row["rag"]) == (0.8, 0.7, "red")


def test_a_range_has_both_bounds(company: Company) -> None:
    company.yaml("targets:\n  - {kpi: service_level, period: 2026-Q3, low: 2, high: 4}\n")
    company.values([value("service_level", 3.5, unit="times")])
    company.judge()
    assert (only(company)["target_low"], only(company)["target_high"], only(company)["target"]) == (2.0, 4.0, 4.0)

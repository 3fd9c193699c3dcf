"""The last twelve months, computed from the facts: exact, for medians too."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.connector.report.firm import PEOPLE, SETTINGS, TEAMS, Firm, usual_deals

NewFirm = Callable[..., Firm]


def twelve(firm: Firm, owner: str) -> dict[str, dict[str, Any]]:
    document = json.loads(firm.report("json", owner=owner)["json"])
    rows = document["pages"][0]["values"]
    return {row["kpi"]: row for row in rows if row["period"] == "trailing_12_months"}


def test_a_median_of_twelve_months_is_none_of_medians(new_firm: NewFirm) -> None:
    """Wins took 1 | 3, 20 | 5, 6, 30 days: medians of quarters are 1, 11.5 and 6; that of the year is 5.5."""
    days = {"2025-02": (1,), "2025-05": (3, 20), "2025-08": (5, 6, 30)}
    deals = [("U1", "won", f"{month}-{day + 1:02}", 100.0) for month, each in days.items() for day in each]
    own = new_firm().fill(teams=TEAMS, people=PEOPLE, deals=deals).compute()
    assert twelve(own, "U1")["sales_cycle"]["value"] == 5.5


def test_counts_and_sums_by_hand(firm: Firm) -> None:
    found = twelve(firm, "U1")
    assert (found["win_rate"]["part"], found["win_rate"]["whole"]) == (6, 10)
    assert found["won_amount"]["value"] == 9_500
    assert found["sales_cycle"]["n"] == 6
    assert (found["won_amount"]["period_start"], found["won_amount"]["period_end"]) == ("2024-12-01", "2025-12-01")
    assert not found["won_amount"]["complete"]


def test_what_stands_at_a_moment_has_no_twelve_months(firm: Firm) -> None:
    assert "pipeline_value" not in twelve(firm, "U3")
    assert "won_amount" in twelve(firm, "U3")


@pytest.mark.parametrize(
    ("fiscal", "as_of", "start", "end"),
    [
        ("april", datetime(2025, 11, 20, 9, tzinfo=UTC), "2024-12-01", "2025-12-01"),
        ("january", datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC), "2025-01-01", "2026-01-01"),
        ("january", datetime(2025, 12, 31, 23, 0, 0, tzinfo=UTC), "2025-02-01", "2026-02-01"),
    ],
    ids=["fiscal year", "last second of the year in Berlin", "first second of the next"],
)
def test_bounds(new_firm: NewFirm, fiscal: str, as_of: datetime, start: str, end: str) -> None:
    settings = SETTINGS.replace("holidays: DE", f"holidays: DE, fiscal_year_starts: {fiscal}")
    own = new_firm(settings=settings).fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute(as_of)
    row = twelve(own, "U1")["won_amount"]
    assert (row["period_start"], row["period_end"]) == (start, end)


def test_they_end_where_the_shown_periods_end(new_firm: NewFirm) -> None:
    """A report on data of long ago is not compared with twelve months of nothing."""
    settings = SETTINGS.replace("since: 2024-01-01", "since: 2024-01-01, until: 2025-10-01")
    settings = settings.replace("  since: 2024-01-01, until: 2025-10-01", "  since: 2024-01-01\n  until: 2025-10-01")
    own = new_firm(settings=settings).fill(teams=TEAMS, people=PEOPLE, deals=usual_deals()).compute()
    row = twelve(own, "U2")["win_rate"]
    assert (row["part"], row["whole"], row["period_end"]) == (30, 40, "2025-10-01")
    assert row["complete"]

"""Targets that ask for more than there ever was: a warning with the figures, and silence where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from connector.targets import check_targets

from .conftest import Company, value


def quarters(kpi: str, numbers: Sequence[float | None], **more: Any) -> list[dict[str, Any]]:
    """The values of the quarters up to the second of 2026, and the running one."""
    rows = []
    for back, number in enumerate(reversed(numbers), start=1):
        year, quarter = divmod(2026 * 4 + 2 - back, 4)
        end = (2026 * 4 + 2 - back + 1) // 4, (2026 * 4 + 2 - back + 1) % 4
        start = f"{year}-{quarter * 3 + 1:02}-01"
        rows.append(value(kpi, number, period_start=start, period_end=f"{end[0]}-{end[1] * 3 + 1:02}-01", **more))
    return [*rows, value(kpi, 5.0)]


def warned(company: Company, line: str) -> list[str]:
    company.yaml(f"targets:\n  - {{{line}}}\n")
    return [f"{each.where}: {each.message}" for each in check_targets(company.config, company.store).warnings]


GROWING = [100.0, 102.0, 99.0, 101.0, 104.0, 103.0, 105.0, 104.0]


def test_a_slip_of_the_pen_is_told_with_its_figures(company: Company) -> None:
    """By hand: of eight quarters four changes lie a year apart: 104/100, 103/102, 105/99, 104/101."""
    company.values(quarters("won_amount", GROWING))
    (said,) = warned(company, "kpi: won_amount, period: 2026-Q3, target: 1040")
    assert said == (
        "targets/t.yaml:2 targets[0].target: it asks for +900.0 %: not 1 in 100 changes would be as large, going by"
        " the 4 over as long a time before, from +1.0 % to +6.1 %, in the middle +3.5 %"
    )


@pytest.mark.parametrize(
    "line",
    [
        "kpi: won_amount, period: 2026-Q3, target: 108",
        "kpi: won_amount, period: 2026-Q3, low: 1000",
        "kpi: won_amount, period: 2026, target: 100000",
        "kpi: sales_cycle, period: 2026-Q3, target: 1",
    ],
    ids=["usual", "a range", "no such values", "another kpi"],
)
def test_nothing_is_said_of_others(company: Company, line: str) -> None:
    company.values(quarters("won_amount", GROWING))
    assert warned(company, line) == []


def test_the_baseline_says_how_long_the_time_is(company: Company) -> None:
    company.values(quarters("sales_cycle", [50.0, 49.0, 51.0, 50.0, 49.0, 50.0, 51.0, 50.0], unit="days"))
    (said,) = warned(company, "kpi: sales_cycle, period: 2026-Q3, change: -30%, baseline_period: 2026-Q2")
    assert "it asks for -30.0 %: not 1 in 100" in said
    assert "going by the 7 over as long" in said
    (said,) = warned(company, "kpi: sales_cycle, period: 2026-Q3, target: 35, baseline: 50")
    assert "going by the 7 over as long" in said


def test_unsound_values_are_no_history(company: Company) -> None:
    company.values(quarters("won_amount", GROWING, status="incomplete"))
    assert warned(company, "kpi: won_amount, period: 2026-Q3, target: 1040") == []


def test_a_new_kpi_has_no_history(company: Company) -> None:
    company.values(quarters("won_amount", GROWING[:4]))
    assert warned(company, "kpi: won_amount, period: 2026-Q3, target: 1040") == []

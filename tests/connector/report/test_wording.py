"""What a cell tells, status by status."""

from __future__ import annotations

import pytest

from connector.report.cells import Cell
from connector.report.reader import Reader
from connector.report.sentence import Sentence
from connector.report.status import STATUSES
from connector.report.wording import Beside, cell_text
from kpi_engine.catalog import shipped
from kpi_engine.evaluate import Status

KPIS = {each.id: each for each in shipped()}
BLANK = Cell("2025-07-01", "2025-10-01", None, None, None, None, None, None, "ok", 0, "percent", "")
EN = Reader("en")


def told(kpi: str, language: str = "en", *, beside: Beside | None = None, **columns: object) -> tuple[str, ...]:
    unit = KPIS[kpi].unit.value
    cell = BLANK._replace(unit=unit, currency="EUR" if unit == "money" else "", **columns)  # type: ignore[arg-type]
    text = cell_text(Reader(language), KPIS[kpi], cell, beside=beside)
    return (text.main, *text.small)


def test_a_value_with_its_interval_and_rows() -> None:
    assert told("win_rate", value=0.6371, n=91, low=0.54, high=0.72) == ("63.7%", "54–72%", "91 deals")
    assert told("won_amount", value=1_500_000.0, n=1) == ("€1.5M", "1 deal")
    assert told("won_deals", value=7.0, n=7) == ("7",)
    assert told("order_amount_growth", value=-0.2, n=30) == ("-20.0%",)


def test_counts_instead_of_a_judgement() -> None:
    thin = {"value": 0.75, "n": 4, "status": "insufficient_n"}
    assert told("win_rate", numerator=3, denominator=4, **thin) == ("3 of 4 won",)
    assert told("win_rate", "zh-CN", numerator=3, denominator=4, **thin) == ("4 个中赢得 3 个",)
    assert told("sales_cycle", value=12.0, n=1, status="insufficient_n") == ("1 deal",)
    assert told("win_rate_value", numerator=30_000, denominator=40_000, **thin) == ("4 deals",)


def beside(same: str, twelve: str, who: str = "team") -> Beside:
    value = BLANK._replace(value=0.6, n=50)
    return Beside(Sentence(who), value._replace(status=same), value._replace(status=twelve, value=0.5))


def test_the_team_stands_beside_thin_numbers() -> None:
    thin = {"value": 0.75, "n": 4, "status": "insufficient_n", "numerator": 3, "denominator": 4}
    assert told("win_rate", beside=beside("ok", "ok"), **thin)[1:] == ("team: 60.0%",)
    assert told("win_rate", beside=beside("insufficient_n", "ok"), **thin)[1:] == ("team, 12 months: 50.0%",)
    assert told("win_rate", beside=beside("insufficient_n", "insufficient_n"), **thin)[1:] == ()
    assert told("win_rate", "zh-TW", beside=beside("error", "ok"), **thin)[1:] == ("團隊近 12 個月：50.0%",)


def test_a_judged_number_stands_alone() -> None:
    assert told("win_rate", beside=beside("ok", "ok"), value=0.7, n=50) == ("70.0%", "50 deals")


@pytest.mark.parametrize("status", ["history_truncated", "missing_fx", "incomplete"])
def test_a_value_to_be_read_with_care_says_so(status: str) -> None:
    assert told("won_amount", value=5.0, n=3, status=status)[-1] == str(STATUSES[status].word)


@pytest.mark.parametrize(
    ("status", "main"),
    [
        ("no_data", "no deals"),
        ("zero_denominator", "nothing to compare with"),
        ("not_mature", "too early"),
        ("not_applicable", "does not apply"),
        ("error", "could not be computed"),
    ],
)
def test_no_value_says_why(status: str, main: str) -> None:
    assert told("win_rate", status=status) == (main,)
    cell = BLANK._replace(status=status)
    assert not cell_text(EN, KPIS["win_rate"], cell).small
    assert cell_text(EN, KPIS["win_rate"], cell, beside=beside("ok", "ok")).small


def test_many_rows_left_out_are_told_but_not_for_the_company() -> None:
    cell = BLANK._replace(value=0.5, n=90, excluded=10)
    assert cell_text(EN, KPIS["win_rate"], cell).small == ("90 deals", "10 left out")
    assert cell_text(EN, KPIS["win_rate"], cell, whole=True).small == ("90 deals",)
    assert cell_text(EN, KPIS["win_rate"], cell._replace(excluded=4)).small == ("90 deals",)


def test_every_status_is_told() -> None:
    assert set(STATUSES) == {each.value for each in Status} - {"ok"}


def test_rows_that_were_all_left_out_are_not_none() -> None:
    """ "No deals" is for a period without deals; here there are some, and nothing is known of them."""
    assert told("pipeline_value", status="no_data", excluded=7) == ("no data", "7 left out")
    assert told("pipeline_value", status="no_data") == ("no deals",)


def test_counts_without_a_value_say_why_there_is_none() -> None:
    assert told("win_rate_value", status="not_applicable", n=12) == ("12 deals", "does not apply")

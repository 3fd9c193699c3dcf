"""One row per target: golden rows by hand, and everything that stands in the way of one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_engine.definition import Better, Unit
from kpi_engine.evaluate import Status
from kpi_engine.gap import BASIS, Actual, Before, Course, Gap, GapStatus, Rag, basis, gap, unset
from kpi_engine.gap.status import FROM_VALUE
from kpi_engine.target import (
    AtLeast,
    AtMost,
    Baseline,
    ByChange,
    Target,
    Thresholds,
    Within,
    in_force,
    parse_change,
)

FINISHED = Course(1.0, started=True, finished=True)
HALF = Course(0.5, started=True, finished=False)
QUARTER = Course(0.25, started=True, finished=False)


def target(**more: Any) -> Target:
    return Target(
        **{
            "id": "t",
            "kpi": "csat",
            "unit": Unit.PERCENT,
            "period": "year",
            "start": date(2026, 1, 1),
            "end": date(2027, 1, 1),
            "goal": AtLeast(value=0.9),
        }
        | more
    )


def ok(value: float | None, **more: Any) -> Actual:
    return Actual(**{"value": value, "status": "ok"} | more)


SATISFACTION = target(baseline=Baseline(value=0.8))
STEEPER = target(baseline=Baseline(value=0.75))
RESPONSE = in_force(
    target(
        goal=ByChange(change=parse_change("-30%", unit=Unit.HOURS, better=Better.LOWER), better="lower"), unit="hours"
    ),
    Baseline(value=10),
)
DELIVERY = in_force(
    target(
        goal=ByChange(change=parse_change("-20%", unit=Unit.DAYS, better=Better.LOWER), better="lower"), unit="days"
    ),
    Baseline(value=5),
)
REVENUE = target(kpi="won_amount", unit="money", goal=AtLeast(value=1200))
COMPLAINTS = target(kpi="complaints", unit="count", goal=AtMost(value=12))

GOLDEN = [  # target, course, flow, actual: gap, attainment, progress, expected, pace, colour
    ("satisfaction half-way, on its path", SATISFACTION, HALF, False, 0.85, -0.05, 0.85 / 0.9, 0.5, 0.85, 1.0, "green"),
    ("satisfaction half-way, a bit late", SATISFACTION, HALF, False, 0.84, -0.06, 0.84 / 0.9, 0.4, 0.85, 0.9, "amber"),
    ("satisfaction half-way, stuck", SATISFACTION, HALF, False, 0.8, -0.1, 0.8 / 0.9, 0.0, 0.85, 0.5, "red"),
    ("satisfaction at the end", SATISFACTION, FINISHED, False, 0.87, -0.03, 0.87 / 0.9, 0.7, 0.9, None, "red"),
    ("75 to 90 % at the end", STEEPER, FINISHED, False, 0.885, -0.015, 0.885 / 0.9, 0.9, 0.9, None, "amber"),
    ("75 to 90 % after a quarter", STEEPER, QUARTER, False, 0.7875, -0.1125, 0.875, 0.25, 0.7875, 1.0, "green"),
    ("response time -30 %, at the end", RESPONSE, FINISHED, False, 8, -1, 6 / 7, 2 / 3, 7, None, "red"),
    ("response time -30 %, half-way", RESPONSE, HALF, False, 8, -1, 6 / 7, 2 / 3, 8.5, 7 / 6, "green"),
    ("delivery time -20 %, reached", DELIVERY, FINISHED, False, 3.8, 0.2, 1.05, 1.2, 4, None, "green"),
    ("delivery time -20 %, a quarter in", DELIVERY, QUARTER, False, 4.9, -0.9, 0.775, 0.1, 4.75, 0.85, "red"),
    ("revenue on pace", REVENUE, HALF, True, 600, -600, 0.5, None, 600, 1.0, "green"),
    ("revenue behind", REVENUE, HALF, True, 480, -720, 0.4, None, 600, 0.8, "red"),
    ("revenue done early", REVENUE, HALF, True, 1300, 100, 1300 / 1200, None, 600, 1300 / 600, "blue"),
    ("revenue nearly reached", REVENUE, FINISHED, True, 1100, -100, 1100 / 1200, None, 1200, None, "amber"),
    ("complaints within pace", COMPLAINTS, HALF, True, 5, 7, 2 - 5 / 12, None, 6, 13 / 12, "green"),
    ("complaints at risk", COMPLAINTS, HALF, True, 7, 5, 2 - 7 / 12, None, 6, 11 / 12, "amber"),
]


@pytest.mark.parametrize(
    ("standing", "course", "flow", "actual", "gap_", "attainment", "progress", "expected", "pace", "colour"),
    [pytest.param(*row[1:], id=row[0]) for row in GOLDEN],
)
def test_golden_gaps(
    standing: Target,
    course: Course,
    flow: bool,
    actual: float,
    gap_: float,
    attainment: float,
    progress: float | None,
    expected: float,
    pace: float | None,
    colour: str,
) -> None:
    row = gap(standing, ok(actual), course=course, flow=flow)
    found = (row.gap, row.attainment, row.progress, row.expected, row.pace)
    for number, wanted in zip(found, (gap_, attainment, progress, expected, pace), strict=True):
        assert number == (wanted if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-12))
    assert (row.rag, row.status) == (Rag(colour), GapStatus.OK)
    assert (row.forecast, row.p_hit) == (None, None)


def test_a_row_knows_its_cell() -> None:
    row = gap(target(scope="owner", scope_id="7", connection="crm"), ok(0.9), course=FINISHED, flow=False)
    assert row[:8] == ("t", "crm", "csat", "owner", "7", "year", "2026-01-01", "2027-01-01")
    assert (row.actual, row.target, row.unit) == (0.9, 0.9, "percent")


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.OK])
def test_a_value_without_a_judgement_is_grey_and_keeps_its_word(status: Status) -> None:
    row = gap(target(), Actual(None, status.value), course=FINISHED, flow=False)
    assert (row.gap, row.attainment, row.rag, row.status.value) == (None, None, Rag.GREY, status.value)


@pytest.mark.parametrize("status", ["insufficient_n", "history_truncated", "missing_fx", "incomplete"])
def test_a_value_that_is_only_doubtful_keeps_its_numbers_but_gets_no_colour(status: str) -> None:
    row = gap(target(), Actual(0.72, status), course=FINISHED, flow=False)
    assert (row.attainment, row.rag, row.status.value) == (pytest.approx(0.8), Rag.GREY, status)


def test_every_status_of_a_value_is_one_of_a_gap() -> None:
    assert set(FROM_VALUE) == {status.value for status in Status}


def test_what_has_not_begun_has_no_actual() -> None:
    row = gap(target(), ok(0.5), course=Course(0.0, started=False, finished=False), flow=False)
    assert (row.actual, row.gap, row.rag, row.status) == (None, None, Rag.GREY, GapStatus.NOT_STARTED)


def test_a_cell_that_nobody_computed() -> None:
    row = gap(target(), None, course=HALF, flow=False)
    assert (row.actual, row.target, row.rag, row.status) == (None, 0.9, Rag.GREY, GapStatus.NOT_COMPUTED)


def test_old_facts_are_not_judged() -> None:
    row = gap(target(), ok(0.95), course=Course(1.0, started=True, finished=True, stale=True), flow=False)
    assert (row.gap, row.rag, row.status) == (pytest.approx(0.05), Rag.GREY, GapStatus.STALE)


def test_a_change_without_a_baseline_has_no_target_yet() -> None:
    change = ByChange(change=parse_change("+10pp", unit=Unit.PERCENT, better=Better.HIGHER), better="higher")
    row = gap(target(goal=change), ok(0.5), course=HALF, flow=False)
    assert (row.actual, row.target, row.gap, row.status) == (0.5, None, None, GapStatus.BASELINE_MISSING)


def test_target_not_set_is_a_state_and_no_percentage() -> None:
    row = unset(("crm", "csat", "owner", "8", "year", "2026-01-01"), ok(0.7), period_end="2027-01-01")
    assert (row.target_id, row.actual, row.target, row.attainment) == ("", 0.7, None, None)
    assert (row.rag, row.status) == (Rag.GREY, GapStatus.TARGET_NOT_SET)


@pytest.mark.parametrize(
    ("low", "high", "colour"), [(0.70, 0.95, "amber"), (0.70, 0.9, "amber"), (0.70, 0.85, "red"), (None, None, "red")]
)
def test_a_miss_within_the_noise_is_amber(low: float | None, high: float | None, colour: str) -> None:
    row = gap(target(), ok(0.8, ci_low=low, ci_high=high), course=FINISHED, flow=False)
    assert row.rag is Rag(colour)


def test_noise_makes_nothing_better_than_amber_and_nothing_worse() -> None:
    assert gap(target(), ok(0.95, ci_low=0.5, ci_high=0.99), course=FINISHED, flow=False).rag is Rag.GREEN


def test_thresholds_of_its_own() -> None:
    strict = target(thresholds=Thresholds(green=1.05, amber=1.0))
    assert gap(strict, ok(0.9), course=FINISHED, flow=False).rag is Rag.AMBER


@pytest.mark.parametrize(("actual", "colour"), [(-4.0, "green"), (-6.0, "red")])
def test_where_no_share_can_be_taken_it_is_reached_or_not(actual: float, colour: str) -> None:
    row = gap(target(goal=AtLeast(value=-5), unit="points"), ok(actual), course=FINISHED, flow=False)
    assert (row.attainment, row.rag) == (None, Rag(colour))


def test_a_flow_of_a_level_is_never_done_early() -> None:
    assert gap(target(), ok(0.95), course=HALF, flow=False).rag is Rag.GREEN


@pytest.mark.parametrize(("actual", "shown", "colour"), [(4.0, 3.0, "green"), (5.05, 5.0, "amber"), (9.0, 5.0, "red")])
def test_a_range(actual: float, shown: float, colour: str) -> None:
    row = gap(target(goal=Within(low=3, high=5), unit="times"), ok(actual), course=HALF, flow=False)
    assert (row.target, row.rag) == (shown, Rag(colour))


def test_the_columns_are_those_of_the_table() -> None:
    from connector.store.schema import columns_of

    assert Gap._fields == columns_of("gaps", leaving_out=("run_id",))


# ---- trailing windows, bounds, and the colour before -----------------------------------------------------------------


def test_a_running_level_is_judged_by_a_window_as_long_as_its_period() -> None:
    """Half-way from 80 to 90 % it should be 85 %. The year so far is at 90 %, the last twelve months at 84 %."""
    row = gap(SATISFACTION, ok(0.9), course=HALF, flow=False, window=ok(0.84))
    assert (row.actual, row.trailing, row.gap) == (0.9, 0.84, pytest.approx(0))
    assert (row.pace, row.rag) == (pytest.approx(0.9), Rag.AMBER)


@pytest.mark.parametrize(
    ("course", "flow", "window"),
    [
        (FINISHED, False, ok(0.7)),
        (HALF, True, ok(0.7)),
        (HALF, False, None),
        (HALF, False, ok(None, status="no_data")),
        (HALF, False, ok(0.7, status="insufficient_n")),
    ],
    ids=["over", "piles up", "none", "empty", "too few"],
)
def test_where_the_period_itself_is_judged(course: Course, flow: bool, window: Actual | None) -> None:
    alone = gap(SATISFACTION, ok(0.85), course=course, flow=flow)
    assert gap(SATISFACTION, ok(0.85), course=course, flow=flow, window=window) == alone
    assert alone.trailing is None


def test_a_window_has_enough_where_the_period_has_too_few() -> None:
    few = ok(0.5, status="insufficient_n")
    assert gap(SATISFACTION, few, course=HALF, flow=False).status is GapStatus.INSUFFICIENT_N
    row = gap(SATISFACTION, few, course=HALF, flow=False, window=ok(0.86))
    assert (row.status, row.rag, row.actual) == (GapStatus.OK, Rag.GREEN, 0.5)
    broken = gap(SATISFACTION, ok(0.5, status="incomplete"), course=HALF, flow=False, window=ok(0.86))
    assert broken.status is GapStatus.INCOMPLETE


@pytest.mark.parametrize(("low", "high"), [(2.0, 4.0), (2.0, None), (None, 4.0)])
def test_a_range_keeps_both_bounds(low: float | None, high: float | None) -> None:
    row = gap(target(goal=Within(low=low, high=high)), ok(3), course=HALF, flow=False)
    assert (row.target_low, row.target_high) == (low, high)


def test_other_targets_have_no_bounds() -> None:
    row = gap(SATISFACTION, ok(0.8), course=HALF, flow=False)
    assert (row.target_low, row.target_high) == (None, None)


def looked(which: Target, value: float, earlier: Gap | None, day: int) -> Gap:
    """One evaluation more."""
    known = None
    if earlier is not None and earlier.judged is not None:
        numbers = basis(*(getattr(earlier, name) for name in BASIS))
        known = Before(earlier.rag, earlier.judged, earlier.judged_at or "", numbers)
    return gap(which, ok(value), course=HALF, flow=False, before=known, at=f"2026-08-{day:02}T00:00:00Z")


def test_a_colour_stays_for_one_evaluation() -> None:
    first = looked(SATISFACTION, 0.85, None, 1)
    second = looked(SATISFACTION, 0.8499, first, 2)
    assert (first.rag, second.rag, second.judged) == (Rag.GREEN, Rag.GREEN, Rag.AMBER)
    assert looked(SATISFACTION, 0.8499, second, 2) == second
    assert looked(SATISFACTION, 0.8499, second, 3).rag is Rag.AMBER
    assert looked(SATISFACTION, 0.85, second, 3).judged_at == "2026-08-03T00:00:00Z"


@pytest.mark.parametrize(
    "other",
    [
        target(baseline=Baseline(value=0.8), goal=AtLeast(value=0.901)),
        target(baseline=Baseline(value=0.801)),
        target(baseline=Baseline(value=0.8), thresholds=Thresholds(green=1.01)),
        target(goal=Within(low=0.851)),
    ],
    ids=["target", "baseline", "thresholds", "range"],
)
def test_a_target_that_was_changed_is_judged_anew(other: Target) -> None:
    first = looked(SATISFACTION, 0.85, None, 1)
    assert looked(other, 0.85, first, 1).rag is Rag.AMBER


def test_a_range_is_the_same_range_whichever_bound_is_nearer() -> None:
    within = target(goal=Within(low=2, high=4, tolerance=1))
    first = looked(within, 2.5, None, 1)
    assert first.rag is Rag.GREEN
    assert looked(within, 4.05, first, 2).rag is Rag.GREEN

"""Coordinates stay on their canvas, whatever the numbers are."""

from __future__ import annotations

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from connector.report.chart import BOTTOM, LEFT, RIGHT, TOP, bullet, nice_ticks, sparkline, trend

numbers = st.floats(min_value=-1e12, max_value=1e12)
series = st.lists(st.none() | numbers, max_size=70)


def absolute(path: str) -> list[tuple[int, int]]:
    """Every point of a path of ours."""
    points: list[tuple[int, int]] = []
    for command, arguments in re.findall(r"([MLlhz])([-\d ]*)", path):
        values = [int(value) for value in arguments.split()]
        if command in "ML":
            points.append((values[0], values[1]))
        elif command == "l":
            points.append((points[-1][0] + values[0], points[-1][1] + values[1]))
    return points


@given(series, st.booleans())
def test_sparkline_stays_in_its_box(values: list[float | None], running: bool) -> None:
    drawn = sparkline(values, running=running)
    known = [value for value in values[-60:] if value is not None]
    assert (drawn is None) == (len(known) < 2)
    if drawn is not None:
        points = absolute(drawn.line) + absolute(drawn.running)
        assert all(2 <= x <= 98 and 2 <= y <= 22 for x, y in points)
        assert drawn.end in points


def test_a_gap_in_the_line() -> None:
    drawn = sparkline([1.0, None, 3.0, None, 2.0, 2.0], running=False)
    assert drawn is not None
    assert drawn.line == "M2 22h0M40 2h0M79 12l19 0"


def test_the_running_period_is_apart() -> None:
    drawn = sparkline([1.0, 2.0, 1.0], running=True)
    assert drawn is not None
    assert (drawn.line, drawn.running) == ("M2 22l48 -20", "M50 2L98 22")


def test_constant_values_lie_in_the_middle() -> None:
    drawn = sparkline([5.0, 5.0], running=False)
    assert drawn is not None
    assert drawn.line == "M2 12l96 0"


@given(st.none() | numbers, numbers, st.none() | numbers, st.none() | numbers)
def test_bullet_stays_in_its_box(
    actual: float | None, target: float, expected: float | None, other: float | None
) -> None:
    drawn = bullet(actual, target, expected, other=other)
    assert drawn.other is None or 0 <= drawn.other <= 200
    assert 0 <= drawn.left <= drawn.left + drawn.width <= 201
    assert 0 <= drawn.target <= 200
    assert drawn.expected is None or 0 <= drawn.expected <= 200


def test_a_bullet_ends_at_its_mark_when_the_target_is_hit() -> None:
    drawn = bullet(50.0, 50.0, 50.0)
    assert drawn.left + drawn.width == drawn.target
    assert drawn.expected is None  # it would stand on the target


def test_a_range_has_a_mark_at_each_bound() -> None:
    drawn = bullet(3.0, 4.0, None, other=2.0)
    assert drawn.other is not None
    assert drawn.other < drawn.left + drawn.width < drawn.target
    assert bullet(3.0, 4.0, None, other=4.0).other is None


@given(numbers, numbers)
def test_ticks_hold_the_range_and_are_few(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assume(high - low > 1e-6 * max(abs(low), abs(high), 1e-6))
    ticks = nice_ticks(low, high)
    assert ticks == sorted(set(ticks))
    assert 2 <= len(ticks) <= 8
    slack = (high - low) * 1e-6 + 1e-9
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack


@given(series, st.none() | numbers)
def test_trend_stays_on_its_canvas(values: list[float | None], target: float | None) -> None:
    intervals = [None if value is None else (value - abs(value), value + abs(value)) for value in values]
    drawn = trend(values, intervals, running=True, target=target)
    if drawn is not None:
        points = absolute(drawn.line) + absolute(drawn.running) + absolute(drawn.band.replace("z", ""))
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in points)
        assert all(TOP <= tick.y <= BOTTOM for tick in drawn.ticks)
        assert drawn.target is None or TOP <= drawn.target <= BOTTOM


def test_wide_intervals_do_not_flatten_the_line() -> None:
    drawn = trend([0.5, 0.6, 0.55], [(0.0, 50.0), (0.5, 0.65), None], running=False, target=None)
    assert drawn is not None
    assert drawn.ticks[-1].value < 1

"""The geometry of charts: numbers in, coordinates out. The templates draw them (ADR 11 says why we do it ourselves).

Whole units of a small canvas are exact enough: a line of 24 points takes 150 bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Values = Sequence[float | None]

MOST_POINTS = 60
"""A longer history is cut at its old end; the table and the other formats have all of it."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line without axes, 100 wide and 24 high."""

    line: str
    """SVG path of the complete periods; gaps where nothing is known."""
    running: str
    """SVG path of the last step, where the last period is still running."""
    end: tuple[int, int]
    """The last point."""


def sparkline(values: Values, *, running: bool) -> Sparkline | None:
    """The line of a KPI over its periods; None where fewer than two are known.

    >>> sparkline([1, 2, None, 3, 4], running=False).line
    'M2 22l24 -7M74 9l24 -7'
    >>> sparkline([1, 2, 3], running=True).running
    'M50 12L98 2'
    """
    shown = values[-MOST_POINTS:]
    known = [value for value in shown if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    points = _points(shown, low=low, high=high, left=2, right=98, top=2, bottom=22)
    last = next(point for point in reversed(points) if point is not None)
    dashed = running and points[-1] is not None and points[-2] is not None
    path = _path(points[:-1] if dashed else points)
    step = "M{} {}L{} {}".format(*points[-2], *points[-1]) if dashed else ""  # type: ignore[misc]  # both are known
    return Sparkline(path, step, last)


_Point = tuple[int, int]


def _points(
    values: Values, *, low: float, high: float, left: int, right: int, top: int, bottom: int
) -> list[_Point | None]:
    across = (right - left) / max(1, len(values) - 1)
    return [
        None
        if value is None
        else (round(left + across * at), round(_height(value, low=low, high=high, top=top, bottom=bottom)))
        for at, value in enumerate(values)
    ]


def _height(value: float, *, low: float, high: float, top: int, bottom: int) -> float:
    """Upside down, as SVG counts; in the middle where all values are the same."""
    if high == low:
        return (top + bottom) / 2
    return bottom - (value - low) / (high - low) * (bottom - top)


def _path(points: Sequence[_Point | None]) -> str:
    """Relative steps, which are short; a single point between gaps becomes a dot (a line of no length)."""
    written: list[str] = []
    previous: _Point | None = None
    for at, point in enumerate(points):
        if point is not None and previous is not None:
            written.append(f"l{point[0] - previous[0]} {point[1] - previous[1]}")
        elif point is not None:
            alone = at + 1 == len(points) or points[at + 1] is None
            written.append(f"M{point[0]} {point[1]}{'h0' if alone else ''}")
        previous = point
    return "".join(written)


@dataclass(frozen=True, slots=True)
class Bullet:
    """A bar to a mark, 200 wide: the actual, the target, and where it should stand by now."""

    left: int
    """Where the bar begins: at zero."""
    width: int
    target: int
    expected: int | None
    other: int | None = None
    """The other bound of a range."""


def bullet(actual: float | None, target: float, expected: float | None, *, other: float | None = None) -> Bullet:
    """A bullet chart of one target.

    >>> bullet(80.0, 100.0, 90.0)
    Bullet(left=0, width=145, target=182, expected=164, other=None)
    >>> bullet(-20.0, 100.0, None).left
    17
    """
    values = [value for value in (actual, target, expected, other) if value is not None]
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low) * 0.1 or 1.0
    low, high = (low - room if low < 0 else 0.0), high + room

    def across(value: float) -> int:
        return round((value - low) / (high - low) * 200)

    zero, reached = across(0.0), across(actual or 0.0)
    return Bullet(
        left=min(zero, reached),
        width=abs(reached - zero),
        target=across(target),
        expected=None if expected is None or expected == target else across(expected),
        other=None if other is None or other == target else across(other),
    )


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart, and the value that it stands for."""

    y: int
    value: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart with a scale, 320 wide and 132 high; the plot is between x 44 and 312, y 8 and 108."""

    line: str
    running: str
    band: str
    """SVG path around the 95 % intervals; empty where there are none."""
    ticks: tuple[Tick, ...]
    end: _Point
    target: int | None
    """The height of the current target."""


LEFT, RIGHT, TOP, BOTTOM = 44, 312, 8, 108


def trend(
    values: Values, intervals: Sequence[tuple[float, float] | None], *, running: bool, target: float | None
) -> Trend | None:
    """The chart of a KPI over its periods; None where fewer than two are known."""
    values, intervals = values[-MOST_POINTS:], intervals[-MOST_POINTS:]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    ticks = nice_ticks(*_extent(known, intervals, target))
    low, high = ticks[0], ticks[-1]
    scale = {"low": low, "high": high, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}
    points = _points(values, **scale)  # type: ignore[arg-type]  # two floats and four whole numbers
    dashed = running and points[-1] is not None and points[-2] is not None
    return Trend(
        line=_path(points[:-1] if dashed else points),
        running="M{} {}L{} {}".format(*points[-2], *points[-1]) if dashed else "",  # type: ignore[misc]  # both known
        band=_band(intervals, scale),
        ticks=tuple(Tick(_level(tick, low, high), tick) for tick in ticks),
        end=next(point for point in reversed(points) if point is not None),
        target=None if target is None else _level(target, low, high),
    )


def _extent(
    known: Sequence[float], intervals: Sequence[tuple[float, float] | None], target: float | None
) -> tuple[float, float]:
    """From zero, where zero is not far off, to the highest; intervals of very few cases do not stretch the scale."""
    highest = max(*known, *([] if target is None else [target]))
    lowest = min(*known, *([] if target is None else [target]))
    margin = (highest - lowest) / 2
    inside = [end for each in intervals if each for end in each if lowest - margin <= end <= highest + margin]
    low, high = min(lowest, *inside, lowest), max(highest, *inside, highest)
    return (0.0 if 0 <= low < high * 0.6 else low), high


def _level(value: float, low: float, high: float) -> int:
    height = _height(value, low=low, high=high, top=TOP, bottom=BOTTOM)
    return round(min(max(height, TOP), BOTTOM))


def _band(intervals: Sequence[tuple[float, float] | None], scale: dict[str, float]) -> str:
    """One closed shape for each run of periods that have intervals."""
    low, high = scale["low"], scale["high"]
    across = (RIGHT - LEFT) / max(1, len(intervals) - 1)
    shapes: list[str] = []
    run: list[tuple[int, int, int]] = []
    for at, each in enumerate([*intervals, None]):
        if each is not None:
            run.append((round(LEFT + across * at), _level(each[0], low, high), _level(each[1], low, high)))
        elif run:
            upper = "L".join(f"{x} {top}" for x, _, top in run)
            lower = "L".join(f"{x} {bottom}" for x, bottom, _ in reversed(run))
            shapes.append(f"M{upper}L{lower}z")
            run = []
    return "".join(shapes)


def nice_ticks(low: float, high: float, *, about: int = 4) -> list[float]:
    """Round numbers from below `low` to above `high` (after Heckbert, "Nice numbers for graph labels", 1990).

    >>> nice_ticks(0, 0.83)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    >>> nice_ticks(37, 62)
    [30.0, 40.0, 50.0, 60.0, 70.0]
    >>> nice_ticks(5, 5)
    [4.0, 4.5, 5.0, 5.5, 6.0]
    """
    if high <= low:
        room = abs(low) * 0.2 or 1.0
        low, high = low - room, high + room
    step = _nice((high - low) / (about - 1))
    first, last = math.floor(low / step), math.ceil(high / step)
    digits = max(0, -math.floor(math.log10(step)) + 1)
    return [round(step * at, digits) for at in range(first, last + 1)]


def _nice(size: float) -> float:
    """The 1, 2 or 5 times a power of ten that is nearest."""
    power = 10.0 ** math.floor(math.log10(size))
    share = size / power
    return power * (1 if share < 1.5 else 2 if share < 3 else 5 if share < 7 else 10)

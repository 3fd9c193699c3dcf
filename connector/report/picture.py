"""Lines for the eye, each with its words for who cannot see it: the sparkline of a row, the chart of a KPI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector.report import chart
from connector.report.cells import Cell
from connector.report.page import Line, Page
from connector.report.reader import Reader
from connector.report.sentence import Sentence
from connector.report.span import Span

MANY_UNJUDGED = 0.5
"""From this share of thin periods on, a line is drawn pale: it is mostly chance."""


@dataclass(frozen=True, slots=True)
class SparklineView:
    """A line, and what it shows in words."""

    chart: chart.Sparkline
    label: str
    few: bool
    """Whether most of its periods have too few cases."""


@dataclass(frozen=True, slots=True)
class TickView:
    """A line across a chart, and what it stands for."""

    y: int
    label: str


@dataclass(frozen=True, slots=True)
class TrendView:
    """A line with a scale."""

    name: str
    unit: str
    chart: chart.Trend
    label: str
    ticks: tuple[TickView, ...]
    first: str
    last: str


class Pictures:
    """Draws the lines of one document."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._labels: dict[tuple[str, str], str] = {}

    def sparkline(self, page: Page, line: Line) -> SparklineView | None:
        """The line of a row; None where fewer than two periods are known."""
        drawn = chart.sparkline([cell.value for cell in line.cells], running=not page.span.latest.finished)
        if drawn is None:
            return None
        thin = sum(cell.status == "insufficient_n" for cell in line.cells)
        known = sum(cell.value is not None for cell in line.cells)
        return SparklineView(drawn, self._in_words(page, line), few=thin > MANY_UNJUDGED * known)

    def _in_words(self, page: Page, line: Line) -> str:
        known = [cell for cell in line.cells[-chart.MOST_POINTS :] if cell.value is not None]
        first, last = known[0], known[-1]
        low, high = min(known, key=_value), max(known, key=_value)
        return self.reader.say(
            Sentence(
                "from {first} ({start}) to {last} ({end}); lowest {low}, highest {high}",
                first=self._value(first),
                start=self._label(page.span, first),
                last=self._value(last),
                end=self._label(page.span, last),
                low=self._value(low),
                high=self._value(high),
            )
        )

    def _value(self, cell: Cell) -> str:
        return self.reader.value(_value(cell), cell.unit, cell.currency)

    def _label(self, span: Span, cell: Cell) -> str:
        key = (span.grain, cell.start)
        if key not in self._labels:
            self._labels[key] = next(
                self.reader.period(each.grain, each.start, each.end) for each in span.periods if each.key == cell.start
            )
        return self._labels[key]

    def trends(self, page: Page) -> Iterator[TrendView]:
        """A chart with a scale for each KPI of which at least two periods are known."""
        for line in page.lines:
            target = line.target
            same = target is not None and target.period.grain == page.span.grain
            drawn = chart.trend(
                [cell.value for cell in line.cells],
                [_interval(cell) for cell in line.cells],
                running=not page.span.latest.finished,
                target=target.target if target is not None and same else None,
            )
            if drawn is not None:
                yield self._trend(page, line, drawn)

    def _trend(self, page: Page, line: Line, drawn: chart.Trend) -> TrendView:
        cells = line.cells[-chart.MOST_POINTS :]
        unit, currency = cells[-1].unit, cells[-1].currency
        ticks = (TickView(tick.y, self.reader.tick(tick.value, unit)) for tick in drawn.ticks)
        counted_in = self.reader.unit(unit, currency)
        return TrendView(
            name=self.reader.kpi(line.definition),
            unit=f", {counted_in}" if counted_in else "",
            chart=drawn,
            label=self._in_words(page, line),
            ticks=tuple(ticks),
            first=self._label(page.span, cells[0]),
            last=self._label(page.span, cells[-1]),
        )


def _value(cell: Cell) -> float:
    assert cell.value is not None  # the caller has left out those without
    return cell.value


def _interval(cell: Cell) -> tuple[float, float] | None:
    return None if cell.low is None or cell.high is None else (cell.low, cell.high)

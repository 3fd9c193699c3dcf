"""A page as plain rows: one a value, with its target beside it. What CSV, workbook and JSON have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connector.report.cells import Cell
from connector.report.gaps import TargetGap
from connector.report.nouns import part_of_whole
from connector.report.page import Line, Page
from kpi_engine.definition import Definition

TRAILING = "trailing_12_months"
"""The name of the period that ends with the last month shown and begins twelve months before its end."""


class ValueRow(NamedTuple):
    """One value, and its target where it has one; None is what is not known."""

    kpi: str
    period: str
    period_start: str
    period_end: str
    complete: bool
    """Whether the period is over."""
    value: float | None
    """Percentages as shares; money in units of its currency."""
    unit: str
    currency: str
    ci_low: float | None = None
    ci_high: float | None = None
    part: int | None = None
    """Of shares of rows: 3 of 4 won."""
    whole: int | None = None
    n: int | None = None
    status: str = ""
    excluded: int | None = None
    target: float | None = None
    target_low: float | None = None
    target_high: float | None = None
    trailing: float | None = None
    gap: float | None = None
    attainment: float | None = None
    progress: float | None = None
    expected: float | None = None
    colour: str = ""
    target_status: str = ""


def rows_of(page: Page, definitions: Sequence[Definition]) -> Iterator[ValueRow]:
    """All rows of a page, KPI by KPI; targets of periods that have no value of their own come last."""
    targets = {(each.kpi, each.period.grain, each.period.key): each for each in page.gaps}
    running = {each.key for each in page.span.periods if not each.finished}
    for line in page.lines:
        for cell in line.cells:
            target = targets.pop((line.definition.id, page.span.grain, cell.start), None)
            yield _row(line, cell, page.span.grain, complete=cell.start not in running, target=target)
        if line.trailing is not None:
            yield _row(line, line.trailing, TRAILING, complete=page.span.latest.finished, target=None)
    known = {each.id for each in definitions}
    yield from (_of_target(each) for each in targets.values() if each.kpi in known)


def _row(line: Line, cell: Cell, period: str, *, complete: bool, target: TargetGap | None) -> ValueRow:
    is_share = part_of_whole(line.definition) is not None
    row = ValueRow(
        kpi=line.definition.id,
        period=period,
        period_start=cell.start,
        period_end=cell.end,
        complete=complete,
        value=cell.value,
        unit=cell.unit,
        currency=cell.currency,
        ci_low=cell.low,
        ci_high=cell.high,
        part=cell.numerator if is_share else None,
        whole=cell.denominator if is_share else None,
        n=cell.n,
        status=cell.status,
        excluded=cell.excluded,
    )
    return row if target is None else _with_target(row, target)


def _with_target(row: ValueRow, target: TargetGap) -> ValueRow:
    return row._replace(
        target=target.target,
        target_low=target.low,
        target_high=target.high,
        trailing=target.trailing,
        gap=target.gap,
        attainment=target.attainment,
        progress=target.progress,
        expected=target.expected,
        colour=target.rag,
        target_status=target.status,
    )


def _of_target(target: TargetGap) -> ValueRow:
    row = ValueRow(
        kpi=target.kpi,
        period=target.period.grain,
        period_start=target.period.key,
        period_end=target.period.end.isoformat() if target.period.end else "",
        complete=target.period.finished,
        value=target.actual,
        unit=target.unit,
        currency=target.currency,
    )
    return _with_target(row, target)

"""Definitions and facts -> values, cell after cell. The order is always the same: scope, KPI, member, grain, time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from kpi_engine.definition import Definition, Unit
from kpi_engine.errors import KpiError
from kpi_engine.evaluate.answers import Answers
from kpi_engine.evaluate.cell import Outcome
from kpi_engine.evaluate.cells import ScopeCells
from kpi_engine.evaluate.preparation import Failed, Preparation
from kpi_engine.evaluate.request import Engine, Request
from kpi_engine.evaluate.value import Value, fingerprint
from kpi_engine.period import Period


def _ignore(_kpi: str, _error: KpiError) -> None:
    """The values' status says it too."""


def evaluate(engine: Engine, request: Request, *, failed: Failed = _ignore) -> Iterator[Value]:
    """All values of a request.

    Args:
        engine: holds the fact tables; some small tables are added to it.
        request: what to compute.
        failed: told of each KPI that could not be computed and why; its cells have the status `error`, and the others
            are not affected.

    Raises:
        TooManyPeriods: a scope would get more periods than `max_periods`; nothing was computed.
        EngineError: the engine cannot even hold the small tables.
    """
    preparation = Preparation(engine, request, failed)
    answers = Answers(preparation)
    unplaced = preparation.unplaced(answers.unplaced())
    stamp = _Stamp(request)
    for name in request.scopes:
        cells = ScopeCells(name, preparation, answers.of(name), unplaced)
        for definition in request.definitions:
            yield from stamp.values(definition, cells)


class _Stamp:
    """Writes on every value what is the same for many."""

    def __init__(self, request: Request) -> None:
        self.currency = request.currency
        self.as_of = written_instant(request.as_of)
        self.data_as_of = request.data_as_of

    def values(self, definition: Definition, cells: ScopeCells) -> Iterator[Value]:
        unit = definition.unit.value
        currency = self.currency if definition.unit is Unit.MONEY else ""
        digest = fingerprint(definition)
        for (connection, scope_id), period, outcome in cells.of(definition):
            yield Value(
                connection=connection,
                kpi=definition.id,
                scope=cells.name,
                scope_id=scope_id,
                period=period.grain.value,
                period_start=period.key,
                period_end=period.end.isoformat() if period.end else "",
                numerator=outcome.numerator,
                denominator=outcome.denominator,
                n=outcome.n,
                value=outcome.value,
                unit=unit,
                currency=currency,
                ci_low=outcome.low,
                ci_high=outcome.high,
                status=outcome.status,
                excluded=outcome.excluded,
                as_of=self.as_of,
                data_as_of=self.data_as_of,
                definition=digest,
                assumptions=_written(outcome, period),
            )


def written_instant(instant: datetime) -> str:
    """As the store writes instants.

    >>> written_instant(datetime(2017, 3, 1, 8, tzinfo=UTC))
    '2017-03-01T08:00:00Z'
    """
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _written(outcome: Outcome, period: Period) -> str:
    """The assumptions as JSON; those of an earlier period carry its first day."""
    if not outcome.assumptions:
        return ""
    used = {
        name if over == period else f"{name}@{over.key}": float(average)
        for (name, over), average in outcome.assumptions
    }
    return json.dumps(used, sort_keys=True, ensure_ascii=False)

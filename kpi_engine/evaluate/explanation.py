"""How one value came about: its definition, the very SQL, and the rows behind it, so that it can be checked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from kpi_engine.definition import Definition, Derived
from kpi_engine.errors import KpiError, did_you_mean
from kpi_engine.evaluate.derived import inputs_of
from kpi_engine.evaluate.evaluation import evaluate
from kpi_engine.evaluate.preparation import Preparation
from kpi_engine.evaluate.request import Engine, Request
from kpi_engine.evaluate.value import Value
from kpi_engine.message import Message
from kpi_engine.period import Grain, Period
from kpi_engine.query import scope
from kpi_engine.query.behind import cell_query, rows_query
from kpi_engine.query.passes import Pass
from kpi_engine.query.plan import places

MOST_ROWS = 100


class Cell(NamedTuple):
    """Which value of a KPI."""

    scope: str = scope.ORGANISATION
    scope_id: str = ""
    connection: str = ""
    period: Grain = Grain.ALL
    period_start: str = ""


class RowBehind(NamedTuple):
    """One record, what it adds to numerator and denominator (None: nothing), and whether it had to be left out."""

    connection: str
    id: str
    numerator: Any
    denominator: Any
    excluded: bool


@dataclass(frozen=True)
class Explanation:
    """Everything about one value. A derived KPI has no query of its own, but inputs that explain themselves."""

    definition: Definition
    value: Value
    sql: str = ""
    """The query of this cell, in the engine's dialect."""
    rows_sql: str = ""
    """The query for `rows`."""
    rows: tuple[RowBehind, ...] = ()
    """In the order of their ids; of a derived KPI none."""
    inputs: tuple[Explanation, ...] = ()


def explain(
    definition: Definition, request: Request, cell: Cell, *, engine: Engine, limit: int = MOST_ROWS
) -> Explanation:
    """Explain one value.

    Args:
        definition: of the KPI.
        request: as for `evaluate`; its scopes need not hold the cell's.
        cell: which value.
        engine: holds the facts with their ids (`needed_columns` with `identified`).
        limit: at most so many rows.

    Raises:
        KpiError: there is no such cell, or it cannot be computed.
    """
    alone = replace(
        request,
        definitions=(definition,),
        inputs=(*request.inputs, *request.definitions),
        scopes={cell.scope: (cell.period,)},
    )
    value = _value(engine, alone, cell)
    if isinstance(definition, Derived):
        known = {one.id: one for one in alone.inputs}
        inputs = (known[kpi] for kpi in sorted(inputs_of(definition)))
        parts = (explain(one, request, cell, engine=engine, limit=limit) for one in inputs)
        return Explanation(definition, value, inputs=tuple(parts))
    return _from_facts(definition, alone, cell, engine=engine, value=value, limit=limit)


def _value(engine: Engine, request: Request, cell: Cell) -> Value:
    errors: list[KpiError] = []
    found = {_cell_of(one): one for one in evaluate(engine, request, failed=lambda _kpi, error: errors.append(error))}
    if errors:
        raise errors[0]
    if cell not in found:
        raise _no_such_cell(cell, list(found))
    return found[cell]


def _cell_of(value: Value) -> Cell:
    return Cell(value.scope, value.scope_id, value.connection, Grain(value.period), value.period_start)


def _no_such_cell(cell: Cell, known: list[Cell]) -> KpiError:
    ids = {one.scope_id for one in known}
    if cell.scope_id not in ids:
        message = Message("{scope} {id} has no values", scope=cell.scope, id=repr(cell.scope_id))
        return KpiError(message, hint=did_you_mean(cell.scope_id, ids - {""}))
    starts = {one.period_start for one in known}
    message = Message(
        "there is no {grain} that starts on {start}", grain=cell.period.value, start=repr(cell.period_start)
    )
    return KpiError(message, hint=did_you_mean(cell.period_start, starts))


def _from_facts(
    definition: Definition, request: Request, cell: Cell, *, engine: Engine, value: Value, limit: int
) -> Explanation:
    preparation = Preparation(engine, request, lambda _kpi, _error: None)
    [(place, members)] = places([definition], facts=request.facts).items()
    money = preparation.money[place.table.name]
    one = Pass(place, tuple(members), (cell.scope,), (cell.period,), money, identified=True)
    number = preparation.spine.numbers[_period(preparation, cell)]
    query = cell_query(replace(one, identified=False), member=(cell.connection, cell.scope_id), period=number)
    behind = rows_query(one, member=(cell.connection, cell.scope_id), period=number, limit=limit)
    return Explanation(
        definition,
        value,
        sql=query.sql(dialect=engine.dialect, pretty=True),
        rows_sql=behind.sql(dialect=engine.dialect, pretty=True),
        rows=tuple(RowBehind._make((*row[:4], bool(row[4]))) for row in engine.query(behind)),
    )


def _period(preparation: Preparation, cell: Cell) -> Period:
    numbered: Iterator[Period] = iter(preparation.spine.periods)
    return next(one for one in numbered if (one.grain, one.key) == (cell.period, cell.period_start))

"""A world of few facts: what is given as people write it, and what the evaluation makes of it on DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from connector.engine.duckdb import DuckDBEngine, Settings
from kpi_engine.definition import Definition
from kpi_engine.evaluate import Request, Value, evaluate
from kpi_engine.facts import FACTS, SCALE, Column, ColumnType
from kpi_engine.period import Calendar, Grain, epoch_day, epoch_second

_READ = TypeAdapter(Definition).validate_python
_SCALED = (ColumnType.MONEY, ColumnType.REAL)
_TEXTS = (ColumnType.TEXT, ColumnType.DECIMAL)


def _seen(column: Column, value: Any) -> Any:
    """The value as queries see it."""
    if isinstance(value, datetime):
        return epoch_second(value)
    if isinstance(value, date):
        return epoch_day(value)
    if value is not None and column.type in _SCALED:
        return int(Decimal(str(value)) * SCALE)
    return int(value) if isinstance(value, bool) else value


class World:
    """Facts of one test, in an engine that all tests share."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        for table in FACTS:
            self.has(table)

    def has(self, table: str, *rows: Mapping[str, Any]) -> None:
        """The table holds just these rows; ids are numbered, the connection is `crm`, what is not given is missing."""
        columns = {column.name: column for name in FACTS[table].column_names if (column := FACTS[table].column(name))}
        given = [{"connection": "crm", "id": f"{n:03}"} | dict(row) for n, row in enumerate(rows)]
        assert all(row.keys() <= columns.keys() for row in given)
        self.engine.load_rows(
            table,
            {name: "text" if column.type in _TEXTS else "integer" for name, column in columns.items()},
            [tuple(_seen(column, row.get(name)) for name, column in columns.items()) for row in given],
        )

    def values(self, *definitions: Definition, scope: str = "organisation", **more: Any) -> list[Value]:
        """What the evaluation says about one scope, by month unless told otherwise."""
        return list(evaluate(self.engine, self.request(*definitions, scope=scope, **more), failed=_refuse))

    def request(
        self, *definitions: Definition, scope: str = "organisation", grains: tuple[str, ...] = ("month",), **more: Any
    ) -> Request:
        """A request for the first quarter of 2017, seen from the first of April."""
        usual: dict[str, Any] = {
            "calendar": Calendar("UTC"),
            "scopes": {scope: tuple(map(Grain, grains))},
            "as_of": datetime(2017, 4, 1, tzinfo=UTC),
            "data_as_of": "2017-04-01T00:00:00Z",
            "currency": "CNY",
            "since": date(2017, 1, 1),
            "until": date(2017, 4, 1),
        }
        return Request(definitions=definitions, **usual | more)

    def value(self, *definitions: Definition, period: str = "2017-03-01", **more: Any) -> Value:
        """The one value of the last definition in a period."""
        [found] = [
            value
            for value in self.values(*definitions, **more)
            if value.kpi == definitions[-1].id and value.period_start == period
        ]
        return found


def _refuse(kpi: str, error: Exception) -> None:
    raise AssertionError(f"{kpi}: {error}") from error


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDBEngine]:
    """One engine for all tests: opening one takes longer than most of them."""
    with DuckDBEngine(Settings(memory="1GB", threads=2)) as opened:
        opened.lock()
        yield opened


@pytest.fixture
def world(engine: DuckDBEngine) -> World:
    """No facts yet."""
    return World(engine)


@pytest.fixture(scope="session")
def kpi() -> Callable[..., Definition]:
    """Makes a definition out of what the test is about; everything else is filled in."""

    def make(kind: str, **given: Any) -> Definition:
        on_facts = {} if kind == "derived" else {"table": "deals", "time": "closed_on"}
        usual = {
            "id": kind,
            "kind": kind,
            "names": {"en": "-", "zh-CN": "-", "zh-TW": "-"},
            "question": "-",
            "formula": "-",
            "unit": "count",
        }
        return _READ(usual | on_facts | given)

    return make

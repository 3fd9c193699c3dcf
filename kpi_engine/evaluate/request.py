"""What is asked of an evaluation, and of an engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sqlglot import exp

from kpi_engine.definition import Definition
from kpi_engine.errors import KpiError
from kpi_engine.facts import FACTS, FactTable
from kpi_engine.period import Calendar, Grain

MOST_PERIODS = 1_000


class Engine(Protocol):
    """Where queries run: a database that holds the fact tables, converted as `kpi_engine.facts` says.

    Both methods raise `kpi_engine.errors.EngineError`.
    """

    dialect: str
    """sqlglot's name of its SQL."""

    def load_rows(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Make a table; `columns` are `text` or `integer`."""

    def query(self, tree: exp.Query) -> list[tuple[Any, ...]]:
        """The rows of a query."""


class TooManyPeriods(KpiError):
    """A scope would get more periods than allowed; nothing is cut off silently."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value that holds from a date on, until the next one."""

    valid_from: date
    value: float


@dataclass(frozen=True)
class Request:
    """One evaluation. The same request over the same facts gives the same values, byte for byte."""

    definitions: Sequence[Definition]
    """The KPIs that are wanted."""
    calendar: Calendar
    scopes: Mapping[str, tuple[Grain, ...]]
    as_of: datetime
    """The moment of the report, an aware instant: what is dated later is not counted, periods that begin later are
    not listed."""
    data_as_of: str
    """How fresh the facts are; stamped on the values."""
    currency: str
    """The organisation's; every amount is converted into it."""
    since: date | None = None
    """The first day of which periods are listed; None: for each fact table the day of its first fact. Whole periods
    are computed: the day says which, it cuts none."""
    until: date | None = None
    """The day after the last; None: the report's own day is the last."""
    assumptions: Mapping[str, tuple[DatedValue, ...]] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()
    """Fact tables known to lack facts. A KPI on one is `incomplete`; by team or account it is, too, where the tables
    that tell teams or accounts apart are among them."""
    quarantined: Mapping[str, int] = field(default_factory=dict)
    """How many records of each fact table could not become facts."""
    filled: Mapping[str, Collection[str]] | None = None
    """The columns that any connection fills, by table; None: all. A KPI that rests on another is `not_applicable`:
    of calls that nobody records, none is not the number."""
    max_periods: int = MOST_PERIODS
    """Of one scope and grain; more are refused."""
    facts: Mapping[str, FactTable] = field(default_factory=lambda: FACTS)
    """The data dictionary, an admin's extra columns included."""
    inputs: Sequence[Definition] = ()
    """KPIs that are not wanted themselves, but that derived ones are made of."""

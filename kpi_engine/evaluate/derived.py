"""Derived KPIs: the tree of an expression, calculated exactly over the outcomes of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import assert_never

from kpi_engine.definition import Definition, Derived
from kpi_engine.errors import DefinitionError, Problem
from kpi_engine.evaluate.cell import Outcome, Timing, Used
from kpi_engine.evaluate.status import VALUELESS, Status, worst
from kpi_engine.expression import Assumption, Expression, Kpi, Number, Operation, Previous, PriorYear, names, parse
from kpi_engine.message import Message
from kpi_engine.period import Calendar, Period

Lookup = Callable[[str, Period], Outcome]
Average = Callable[[str, Period], Fraction | None]


@dataclass
class _Calculation:
    """One cell of one derived KPI: what was found on the way."""

    calendar: Calendar
    cut: date
    lookup: Lookup
    average: Average
    reasons: list[Status] = field(default_factory=list)
    inputs: dict[tuple[str, Period], Outcome] = field(default_factory=dict)
    assumptions: dict[Used, Fraction] = field(default_factory=dict)

    def of(self, expression: Expression, period: Period) -> Fraction | None:
        """The expression in a period; None where something is missing, with the reason noted."""
        match expression:
            case Number(value=value):
                return Fraction(str(value))
            case Kpi(id=kpi):
                return self._kpi(kpi, period)
            case Assumption(name=name):
                return self._assumption(name, period)
            case Previous(of=inner) | PriorYear(of=inner):
                return self._shifted(inner, base_period(expression, period, calendar=self.calendar, cut=self.cut))
            case Operation():
                return self._operation(expression, period)
            case _:
                assert_never(expression)

    def _kpi(self, kpi: str, period: Period) -> Fraction | None:
        outcome = self.inputs.setdefault((kpi, period), self.lookup(kpi, period))
        self.reasons.append(outcome.status)
        self.assumptions.update(outcome.assumptions)
        return outcome.exact

    def _assumption(self, name: str, period: Period) -> Fraction | None:
        average = self.average(name, period)
        if average is None:
            self.reasons.append(Status.NOT_APPLICABLE)
        else:
            self.assumptions[name, period] = average
        return average

    def _shifted(self, expression: Expression, period: Period | None) -> Fraction | None:
        if period is None:
            self.reasons.append(Status.NOT_APPLICABLE)
            return None
        return self.of(expression, period)

    def _operation(self, operation: Operation, period: Period) -> Fraction | None:
        left, right = self.of(operation.left, period), self.of(operation.right, period)
        if left is None or right is None:
            return None
        match operation.op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/" if right > 0:
                return left / right
            case _:
                self.reasons.append(Status.ZERO_DENOMINATOR)
                return None


def calculate(
    definition: Derived,
    period: Period,
    *,
    calendar: Calendar,
    cut: date,
    lookup: Lookup,
    average: Average,
    timing: Timing,
) -> Outcome:
    """The cell of a derived KPI; `cut` is the first day that is not counted.

    Its n is the smallest of its inputs', its excluded rows are all of theirs.
    """
    found = _Calculation(calendar, cut, lookup, average)
    exact = found.of(_parsed(definition.expression), period)
    n = min((outcome.n for outcome in found.inputs.values() if outcome.n is not None), default=None)
    found.reasons.extend(_own_reasons(definition, n, timing))
    if exact is not None and not _fits_float(exact):
        found.reasons.append(Status.ERROR)
    if exact is None or not VALUELESS.isdisjoint(found.reasons):
        exact = None
    return Outcome(
        status=worst(found.reasons),
        top=None if exact is None else exact.numerator,
        bottom=1 if exact is None else exact.denominator,
        n=n,
        excluded=sum(outcome.excluded for outcome in found.inputs.values()),
        assumptions=tuple(found.assumptions.items()),
    )


_parsed = lru_cache(maxsize=1_024)(parse)


def _own_reasons(definition: Derived, n: int | None, timing: Timing) -> Iterator[Status]:
    if timing.immature:
        yield Status.NOT_MATURE
    if timing.truncated:
        yield Status.HISTORY_TRUNCATED
    if n is not None and n < definition.minimum_n:
        yield Status.INSUFFICIENT_N


def _fits_float(number: Fraction) -> bool:
    try:
        float(number)
    except OverflowError:
        return False
    return True


# ---- what a derived KPI needs ---------------------------------------------------------------------------------------


def inputs_of(definition: Definition) -> frozenset[str]:
    """The KPIs that the definition itself names.

    >>> from kpi_engine.catalog import shipped
    >>> [sorted(inputs_of(one)) for one in shipped() if one.id in ("order_amount_growth", "win_rate")]
    [[], ['order_amount']]
    """
    return names(_parsed(definition.expression)).kpis if isinstance(definition, Derived) else frozenset()


def with_inputs(wanted: Iterable[Definition], known: Mapping[str, Definition]) -> list[Definition]:
    """The definitions and everything that they are made of, each once, inputs first.

    Raises:
        DefinitionError: an expression names an unknown KPI, or itself by a detour; `rules.check` finds both first.
    """
    ordered: dict[str, Definition] = {}
    for definition in wanted:
        _collect(definition, known, ordered, path=())
    return list(ordered.values())


def _collect(
    definition: Definition, known: Mapping[str, Definition], ordered: dict[str, Definition], *, path: tuple[str, ...]
) -> None:
    if definition.id in path:
        circle = " -> ".join((*path, definition.id))
        raise DefinitionError([Problem(definition.id, Message("made of itself: {circle}", circle=circle))])
    if definition.id in ordered:
        return
    for name in sorted(inputs_of(definition)):
        if name not in known:
            raise DefinitionError([Problem(definition.id, Message("there is no KPI {name}", name=name))])
        _collect(known[name], known, ordered, path=(*path, definition.id))
    ordered[definition.id] = definition


def base_period(expression: Previous | PriorYear, period: Period, *, calendar: Calendar, cut: date) -> Period | None:
    """The earlier period that one is compared with; of a running one, as many days of it as have passed.

    Ten days of March are not compared with the whole of February (rule G3: like with like, by calendar days).

    Args:
        expression: says which earlier period.
        period: the one compared; itself perhaps only the beginning of one.
        calendar: the organisation's.
        cut: the first day that is not counted.

    >>> from kpi_engine.period import Grain
    >>> march = Period(Grain.MONTH, date(2017, 3, 1), date(2017, 4, 1))
    >>> base_period(Previous(Kpi("calls")), march, calendar=Calendar("UTC"), cut=date(2017, 3, 11)).end
    datetime.date(2017, 2, 11)
    >>> base_period(Previous(Kpi("calls")), march, calendar=Calendar("UTC"), cut=date(2017, 5, 1)).end
    datetime.date(2017, 3, 1)
    """
    base = calendar.previous(period) if isinstance(expression, Previous) else calendar.prior_year(period)
    if base is None or base.start is None or base.end is None or period.start is None or period.end is None:
        return base
    counted_to = min(period.end, cut)
    if counted_to == calendar.period_of(period.grain, period.start).end:
        return base
    return replace(base, end=min(base.end, base.start + (counted_to - period.start)))


def earlier_periods(
    definition: Definition, period: Period, *, known: Mapping[str, Definition], calendar: Calendar, cut: date
) -> Iterator[Period]:
    """Every period whose values the definition needs for this one, itself included."""
    yield period
    if isinstance(definition, Derived):
        yield from _Reach(known, calendar, cut).of(_parsed(definition.expression), period)


@dataclass(frozen=True)
class _Reach:
    """The periods that an expression touches."""

    known: Mapping[str, Definition]
    calendar: Calendar
    cut: date

    def of(self, expression: Expression, period: Period) -> Iterator[Period]:
        match expression:
            case Kpi(id=kpi):
                yield from earlier_periods(
                    self.known[kpi], period, known=self.known, calendar=self.calendar, cut=self.cut
                )
            case Previous(of=inner) | PriorYear(of=inner):
                base = base_period(expression, period, calendar=self.calendar, cut=self.cut)
                if base is not None:
                    yield from self.of(inner, base)
            case Operation(left=left, right=right):
                yield from self.of(left, period)
                yield from self.of(right, period)
            case Number() | Assumption():
                pass
            case _:
                assert_never(expression)

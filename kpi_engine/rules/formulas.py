"""Rules about the formulas of derived KPIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from kpi_engine import catalog
from kpi_engine.definition import Definition, Derived
from kpi_engine.errors import DefinitionError, Problem, did_you_mean
from kpi_engine.expression import Expression, Operation, Previous, PriorYear, names, parse, walk
from kpi_engine.message import Message
from kpi_engine.rules.context import Context

MOST_SHIFTS = 12


def formulas_can_be_read(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """A formula has only what formulas may have."""
    for definition in definitions:
        if isinstance(definition, Derived):
            try:
                parse(definition.expression, where=_where(definition))
            except DefinitionError as error:
                yield from error.problems


def formulas_name_kpis(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """Every name in a formula is a KPI."""
    known = {definition.id for definition in (*definitions, *catalog.shipped())}
    for definition, formula in _formulas(definitions):
        for name in sorted(names(formula).kpis - known):
            hint = did_you_mean(name, known - {definition.id})
            yield Problem(_where(definition), Message("{name} is not a KPI", name=name), hint)


def formulas_name_assumptions(definitions: tuple[Definition, ...], context: Context) -> Iterator[Problem]:
    """Every assumption in a formula is stated by the configuration."""
    for definition, formula in _formulas(definitions):
        for name in sorted(names(formula).assumptions - context.assumptions):
            hint = did_you_mean(name, context.assumptions) or Message("add it under assumptions")
            yield Problem(_where(definition), Message("nobody stated the assumption {name}", name=name), hint)


def formulas_do_not_go_in_circles(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """No KPI is derived from itself, not even from its own past."""
    graph = {definition.id: set(names(formula).kpis) for definition, formula in _formulas(definitions)}
    for circle in _circles(graph):
        message = Message("this is derived from itself: {path}", path=" -> ".join(circle))
        yield Problem(f"{circle[0]} expression", message)


def shifts_hold_a_kpi(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """`previous` and `prior_year` of something that has no periods say nothing."""
    for definition, formula in _formulas(definitions):
        for part in walk(formula):
            if isinstance(part, Previous | PriorYear) and not names(part).kpis:
                function = "previous" if isinstance(part, Previous) else "prior_year"
                yield Problem(_where(definition), Message("{function}() needs a KPI inside", function=function))


def shifts_are_few(definitions: tuple[Definition, ...], _: Context) -> Iterator[Problem]:
    """Each shift inside another reads values of one more period."""
    for definition, formula in _formulas(definitions):
        if _shifts(formula) > MOST_SHIFTS:
            message = Message("more than {limit} shifts lie inside each other", limit=MOST_SHIFTS)
            yield Problem(_where(definition), message, Message("use prior_year(x) for the year before"))


def _where(definition: Derived) -> str:
    return f"{definition.id} expression"


def _formulas(definitions: Iterable[Definition]) -> Iterator[tuple[Derived, Expression]]:
    """The derived KPIs whose formula can be read."""
    for definition in definitions:
        if isinstance(definition, Derived):
            try:
                yield definition, parse(definition.expression)
            except DefinitionError:
                continue


def _circles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """Each circle once, from its alphabetically first KPI; one edge of it is cut to find the next."""
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # From a node to what depends on it, and so on: read backwards, from a KPI to what it is derived from.
            circle = list(reversed(error.args[1]))[1:]
            first = circle.index(min(circle))
            circle = [*circle[first:], *circle[:first]]
            yield [*circle, circle[0]]
            graph[circle[0]].discard(circle[1 % len(circle)])
        else:
            return


def _shifts(formula: Expression) -> int:
    """How many shifts lie inside each other, at most."""
    match formula:
        case Operation(left=left, right=right):
            return max(_shifts(left), _shifts(right))
        case Previous(of=of) | PriorYear(of=of):
            return 1 + _shifts(of)
        case _:
            return 0

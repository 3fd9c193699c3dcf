"""What a good definition is, beyond the grammar: one function per rule, all of them listed in `RULES`.

A rule looks at all definitions and yields what is wrong with them. Rules do not depend on each other: one that needs a
table, a column or a readable formula passes over those that are not, because another rule says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kpi_engine.definition import Definition
from kpi_engine.errors import Problem
from kpi_engine.facts import FACTS, FactTable
from kpi_engine.rules import columns, conditions, formulas, ids, kinds
from kpi_engine.rules.context import Context, Rule

RULES: tuple[Rule, ...] = (
    ids.ids_are_unique,
    ids.shipped_ids_are_kept,
    ids.ids_can_stand_in_formulas,
    columns.tables_are_known,
    columns.columns_are_known,
    columns.times_are_times,
    columns.measures_are_numbers,
    columns.weights_are_real,
    columns.dimensions_are_groups,
    columns.durations_run_between_two_of_a_kind,
    conditions.conditions_fit_their_columns,
    kinds.counts_count_one_thing,
    kinds.only_sums_are_weighted,
    kinds.ends_are_two,
    kinds.statistics_are_shares,
    kinds.units_fit,
    formulas.formulas_can_be_read,
    formulas.formulas_name_kpis,
    formulas.formulas_name_assumptions,
    formulas.formulas_do_not_go_in_circles,
    formulas.shifts_hold_a_kpi,
    formulas.shifts_are_few,
)


def check(
    definitions: Iterable[Definition],
    *,
    facts: Mapping[str, FactTable] = FACTS,
    assumptions: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Everything that is wrong with the definitions, in the order of the rules.

    Args:
        definitions: those that are to be computed. Formulas may also name shipped KPIs that are not among them.
        facts: the tables, with the columns that the administrator added.
        assumptions: names of those that the configuration states. A formula that needs another one is a problem, so a
            caller leaves out the shipped KPIs that nobody asked for.

    >>> from kpi_engine.catalog import shipped
    >>> check(shipped(), assumptions={"gross_margin"})
    ()
    >>> [str(problem) for problem in check(shipped())]
    ['won_margin expression: nobody stated the assumption gross_margin (add it under assumptions)']
    """
    given = tuple(definitions)
    context = Context(facts, frozenset(assumptions))
    return tuple(problem for rule in RULES for problem in rule(given, context))

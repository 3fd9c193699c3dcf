"""Numerator, denominator and everything else that is aggregated for one definition, over the placed rows ``r``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlglot import exp

from kpi_engine.query import tree


class How(StrEnum):
    """How the rows of a part become one number."""

    ROWS = "rows"
    DISTINCT = "distinct"
    SUM = "sum"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Part:
    """Numerator or denominator: the rows in it, and what each of them contributes."""

    how: How
    condition: exp.Expr
    measure: exp.Expr | None = None

    @property
    def missing(self) -> exp.Expr | None:
        """In it by its conditions, but without the value that it should contribute."""
        return None if self.measure is None else tree.every([self.condition, tree.is_null(self.measure)])

    @property
    def total(self) -> exp.Expr:
        """The part's number."""
        if self.measure is None:
            return tree.count_rows(self.condition)
        inner: exp.Expr
        match self.how:
            case How.DISTINCT:
                inner = exp.Count(this=exp.Distinct(expressions=[self.measure]))
            case How.LIST:
                among = tree.every([self.condition, tree.is_known(self.measure)])
                return exp.ArraySort(this=tree.filtered(exp.ArrayAgg(this=self.measure), among))
            case _:
                inner = exp.Sum(this=self.measure)
        return tree.filtered(inner, self.condition)

    @property
    def size(self) -> exp.Expr:
        """How many rows contribute."""
        if self.measure is None:
            return tree.count_rows(self.condition)
        return tree.filtered(exp.Count(this=self.measure), self.condition)


@dataclass(frozen=True, slots=True)
class Measures:
    """One definition, compiled onto ``r``."""

    base: exp.Expr
    """Passes the KPI's own conditions."""
    numerator: Part
    denominator: Part | None = None
    unknown: tuple[exp.Expr, ...] = ()
    """Further reasons to report a row as excluded."""
    judged: exp.Expr | None = None
    unusable: exp.Expr | None = None
    missing_rate: tuple[exp.Expr, ...] = ()
    passes: exp.Expr | None = None
    """Where a part's condition asks for more than the filters: the filters alone."""
    certain: frozenset[exp.Expr] = frozenset((tree.TRUE,))

    @property
    def candidate(self) -> exp.Expr:
        """Whether a row passes the filters, or might."""
        if self.passes is not None:
            return tree.or_true(self.passes)
        return tree.some([tree.or_true(part.condition) for part in self.parts])

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def excluded(self) -> exp.Expr | None:
        """A filter is unknown, or the row passes them all but has no measure; None: that cannot be."""
        unknown = [tree.is_null(part.condition) for part in self.parts if part.condition not in self.certain]
        missing = [part.missing for part in self.parts if part.missing and part.measure not in self.certain]
        reasons = list(dict.fromkeys((*unknown, *missing, *self.unknown)))
        return tree.or_false(tree.some(reasons)) if reasons else None

    def aggregates(self) -> Mapping[str, exp.Expr]:
        """Each number that the value is made from, by its role."""
        counted = self.denominator or self.numerator
        roles = {
            "rows": tree.count_rows(self.base),
            "n": counted.size,
            "numerator": self.numerator.total,
        }
        if self.denominator:
            roles["denominator"] = self.denominator.total
        if self.excluded is not None:
            roles["excluded"] = tree.count_rows(self.excluded)
        if self.judged is not None and self.unusable is not None:
            roles["judged"] = tree.count_rows(self.judged)
            roles["unusable"] = tree.count_rows(self.unusable)
        if self.missing_rate:
            roles["missing_rate"] = tree.count_rows(tree.or_false(tree.some(self.missing_rate)))
        return roles

"""What a COQL query says, as values: `parse` makes them, `plan` gives their names fields, and `where` makes SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Literals = str | int | float | bool
Connective = Literal["and", "or"]
Operator = Literal[
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "like",
    "not like",
    "in",
    "not in",
    "between",
    "not between",
    "is null",
    "is not null",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A field, or a field of the record that a lookup points to: ``Account_Name.Owner.last_name``."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate as it was written; whether there is such a function is not the parser's question."""

    function: str
    column: Column

    @property
    def name(self) -> str:
        return f"{self.function.upper()}({self.column.name})"


@dataclass(frozen=True, slots=True)
class Selected:
    """One column of the answer."""

    what: Column | Call
    alias: str | None = None

    @property
    def key(self) -> str:
        """What the answer calls it."""
        return self.what.name if self.alias is None else self.alias


@dataclass(frozen=True, slots=True)
class Subquery:
    """A query whose one column gives the values of a condition."""

    query: Query


@dataclass(frozen=True, slots=True)
class Condition:
    """One criterion; `values` has none (is null), one, two (between) or many (in)."""

    column: Column
    operator: Operator
    values: tuple[Literals, ...] | Subquery = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that hold together, or of which one holds."""

    connective: Connective
    parts: tuple[Condition | Group, ...]


Criteria = Condition | Group


@dataclass(frozen=True, slots=True)
class Ordering:
    """One column of ORDER BY: a field, or the alias of a selected column."""

    column: Column
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. `limit` and `offset` are as they were written, since even a word there has an error of its own."""

    selected: tuple[Selected, ...]
    module: str
    where: Criteria
    view: str | None = None
    group_by: tuple[Column, ...] = ()
    order_by: tuple[Ordering, ...] = ()
    limit: str | None = None
    offset: str | None = None


def conditions(criteria: Criteria) -> Iterator[Condition]:
    """The criteria without their brackets, from left to right."""
    if isinstance(criteria, Condition):
        yield criteria
        return
    for part in criteria.parts:
        yield from conditions(part)

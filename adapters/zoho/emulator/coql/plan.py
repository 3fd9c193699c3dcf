"""A query that fits the org: every name is a field, every clause keeps its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from adapters.zoho.emulator.coql.criteria import Checked, Nested, Statement, checked
from adapters.zoho.emulator.coql.kinds import DAY, INSTANT, NUMBER, comparable, kind_of, selectable
from adapters.zoho.emulator.coql.limits import Window, window
from adapters.zoho.emulator.coql.refusals import over_limit, refused, unsupported_column, unsupported_in
from adapters.zoho.emulator.coql.scope import Place, Scope
from adapters.zoho.emulator.coql.selection import check_selection
from adapters.zoho.emulator.coql.tree import Call, Column, Operator, Ordering, Query, Selected, Subquery
from adapters.zoho.emulator.coql.where import where_sql
from adapters.zoho.emulator.state import VISIBLE, State

MOST_GROUPS = 4
MOST_ORDERS = 10
MOST_RELATIONS = {"select": 15, "where": 5}
ID = Column(("id",))
_AGGREGATES = {
    "SUM": (NUMBER,),
    "AVG": (NUMBER,),
    "MAX": (NUMBER, DAY, INSTANT),
    "MIN": (NUMBER, DAY, INSTANT),
}
"""Kinds of fields that an aggregate takes; COUNT takes all."""


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer."""

    key: str
    place: Place
    function: str | None = None

    @property
    def sql(self) -> str:
        return self.place.sql if self.function is None else f"{self.function}({self.place.sql})"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read, and how."""

    scope: Scope
    outputs: tuple[Output, ...]
    where: Checked
    group: tuple[Place, ...]
    order: tuple[str, ...]
    window: Window

    def statement(self, columns: Sequence[str], *, rows: Window | None) -> Statement:
        """The SQL.

        Args:
            columns: What to select, as SQL.
            rows: Which rows; None for all.
        """
        where = where_sql(self.where)
        parts = ["SELECT", ", ".join(columns), "FROM", self.scope.source]
        parts += ["WHERE", f"{self.scope.base}.{VISIBLE}", "AND", where.sql]
        if self.group:
            parts += ["GROUP BY", ", ".join(place.sql for place in self.group)]
        if self.order:
            parts += ["ORDER BY", ", ".join(self.order)]
        if rows is None:
            return Statement(" ".join(parts), where.values)
        return Statement(" ".join([*parts, "LIMIT ? OFFSET ?"]), (*where.values, rows.limit, rows.offset))


def planned(state: State, query: Query, *, depth: int = 0) -> Plan:
    """The plan of a query.

    Raises:
        Refusal: it does not fit the org, or a clause has too much.
    """
    scope = Scope(state, query.module, depth=depth)
    if query.view is not None:
        raise refused("INVALID_QUERY", "cvid given seems to be invalid", cvid=query.view)
    rows = window(query)
    check_selection(query.selected)
    outputs = [_output(one, scope) for one in query.selected]
    selected_relations = _within_relations(scope, "select", before=0)
    group = _grouped(query.group_by, scope)
    aggregated = bool(group) or any(output.function for output in outputs)
    if aggregated:
        _check_grouping(outputs, group)
    where = checked(query.where, scope, _nested(state, depth))
    order = _ordered(query.order_by, scope, outputs=outputs, group=group, aggregated=aggregated)
    _within_relations(scope, "where", before=selected_relations)
    if not aggregated and depth == 0 and all(output.key != "id" for output in outputs):
        outputs.append(Output("id", scope.place(ID)))
    return Plan(scope, tuple(outputs), where, group, order, rows)


def _within_relations(scope: Scope, clause: str, *, before: int) -> int:
    if scope.relations - before > MOST_RELATIONS[clause]:
        raise over_limit(MOST_RELATIONS[clause], clause)
    return scope.relations


def _output(one: Selected, scope: Scope) -> Output:
    if isinstance(one.what, Column):
        place = scope.place(one.what)
        if not selectable(place.module, place.field):
            raise unsupported_column(one.what)
        return Output(one.key, place)
    return Output(one.key, _aggregated(one.what, scope), one.what.function.upper())


def _aggregated(call: Call, scope: Scope) -> Place:
    place = scope.place(call.column)
    kinds = _AGGREGATES.get(call.function.upper())
    fits = comparable(place.module, place.field) and (kinds is None or kind_of(place.field) in kinds)
    if not fits:
        raise unsupported_column(call.column)
    return place


def _grouped(columns: Sequence[Column], scope: Scope) -> tuple[Place, ...]:
    if len(columns) > MOST_GROUPS:
        raise over_limit(MOST_GROUPS, "group by")
    _check_repeats(columns, "group by")
    return tuple(_usable(column, scope, "group by") for column in columns)


def _check_grouping(outputs: Sequence[Output], group: Sequence[Place]) -> None:
    """Beside an aggregate stand the columns of GROUP BY, and no others."""
    for output in outputs:
        if output.function is None and output.place not in group:
            raise unsupported_in("group by", output.place.column)


def _usable(column: Column, scope: Scope, clause: str) -> Place:
    place = scope.place(column)
    if not comparable(place.module, place.field):
        raise unsupported_in(clause, column)
    return place


def _check_repeats(columns: Sequence[Column], clause: str) -> None:
    seen: set[Column] = set()
    for column in columns:
        if column in seen:
            raise refused("DUPLICATE_DATA", f"duplicate {clause} column", column_name=column.name)
        seen.add(column)


def _ordered(
    orderings: Sequence[Ordering],
    scope: Scope,
    *,
    outputs: Sequence[Output],
    group: Sequence[Place],
    aggregated: bool,
) -> tuple[str, ...]:
    """The order, which always ends with what tells rows apart."""
    if len(orderings) > MOST_ORDERS:
        raise over_limit(MOST_ORDERS, "order by")
    _check_repeats([one.column for one in orderings], "order by")
    aliases = {output.key: output for output in outputs}
    found: list[str] = []
    for one in orderings:
        output = aliases.get(one.column.name)
        place = output.place if output else _usable(one.column, scope, "order by")
        if aggregated and not (output and output.function) and place not in group:
            raise unsupported_in("order by", one.column)
        found.append(_direction(output.sql if output else place.sql, place, descending=one.descending))
    last = [place.sql for place in group] if aggregated else [scope.place(ID).sql]
    return tuple(dict.fromkeys([*found, *(f"{column} ASC" for column in last if f"{column} DESC" not in found)]))


def _direction(sql: str, place: Place, *, descending: bool) -> str:
    return f"{sql}{kind_of(place.field).collation} {'DESC' if descending else 'ASC'}"


def _nested(state: State, depth: int) -> Nested:
    """Turns the queries within criteria to SQL, counting them for the errors that name one."""
    numbers = count()

    def nested(subquery: Subquery, operator: Operator) -> Statement:
        number, query = next(numbers), subquery.query
        if len(query.selected) > 1:
            names = [one.what.name for one in query.selected]
            message = "subquery should contains only one column"
            raise refused("INVALID_QUERY", message, sub_query_sequence=number, column_name=names)
        plan = planned(state, query, depth=depth + 1)
        rows = None if query.limit is None and query.offset is None else plan.window
        statement = plan.statement([plan.outputs[0].sql], rows=rows)
        if operator not in ("in", "not in") and _has_several(state, statement):
            message = "subquery return more than one values which is incompatible for the operator"
            raise refused("INVALID_QUERY", message, sub_query_sequence=number, operator=operator)
        return statement

    return nested


def _has_several(state: State, statement: Statement) -> bool:
    return len(state.db.execute(statement.sql, statement.values).fetchmany(2)) > 1

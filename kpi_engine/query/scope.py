"""Whose number it is: the columns that group rows into an organisation, owners, teams, accounts or a dimension.

`ORGANISATION` and dimensions are over all connections together; owners, teams and accounts are things of one connection
each. A missing owner, team, account or dimension value is a group of its own, `NONE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from kpi_engine.definition import Definition, Derived
from kpi_engine.facts import ColumnType, FactTable
from kpi_engine.period import Grain
from kpi_engine.query import tree
from kpi_engine.query.predicate import INNER

ORGANISATION, OWNER, TEAM, ACCOUNT = "organisation", "owner", "team", "account"
NONE = "(none)"
BUILT_IN = (ORGANISATION, TEAM, OWNER, ACCOUNT)
"""Scopes that are no dimensions."""

TEAM_TREE = "team_tree"
TEAM_TREE_COLUMNS = {"connection": "text", "team_id": "text", "ancestor_id": "text"}
USERS = "u"


def is_asked(scope: str, grain: Grain) -> bool:
    """Accounts have no weeks: a table of accounts by week is nearly empty, and large.

    >>> is_asked("account", Grain.WEEK), is_asked("account", Grain.YEAR)
    (False, True)
    """
    return not (scope == ACCOUNT and grain is Grain.WEEK)


def has_connection(scope: str) -> bool:
    """Whether the scope's ids belong to one connection each.

    >>> has_connection("owner"), has_connection("product")
    (True, False)
    """
    return scope in (OWNER, TEAM, ACCOUNT)


def rests_on(scope: str) -> frozenset[str]:
    """The tables, beside a KPI's own, that say which of the scope's ids a row belongs to.

    Accounts that were merged are one: whoever does not know it has the rows of both apart, whole as they are.

    >>> sorted(rests_on("team")), sorted(rests_on("account")), sorted(rests_on("owner"))
    (['teams', 'users'], ['accounts'], [])
    """
    return _RESTS_ON.get(scope, frozenset())


_RESTS_ON = {TEAM: frozenset({"teams", "users"}), ACCOUNT: frozenset({"accounts"})}


def applies(definition: Definition, scope: str, *, table: FactTable | None) -> bool:
    """Whether the definition's rows can be told apart by the scope; for derived KPIs ask about their inputs."""
    if isinstance(definition, Derived) or table is None:
        return False
    match scope:
        case "organisation":
            return True
        case "owner":
            return table.column("owner_id") is not None
        case "team":
            return table.column("team_id") is not None or table.column("owner_id") is not None
        case "account":
            return table.column("account_id") is not None
        case _:
            return scope in definition.dimensions


def group_key(scope: str, *, table: FactTable) -> exp.Expr:
    """The scope's id of a row of ``f`` (and, for teams, of ``u``, the row's owner)."""
    match scope:
        case "organisation":
            return tree.text("")
        case "owner" | "account":
            return _or_none(tree.column(f"{scope}_id", of=INNER))
        case "team":
            own = [tree.column("team_id", of=INNER)] if table.column("team_id") else []
            owners = [tree.column("team_id", of=USERS)] if table.column("owner_id") else []
            return _or_none(*own, *owners)
        case _:
            return _or_none(_as_text(scope, table=table))


def _as_text(name: str, *, table: FactTable) -> exp.Expr:
    column, known = tree.column(name, of=INNER), table.column(name)
    if known is None or known.type is ColumnType.TEXT:
        return column
    return exp.cast(column, exp.DataType.Type.TEXT)


def _or_none(*ids: exp.Expr) -> exp.Expr:
    """The first id that is there; an empty one is none."""
    there = [tree.when(exp.NEQ(this=one, expression=tree.text("")), one.copy()) for one in ids]
    return exp.Coalesce(this=there[0], expressions=[*there[1:], tree.text(NONE)])


def team_tree(teams: Iterable[Sequence[str | None]]) -> list[tuple[str, str, str]]:
    """Each team with itself and every team above it, from (connection, id, parent_id); rows for `TEAM_TREE`.

    Teams that are each other's parents are a mistake in the CRM; each of them then contains the others, and the walk
    ends all the same.

    >>> team_tree([("crm", "a", None), ("crm", "b", "a")])
    [('crm', 'a', 'a'), ('crm', 'b', 'b'), ('crm', 'b', 'a')]
    >>> team_tree([("crm", "a", "b"), ("crm", "b", "a")])
    [('crm', 'a', 'a'), ('crm', 'a', 'b'), ('crm', 'b', 'b'), ('crm', 'b', 'a')]
    """
    parents = {(str(connection), str(team)): parent for connection, team, parent in teams}
    return [
        (connection, team, ancestor)
        for connection, team in sorted(parents)
        for ancestor in _ancestors(connection, team, parents)
    ]


def _ancestors(connection: str, team: str, parents: dict[tuple[str, str], str | None]) -> list[str]:
    found: dict[str, None] = {}
    above: str | None = team
    while above and above not in found:
        found[above] = None
        above = parents.get((connection, above))
    return list(found)

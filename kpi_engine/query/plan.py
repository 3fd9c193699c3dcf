"""Which passes a set of definitions needs, and which columns those read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlglot import exp

from kpi_engine.definition import Count, Definition, Derived
from kpi_engine.errors import MissingFact, did_you_mean
from kpi_engine.facts import COMMON, FACTS, FactTable
from kpi_engine.message import Message
from kpi_engine.parts import OnFacts, columns_read, on_facts
from kpi_engine.period import Grain
from kpi_engine.query import scope, tree
from kpi_engine.query.measure import Money, is_foreign
from kpi_engine.query.passes import Pass, Place, place_of
from kpi_engine.query.predicate import INNER

Scopes = Mapping[str, tuple[Grain, ...]]
Facts = Mapping[str, FactTable]


def fact_table(facts: Facts, name: str) -> FactTable:
    """The table of that name.

    Raises:
        MissingFact: there is none.
    """
    if name not in facts:
        raise MissingFact(Message("there is no fact table {table}", table=name), hint=did_you_mean(name, facts))
    return facts[name]


def plan(definitions: Iterable[Definition], scopes: Scopes, *, facts: Facts, money: Mapping[str, Money]) -> list[Pass]:
    """The passes that compute the definitions at these scopes and grains; derived definitions need none.

    Args:
        money: how each fact table's amounts become the organisation's currency, by table.
    """
    return [
        Pass(place, tuple(fitting), wanted, grains, money[place.table.name])
        for place, members in places(definitions, facts=facts).items()
        for wanted, grains in _shared(scopes, has_owner=place.table.column("owner_id") is not None)
        if (fitting := [one for one in members if scope.applies(one, wanted[-1], table=place.table)])
    ]


def places(definitions: Iterable[Definition], *, facts: Facts) -> Mapping[Place, list[OnFacts]]:
    """The definitions by where their rows belong."""
    found: dict[tuple[str, ...], tuple[Place, list[OnFacts]]] = {}
    for definition in on_facts(definitions):
        place = place_of(definition, table=fact_table(facts, definition.table))
        found.setdefault(place.key, (place, []))[1].append(definition)
    return dict(found.values())


def _shared(scopes: Scopes, *, has_owner: bool) -> list[tuple[tuple[str, ...], tuple[Grain, ...]]]:
    """Scopes that one pass serves together, and the grains at which it does: no row meets a period twice."""
    wanted = {name: tuple(grain for grain in grains if scope.is_asked(name, grain)) for name, grains in scopes.items()}
    organisation = wanted.pop(scope.ORGANISATION, ())
    owners = wanted.pop(scope.OWNER, ()) if has_owner else ()
    both = tuple(grain for grain in organisation if grain in owners)
    groups = [
        ((scope.ORGANISATION, scope.OWNER), both),
        ((scope.ORGANISATION,), tuple(grain for grain in organisation if grain not in both)),
        ((scope.OWNER,), tuple(grain for grain in owners if grain not in both)),
        *(((name,), grains) for name, grains in wanted.items()),
    ]
    return [(names, grains) for names, grains in groups if grains]


def first_query(place: Place, *, cut: int) -> exp.Select:
    """When the table's history begins: its earliest day or second before `cut`."""
    time = tree.column(place.time, of=INNER)
    earliest = tree.named(exp.Min(this=time), "first")
    source = exp.select(earliest).from_(tree.table(place.table.name, alias=INNER))
    return tree.checked(source.where(exp.LT(this=time.copy(), expression=tree.number(cut))))


def foreign_query(table: FactTable, currency: str) -> exp.Select:
    """How many rows are in another currency than the organisation's."""
    count = tree.named(tree.count_rows(is_foreign(currency)), "rows")
    return tree.checked(exp.select(count).from_(tree.table(table.name, alias=INNER)))


def listing(name: str, columns: Sequence[str]) -> exp.Select:
    """All rows of a table, some columns, in order."""
    wanted = [tree.column(column, of=INNER) for column in columns]
    query = exp.select(*wanted).from_(tree.table(name, alias=INNER))
    return tree.checked(query.order_by(*(exp.Ordered(this=column.copy()) for column in wanted)))


# ---- what must be copied out of the store ---------------------------------------------------------------------------


def needed_columns(
    definitions: Iterable[Definition], scopes: Scopes, *, facts: Facts = FACTS, identified: bool = False
) -> Mapping[str, frozenset[str]]:
    """The columns that the queries read, by table.

    Args:
        identified: with the ids of rows, which only `explain` and first rows of a group need.
    """
    needed: dict[str, set[str]] = {}
    for definition in on_facts(definitions):
        table = fact_table(facts, definition.table)
        columns = columns_read(definition) | _scope_columns(definition, scopes, table=table) | {"connection"}
        columns |= {"id"} if identified or _ranks_rows(definition) else set()
        columns |= {"currency"} & set(table.column_names)
        needed.setdefault(table.name, set()).update(columns)
    needed |= {name: needed.get(name, set()) | columns for name, columns in _companions(needed, scopes).items()}
    return {name: frozenset(columns) for name, columns in sorted(needed.items())}


def essential_columns(definition: Definition, *, facts: Facts) -> tuple[str, ...]:
    """The facts without which the definition has no answer, as `table.column`; none for one made of other KPIs.

    Not needed are a column that is subtracted (missing counts as 0) and one that a condition only excludes values of.
    """
    if isinstance(definition, Derived):
        return ()
    table = fact_table(facts, definition.table)
    own = {column.name for column in COMMON}
    needed = {name for name in columns_read(definition, essential=True) if name not in own and table.column(name)}
    return tuple(f"{definition.table}.{column}" for column in sorted(needed))


def missing_columns(definition: Definition, filled: Mapping[str, Collection[str]], *, facts: Facts) -> tuple[str, ...]:
    """The essential facts that nobody fills, as `table` (where nobody fills any of it) or `table.column`."""
    if isinstance(definition, Derived):
        return ()
    if definition.table not in filled:
        return (definition.table,)
    essential = essential_columns(definition, facts=facts)
    return tuple(each for each in essential if each.partition(".")[2] not in filled[definition.table])


def _companions(needed: Mapping[str, set[str]], scopes: Scopes) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    if scopes.get(scope.OWNER) or scopes.get(scope.TEAM):
        tables["users"] = {"connection", "id", "team_id"}
    if scopes.get(scope.TEAM):
        tables["teams"] = {"connection", "id", "parent_id"}
    if any("currency" in columns for columns in needed.values()):
        tables["fx_rates"] = {"connection", "id", "from_currency", "to_currency", "valid_on", "rate"}
    return tables


def _scope_columns(definition: OnFacts, scopes: Scopes, *, table: FactTable) -> set[str]:
    wanted = {name for name in scopes if scope.applies(definition, name, table=table)}
    columns = {name for name in wanted if name not in scope.BUILT_IN}
    ids = {"owner_id": {scope.OWNER, scope.TEAM}, "team_id": {scope.TEAM}, "account_id": {scope.ACCOUNT}}
    return columns | {name for name, users in ids.items() if users & wanted and table.column(name)}


def _ranks_rows(definition: OnFacts) -> bool:
    """Of a group's rows at the same moment, the one with the lowest id is the first."""
    return isinstance(definition, Count) and definition.first_per is not None

"""How tables hang together: by ids, by names where the export has no ids, and the tables that hide in others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connector.errors import Message
from connector.init.columns import ColumnProposal, TableProposal, Trust
from connector.init.look import ColumnLook
from kpi_engine.facts import FACTS

HALF = 0.5
"""A column whose words are found less often than this among a table's ids (or names) does not hold them."""
HIDDEN = ("teams", "users")
"""Tables that a column of another table can stand for: each different word is one record. In the order of their making:
a user's team comes out of the users' file."""


def linked(proposals: Mapping[str, TableProposal]) -> dict[str, TableProposal]:
    """The proposals with each link settled, and with the people and teams that only other tables name."""
    found = dict(proposals)
    for table in HIDDEN:
        if table not in found and (hidden := _hidden(table, found)):
            found[table] = hidden
    return {table: _with_links(found[table], found) for table in FACTS if table in found}


def _hidden(table: str, proposals: Mapping[str, TableProposal]) -> TableProposal | None:
    """A table made of the different words of the first column that names its records."""
    for proposal in proposals.values():
        for column in proposal.columns:
            fact = FACTS[proposal.table].column(column.column)
            if column.source and fact and fact.links == table and column.column in ("team_id", "owner_id", "user_id"):
                name = ColumnProposal("name", column.source)
                why = Message("no file has them; these are the words in {column}", column=column.source)
                return TableProposal(table, proposal.look, column.source, (name,), distinct=True, why=why)
    return None


def _with_links(proposal: TableProposal, proposals: Mapping[str, TableProposal]) -> TableProposal:
    columns = tuple(_settled(column, proposal, proposals) for column in proposal.columns)
    return replace(proposal, columns=columns)


def _settled(column: ColumnProposal, proposal: TableProposal, proposals: Mapping[str, TableProposal]) -> ColumnProposal:
    fact = FACTS[proposal.table].column(column.column)
    target = proposals.get(fact.links) if fact and fact.links and column.source else None
    if target is None:
        return column
    look = proposal.look.columns[column.source]
    by_id, by_name = _share(look, target, target.id), _share(look, target, target.source_of("name"))
    same = target.id == target.source_of("name")
    if by_name >= HALF and (same or by_name > by_id) and not target.distinct:
        return replace(column, link=True)
    if by_id >= HALF or not look.profile.filled:
        return column
    why = Message("few of these are among the ids or names of {table}", table=target.table)
    return replace(column, trust=Trust.GUESS, why=why)


def _share(look: ColumnLook, target: TableProposal, source: str | None) -> float:
    """Which part of the words stands in a column of the target."""
    return look.sample.found_in(target.look.columns[source].sample) if source else 0.0

"""Records that name a record which has left the source: what they say now may be another name.

Where two records are merged, what belonged to the loser belongs to the winner, and a vendor need not say that it
changed. Only reading it whole tells; once, for a name that stays although its record is gone would not go away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.mapping import CompiledMapping
from connector.pull.completeness import Place, covered
from connector.store import Store, facts
from kpi_engine.facts import FACTS


def names_what_left(store: Store, place: Place, mappings: Iterable[CompiledMapping]) -> bool:
    """Whether a record of the module names one that has left since the module was read whole."""
    whole = {each.table: each.read_whole_at for each in covered(store, place)}
    return any(
        facts.names_what_left(
            store, mapping.table, column, connection=place.connection, since=since, share=mapping.share
        )
        for mapping in mappings
        if (since := whole.get(mapping.table))
        for column in _links(mapping)
    )


def _links(mapping: CompiledMapping) -> Iterator[str]:
    for name in mapping.columns:
        column = FACTS[mapping.table].column(name)
        if column is not None and column.links:
            yield name

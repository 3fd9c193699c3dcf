"""Which file holds which facts: by its name first, by its columns where the name says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.init.look import TableLook
from connector.init.vocabulary import plain, vocabulary
from kpi_engine.facts import FACTS

NAMED = 10.0
"""A file called like the table: more than all columns together can say."""
HINTED = 3.0
"""The table's word is somewhere in the file's name."""
OWN_ID = 2.0
ENOUGH = 4.0
"""Below it nobody would call it a guess."""


def assigned(looks: Sequence[TableLook]) -> dict[str, TableLook]:
    """Fact table -> file, each at most once; the surest first."""
    scores = [(_score(table, look), -at, table, look) for at, look in enumerate(looks) for table in vocabulary().tables]
    found: dict[str, TableLook] = {}
    taken: set[str] = set()
    for score, _, table, look in sorted(scores, key=lambda each: each[:2], reverse=True):
        if score >= ENOUGH and table not in found and look.module.name not in taken:
            found[table] = look
            taken.add(look.module.name)
    return {table: found[table] for table in vocabulary().tables if table in found}


def _score(table: str, look: TableLook) -> float:
    return _by_name(table, look.module.name) + _by_columns(table, look.columns)


def _by_name(table: str, name: str) -> float:
    words = vocabulary().tables[table]
    stem = plain(name)
    if stem in words:
        return NAMED - 0.1 * words.index(stem)
    return HINTED if any(word in stem for word in words) else 0.0


def _by_columns(table: str, columns: Mapping[str, object]) -> float:
    """How many of the table's columns the file has, and whether it has the table's own kind of id."""
    headers = {plain(name) for name in columns}
    own = [
        column.name for column in FACTS[table].columns if headers & set(vocabulary().column_words(table, column.name))
    ]
    return len(own) + (OWN_ID if headers & set(vocabulary().more_ids.get(table, ())) else 0.0)

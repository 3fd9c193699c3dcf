"""Which column of a file fills which fact column, and how its cells are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from connector.errors import Message
from connector.formats.date import DateFormat
from connector.formats.infer import Format
from connector.formats.misfit import Misfit
from connector.formats.number import NumberFormat
from connector.formats.text import read_boolean
from connector.init.look import ColumnLook, TableLook
from connector.init.vocabulary import plain, vocabulary
from connector.mapping.readers import DAYS, FORMATTED
from kpi_engine.errors import NO_HINT
from kpi_engine.facts import COMMON, FACTS, Column, ColumnType

MOST_VALUES = 60
"""A column with more different words than this is no list of stages."""


class Trust(StrEnum):
    """How sure a proposal is."""

    SURE = "sure"
    GUESS = "guess"
    ASK = "ask"
    """Only a person knows; the configuration is not complete without an answer."""


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """How one fact column is to be filled."""

    column: str
    source: str = ""
    constant: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    link: bool = False
    format: Format | None = None
    """How its numbers or dates are written, where that has to be said."""
    trust: Trust = Trust.SURE
    why: Message = NO_HINT
    """What a person should look at."""
    readings: tuple[Format, ...] = ()
    """The formats to choose from, where the whole column can be read in several ways."""


@dataclass(frozen=True, slots=True)
class TableProposal:
    """How one fact table is to be filled."""

    table: str
    look: TableLook
    id: str
    columns: tuple[ColumnProposal, ...]
    distinct: bool = False
    why: Message = NO_HINT

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns of the file that nothing is filled from."""
        used = {self.id, *(column.source for column in self.columns)}
        return tuple(name for name in self.look.columns if name not in used)

    def source_of(self, column: str) -> str | None:
        """The file's column that fills a fact column."""
        return next((each.source for each in self.columns if each.column == column and each.source), None)


def proposed(table: str, look: TableLook) -> TableProposal:
    """A first mapping of a file onto a fact table, by the names of its columns and by what is in them."""
    record_id, why = _id(table, look)
    sources = _sources(table, look, record_id)
    columns = [_filled(column, look.columns[source]) for column, source in sources]
    columns += _required(table, look, {each.column for each in columns})
    columns += _named_by_id(table, record_id, columns, doubtful=bool(why))
    order = {name: at for at, name in enumerate(FACTS[table].column_names)}
    return TableProposal(table, look, record_id, tuple(sorted(columns, key=lambda each: order[each.column])), why=why)


def _named_by_id(table: str, record_id: str, columns: list[ColumnProposal], *, doubtful: bool) -> list[ColumnProposal]:
    """Where a name stands in for the id, it is the name too."""
    nameless = FACTS[table].column("name") is not None and all(each.column != "name" for each in columns)
    return [ColumnProposal("name", record_id)] if nameless and doubtful else []


def _id(table: str, look: TableLook) -> tuple[str, Message]:
    """The column that identifies a record: called so, else the first one without doubles."""
    headers = {plain(name): name for name in look.columns}
    named = [headers[word] for word in vocabulary().id_words(table) if word in headers]
    unique = [name for name in look.columns if look.columns[name].profile.unique]
    sure = [name for name in named if name in unique]
    if sure:
        return sure[0], Message("")
    named += [headers[word] for word in vocabulary().column_words(table, "name") if word in headers]
    likely = next((name for name in named if name in unique), None) or next(iter(unique), None)
    if likely:
        return likely, Message("no column is called an id; in this one no two rows are the same")
    return (named or list(look.columns))[0], Message("no column tells all rows apart; doubles go to quarantine")


def _sources(table: str, look: TableLook, record_id: str) -> list[tuple[Column, str]]:
    """Pairs of fact column and file column, the likeliest words first; each is used once."""
    columns = [column for column in (*COMMON, *FACTS[table].columns) if column.name not in _OURS]
    found: dict[str, tuple[Column, str]] = {}
    taken: set[str] = set()
    for column, source in _ranked(table, look, columns):
        shared = source == record_id and column.name in ("name", "number")
        if column.name not in found and (shared or source not in taken | {record_id}):
            found[column.name] = (column, source)
            taken.add(source)
    return list(found.values())


_OURS = ("connection", "id", "deleted_at")


def _ranked(table: str, look: TableLook, columns: Iterable[Column]) -> list[tuple[Column, str]]:
    headers = {plain(name): name for name in look.columns}
    pairs = [
        (rank, at, column, headers[word])
        for at, column in enumerate(columns)
        for rank, word in enumerate(vocabulary().column_words(table, column.name))
        if word in headers and _fits(column, look.columns[headers[word]])
    ]
    return [(column, source) for _, _, column, source in sorted(pairs, key=lambda pair: pair[:2])]


def _fits(column: Column, look: ColumnLook) -> bool:
    """Whether the cells are of the column's type; an empty column says nothing and is left out."""
    if not look.profile.filled:
        return False
    if column.type in FORMATTED:
        return bool(_readings(column, look))
    return not (column.type is ColumnType.BOOLEAN or column.values) or _is_short_list(look)


def _readings(column: Column, look: ColumnLook) -> tuple[Format, ...]:
    return look.profile.dates if column.type in DAYS else look.profile.numbers


def _is_short_list(look: ColumnLook) -> bool:
    return not look.profile.many_words and len(look.profile.words) <= MOST_VALUES


def _filled(column: Column, look: ColumnLook) -> ColumnProposal:
    """The proposal for one pair, with the format its cells have."""
    proposal = ColumnProposal(column.name, look.name)
    if column.type in FORMATTED:
        return _formatted(proposal, _readings(column, look))
    if column.type is ColumnType.BOOLEAN:
        return _worded(proposal, look, vocabulary_of="boolean")
    return _worded(proposal, look, vocabulary_of=column.name) if column.values else proposal


def _formatted(proposal: ColumnProposal, readings: tuple[Format, ...]) -> ColumnProposal:
    if len(readings) == 1:
        usual = readings[0] in (DateFormat(), NumberFormat())
        return proposal if usual else replace(proposal, format=readings[0])
    why = Message("the whole column can be read in several ways; choose one")
    return replace(proposal, trust=Trust.ASK, why=why, readings=readings)


def _worded(proposal: ColumnProposal, look: ColumnLook, *, vocabulary_of: str) -> ColumnProposal:
    """What each word means; words nobody knows mean what they usually do, which a person should look at."""
    known = {word: _meaning(vocabulary_of, word) for word in sorted(look.profile.words)}
    if all(_reads_itself(vocabulary_of, word) for word in known):
        return proposal
    rest = vocabulary().rest.get(vocabulary_of)
    values = {word: rest if meaning is None else meaning for word, meaning in known.items()}
    guessed = [word for word, meaning in known.items() if meaning is None]
    if not guessed:
        return replace(proposal, values=values)
    listed = ", ".join(guessed)
    if rest is None:
        why = Message("nobody knows what these mean: {words}", words=listed)
        return replace(proposal, values=values, trust=Trust.ASK, why=why)
    why = Message("taken for {meaning}: {words}", meaning=rest, words=listed)
    return replace(proposal, values=values, trust=Trust.GUESS, why=why)


def _meaning(vocabulary_of: str, word: str) -> Any:
    meaning = vocabulary().meaning(vocabulary_of, word)
    return {"true": True, "false": False}.get(meaning or "") if vocabulary_of == "boolean" else meaning


def _reads_itself(vocabulary_of: str, word: str) -> bool:
    """Whether the mapping understands the word without being told."""
    if vocabulary_of != "boolean":
        return word in vocabulary().values[vocabulary_of]
    try:
        return read_boolean(word) is not None
    except Misfit:
        return False


def _required(table: str, look: TableLook, found: set[str]) -> list[ColumnProposal]:
    """Columns that a fact cannot do without and that no column of the file is called like."""
    needed = [column for column in FACTS[table].columns if not column.nullable and column.name not in found]
    return [_derived(table, column, look) for column in needed]


def _derived(table: str, column: Column, look: TableLook) -> ColumnProposal:
    if (table, column.name) == ("deals", "outcome"):
        stages = _stages(look)
        if stages is not None:
            return _filled(column, stages)
    meaning = next((each for each in column.values if each in plain(look.module.name)), None)
    if meaning:
        return ColumnProposal(column.name, constant=meaning, trust=Trust.GUESS, why=Message("by the file's name"))
    why = Message("{table} needs it: {meaning}", table=table, meaning=column.meaning)
    return ColumnProposal(column.name, trust=Trust.ASK, why=why)


def _stages(look: TableLook) -> ColumnLook | None:
    """The column with the stages, or one like it that knows the word for won."""
    headers = {plain(name): look.columns[name] for name in look.columns}
    named = [headers[word] for word in vocabulary().column_words("deals", "stage") if word in headers]
    named += [headers[word] for word in vocabulary().columns["status"] if word in headers]
    few = [each for each in (*named, *look.columns.values()) if each.profile.filled and _is_short_list(each)]
    return next((each for each in few if _knows_won(each)), None)


def _knows_won(look: ColumnLook) -> bool:
    return any(vocabulary().meaning("outcome", word) == "won" for word in look.profile.words)

"""What exports in English and Chinese call things: `synonyms.yaml`, and how words are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kpi_engine.document import read_document

_SEPARATORS = " _-./\\()（）[]【】:：#"


def plain(word: str) -> str:
    """A word as it is compared: without case, width, spaces and punctuation.

    >>> plain("Close_Date"), plain("closeDate"), plain("  客户名称 ")
    ('closedate', 'closedate', '客户名称')
    """
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(character for character in folded if character not in _SEPARATORS)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words, as they are compared."""

    tables: Mapping[str, Sequence[str]]
    ids: Sequence[str]
    more_ids: Mapping[str, Sequence[str]]
    columns: Mapping[str, Sequence[str]]
    values: Mapping[str, Mapping[str, Sequence[str]]]
    """Fact column (or `boolean`) -> meaning -> words."""
    rest: Mapping[str, str]
    currencies: Mapping[str, str]

    def id_words(self, table: str) -> tuple[str, ...]:
        """What the id of a table's records may be called, the likeliest first."""
        own = self.more_ids.get(table, ())
        made = [plain(word.replace("{table}", name)) for word in self.ids for name in self.tables[table]]
        return tuple(dict.fromkeys((*own, *made)))

    def column_words(self, table: str, column: str) -> tuple[str, ...]:
        """What a fact column may be called; a name may also begin with the table's own: `deal_name`, `客户行业`."""
        words = self.columns.get(column, (plain(column),))
        prefixed = [name + word for name in self.tables[table] for word in words]
        alone = self.tables[table] if column == "name" else ()
        return tuple(dict.fromkeys((*words, *prefixed, *alone)))

    def meaning(self, column: str, word: str) -> str | None:
        """What a cell's word means in a closed vocabulary; None where nobody can know."""
        found = plain(word)
        return next((meaning for meaning, words in self.values[column].items() if found in words), None)


@cache
def vocabulary() -> Vocabulary:
    """The words that ship."""
    text = files(__package__).joinpath("synonyms.yaml").read_text("utf-8")
    raw = read_document(text, name="synonyms.yaml").data
    return Vocabulary(
        tables=_plain_lists(raw["tables"]),
        ids=tuple(raw["ids"]),
        more_ids=_plain_lists(raw["more_ids"]),
        columns=_plain_lists(raw["columns"]),
        values={column: _plain_lists(meanings) for column, meanings in raw["values"].items()},
        rest=raw["rest"],
        currencies=raw["currencies"],
    )


def _plain_lists(words: Mapping[str, Iterable[Any]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(plain(str(word)) for word in each) for name, each in words.items()}

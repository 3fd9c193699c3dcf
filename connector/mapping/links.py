"""How a name finds an id, where an export names its accounts and people instead of numbering them."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from connector.errors import Message
from connector.formats.misfit import Misfit, out_of_range, shown


def folded(name: str) -> str:
    """The name without what people write differently: case, width, spaces, punctuation.

    Symbols stay: C and C++ are two companies.
    """
    if name.isascii():
        return name.lower().translate(_DROPPED_ASCII)
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if not _is_dropped(character))


def _is_dropped(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZC"


_DROPPED_ASCII = dict.fromkeys(code for code in range(128) if _is_dropped(chr(code)))


class NameIndex:
    """The names of one table's live facts: exact first, then folded; what two records share finds nobody."""

    def __init__(self, table: str, named: Iterable[tuple[str, str | None]]) -> None:
        self.table = table
        self._exact: dict[str, str | None] = {}
        self._folded: dict[str, str | None] = {}
        known = sorted((name.strip(), sys.intern(record_id)) for record_id, name in named if name and name.strip())
        for name, record_id in known:
            self._exact[name] = None if name in self._exact else record_id
            _add(self._folded, folded(name), record_id)
        self.digest = _digest(known)
        """Changes when a name, or whose it is, changes: then what links by name has to be read again."""

    def find(self, name: str) -> str:
        """The id of the one record of that name.

        Raises:
            Misfit: nobody has the name, or several do.
        """
        for key, names in self._tried(name):
            if key and key in names:
                found = names[key]
                if found is None:
                    raise out_of_range(Message("several {table} are called {name}", table=self.table, name=shown(name)))
                return found
        raise _unknown(self.table, name)

    def _tried(self, name: str) -> tuple[tuple[str, Mapping[str, str | None]], ...]:
        return (name.strip(), self._exact), (folded(name), self._folded)

    def is_shared(self, name: str) -> bool:
        """Whether it finds nobody because several have it."""
        return any(names.get(key, "") is None for key, names in self._tried(name) if key)


def _add(names: dict[str, str | None], key: str, record_id: str) -> None:
    if key:
        names[key] = record_id if names.get(key, record_id) == record_id else None


def _unknown(table: str, name: str) -> Misfit:
    return out_of_range(Message("none of the {table} is called {name}", table=table, name=shown(name)))


def _digest(known: Sequence[tuple[str, str]]) -> str:
    digest = sha256()
    for pair in known:
        digest.update("\x1f".join(pair).encode() + b"\x1e")
    return digest.hexdigest()

"""What can be wrong with a KPI, as values and as exceptions.

```
KpiError                  a message and a hint
|- DocumentError          a text cannot be used          (all its problems at once)
|  `- DefinitionError     the KPIs in it cannot
|- MissingFact            a definition names a table or column that no fact has
`- EngineError            a query failed; the KPIs of that query have status `error`, the others go on
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from kpi_engine.message import Message

NO_HINT = Message("")
"""Where the sentence itself says what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file of the user's: where it is, what is wrong, what to do."""

    where: str
    message: Message
    hint: Message = NO_HINT

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.where}: {self.message}{hint}"


class KpiError(Exception):
    """Root of this package's errors."""

    def __init__(self, message: Message, *, hint: Message = NO_HINT) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class DocumentError(KpiError):
    """A text of the user's cannot be used; `problems` lists everything that is wrong with it, not the first only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(Message("{problems}", problems="; ".join(map(str, self.problems))))


class DefinitionError(DocumentError):
    """One or more KPI definitions cannot be used."""


class MissingFact(KpiError):
    """A definition needs a table or column that is not among the facts."""


class EngineError(KpiError):
    """A query could not be answered; it concerns the KPIs of that query only."""


MOST_LISTED = 40
"""More names than this help nobody."""

_LONGEST_COMPARED = 80


def did_you_mean(word: str, known: Iterable[str]) -> Message:
    """A hint that names the nearest known word; lists them all when nothing is near; empty when they are too many.

    >>> str(did_you_mean("Win_Rat", ["win_rate", "won_amount"]))
    'did you mean win_rate?'
    >>> str(did_you_mean("zzz", ["b", "a"]))
    'one of: a, b'
    >>> bool(did_you_mean("zzz", map(str, range(1000))))
    False
    """
    names = {name.casefold(): name for name in sorted(known, reverse=True)}
    near = get_close_matches(word[:_LONGEST_COMPARED].casefold(), names, n=1)
    if near:
        return Message("did you mean {word}?", word=names[near[0]])
    if not names or len(names) > MOST_LISTED:
        return NO_HINT
    return Message("one of: {words}", words=", ".join(sorted(names.values())))

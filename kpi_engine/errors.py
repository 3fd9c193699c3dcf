"""What can be wrong with a KPI, as values and as exceptions.

```
KpiError                  a message and a hint
|- DefinitionError        a definition is wrong          (all its problems at once)
`- MissingFact            a definition names a table or column that no fact has
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from kpi_engine.message import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file of the user's: where it is, what is wrong, what to do."""

    where: str
    message: Message
    hint: Message = Message("")

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.where}: {self.message}{hint}"


class KpiError(Exception):
    """Root of this package's errors."""

    def __init__(self, message: Message, *, hint: Message = Message("")) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class DefinitionError(KpiError):
    """One or more KPI definitions cannot be used; `problems` lists everything that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(Message("{problems}", problems="; ".join(map(str, self.problems))))


class MissingFact(KpiError):
    """A definition needs a table or column that is not among the facts."""


def did_you_mean(word: str, known: Iterable[str]) -> Message:
    """A hint that names the nearest known word, or lists them all when nothing is near.

    >>> str(did_you_mean("win_rat", ["win_rate", "won_amount"]))
    'did you mean win_rate?'
    >>> str(did_you_mean("zzz", ["b", "a"]))
    'one of: a, b'
    """
    names = sorted(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return Message("did you mean {word}?", word=near[0])
    return Message("one of: {words}", words=", ".join(names))

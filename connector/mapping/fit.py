"""Whether a file still fits the formats in the config: a few misfits are issues, many mean another format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from connector.errors import Message, RejectedError
from connector.formats.misfit import TOLERATED_SHARE

TOLERATED_CELLS: Final = 2

Example: TypeAlias = tuple[int | None, str, Message]


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one column: cells that hold something, those not in its format, and the first of these."""

    filled: int
    wrong: int
    example: Example | None

    def plus(self, other: Tally) -> Tally:
        return Tally(self.filled + other.filled, self.wrong + other.wrong, self.example or other.example)

    @property
    def tolerable(self) -> bool:
        return self.wrong <= TOLERATED_CELLS or self.wrong <= self.filled * TOLERATED_SHARE


class FormatFit:
    """Counts, per file and column, the cells that are not in the format that the config states."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], Tally] = {}

    def add(self, source: str, field: str, tally: Tally) -> None:
        """Counts one page's column in."""
        key = (source, field)
        before = self._tallies.get(key)
        self._tallies[key] = before.plus(tally) if before else tally

    def verify(self, *, adapter: str = "") -> None:
        """Called when a file has been read to its end; begins to count afresh.

        Raises:
            RejectedError: a column's format is not what the config says any more.
        """
        tallies, self._tallies = self._tallies, {}
        for (source, field), tally in tallies.items():
            if not tally.tolerable and tally.example:
                raise _no_longer_fits(source, field, tally=tally, example=tally.example, adapter=adapter)


def _no_longer_fits(source: str, field: str, *, tally: Tally, example: Example, adapter: str) -> RejectedError:
    line, value, reason = example
    message = Message(
        "{place}, column {column}: {reason}, like {wrong} of its {filled} cells",
        place=_place(source, line),
        column=field,
        value=value,
        reason=reason,
        wrong=tally.wrong,
        filled=tally.filled,
    )
    hint = Message("`crm-kpi check` proposes the format that fits; put it into the mapping")
    return RejectedError(message, hint=hint, adapter=adapter, operation="pull")


def _place(source: str, line: int | None) -> Message:
    if line is None:
        return Message("{source}", source=source or "-")
    return Message("{source}, line {line}", source=source or "-", line=line)

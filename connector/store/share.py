"""Which rows of a fact table are one module's, where several modules feed the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from connector.store.statements import quoted


@dataclass(frozen=True, slots=True)
class Share:
    """Rows that a constant column tells from those of other modules; without a column, all rows of the connection."""

    column: str = ""
    own: Any = None
    """What the column holds in these rows."""
    others: tuple[Any, ...] = ()
    """What it holds in the rows of each other module."""
    rest: bool = False
    """Rows that hold neither are these, too: one module has what is left of a module that feeds the table no more."""

    @property
    def condition(self) -> str:
        """Goes on from a WHERE."""
        if not self.column:
            return ""
        if not self.rest:
            return f" AND {quoted(self.column)} IS ?"
        return f" AND ({quoted(self.column)} IS NULL OR {quoted(self.column)} NOT IN ({_marks(self.others)}))"

    @property
    def parameters(self) -> tuple[Any, ...]:
        """What stands for the question marks of `condition`."""
        if not self.column:
            return ()
        return self.others if self.rest else (self.own,)

    @property
    def of_others(self) -> str:
        """The condition of rows that are another module's; its parameters are `others`."""
        return f" AND {quoted(self.column)} IN ({_marks(self.others)})"


WHOLE: Final = Share()
"""The table has one module only."""


def _marks(values: tuple[Any, ...]) -> str:
    return ", ".join("?" * len(values))

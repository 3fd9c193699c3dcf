"""One line while it is read: every field is tried, and everything that is wrong is noted at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from connector.errors import Message, Problem
from connector.formats.text import text_of
from connector.targets.lines import Line
from kpi_engine.errors import KpiError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads fields of one line."""

    line: Line
    problems: list[Problem] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.line.values

    def raw(self, name: str) -> Any:
        """What stands there; None where nothing does."""
        return self.line.values.get(name)

    def text(self, name: str) -> str:
        """What stands there as text; empty where nothing does."""
        value = self.line.values.get(name)
        return value.strip() if isinstance(value, str) else text_of(value) or ""

    def wrong(self, name: str, message: Message, *, hint: Message = Message("")) -> None:
        """Note something wrong with a field."""
        self.problems.append(self.line.place.problem(name, message, hint=hint))

    def attempt(self, name: str, read: Callable[[], T]) -> T | None:
        """What `read` makes of a field; None, and a problem at its place, where it cannot."""
        try:
            return read()
        except KpiError as error:
            self.wrong(name, error.message, hint=error.hint)
        except ValidationError as error:
            for finding in error.errors(include_url=False):
                self.wrong(name, _said(finding.get("ctx", {}).get("error"), otherwise=finding["msg"]))
        return None


def _said(raised: object, *, otherwise: str) -> Message:
    """The sentence of a validator of ours, which raises a ValueError with a message in it."""
    arguments = getattr(raised, "args", ())
    said = arguments[0] if arguments else None
    return said if isinstance(said, Message) else Message("{reason}", reason=otherwise)

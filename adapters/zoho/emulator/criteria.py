"""Criteria of searches, `((Stage:equals:Open)and(Amount:greater_than:100))`, read by descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from adapters.zoho.emulator.answers import Refusal


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, a comparator and its values."""

    field: str
    comparator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that all hold (`and`) or one of which does (`or`)."""

    operator: str
    parts: tuple[Criteria, ...]


Criteria: TypeAlias = Condition | Group


def parsed_criteria(text: str) -> Criteria:
    """The tree of a criteria text.

    >>> parsed_criteria("(Name:in:a,b\\\\,c)")
    Condition(field='Name', comparator='in', values=('a', 'b,c'))

    Raises:
        Refusal: it cannot be read.
    """
    reader = _Reader(text.strip())
    found = reader.group()
    if not reader.at_end():
        raise reader.refusal()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def at_end(self) -> bool:
        return self.place >= len(self.text)

    def refusal(self) -> Refusal:
        near = self.text[self.place : self.place + 20]
        return Refusal(400, "INVALID_QUERY", "invalid query formed", details={"param_name": "criteria", "near": near})

    def group(self) -> Criteria:
        """Parts with one word, or with both (from left to right), between them."""
        found = self.part()
        while word := self._word():
            other = self.part()
            same = isinstance(found, Group) and found.operator == word
            parts = (*found.parts, other) if same and isinstance(found, Group) else (found, other)
            found = Group(word, parts)
        return found

    def part(self) -> Criteria:
        """Something in brackets, or a bare condition."""
        self._blanks()
        if not self.text.startswith("(", self.place):
            return self.condition()
        self.place += 1
        self._blanks()
        inner = self.group() if self.text.startswith("(", self.place) else self.condition()
        self._blanks()
        if not self.text.startswith(")", self.place):
            raise self.refusal()
        self.place += 1
        return inner

    def condition(self) -> Condition:
        field, comparator = self._name(), self._name()
        return Condition(field, comparator, self._values())

    def _name(self) -> str:
        end = self.text.find(":", self.place)
        name = self.text[self.place : end].strip() if end > 0 else ""
        if not name or not name.replace(".", "").replace("_", "").replace("$", "").isalnum():
            raise self.refusal()
        self.place = end + 1
        return name

    def _values(self) -> tuple[str, ...]:
        """Up to the closing bracket; a backslash takes the meaning from what follows it."""
        values, value = [], ""
        while not self.at_end() and self.text[self.place] != ")":
            character = self.text[self.place]
            if character == "\\" and self.place + 1 < len(self.text):
                self.place += 1
                value += self.text[self.place]
            elif character == ",":
                values.append(value)
                value = ""
            else:
                value += character
            self.place += 1
        return (*values, value)

    def _word(self) -> str:
        self._blanks()
        for word in ("and", "or"):
            if self.text[self.place : self.place + len(word)].lower() == word:
                self.place += len(word)
                return word
        return ""

    def _blanks(self) -> None:
        while not self.at_end() and self.text[self.place].isspace():
            self.place += 1

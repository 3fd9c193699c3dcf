"""What reaches the terminal: results on stdout, messages on stderr, and nothing that could steer the terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

import click

from connector.errors import Message, Problem

Words: TypeAlias = str | Message
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNESCAPED = re.compile(f"[\x7f-\x9f\u2028\u2029\ud800-\udfff{''.join(sorted(_BIDI))}]")
"""What JSON lets stand as it is, and a terminal obeys or a pipe cannot carry."""


def clean(text: str) -> str:
    """Text from a file or a CRM, safe to print: no escapes, no control or text-direction characters, one line.

    >>> clean("Ac\\x1b[31mme\\nInc\\u202e")
    'Ac?[31mme Inc?'
    """
    return "".join(map(_clean_character, text))


def _clean_character(character: str) -> str:
    if character in "\n\r\t\x0b\x0c\x85\u2028\u2029":
        return " "
    if unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI:
        return "?"
    return character


@dataclass(frozen=True, slots=True)
class Output:
    """Prints in one language."""

    translate: Callable[[str], str] = str
    colours: bool = True
    """On a terminal; never in a pipe, whatever this says."""

    def text(self, words: Words) -> str:
        """The words as the reader reads them, in one clean line."""
        return clean(words.render(self.translate) if isinstance(words, Message) else words)

    def result(self, words: Words = "") -> None:
        """A line of the result."""
        click.echo(self.text(words))

    def note(self, words: Words) -> None:
        """A line about the result, out of the way of a pipe."""
        click.echo(self.text(words), err=True)

    def error(self, message: Words, hint: Words = "") -> None:
        """One line, and one for the remedy."""
        self._labelled(Message("error"), message, colour="red")
        if hint:
            self._labelled(Message("hint"), hint, colour="cyan")

    def warning(self, message: Words, hint: Words = "") -> None:
        """Like an error that stops nothing."""
        self._labelled(Message("warning"), message, colour="yellow")
        if hint:
            self._labelled(Message("hint"), hint, colour="cyan")

    def problem(self, problem: Problem) -> None:
        """A problem at its place, and its remedy."""
        self.error(Message("{where}: {problem}", where=problem.where, problem=problem.message), problem.hint)

    def table(self, heads: Sequence[Words], rows: Iterable[Sequence[Any]]) -> None:
        """Aligned columns, numbers to the right; wide characters count as two."""
        texts = [[self._cell(value) for value in row] for row in rows]
        titles = [self.text(head) for head in heads]
        if not texts:
            return
        widths = [max(map(_width, column)) for column in zip(titles, *texts, strict=True)]
        right = [all(_numeric(row[at]) for row in texts) for at in range(len(titles))]
        for line in (titles, *texts):
            cells = zip(line, widths, right, strict=True)
            click.echo("  ".join(_padded(text, width, right=side) for text, width, side in cells).rstrip())

    def _cell(self, value: Any) -> str:
        if isinstance(value, (str, Message)):
            return self.text(value)
        return "" if value is None else clean(str(value))

    def _labelled(self, label: Message, words: Words, *, colour: str) -> None:
        start = f"{self.text(label)}:"
        click.echo(f"{click.style(start, fg=colour) if self.colours else start} {self.text(words)}", err=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout. Keys are stable, sentences English."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, indent=2, allow_nan=False)
    click.echo(_UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (Message, Path)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Problem):
        return {"where": value.where, "message": str(value.message), "hint": str(value.hint)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else not unicodedata.combining(each) for each in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _numeric(text: str) -> bool:
    return not text or (text.lstrip("-")[:1].isdigit() and text.replace(",", "").replace(".", "").strip("-%").isdigit())

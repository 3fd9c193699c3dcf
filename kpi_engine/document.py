"""YAML read with suspicion: plain data, the line on which each value stands, and everything that is wrong at once.

The text may come from anyone. Its size, depth and aliases are bounded before anything is built from it, and only plain
data is known. Plain words mean what YAML 1.2 says, because YAML 1.1 turns country codes and value maps into booleans
(NO stays Norway), times into numbers (12:30) and ids into octal ones (007 stays a text). Every key is a text, and so is
a day: whoever wants a date knows how to read one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import yaml

from kpi_engine.errors import NO_HINT, DocumentError, Problem
from kpi_engine.message import Message

LONGEST = 1_000_000
"""Characters."""
DEEPEST = 20
MOST_VALUES = 100_000
"""Values and keys, those repeated by an alias counted again."""

Steps: TypeAlias = tuple[str | int, ...]
"""The way from the top of a document to a value: keys, and positions in lists."""

Report: TypeAlias = Callable[[Message, Message], None]
"""Told what is wrong with a text, and what to do about it."""

Expand: TypeAlias = Callable[[str, Report], str]
"""What becomes of a text that is a value."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says, and on which line it says it."""

    name: str
    """How messages call it."""
    data: Any = None
    lines: Mapping[Steps, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """What is wrong, and does not hinder reading the rest."""

    def where(self, steps: Iterable[str | int]) -> str:
        """`kpis.yaml:12 kpis[0].where`: the line of the value, or of what is nearest above it."""
        way = tuple(steps)
        above = [way[:end] for end in range(len(way), 0, -1)] or [()]
        line = next((self.lines[each] for each in above if each in self.lines), None)
        return _where(self.name, line, way)

    def at(self, steps: Iterable[str | int]) -> Any:
        """The value at a place, None where there is none."""
        return at(self.data, steps)

    def problem(self, steps: Iterable[str | int], message: Message, *, hint: Message = NO_HINT) -> Problem:
        """A fault at a place in this document."""
        return Problem(self.where(steps), message, hint)


def dotted(steps: Iterable[str | int]) -> str:
    """The way to a value as it is written for a person; lists begin at 0, as they do in every language that reads YAML.

    >>> dotted(("kpis", 0, "where", 2, "column"))
    'kpis[0].where[2].column'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def at(data: Any, steps: Iterable[str | int]) -> Any:
    """The value at a place in plain data, None where there is none.

    >>> at({"kpis": [{"id": "calls"}]}, ("kpis", 0, "id")), at({"kpis": []}, ("kpis", 0, "id"))
    ('calls', None)
    """
    for step in steps:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _as_it_is(text: str, report: Report) -> str:
    return text


def read_document(text: str, *, name: str, expand: Expand = _as_it_is) -> Document:
    """The plain data of one YAML document, and its lines.

    Args:
        text: what stands in the file.
        name: how messages call the file.
        expand: what becomes of each text that is a value (no key, no number), where it is more than what it says.

    Raises:
        DocumentError: it is no YAML, or YAML beyond the limits above: then there is nothing to go on with.

    >>> read_document("kpis: [NO, 007, 1.5]", name="my.yaml").data
    {'kpis': ['NO', '007', 1.5]}
    >>> [str(problem) for problem in read_document("a: 1\\na: 2", name="my.yaml").problems]
    ['my.yaml:2 a: is given twice, first on line 1']
    """
    tags, root = _composed(text, name)
    builder = _Builder(name, expand, tags)
    data = None if root is None else builder.value(root, ())
    builder.lines.setdefault((), 1)
    return Document(name, data, builder.lines, tuple(builder.problems))


def compose(text: str, *, name: str) -> yaml.Node | None:
    """The same text as YAML's nodes, for whoever must know where each begins and ends.

    Raises:
        DocumentError: as `read_document` does.
    """
    return _composed(text, name)[1]


# ---- from text to nodes ----------------------------------------------------------------------------------------------

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it


class _Loader(_Base):  # type: ignore[misc]  # chosen at run time
    """Takes every plain word for text; which of them are numbers is said below."""

    yaml_implicit_resolvers: Mapping[str, Any] = {}


_TABS = Message("indent with spaces, not with tabs")


def _composed(text: str, name: str) -> tuple[dict[int, str], yaml.Node | None]:
    """The tags by where they stand, and the nodes."""
    if len(text) > LONGEST:
        raise _error(name, Message("the file is longer than {limit} characters", limit=LONGEST))
    try:
        return _scanned(text, name=name), yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as exc:
        raise _syntax_error(exc, text, name) from exc
    except (yaml.YAMLError, UnicodeError) as exc:
        raise _error(name, Message("this is not YAML: {reason}", reason=str(exc).splitlines()[0])) from exc


def _scanned(text: str, *, name: str) -> dict[int, str]:
    """Reads the text as a flat list of events, which costs no recursion, before anything is built from it."""
    depth = documents = values = 0
    tags: dict[int, str] = {}
    event: Any  # the stubs give events neither marks nor tags
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        values += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise _error(_place(name, event), Message("this is nested more than {limit} deep", limit=DEEPEST))
        if documents > 1:
            hint = Message("one file holds one document")
            raise _error(_place(name, event), Message("a second document begins here"), hint)
        if values > MOST_VALUES:
            raise _too_large(_place(name, event))
        if getattr(event, "tag", None) is not None:
            tags[event.start_mark.index] = event.tag
    return tags


def _syntax_error(error: yaml.MarkedYAMLError, text: str, name: str) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return _error(name, Message("this is not YAML: {reason}", reason=str(error.problem)))
    line = next(iter(text.splitlines()[mark.line :]), "")
    indent = line[: len(line) - len(line.lstrip())]
    message = Message("this is not YAML: {reason}", reason=str(error.problem or error.context))
    return _error(_where(name, mark.line + 1), message, _TABS if "\t" in indent else NO_HINT)


def _too_large(where: str) -> DocumentError:
    return _error(where, Message("the file is too large, or its aliases repeat too much"))


def _error(where: str, message: Message, hint: Message = NO_HINT) -> DocumentError:
    return DocumentError([Problem(where, message, hint)])


def _where(name: str, line: int | None, steps: Steps = ()) -> str:
    place = name if line is None else f"{name}:{line}"
    return f"{place} {dotted(steps)}".rstrip()


def _place(name: str, part: yaml.Event | yaml.Node, steps: Steps = ()) -> str:
    return _where(name, _line(part), steps)


def _line(part: yaml.Event | yaml.Node) -> int:
    return part.start_mark.line + 1 if part.start_mark is not None else 1


# ---- from nodes to data ----------------------------------------------------------------------------------------------


class _Builder:
    """Turns YAML's nodes into data, and counts as it goes: an alias costs nothing in the file and all of it here."""

    def __init__(self, name: str, expand: Expand, tags: dict[int, str]) -> None:
        self.lines: dict[Steps, int] = {}
        self.problems: list[Problem] = []
        self._name = name
        self._expand = expand
        self._tags = tags
        self._values = 0

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        self._count(node, steps)
        self._check_tag(node, steps)
        self.lines.setdefault(steps, _line(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, steps)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*steps, position)) for position, each in enumerate(node.value)]
        return self._mapping(node, steps)

    def _scalar(self, node: yaml.ScalarNode, steps: Steps) -> Any:
        value = node.value if node.style else plain(node.value)
        return self._expand(value, partial(self._fault, node, steps)) if isinstance(value, str) else value

    def _mapping(self, node: yaml.Node, steps: Steps) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, steps)
            if key is None:
                continue
            way = (*steps, key)
            if key in found:
                message = Message("is given twice, first on line {line}", line=self.lines[way])
                self._fault(key_node, way, message)
                continue
            self.lines[way] = _line(key_node)
            found[key] = self.value(value_node, way)
        return found

    def _key(self, node: yaml.Node, steps: Steps) -> str | None:
        self._count(node, steps)
        self._check_tag(node, steps)
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._fault(node, steps, Message("a key must be a word"))
            return None
        if node.value == "<<" and not node.style:
            self._fault(node, steps, Message("merge keys (<<) are not supported"), Message("write the settings out"))
            return None
        return str(node.value)

    def _check_tag(self, node: yaml.Node, steps: Steps) -> None:
        """Names it once, however many aliases repeat it; the value is read as if it had none."""
        tag = self._tags.pop(node.start_mark.index, None)
        if tag is not None:
            self._fault(node, steps, Message("the tag {tag} is not allowed", tag=tag), Message("leave it out"))

    def _count(self, node: yaml.Node, steps: Steps) -> None:
        self._values += 1
        if self._values > MOST_VALUES or len(steps) > DEEPEST:
            raise _too_large(_place(self._name, node))

    def _fault(self, node: yaml.Node, steps: Steps, message: Message, hint: Message = NO_HINT) -> None:
        self.problems.append(Problem(_place(self._name, node, steps), message, hint))


_PLAIN = (
    (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})"), int),
    (re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*|(?=[eE]))|\.[0-9]+)([eE][-+]?[0-9]+)?"), float),
)
"""What an unquoted word means, the first that fits it whole; anything else is text. So is a number with leading zeros
or with more digits than a database's integers have: it is an id."""


def plain(word: str) -> Any:
    """What an unquoted word of YAML means.

    >>> plain("0.5"), plain("12"), plain("true"), plain("yes"), plain("2017-03-01"), plain("")
    (0.5, 12, True, 'yes', '2017-03-01', None)
    """
    return next((read(word) for pattern, read in _PLAIN if pattern.fullmatch(word)), word)

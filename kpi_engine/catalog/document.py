"""A YAML file of definitions, read with suspicion: plain data, and the line on which each value stands.

The file may come from anyone. Its size, depth and aliases are bounded before anything is built from it, and only plain
data is known: no tags, no dates, no `yes` and `no` for booleans (NO stays Norway), no octal numbers (007 stays a text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from kpi_engine.errors import NO_HINT, DefinitionError, Problem
from kpi_engine.message import Message

LONGEST = 1_000_000
"""Characters."""
DEEPEST = 20
MOST_VALUES = 100_000
"""Values and keys, those repeated by an alias counted again."""

Path: TypeAlias = tuple[str | int, ...]
"""From the top of a document to a value: keys, and positions in lists."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it


class _Loader(_Base):  # type: ignore[misc]  # chosen at run time
    """Takes every plain word for text; which of them are numbers is said below."""

    yaml_implicit_resolvers: Mapping[str, Any] = {}


_PLAIN = (
    (re.compile(r"null|~|"), lambda _: None),
    (re.compile(r"true|false"), lambda text: text == "true"),
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})"), int),
    (re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?"), float),
)
"""What an unquoted word means, the first that fits it whole; anything else is text."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it."""

    name: str
    data: Any
    lines: Mapping[Path, int]

    def where(self, path: Path) -> str:
        """The place of a value, for a person: `kpis.yaml:12 kpis[0].where`; where it is missing, what is around it."""
        known = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in self.lines), ())
        place = f"{self.name}:{self.lines.get(known, 1)}"
        return f"{place} {dotted(path)}" if path else place


def dotted(path: Path) -> str:
    """A path as it is written for a person.

    >>> dotted(("kpis", 0, "where", 2, "column"))
    'kpis[0].where[2].column'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def read_document(text: str, *, name: str) -> Document:
    """The plain data of one YAML document, and its lines; `name` is how errors call it.

    Raises:
        DefinitionError: it is no YAML, or YAML beyond the limits above, or a key is given twice.

    >>> read_document("kpis: [NO, 007, 1.5]", name="my.yaml").data
    {'kpis': ['NO', '007', 1.5]}
    """
    if len(text) > LONGEST:
        raise _error(name, Message("the file is longer than {limit} characters", limit=LONGEST))
    try:
        _check_shape(text, name=name)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark is not None else 1
        raise _error(f"{name}:{line}", Message("this is not YAML: {reason}", reason=str(exc.problem))) from exc
    except (yaml.YAMLError, UnicodeError) as exc:
        raise _error(name, Message("this is not YAML: {reason}", reason=str(exc).splitlines()[0])) from exc
    return _Builder(name).document(root)


def _error(where: str, message: Message, hint: Message = NO_HINT) -> DefinitionError:
    return DefinitionError([Problem(where, message, hint)])


def _check_shape(text: str, *, name: str) -> None:
    """Reads the file as a flat list of events, which costs no recursion, before anything is built from it."""
    depth = 0
    documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        where = f"{name}:{_line(event)}"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST:
            raise _error(where, Message("this is nested more than {limit} deep", limit=DEEPEST))
        if documents > 1:
            raise _error(where, Message("a second document begins here"), Message("one file holds one document"))
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _error(where, Message("the tag {tag} is not allowed", tag=tag), Message("leave it out"))


def _line(part: yaml.Event | yaml.Node) -> int:
    return part.start_mark.line + 1 if part.start_mark is not None else 1


class _Builder:
    """Turns YAML's nodes into data, and counts as it goes: an alias costs nothing in the file and all of it here."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.values = 0

    def document(self, root: yaml.Node | None) -> Document:
        data = None if root is None else self.value(root, ())
        if self.problems:
            raise DefinitionError(self.problems)
        return Document(self.name, data, self.lines)

    def value(self, node: yaml.Node, path: Path) -> Any:
        self._count(node, path)
        if isinstance(node, yaml.ScalarNode):
            return plain(node.value) if not node.style else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self._placed(each, each, (*path, at)) for at, each in enumerate(node.value)]
        return {key: self._placed(key_node, each, (*path, key)) for key, key_node, each in self._items(node, path)}

    def _placed(self, place: yaml.Node, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = _line(place)
        return self.value(node, path)

    def _items(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            where = f"{self.name}:{_line(key_node)} {dotted((*path, key))}".rstrip(" .")
            if not key:
                self.problems.append(Problem(where, Message("a key must be a word")))
            elif key in seen:
                self.problems.append(Problem(where, Message("{key} is given twice", key=key)))
            else:
                seen.add(key)
                yield key, key_node, value_node

    def _count(self, node: yaml.Node, path: Path) -> None:
        self.values += 1
        if self.values > MOST_VALUES or len(path) > DEEPEST:
            where = f"{self.name}:{_line(node)}"
            raise _error(where, Message("the file is too large, or its aliases repeat too much"))


def plain(word: str) -> Any:
    """What an unquoted word of YAML means.

    >>> plain("0.5"), plain("12"), plain("true"), plain("yes"), plain("2017-03-01"), plain("")
    (0.5, 12, True, 'yes', '2017-03-01', None)
    """
    return next((read(word) for pattern, read in _PLAIN if pattern.fullmatch(word)), word)

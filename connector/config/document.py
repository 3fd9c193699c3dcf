"""A YAML file as data that remembers its lines; nothing in it is ever executed, and every fault is reported at once.

YAML 1.2's plain scalars are used (`no` is a text, as in `holidays: NO`; `007` is a text, and so is every key), because
YAML 1.1 turns country codes and value maps into booleans. Duplicate keys, tags, merge keys and alias bombs are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from connector.errors import ConfigError, Message, Problem

Steps: TypeAlias = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and list positions."""

MOST_BYTES = 2_000_000
MOST_VALUES = 100_000
DEEPEST = 40
_VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML file says, and on which line it says it."""

    name: str
    """How messages call the file."""
    data: Any = None
    lines: Mapping[Steps, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def where(self, steps: Iterable[str | int]) -> str:
        """`crm-kpi.yaml:12 connections.crm.settings`: the line of the value, or of what is nearest above it."""
        way = tuple(steps)
        above = [way[:end] for end in range(len(way), 0, -1)] or [()]
        line = next((self.lines[steps] for steps in above if steps in self.lines), None)
        place = f"{self.name}:{line}" if line else self.name
        return f"{place} {dotted(way)}".rstrip()

    def at(self, steps: Iterable[str | int]) -> Any:
        """The value at a place, None where there is none."""
        value = self.data
        for step in steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def problem(self, steps: Iterable[str | int], message: Message, *, hint: Message = Message("")) -> Problem:
        """A fault at a place in this document."""
        return Problem(self.where(steps), message, hint)


def dotted(steps: Iterable[str | int]) -> str:
    """`kpis.files[2]`: the way to a value as people write it."""
    text = ""
    for step in steps:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def read_document(path: Path, *, environment: Mapping[str, str], name: str = "") -> Document:
    """Read a YAML file; `${NAME}` is taken from `environment`.

    Raises:
        ConfigError: the file cannot be read at all, or is not YAML.
    """
    shown = name or path.name
    return parse_document(_text(path, shown), environment=environment, name=shown)


def parse_document(text: str, *, environment: Mapping[str, str], name: str) -> Document:
    """Like `read_document`, from a text."""
    try:
        node = yaml.compose(text, Loader=_Loader)  # builds nodes only; _Loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax_problem(error, name)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError([Problem(name, Message("this is not valid YAML"))]) from error
    reader = _Reader(name, environment)
    data = reader.value(node, ()) if node is not None else {}
    return Document(name, data, reader.lines, tuple(reader.problems))


def _text(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        hint = Message("write one with: crm-kpi init, or name another with --config")
        raise ConfigError([Problem(name, Message("there is no such file"), hint)]) from error
    except OSError as error:
        raise ConfigError([Problem(name, Message("cannot be read: {reason}", reason=error.strerror))]) from error
    if len(content) > MOST_BYTES:
        raise ConfigError([Problem(name, Message("is too large for a settings file"))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = Message("save it as UTF-8")
        raise ConfigError([Problem(name, Message("is not written in UTF-8"), hint)]) from error


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    where = f"{name}:{mark.line + 1}" if mark else name
    reason = error.problem or error.context or ""
    hint = Message("indent with spaces, not with tabs") if "\\t" in reason else Message("")
    return Problem(where, Message("this is not valid YAML: {reason}", reason=reason), hint)


class _Loader(yaml.SafeLoader):
    """Resolves the plain scalars of YAML 1.2's core schema, and dates."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # SafeLoader's own protocol


_PLAIN = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", list("0123456789")),
)
_TAG = "tag:yaml.org,2002:"
for _kind, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(_TAG + _kind, re.compile(_pattern), _first)


class _Reader:
    """Turns nodes into plain data, gathering lines and problems on the way."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.name = name
        self.environment = environment
        self.lines: dict[Steps, int] = {}
        self.problems: list[Problem] = []
        self._values = 0

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        self._guard(node, steps)
        self.lines.setdefault(steps, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return self._mapping(node, steps)
            case yaml.SequenceNode():
                return [self.value(item, (*steps, at)) for at, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node, steps)
            case _:  # pragma: no cover  # YAML has no fourth kind of node
                raise TypeError(node)

    def _guard(self, node: yaml.Node, steps: Steps) -> None:
        """Aliases are expanded here, so a small file could become an endless one."""
        self._values += 1
        if self._values > MOST_VALUES or len(steps) > DEEPEST:
            where = f"{self.name}:{node.start_mark.line + 1}"
            raise ConfigError([Problem(where, Message("this YAML repeats or nests itself too often"))])

    def _mapping(self, node: yaml.MappingNode, steps: Steps) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, steps)
            if key is None:
                continue
            way = (*steps, key)
            if key in found:
                self._fault(key_node, way, Message("is given twice, first on line {line}", line=self.lines[way]))
                continue
            self.lines[way] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, way)
        return found

    def _key(self, node: yaml.Node, steps: Steps) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._fault(node, steps, Message("a key must be a plain text"))
            return None
        if node.value == "<<" and node.style is None:
            self._fault(node, steps, Message("merge keys (<<) are not supported"), Message("write the settings out"))
            return None
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode, steps: Steps) -> Any:
        text: str = node.value
        match node.tag.removeprefix(_TAG):
            case "str":
                return self._expanded(text, node, steps)
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text) if len(text) < 100 else text
            case "float":
                return float(text)
            case "timestamp":
                return self._date(text)
            case _:
                self._fault(node, steps, Message("YAML tags are not supported"))
                return None

    def _date(self, text: str) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text

    def _expanded(self, text: str, node: yaml.Node, steps: Steps) -> str:
        def replaced(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return "${"
            return self._variable(name, node, steps)

        return _VARIABLE.sub(replaced, text)

    def _variable(self, name: str, node: yaml.Node, steps: Steps) -> str:
        if not _NAME.fullmatch(name):
            message = Message("{text} does not name an environment variable", text=f"${{{name}}}")
            self._fault(node, steps, message, Message("write $${{ for a literal ${{"))
            return ""
        if name not in self.environment:
            message = Message("the environment variable {name} is not set", name=name)
            self._fault(node, steps, message, Message("set it before the command, or write $${{ for a literal ${{"))
            return ""
        return self.environment[name]

    def _fault(self, node: yaml.Node, steps: Steps, message: Message, hint: Message = Message("")) -> None:
        where = f"{self.name}:{node.start_mark.line + 1} {dotted(steps)}".rstrip()
        self.problems.append(Problem(where, message, hint))

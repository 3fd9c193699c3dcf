"""Targets in YAML: `targets:` and a list, each entry with the same words as the columns of a sheet, some in groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Message, Problem
from connector.targets.fields import FIELDS, GROUPS, unknown_field
from connector.targets.lines import Line, Lines, Place
from kpi_engine.document import Document, Steps, read_document
from kpi_engine.errors import DocumentError

_A_LIST = Message("must be a list of targets under the word `targets`")


@dataclass(frozen=True, slots=True)
class YamlFile:
    """Entries by their place in the list."""

    document: Document
    grouped: dict[tuple[int, str], Steps] = field(default_factory=dict)
    """(entry, field) -> where it stands, when it stands in a group."""

    def where(self, number: int, field: str = "") -> str:
        path: Steps = ("targets", number)
        return self.document.where(self.grouped.get((number, field), (*path, field) if field else path))


def read_yaml(content: bytes, name: str) -> Lines:
    """Every entry."""
    try:
        document = read_document(content.decode("utf-8-sig"), name=name)
    except UnicodeDecodeError:
        return Lines(problems=[Problem(name, Message("is not written in UTF-8"), Message("save it as UTF-8"))])
    except DocumentError as error:
        return Lines(problems=list(error.problems))
    problems = list(document.problems)
    return Lines(_lines(YamlFile(document), problems), problems)


def _lines(source: YamlFile, problems: list[Problem]) -> Iterator[Line]:
    for number, entry in enumerate(_entries(source.document, problems)):
        if isinstance(entry, dict):
            yield Line(Place(source, number), _values(source, number, entry, problems))
        else:
            problems.append(Problem(source.where(number), Message("must be a group of fields")))


def _entries(document: Document, problems: list[Problem]) -> list[Any]:
    data = document.data
    if data is None:
        return []
    if not isinstance(data, dict) or not isinstance(data.get("targets"), list):
        problems.append(Problem(document.where(()), _A_LIST))
        return []
    problems.extend(
        Problem(document.where((key,)), Message("{key} is not known here", key=key), _A_LIST)
        for key in data
        if key != "targets"
    )
    entries: list[Any] = data["targets"]
    return entries


def _values(source: YamlFile, number: int, entry: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Field -> value, the groups dissolved."""
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, dict) and key in GROUPS:
            for inner, each in value.items():
                path: Steps = ("targets", number, key, inner)
                if inner in GROUPS[key]:
                    source.grouped[number, GROUPS[key][inner]] = path
                    values[GROUPS[key][inner]] = each
                else:
                    problems.append(unknown_field(source.document.where(path), f"{key}.{inner}"))
        elif key not in FIELDS:
            problems.append(unknown_field(source.where(number, key), key))
        elif isinstance(value, dict | list):
            problems.append(Problem(source.where(number, key), Message("must be one value")))
        else:
            values[key] = value
    return {name: value for name, value in values.items() if value is not None and value != ""}

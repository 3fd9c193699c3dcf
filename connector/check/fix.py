"""Writes settings into the YAML text without touching anything else in it: comments, order and spaces stay.

The text is changed at one place, read again, and kept only when it says exactly what it said before plus the setting.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from connector.check.report import Proposal
from connector.config.layout import flow
from kpi_engine.document import Steps, compose, read_document
from kpi_engine.errors import DocumentError


def fixed(text: str, proposals: Iterable[Proposal]) -> tuple[str, tuple[Proposal, ...]]:
    """The text with the settings in it, and the proposals for which no safe place was found."""
    left: list[Proposal] = []
    for proposal in proposals:
        changed = _with(text, proposal)
        if changed is None:
            left.append(proposal)
        else:
            text = changed
    return text, tuple(left)


def _with(text: str, proposal: Proposal) -> str | None:
    node = _node(compose(text, name=""), proposal.way)
    changed = _inserted(text, node, proposal)
    return changed if changed is not None and _says(changed, text, proposal) else None


def _node(node: yaml.Node | None, way: Steps) -> yaml.Node | None:
    for step in way:
        match node:
            case yaml.MappingNode():
                node = next((value for key, value in node.value if key.value == step), None)
            case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            case _:
                return None
    return node


def _inserted(text: str, node: yaml.Node | None, proposal: Proposal) -> str | None:
    setting = f"{proposal.setting}: {flow(proposal.value)}"
    match node:
        case yaml.ScalarNode():
            start, end = node.start_mark.index, node.end_mark.index
            return f"{text[:start]}{{from: {text[start:end]}, {setting}}}{text[end:]}"
        case yaml.MappingNode(flow_style=True):
            end = node.end_mark.index - 1
            comma = ", " if node.value else ""
            return f"{text[:end].rstrip()}{comma}{setting}{text[end:]}"
        case yaml.MappingNode():
            start = node.start_mark.index
            return f"{text[:start]}{setting}\n{' ' * node.start_mark.column}{text[start:]}"
        case _:
            return None


def _says(changed: str, text: str, proposal: Proposal) -> bool:
    """Whether the changed text says what it should, and nothing else."""
    try:
        before, after = read_document(text, name=""), read_document(changed, name="")
    except DocumentError:
        return False
    return not after.problems and bool(after.data == _expected(before.data, proposal))


def _expected(data: Any, proposal: Proposal) -> Any:
    def changed(value: Any, way: Steps) -> Any:
        if not way:
            group = value if isinstance(value, dict) else {"from": value}
            return {**group, proposal.setting: proposal.value}
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        copy[way[0]] = changed(value[way[0]], way[1:])
        return copy

    return changed(data, proposal.way)

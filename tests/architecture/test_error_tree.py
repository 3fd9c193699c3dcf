"""The drawing at the top of an errors module is the truth: same classes, same parents, same order."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import pytest

import connector.errors
import kpi_engine.errors

_LINE = re.compile(r"^(?P<indent>[ |`-]*?)(?P<name>[A-Z]\w+)\s{2,}")


def drawn(module: ModuleType) -> list[tuple[str, int]]:
    """(class name, depth) per line of the drawing."""
    drawing = (module.__doc__ or "").split("```")[1]
    found = (_LINE.match(line) for line in drawing.splitlines())
    return [(line["name"], len(line["indent"]) // 3) for line in found if line]


def defined(module: ModuleType) -> list[tuple[str, int]]:
    """(class name, depth) in the order in which the module defines them, each class behind its parent."""
    own = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == module.__name__
    ]
    roots = [value for value in own if value.__bases__[0] is Exception]

    def walk(parent: type, depth: int) -> list[tuple[str, int]]:
        children = [value for value in own if parent in value.__bases__]
        return [(parent.__name__, depth)] + [line for child in children for line in walk(child, depth + 1)]

    return [line for value in roots for line in walk(value, 0)]


@pytest.mark.parametrize("module", [connector.errors, kpi_engine.errors], ids=lambda module: module.__name__)
def test_drawing_is_the_class_tree(module: ModuleType) -> None:
    assert drawn(module) == defined(module)


@pytest.mark.parametrize("module", [connector.errors, kpi_engine.errors], ids=lambda module: module.__name__)
def test_every_error_says_what_it_means(module: ModuleType) -> None:
    for name, _ in defined(module):
        assert inspect.getdoc(getattr(module, name)), name

"""Plain data as YAML on one line, for settings that are written for a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_SAFE = re.compile(r"[^\W\d_][\w./%-]*(?: [\w./%&+-]+)*")
_NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"))


def flow(value: Any) -> str:
    """A value in YAML on one line.

    >>> flow({"from": "Amount", "number": {"decimal": ","}, "values": {"yes": True, "1": None}})
    '{from: Amount, number: {decimal: ","}, values: {"yes": true, "1": null}}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(name))}: {flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A plain value in YAML, in quotes where YAML could take it for something else.

    >>> scalar("Closed Won"), scalar("no"), scalar("1"), scalar("a: b"), scalar(1), scalar(None)
    ('Closed Won', '"no"', '"1"', '"a: b"', '1', 'null')
    """
    if isinstance(value, str):
        plain = _SAFE.fullmatch(value) and value.lower() not in _NOT_TEXT
        return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())
    return json.dumps(value)

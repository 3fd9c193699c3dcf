"""Plain data as YAML on one line, for settings that are written for a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_SAFE = re.compile(r"[^\W\d_][\w./%-]*(?: [\w./%&+-]+)*")
_NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"))


def flow(value: Any, *, references: bool = False) -> str:
    """A value in YAML on one line.

    Args:
        value: Plain data.
        references: Whether `${NAME}` in a text stands for a variable. In what a CRM or a file says it never does, even
            where a company is called `${ZOHO_REFRESH_TOKEN}`.

    >>> flow({"from": "Amount", "number": {"decimal": ","}, "values": {"yes": True, "1": None}})
    '{from: Amount, number: {decimal: ","}, values: {"yes": true, "1": null}}'
    """
    if isinstance(value, Mapping):
        pairs = (f"{as_key(name)}: {flow(inner, references=references)}" for name, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(flow(each, references=references) for each in value) + "]"
    return scalar(value, references=references)


def scalar(value: Any, *, references: bool = False) -> str:
    """A plain value in YAML, in quotes where YAML could take it for something else.

    >>> scalar("Closed Won"), scalar("no"), scalar("1"), scalar("a: b"), scalar(1), scalar(None)
    ('Closed Won', '"no"', '"1"', '"a: b"', '1', 'null')
    >>> scalar("${HOME}")
    '"$${HOME}"'
    """
    if isinstance(value, str):
        return _text(value if references else value.replace("${", "$${"))
    return json.dumps(value)


def as_key(name: Any) -> str:
    """The name of a value; `${NAME}` in it is read as it stands.

    >>> as_key("1"), as_key("${HOME}")
    ('"1"', '"${HOME}"')
    """
    return _text(str(name))


def _text(text: str) -> str:
    plain = _SAFE.fullmatch(text) and text.lower() not in _NOT_TEXT
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())

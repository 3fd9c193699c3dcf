"""A sentence for a person: an English template and its values, translated at the edge.

Errors, problems and progress lines all carry a `Message` instead of a finished string, so that this package and the
adapters need no catalogue: whoever prints it (the command line) looks the template up in the reader's language first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any


class Message:
    """One sentence, as `str.format` template and values.

    >>> str(Message("{rows} rows in {file}", rows=3, file="deals.csv"))
    '3 rows in deals.csv'
    >>> Message("{rows} rows in {file}", rows=3, file="deals.csv").render(lambda template: "{file}: {rows} 行")
    'deals.csv: 3 行'
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = values

    def render(self, translate: Callable[[str], str]) -> str:
        """The sentence in another language; values that are messages themselves are translated too."""
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        template = translate(self.template) if self.template else ""
        return template.format(**values)

    def written(self) -> str:
        """Template and values as JSON, to be kept and told later in whichever language; `read` is its inverse.

        >>> late = Message("{rows} rows: {why}", rows=3, why=Message("too late"))
        >>> late.written()
        '["{rows} rows: {why}",{"rows":3,"why":["too late",{}]}]'
        >>> str(Message.read(late.written()))
        '3 rows: too late'
        """
        return json.dumps(self, ensure_ascii=False, default=_plain, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Message:
        """The message that was written."""
        return cls._of(*json.loads(text))

    @classmethod
    def _of(cls, template: str, values: Mapping[str, Any]) -> Message:
        inner = {name: cls._of(*each) for name, each in values.items() if isinstance(each, list)}
        return cls(template, **{**values, **inner})

    def __str__(self) -> str:
        return self.render(str)

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash((self.template, repr(sorted(self.values.items()))))

    def __bool__(self) -> bool:
        return bool(self.template)


def _plain(value: object) -> object:
    """What JSON can hold of a value: a list is a message, so what else it does not know becomes its text."""
    if isinstance(value, Message):
        return [value.template, {name: _plain(each) for name, each in value.values.items()}]
    return value if value is None or type(value) in (str, int, float, bool) else str(value)

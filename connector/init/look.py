"""What the files of a folder look like: every cell of them is read once, and little of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from connector.contract import AdapterType, ModuleInfo, Page
from connector.errors import Message
from connector.formats.infer import ColumnProfile
from connector.transport import converse

SAMPLED = 2_000
"""So many different words of a column are kept to compare it with another."""


class Sample:
    """Some of the different cells of a column, chosen by their hash, so that two samples can be compared."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self._thinning = 1

    def feed(self, cells: Iterable[Any]) -> None:
        """Keep the cells whose hash is chosen; fewer are, the more there are."""
        self.words.update(text for cell in cells if cell is not None and self._keeps(text := str(cell).strip()))
        while len(self.words) > SAMPLED:
            self._thinning *= 2
            self.words = {word for word in self.words if self._keeps(word)}

    def _keeps(self, word: str) -> bool:
        return word != "" and crc32(word.encode("utf-8", "surrogatepass")) % self._thinning == 0

    def found_in(self, other: Sample) -> float:
        """Which share of these words is among the other's; 0 where there are none."""
        comparable = {word for word in self.words if other._keeps(word)}
        return len(comparable & other.words) / len(comparable) if comparable else 0.0


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """One column."""

    name: str
    profile: ColumnProfile = field(default_factory=ColumnProfile)
    sample: Sample = field(default_factory=Sample)

    def feed(self, cells: Sequence[Any]) -> None:
        """Look at some more cells."""
        self.profile.feed(cells)
        self.sample.feed(cells)


@dataclass(frozen=True, slots=True)
class TableLook:
    """One file, or one sheet of a workbook."""

    module: ModuleInfo
    columns: Mapping[str, ColumnLook] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether it could be read at all, and has rows."""
        return bool(self.columns) and bool(self.module.rows)


def looked_at(
    kind: AdapterType, settings: Mapping[str, Any], *, folder: Path, progress: Callable[[Message], None]
) -> tuple[TableLook, ...]:
    """Everything that the adapter finds there, read to its end."""
    adapter = kind.connect(kind.settings.model_validate(settings), folder)
    said = converse(adapter.inspect(), adapter=kind.name, http=adapter.http)
    modules = [each for each in said if isinstance(each, ModuleInfo)]
    readable = {module.name: module.settings for module in modules if module.fields and module.rows}
    looks = {module.name: TableLook(module, _columns(module)) for module in modules}
    if readable:
        adapter = kind.connect(kind.settings.model_validate({**settings, "tables": readable}), folder)
        for conversation in adapter.pull({name: list(looks[name].columns) for name in readable}):
            progress(Message("reading {module}", module=conversation.module))
            for event in converse(conversation.talk(None), adapter=kind.name):
                if isinstance(event, Page):
                    _feed(looks[event.module], event)
    return tuple(looks.values())


def _columns(module: ModuleInfo) -> dict[str, ColumnLook]:
    return {info.name: ColumnLook(info.name) for info in module.fields}


def _feed(look: TableLook, page: Page) -> None:
    for name, cells in page.columns.items():
        if name in look.columns:
            look.columns[name].feed(cells)

"""A folder of files, and a driver that performs an adapter's effects on it."""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from adapters.generic_csv.adapter import GenericCsvAdapter
from adapters.generic_csv.limits import LIMITS, Limits
from adapters.generic_csv.settings import GenericCsvSettings
from connector.contract import (
    Change,
    FileInfo,
    Finished,
    ListFiles,
    ModuleInfo,
    OpenFile,
    Page,
    Receipt,
    State,
    Unreadable,
    WriteFile,
    WriteTarget,
)


def workbook(**sheets: Iterable[Iterable[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def perform(effect: Any, handles: ExitStack) -> Any:
    """What `connector.transport` does for files, without its care."""
    match effect:
        case ListFiles(pattern):
            paths = [pattern] if os.path.exists(pattern) else glob.glob(pattern, recursive=True)
            return tuple(_info(Path(path)) for path in sorted(paths) if os.path.isfile(path))
        case OpenFile(path):
            return handles.enter_context(path.open("rb"))
        case WriteFile(path, chunks):
            path.parent.mkdir(parents=True, exist_ok=True)
            content = b"".join(chunks)
            path.write_bytes(content)
            return _info(path)
    raise AssertionError(effect)


def _info(path: Path) -> FileInfo:
    stat = path.stat()
    return FileInfo(path, stat.st_size, stat.st_mtime_ns)


def converse(talk: Any, *, after: Callable[[Any], None] = lambda effect: None) -> list[Any]:
    """Everything that a conversation yields beside effects; `after` is called when an effect was performed."""
    said: list[Any] = []
    answer = None
    with ExitStack() as handles:
        while True:
            try:
                item = talk.send(answer)
            except StopIteration:
                return said
            if isinstance(item, ListFiles | OpenFile | WriteFile):
                answer = perform(item, handles)
                after(item)
            else:
                said.append(item)
                answer = None


@dataclass
class Pulled:
    """What one pull brought."""

    pages: list[Page] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    finished: Finished | None = None

    @property
    def end(self) -> Finished:
        assert self.finished is not None
        return self.finished

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return [row for page in self.pages for row in zip(*page.columns.values(), strict=True)]

    @property
    def records(self) -> list[dict[str, Any]]:
        return [
            dict(zip(page.columns, row, strict=True))
            for page in self.pages
            for row in zip(*page.columns.values(), strict=True)
        ]

    @property
    def positions(self) -> list[int]:
        return [position for page in self.pages for position in page.positions]


@dataclass
class Folder:
    """A folder beside a config file, and the adapter on it."""

    path: Path
    settings: dict[str, Any] = field(default_factory=dict)
    limits: Limits = LIMITS

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def table(self, files: Any = "deals.csv", *, semantics: str = "snapshot", **stated: Any) -> None:
        overrides = stated.pop("overrides", [])
        table = {"files": files, "semantics": semantics, "format": stated, "overrides": overrides}
        self.settings = {"tables": {"deals": table}}

    @property
    def adapter(self) -> GenericCsvAdapter:
        return GenericCsvAdapter(GenericCsvSettings.model_validate(self.settings), self.path, limits=self.limits)

    def pull(
        self,
        *fields: str,
        state: State | None = None,
        after: Callable[[Any], None] = lambda effect: None,
    ) -> Pulled:
        (conversation,) = self.adapter.pull({"deals": fields})
        pulled = Pulled()
        for event in converse(conversation.talk(state), after=after):
            match event:
                case Page():
                    pulled.pages.append(event)
                case Unreadable():
                    pulled.unreadable.append(event)
                case Finished():
                    assert pulled.finished is None
                    pulled.finished = event
                case _:
                    raise AssertionError(event)
        return pulled

    def inspect(self) -> list[ModuleInfo]:
        return converse(self.adapter.inspect())

    def push(
        self,
        changes: Mapping[str, Mapping[str, Any]],
        *,
        fields: Sequence[str] = ("KPI",),
        ids: Sequence[str] = ("id",),
        kind: Any = "fields",
        **options: Any,
    ) -> dict[str, Receipt]:
        target = WriteTarget(
            name="target",
            kind=kind,
            module="deals",
            id_fields=tuple(ids),
            fields=tuple(fields),
            options={"output": "out/deals.csv", **options},
        )
        numbered = [Change(str(n), record_id, values) for n, (record_id, values) in enumerate(changes.items())]
        receipts = {receipt.change_id: receipt for receipt in converse(self.adapter.push(target, numbered))}
        assert len(receipts) == len(numbered)
        return {change.record_id: receipts[change.id] for change in numbered}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.table()
    return folder


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Folder]:
    """A fresh folder at each call, for tests that need many."""
    place, number = tmp_path_factory.mktemp("folders"), count()

    def make() -> Folder:
        path = place / str(next(number))
        path.mkdir()
        folder = Folder(path)
        folder.table()
        return folder

    return make


@pytest.fixture(scope="session")
def make_workbook() -> Callable[..., bytes]:
    """The bytes of a workbook with the given sheets of rows."""
    return workbook

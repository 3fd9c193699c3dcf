"""One module as it is read: what is asked for, what a page says, and what a page is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any, TypeAlias

from adapters.zoho import faults
from adapters.zoho.asking import Answer, Api, Asking, Reading, answered
from adapters.zoho.metadata import Metadata, Wanted, wanted
from adapters.zoho.reading.memory import checksum, instant
from adapters.zoho.refusals import MISSING_SCOPE
from adapters.zoho.settings import ZohoSettings
from adapters.zoho.values import LOOKUPS, Columns, of_json, rows_decoder
from adapters.zoho.virtual import real_fields, virtual_fields, with_virtual
from connector.contract import PAGE_ROWS, Page, State
from connector.errors import AdapterError, AuthError, RejectedError

STAMP = "Modified_Time"
NOT_ORPHANED = {"DealHistory": "Potential_Name"}
"""Rows of these modules are left out when nothing stands in this field: the record that they belong to is gone."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records on their way to a page, in normal form."""

    columns: Columns
    count: int
    source: str

    @property
    def ids(self) -> list[str]:
        """Each record's id; an id is never missing."""
        return [str(each) for each in self.columns["id"]]

    def stamps(self) -> list[datetime | None]:
        """When each record changed."""
        return list(map(instant, self.columns.get(STAMP, ())))

    def kept(self, keep: Sequence[bool]) -> Batch:
        """Some of the records."""
        if all(keep):
            return self
        columns = {name: list(compress(cells, keep)) for name, cells in self.columns.items()}
        return Batch(columns, sum(keep), self.source)


Clock: TypeAlias = Callable[[datetime | None], None]
"""Told what time it is on the server."""
Say: TypeAlias = Callable[[Batch, dict[str, Any]], Asking]
"""(records, where reading would go on behind them): says a page."""


@dataclass(frozen=True, slots=True)
class ModuleRead:
    """What all ways of reading a module share."""

    api: Api
    settings: ZohoSettings
    module: str
    asked: tuple[str, ...]
    """As the mapping names them, virtual fields included."""
    metadata: Metadata
    private_shown: bool = False
    unmade: tuple[str, ...] = ()
    """Virtual fields that cannot be made in this organisation."""

    @property
    def made_here(self) -> tuple[str, ...]:
        """Of what was asked for, the virtual fields that can be made."""
        return tuple(name for name in virtual_fields(self.module, self.asked) if name not in self.unmade)

    @property
    def needed(self) -> tuple[str, ...]:
        """All real fields that are needed."""
        return needed_fields(self.module, self.asked)

    @property
    def wanted(self) -> Wanted:
        """What is requested, and what cannot be had."""
        return wanted(self.needed, self.metadata, private_shown=self.private_shown)

    @property
    def fields(self) -> tuple[str, ...]:
        """What is requested, `id` first, and the time of change where there is one."""
        names = [name for name in self.wanted.fields if name not in ("id", STAMP)]
        return ("id", *((STAMP,) if self.has_stamp else ()), *names)

    @property
    def has_stamp(self) -> bool:
        """Whether records say when they changed."""
        return self.metadata.has(STAMP)

    @property
    def parent(self) -> str | None:
        """The field without which a record belongs to nothing."""
        name = NOT_ORPHANED.get(self.module)
        return name if name and self.metadata.has(name) else None

    @property
    def withheld(self) -> tuple[str, ...]:
        """Of what was asked for, what cannot be filled."""
        missing = set(self.wanted.withheld)
        unmade = [name for name in self.made_here if set(real_fields(self.module, (name,))) <= missing]
        return tuple(name for name in self.asked if name in {*missing, *self.unmade, *unmade})

    @property
    def made_as(self) -> int:
        """Checksum of what decides what is said of a record, beside the record and what the mapping asks for: which
        fields are shown to us, and the settings. Where it is another, records that do not change look different, too.
        """
        cases = self.settings.cases.model_dump_json() if self.module == "Cases" else ""
        return checksum((sorted(self.fields), sorted(self.withheld), cases))

    @property
    def lookups(self) -> frozenset[str]:
        """Fields that come as objects with an id."""
        return frozenset(name for name in self.fields if self.metadata.kind(name) in LOOKUPS)

    # ---- answers ----

    def reading(self, names: tuple[str, ...] | None = None) -> Reading:
        """What reads pages of JSON with these fields."""
        return answered(read=rows_decoder(names or self.fields, self.lookups))

    def batch(self, answer: Answer, *, source: str, names: tuple[str, ...] | None = None) -> Batch:
        """The records of an answer in normal form."""
        columns = of_json(answer.data, names or self.fields)
        return self.checked(Batch(columns, len(answer.data), source))

    def checked(self, batch: Batch) -> Batch:
        """Without records that belong to nothing."""
        if self.parent is None or self.parent not in batch.columns:
            return batch
        return batch.kept([cell is not None for cell in batch.columns[self.parent]])

    def completed(self, batch: Batch) -> Columns:
        """The columns of a page, except those that take more calls: everything that was asked for, and no more."""
        empty: list[Any] = [None] * batch.count
        needed = {name: batch.columns.get(name, empty) for name in ("id", *self.needed)}
        made = with_virtual(self.module, self.asked, needed, metadata=self.metadata)
        return {name: made.get(name, empty) for name in dict.fromkeys(("id", *self.asked))}

    def pages(self, columns: Columns, count: int, *, source: str, next_state: State | None) -> Iterable[Page]:
        """The columns as pages; only the last one says from where another run could go on."""
        for start in range(0, count, PAGE_ROWS):
            end = min(start + PAGE_ROWS, count)
            part = {name: cells[start:end] for name, cells in columns.items()}
            state = next_state if end == count else None
            yield Page(self.module, part, end - start, next_state=state, source=source)


def needed_fields(module: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The real fields behind what was asked for."""
    parent = NOT_ORPHANED.get(module)
    return tuple(dict.fromkeys((*real_fields(module, asked), *((parent,) if parent else ()))))


def in_order(record_id: str) -> tuple[int, str]:
    """A key that sorts ids as Zoho does: they are numbers, written as text."""
    return len(record_id), record_id


def raise_unless_refused(error: AdapterError) -> None:
    """Zoho's own word is a reason to try another way, and so is a scope that is missing; a sign-in or a line that does
    not hold is none: what is remembered of it would outlive it."""
    if isinstance(error, AuthError) and error.code != MISSING_SCOPE:
        raise error
    if isinstance(error, RejectedError) and not error.code and error.operation != faults.OPERATION:
        raise error

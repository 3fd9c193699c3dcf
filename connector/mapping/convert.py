"""Pages of raw records into facts, column by column.

A record without a usable id or a required column is rejected as a whole; any other misfit becomes NULL and an issue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, repeat
from typing import Any, Final

from connector.contract import Page
from connector.errors import Message
from connector.formats.column import ColumnParser, Parsed
from connector.formats.misfit import Misfit, shown
from connector.formats.number import Reader
from connector.formats.text import TextParser, text_of
from connector.mapping.fit import FormatFit, Tally
from connector.mapping.links import NameIndex
from connector.mapping.model import ColumnMapping
from connector.mapping.readers import FORMATTED
from kpi_engine.facts import Column, ColumnType

JOINT: Final = "|"
"""Between the parts of an id that is made of several fields."""
RAW_LENGTH: Final = 10_000
"""How much of a rejected record is kept."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One fact column and how it is filled."""

    column: Column
    how: ColumnMapping
    read: Reader
    constant: Any = None

    @property
    def fields(self) -> tuple[str, ...]:
        return self.how.source

    @property
    def by_name(self) -> bool:
        return self.how.link is not None

    @property
    def is_plain_text(self) -> bool:
        """Text that needs nothing but trimming, which is the fastest way."""
        how = self.how
        spoken = how.values or how.default is not None or how.missing is not None or self.column.values
        return self.column.type is ColumnType.TEXT and not spoken and not self.by_name


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be a fact; it goes to quarantine."""

    record_id: str | None
    source: str
    position: int | None
    field: str
    value: str | None
    reason: Message
    raw: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A cell that could not be used; its fact has NULL (or the stated text) there."""

    record_id: str
    source: str
    position: int | None
    field: str
    value: str | None
    reason: Message


@dataclass(frozen=True, slots=True)
class Converted:
    """The facts of one page, and what became of the rest of it."""

    rows: list[tuple[Any, ...]]
    """`connection`, `id`, then the mapping's columns."""
    kept: list[int]
    """Where in the page each row came from."""
    rejected: list[Rejected]
    issues: list[Issue]

    def rejected_ids(self) -> list[str]:
        """Records that exist and are no facts (any more)."""
        return [each.record_id for each in self.rejected if each.record_id is not None]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A column plan with the parser that it uses during one read."""

    plan: ColumnPlan
    parse: Callable[[Sequence[Any]], Parsed]


class Converter:
    """Turns the pages of one read of a module into facts of one table."""

    def __init__(
        self,
        *,
        table: str,
        connection: str,
        ids: tuple[str, ...],
        plans: Sequence[ColumnPlan],
        names: Mapping[str, NameIndex],
    ) -> None:
        self.fit = FormatFit()
        self._table = table
        self._connection = connection
        self._ids = ids
        self._parse_id = TextParser()
        self._columns = [_Filled(plan, _parser(plan, names)) for plan in plans]

    def convert(self, page: Page) -> Converted:
        """The page's records as facts. That it is a page (columns of one length) was made sure by the transport."""
        work = _Work(page)
        ids = self._read_ids(work)
        columns = [self._read(filled, work) for filled in self._columns]
        facts = zip(repeat(self._connection), ids, *columns)
        if not work.rejected:
            return Converted(list(facts), list(range(page.count)), [], work.issues(ids))
        keep = [at not in work.rejected for at in range(page.count)]
        kept = list(compress(range(page.count), keep))
        return Converted(list(compress(facts, keep)), kept, work.rejections(ids), work.issues(ids))

    def _read_ids(self, work: _Work) -> list[str | None]:
        parts = [self._parse_id(work.cells(name)).values for name in self._ids]
        if len(parts) == 1:
            ids: list[str | None] = parts[0]
        else:
            ids = [JOINT.join(each) if all(each) else None for each in zip(*parts, strict=True)]
        if None in ids:
            work.reject_empty(ids, field=JOINT.join(self._ids), reason=Message("the record has no id"))
        return ids

    def _read(self, filled: _Filled, work: _Work) -> Sequence[Any]:
        plan = filled.plan
        if not plan.fields:
            return [plan.constant] * work.page.count
        name = JOINT.join(plan.fields)
        cells = work.cells(name) if len(plan.fields) == 1 else work.joined(plan.fields)
        values, misfits = filled.parse(cells)
        if plan.column.type in FORMATTED:
            self._tally(name, values, misfits, work=work, cells=cells)
        if plan.column.nullable:
            work.misfits.extend((at, name, misfit) for at, misfit in misfits)
            _fill(values, misfits, plan.how.missing)
        elif None in values:
            work.reject_misfits(misfits, field=name)
            work.reject_empty(values, field=name, reason=Message("{column} must not be empty", column=plan.column.name))
        return values

    def _tally(
        self, name: str, values: list[Any], misfits: list[tuple[int, Misfit]], *, work: _Work, cells: Sequence[Any]
    ) -> None:
        wrong = [(at, misfit) for at, misfit in misfits if misfit.wrong_format]
        filled = len(values) - values.count(None) + len(misfits)
        example = None
        if wrong:
            at, misfit = wrong[0]
            example = (work.position(at), shown(cells[at]), misfit.reason)
        self.fit.add(work.page.source, name, Tally(filled, len(wrong), example))


def _parser(plan: ColumnPlan, names: Mapping[str, NameIndex]) -> Callable[[Sequence[Any]], Parsed]:
    if plan.is_plain_text:
        return TextParser(trim=plan.how.trim)
    read = plan.read
    if plan.by_name:
        read = _linked(read, names[plan.column.links])
    return ColumnParser(read if plan.how.missing is None else _never_empty(read, plan.how.missing))


def _linked(read: Reader, names: NameIndex) -> Reader:
    def find(cell: Any) -> str | None:
        name = read(cell)
        return None if name is None else names.find(name)

    return find


def _never_empty(read: Reader, missing: str) -> Reader:
    def read_or_missing(cell: Any) -> Any:
        value = read(cell)
        return missing if value is None else value

    return read_or_missing


def _fill(values: list[Any], misfits: list[tuple[int, Misfit]], missing: str | None) -> None:
    if missing is not None:
        for at, _ in misfits:
            values[at] = missing


@dataclass(slots=True)
class _Work:
    """One page while it is converted: what was rejected and what did not fit."""

    page: Page
    rejected: dict[int, tuple[str, Message]] = field(default_factory=dict)
    """Position -> field and reason; the first reason counts."""
    misfits: list[tuple[int, str, Misfit]] = field(default_factory=list)

    def cells(self, name: str) -> Sequence[Any]:
        """A field's cells; a field that no record of the page has is empty in all of them."""
        return self.page.columns.get(name) or [None] * self.page.count

    def joined(self, names: Sequence[str]) -> list[str | None]:
        parts = [[text_of(cell) for cell in self.cells(name)] for name in names]
        return [JOINT.join(filter(None, each)) if all(each) else None for each in zip(*parts, strict=True)]

    def position(self, at: int) -> int | None:
        return self.page.positions[at] if self.page.positions else None

    def reject_empty(self, values: Sequence[Any], *, field: str, reason: Message) -> None:
        for at, value in enumerate(values):
            if value is None:
                self.rejected.setdefault(at, (field, reason))

    def reject_misfits(self, misfits: Sequence[tuple[int, Misfit]], *, field: str) -> None:
        for at, misfit in misfits:
            self.rejected.setdefault(at, (field, misfit.reason))

    def rejections(self, ids: Sequence[str | None]) -> list[Rejected]:
        return [
            Rejected(
                record_id=ids[at],
                source=self.page.source,
                position=self.position(at),
                field=name,
                value=self._value(name, at),
                reason=reason,
                raw=raw_record(self.page, at),
            )
            for at, (name, reason) in sorted(self.rejected.items())
        ]

    def issues(self, ids: Sequence[str | None]) -> list[Issue]:
        return list(self._issues(ids))

    def _issues(self, ids: Sequence[str | None]) -> Iterator[Issue]:
        for at, name, misfit in self.misfits:
            record_id = ids[at]
            if at not in self.rejected and record_id is not None:
                yield Issue(record_id, self.page.source, self.position(at), name, self._value(name, at), misfit.reason)

    def _value(self, name: str, at: int) -> str | None:
        cells = self.page.columns.get(name)
        text = None if cells is None else text_of(cells[at])
        return None if text is None else bounded(text)


def raw_record(page: Page, at: int) -> str:
    """One record of a page as JSON, cut to a bearable length."""
    return bounded(
        json.dumps({name: cells[at] for name, cells in page.columns.items()}, ensure_ascii=False, default=str)
    )


def bounded(text: str) -> str:
    """The text as quarantine keeps it: cut, with its full length stated, and writable."""
    writable = text.encode(errors="backslashreplace").decode()
    if len(writable) <= RAW_LENGTH:
        return writable
    return f"{writable[:RAW_LENGTH]}… ({len(writable)} characters)"

"""The pull itself: connection after connection, group after group of modules, one report for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connector.contract import Conversation
from connector.errors import (
    AdapterError,
    ConfigError,
    ConnectorError,
    DeletionGuard,
    Message,
    SourceChanged,
    UnexpectedResponse,
)
from connector.mapping import CompiledMapping, NameIndex
from connector.pull.fetch import Heard, Talk, listen
from connector.pull.module import ModuleWriter, Place, basis_of, mark_incomplete
from connector.pull.order import levels
from connector.pull.records import Run
from connector.pull.report import ModuleReport, Progress, PullReport
from connector.pull.source import Source
from connector.store import Store, facts
from connector.transport import World

READ_AGAIN: Final = 2
"""How often a file that changed while it was read is tried again before it is left for the next run."""
CIRCLES: Final = 2
"""How often modules that name each other are read again until their names are settled."""

_OF_ONE_MODULE = (AdapterError, DeletionGuard, ConfigError)
"""Errors that end one module and leave the others alone; anything else (a full disk, Ctrl-C) ends the pull."""


def pull(
    store: Store,
    sources: Iterable[Source],
    *,
    run_id: int,
    now: datetime,
    accept_deletions: bool = False,
    progress: Progress | None = None,
    world: World | None = None,
) -> PullReport:
    """Bring every source's news into the store.

    Each module is stored for itself: one that fails is undone, or stays at its last page, and the others go on.

    Args:
        store: The open store, of which the caller holds the lock.
        sources: The connections, in the order in which they are pulled.
        run_id: The row of `runs` that this pull belongs to.
        now: The run's moment, aware.
        accept_deletions: Let a snapshot delete more than the guard allows.
        progress: Told after each page.
        world: Where effects happen.

    Raises:
        StoreError: the store cannot be written; what was being stored is undone.
    """
    run = Run(store, run_id, now, accept_deletions)
    reports: list[ModuleReport] = []
    for source in sources:
        reports.extend(_SourcePull(run, source, progress or _silent, world or World()).pull())
    return PullReport(tuple(reports))


def _silent(_: Message) -> None:
    return


@dataclass(slots=True)
class _SourcePull:
    """One connection while it is pulled."""

    run: Run
    source: Source
    progress: Progress
    world: World
    _names: dict[str, NameIndex] = field(default_factory=dict)
    _reports: dict[str, ModuleReport] = field(default_factory=dict)
    _bases: dict[str, str] = field(default_factory=dict)
    """What each module was read on."""

    def pull(self) -> list[ModuleReport]:
        modules = self.source.modules()
        for group in levels(modules):
            self._group(group)
        for _ in range(CIRCLES):
            for module in self._outdated(modules):
                self._group([module])
        return [self._reports[module] for group in levels(modules) for module in group]

    def _outdated(self, modules: Mapping[str, Sequence[CompiledMapping]]) -> list[str]:
        """Modules that looked up names which came, or changed, only later in this run."""
        return [
            module
            for module, basis in self._bases.items()
            if self._reports[module].error is None and basis != basis_of(modules[module], self._index)
        ]

    def _index(self, table: str) -> NameIndex:
        if table not in self._names:
            self._names[table] = NameIndex(table, facts.names(self.run.store, table, self.source.name))
        return self._names[table]

    # ---- one group of modules ----

    def _group(self, modules: Sequence[str]) -> None:
        """Files one after the other; what comes over a network side by side."""
        streams: list[tuple[str, list[Conversation]]] = []
        for module, conversations in self._conversations(modules):
            if any(conversation.atomic for conversation in conversations):
                self._file(module, conversations)
            else:
                streams.append((module, conversations))
        if streams:
            self._streams(streams)

    def _conversations(self, modules: Sequence[str]) -> Iterator[tuple[str, list[Conversation]]]:
        fields = self.source.fields()
        for module in modules:
            try:
                offered = self.source.adapter.pull({module: fields[module]})
                yield module, self._checked(module, list(offered))
            except _OF_ONE_MODULE as error:
                self._failed(module, error)
            except Exception as exc:  # noqa: BLE001  # an adapter's own code: its fault ends its module only
                self._failed(module, self._fault(Message("it failed with {kind}", kind=type(exc).__name__)))

    def _checked(self, module: str, offered: list[Conversation]) -> list[Conversation]:
        if not offered or any(conversation.module != module for conversation in offered):
            raise self._fault(Message("it has no conversation for {module}", module=module))
        if len({conversation.key for conversation in offered}) < len(offered):
            raise self._fault(Message("two conversations of {module} have one key", module=module))
        if len(offered) > 1 and any(conversation.atomic for conversation in offered):
            raise self._fault(Message("{module} is atomic and in several conversations", module=module))
        return offered

    def _fault(self, what: Message) -> UnexpectedResponse:
        message = Message("the adapter {adapter} has a fault: {what}", adapter=self.source.adapter_name, what=what)
        hint = Message("report it to the adapter's author")
        return UnexpectedResponse(message, hint=hint, adapter=self.source.adapter_name)

    def _writer(self, module: str, conversations: Sequence[Conversation]) -> ModuleWriter:
        place = Place(self.source.name, self.source.adapter_name, module)
        return ModuleWriter(
            self.run,
            place,
            mappings=self.source.modules()[module],
            conversations=conversations,
            names=self._index,
        )

    # ---- files: everything in one transaction ----

    def _file(self, module: str, conversations: Sequence[Conversation]) -> None:
        for left in reversed(range(READ_AGAIN + 1)):
            with closing(self._writer(module, conversations)) as writer:
                try:
                    with self.run.store.transaction():
                        self._hear_out(writer, conversations)
                except SourceChanged as changed:
                    if not left:
                        self._report(writer, note=changed.message)
                except _OF_ONE_MODULE as error:
                    self._failed(module, error)
                    return
                else:
                    self._report(writer)
                    return

    def _hear_out(self, writer: ModuleWriter, conversations: Sequence[Conversation]) -> None:
        told = 0
        talks = self._talks(writer, conversations)
        with closing(listen(talks, at_once=1, world=self.world)) as heard:
            for each in heard:
                told = self._take(writer, conversations[each.at], each, told=told)
        if not writer.finished:
            raise self._fault(Message("a conversation of {module} ended without its end", module=writer.place.module))

    def _talks(self, writer: ModuleWriter, conversations: Sequence[Conversation]) -> list[Talk]:
        return [Talk(each, writer.state(each.key), self.source.adapter_name) for each in conversations]

    def _take(self, writer: ModuleWriter, conversation: Conversation, heard: Heard, *, told: int) -> int:
        """Store what was said; returns how many records have been told of."""
        if heard.error is not None:
            raise heard.error
        if heard.said is None:
            return told
        writer.accept(conversation.key, heard.said)
        if writer.arrived > told:
            self.progress(
                Message(
                    "{connection}: {module}, {rows} records",
                    connection=self.source.name,
                    module=writer.place.module,
                    rows=writer.arrived,
                )
            )
        return writer.arrived

    # ---- streams: a transaction a page ----

    def _streams(self, streams: Sequence[tuple[str, list[Conversation]]]) -> None:
        writers = {module: self._writer(module, conversations) for module, conversations in streams}
        try:
            failures = self._hear_all(streams, writers)
            for module, writer in writers.items():
                if not writer.finished and module not in failures:
                    what = Message("a conversation of {module} ended without its end", module=module)
                    failures[module] = self._fault(what)
                if module in failures:
                    self._failed(module, failures[module])
                else:
                    self._report(writer)
        finally:
            for writer in writers.values():
                writer.close()

    def _hear_all(
        self, streams: Sequence[tuple[str, list[Conversation]]], writers: Mapping[str, ModuleWriter]
    ) -> dict[str, ConnectorError]:
        """Store page by page; returns the modules that failed."""
        conversations = [each for _, offered in streams for each in offered]
        talks = [talk for module, offered in streams for talk in self._talks(writers[module], offered)]
        failures: dict[str, ConnectorError] = {}
        told = dict.fromkeys(writers, 0)
        at_once = self.source.adapter.capabilities.conversations_at_once

        def wanted(at: int) -> bool:
            return conversations[at].module not in failures

        with closing(listen(talks, at_once=at_once, world=self.world, wanted=wanted)) as heard:
            for each in heard:
                conversation = conversations[each.at]
                module = conversation.module
                if module not in failures:
                    try:
                        with self.run.store.transaction():
                            told[module] = self._take(writers[module], conversation, each, told=told[module])
                    except _OF_ONE_MODULE as error:
                        failures[module] = error
        return failures

    # ---- how a module ended ----

    def _failed(self, module: str, error: ConnectorError) -> None:
        mappings = self.source.modules()[module]
        place = Place(self.source.name, self.source.adapter_name, module)
        with self.run.store.transaction():
            mark_incomplete(self.run, place, mappings)
        tables = tuple(mapping.table for mapping in mappings)
        self._reports[module] = ModuleReport(self.source.name, module, tables, complete=False, error=error)

    def _report(self, writer: ModuleWriter, *, note: Message | None = None) -> None:
        module, report = writer.place.module, writer.report(note=note)
        earlier = self._reports.get(module)
        self._reports[module] = report.after(earlier) if earlier else report
        self._bases[module] = writer.basis
        if report.changed or report.deleted:
            for table in report.tables:
                self._names.pop(table, None)

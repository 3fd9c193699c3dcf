"""One connection while it is pulled: group after group of modules, each module stored for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Final

from connector.contract import Conversation
from connector.errors import (
    AdapterError,
    ConfigError,
    ConnectorError,
    DeletionGuard,
    Message,
    SourceChanged,
    StoreError,
    UnexpectedResponse,
)
from connector.mapping import CompiledMapping, NameIndex
from connector.opening import Opened
from connector.pull.completeness import Place, covered, mark_incomplete, mends_by_reading
from connector.pull.fetch import Heard, Talk, listen
from connector.pull.module import ModuleWriter, basis_of
from connector.pull.order import levels
from connector.pull.orphans import names_what_left
from connector.pull.records import Run
from connector.pull.report import ModuleReport, Progress
from connector.pull.source import Source
from connector.store import facts

READ_AGAIN: Final = 2
"""How often a file that changed while it was read is tried again before it is left for the next run."""
CIRCLES: Final = 2
"""How often modules that name each other are read again until their names are settled."""

_OF_ONE_MODULE = (AdapterError, DeletionGuard, ConfigError)
"""Errors that end one module and leave the others alone; anything else (a full disk, Ctrl-C) ends the pull."""


def unopened(run: Run, source: Source, error: AdapterError) -> list[ModuleReport]:
    """The reports of a connection that could not be asked who it is: none of its modules was read."""
    return [_failed(run, source, module, error) for group in levels(source.modules()) for module in group]


def _failed(run: Run, source: Source, module: str, error: ConnectorError) -> ModuleReport:
    mappings, place = source.modules()[module], _place(source, module)
    with run.store.transaction():
        mark_incomplete(run, place, mappings)
    tables, counts = tuple(mapping.table for mapping in mappings), tuple(covered(run.store, place))
    return ModuleReport(source.name, module, tables, complete=False, error=error, counts=counts)


def _place(source: Source, module: str) -> Place:
    return Place(source.name, source.adapter_name, module, source.accept_missing.get(module, 0))


@dataclass(slots=True)
class ConnectionPull:
    """One connection while it is pulled."""

    run: Run
    source: Source
    opened: Opened
    progress: Progress
    _names: dict[str, NameIndex] = field(default_factory=dict)
    _reports: dict[str, ModuleReport] = field(default_factory=dict)
    _bases: dict[str, str] = field(default_factory=dict)
    """What each module was read on."""
    _deltas: set[str] = field(default_factory=set)
    """Modules of which only what is new was read."""

    def pull(self) -> list[ModuleReport]:
        """Read all modules; what was spent is kept, however it ends."""
        try:
            reports = self._pull()
        except BaseException:
            with suppress(StoreError):
                self.opened.save_credits(self.run.store)
            raise
        self.opened.save_credits(self.run.store)
        return reports

    def _pull(self) -> list[ModuleReport]:
        modules = self.source.modules()
        for group in levels(modules):
            self._group(sorted(group, key=self._turn), whole=self.run.reconcile)
            self._complete(group)
        for module in sorted(self._deltas):
            if names_what_left(self.run.store, _place(self.source, module), modules[module]):
                self._group([module], whole=True)
        for _ in range(CIRCLES):
            for module in self._outdated(modules):
                self._group([module])
        return [self._reports[module] for group in levels(modules) for module in group]

    def _turn(self, module: str) -> tuple[bool, str]:
        """What has been incomplete longest comes first: where credits end early every day, each has its turn."""
        waiting = [each for each in covered(self.run.store, _place(self.source, module)) if not each.complete]
        return not waiting, min((each.checked_at for each in waiting), default="")

    def _complete(self, group: Sequence[str]) -> None:
        """Where counts disagree after a delta: what came while it was read is in the next one, and whatever else is
        missing needs a whole reading. Where one left a difference, the next is not made soon."""
        for module in group:
            for whole in (False, True):
                if module in self._deltas and mends_by_reading(self.run, _place(self.source, module), whole=whole):
                    self._group([module], whole=whole)

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

    def _group(self, modules: Sequence[str], *, whole: bool = False) -> None:
        """Files one after the other; what comes over a network side by side."""
        streams: list[tuple[str, list[Conversation]]] = []
        for module, conversations in self._conversations(modules):
            if any(conversation.atomic for conversation in conversations):
                self._file(module, conversations)
            else:
                streams.append((module, conversations))
        if streams:
            self._streams(streams, whole=whole)

    def _conversations(self, modules: Sequence[str]) -> Iterator[tuple[str, list[Conversation]]]:
        fields = self.source.fields()
        for module in modules:
            try:
                offered = self.source.adapter.pull({module: fields[module]})
                yield module, self._checked(module, list(offered))
            except _OF_ONE_MODULE as error:
                self._fail(module, error)
            except Exception as exc:  # noqa: BLE001  # an adapter's own code: its fault ends its module only
                self._fail(module, self._fault(Message("it failed with {kind}", kind=type(exc).__name__)))

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

    def _writer(self, module: str, conversations: Sequence[Conversation], *, whole: bool = False) -> ModuleWriter:
        return ModuleWriter(
            self.run,
            _place(self.source, module),
            mappings=self.source.modules()[module],
            conversations=conversations,
            names=self._index,
            whole=whole,
        )

    # ---- files: everything in one transaction ----

    def _file(self, module: str, conversations: Sequence[Conversation]) -> None:
        for left in reversed(range(READ_AGAIN + 1)):
            with closing(self._writer(module, conversations)) as writer:
                try:
                    with self.opened.transaction(self.run.store):
                        self._hear_out(writer, conversations)
                except SourceChanged as changed:
                    if not left:
                        self._report(writer, note=changed.message)
                except _OF_ONE_MODULE as error:
                    self._fail(module, error)
                    return
                else:
                    self._report(writer)
                    return

    def _hear_out(self, writer: ModuleWriter, conversations: Sequence[Conversation]) -> None:
        told = 0
        talks = self._talks(writer, conversations)
        with closing(listen(talks, at_once=1, world=self.opened.world)) as heard:
            for each in heard:
                told = self._take(writer, conversations[each.at], each, told=told)
        if not writer.finished:
            raise self._fault(Message("a conversation of {module} ended without its end", module=writer.place.module))

    def _talks(self, writer: ModuleWriter, conversations: Sequence[Conversation]) -> list[Talk]:
        name, http = self.source.adapter_name, self.source.adapter.http
        return [Talk(each, writer.state(each.key), name, http) for each in conversations]

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

    def _streams(self, streams: Sequence[tuple[str, list[Conversation]]], *, whole: bool) -> None:
        writers = {module: self._writer(module, conversations, whole=whole) for module, conversations in streams}
        try:
            failures = self._hear_all(streams, writers)
            for module, writer in writers.items():
                if not writer.finished and module not in failures:
                    what = Message("a conversation of {module} ended without its end", module=module)
                    failures[module] = self._fault(what)
                if module in failures:
                    self._fail(module, failures[module])
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

        def wanted(at: int) -> bool:
            return conversations[at].module not in failures

        with closing(listen(talks, at_once=self.opened.at_once, world=self.opened.world, wanted=wanted)) as heard:
            for each in heard:
                conversation = conversations[each.at]
                module = conversation.module
                if module in failures:
                    continue
                try:
                    told[module] = self._stored(writers[module], conversation, each, told=told[module])
                except _OF_ONE_MODULE as error:
                    failures[module] = error
        return failures

    def _stored(self, writer: ModuleWriter, conversation: Conversation, heard: Heard, *, told: int) -> int:
        """One thing that was said, in a transaction of its own; returns how many records have been told of."""
        with self.opened.transaction(self.run.store):
            return self._take(writer, conversation, heard, told=told)

    # ---- how a module ended ----

    def _fail(self, module: str, error: ConnectorError) -> None:
        self._reports[module] = _failed(self.run, self.source, module, error)
        self._deltas.discard(module)

    def _report(self, writer: ModuleWriter, *, note: Message | None = None) -> None:
        module, report = writer.place.module, writer.report(note=note)
        earlier = self._reports.get(module)
        self._reports[module] = report.after(earlier) if earlier else report
        self._bases[module] = writer.basis
        if writer.is_delta:
            self._deltas.add(module)
        else:
            self._deltas.discard(module)
        if report.changed or report.deleted:
            for table in report.tables:
                self._names.pop(table, None)

"""The adapter contract in executable form.

A third party's test module subclasses `AdapterConformance` and says, in one fixture, how to make the adapter and what
there is to pull::

    class TestMyAdapter(AdapterConformance):
        @pytest.fixture
        def sample(self, tmp_path):
            return Sample(adapter_name="mine", make_adapter=..., mappings={...})

Each test is one promise; its name says which.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from connector.contract import (
    PAGE_ROWS,
    Adapter,
    Change,
    Conversation,
    Finished,
    HttpRequest,
    ListFiles,
    OpenFile,
    Page,
    Receipt,
    State,
    Unreadable,
    Wait,
    WriteFile,
    WriteTarget,
)
from connector.errors import AdapterError, ConnectorError, Message, Unavailable
from connector.mapping import TableMapping, compile_mappings
from connector.pull import PullReport, Source, pull
from connector.store import Store, runs
from connector.transport import World, converse
from kpi_engine.facts import FACTS

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)

_EFFECTS = (HttpRequest, ListFiles, OpenFile, Wait, WriteFile)

Facts = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Sample:
    """An adapter and a small world for it: a few hundred records are enough, more than a page are better."""

    adapter_name: str
    make_adapter: Callable[[], Adapter]
    mappings: Mapping[str, TableMapping | Sequence[TableMapping]]
    """By fact table; several where several modules feed it."""
    world: World = field(default_factory=World)
    change: Callable[[], None] | None = None
    """Changes one record of the source."""
    remove: Callable[[], tuple[str, str]] | None = None
    """Removes one record of the source, and says its fact table and id."""
    target: WriteTarget | None = None
    changes: Sequence[Change] = ()
    timezone: str = "UTC"
    currency: str = "EUR"

    def source(self, adapter: Adapter | None = None) -> Source:
        """The connection as `pull` takes it."""
        compiled = [
            each
            for table, mapping in self.mappings.items()
            for each in compile_mappings(
                table,
                [mapping] if isinstance(mapping, TableMapping) else mapping,
                timezone=self.timezone,
                currency=self.currency,
            )
        ]
        return Source("sample", self.adapter_name, adapter or self.make_adapter(), compiled)

    def conversations(self) -> list[Conversation]:
        """Everything that there is to pull."""
        return list(self.make_adapter().pull(self.source().fields()))

    def pull(self, store: Store, adapter: Adapter | None = None) -> PullReport:
        """One run."""
        with store.transaction():
            run_id = runs.start(store, "pull", NOW)
        return pull(store, [self.source(adapter)], run_id=run_id, now=NOW, accept_deletions=True, world=self.world)


class AdapterConformance:
    """Promises that every adapter keeps. Subclass it, and give it a `sample`."""

    @pytest.fixture
    def sample(self, tmp_path: Path) -> Sample:
        """Overridden by the adapter's tests."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with Store.open(tmp_path / "conformance.sqlite", create=True) as opened:
            yield opened

    @pytest.fixture
    def undisturbed(self, sample: Sample, tmp_path: Path) -> Facts:
        """What one run without any mishap makes of the sample."""
        with Store.open(tmp_path / "undisturbed.sqlite", create=True) as opened:
            report = sample.pull(opened)
            assert not report.failed
            facts = facts_of(opened)
        assert any(facts.values()), "the sample holds no facts, so nothing would be tested"
        return facts

    # ---- what a conversation says ----

    def test_every_module_has_a_conversation_and_every_key_is_its_own(self, sample: Sample) -> None:
        conversations = sample.conversations()
        assert {each.module for each in conversations} == set(sample.source().modules())
        assert len({each.key for each in conversations}) == len(conversations)

    def test_pages_are_not_empty_not_too_long_and_their_columns_are_of_one_length(self, sample: Sample) -> None:
        pages = [said for said in _everything(sample) if isinstance(said, Page)]
        assert pages
        for page in pages:
            assert 0 < page.count <= PAGE_ROWS
            assert {len(cells) for cells in page.columns.values()} == {page.count}

    def test_pages_bring_the_fields_that_were_asked_for(self, sample: Sample) -> None:
        fields = sample.source().fields()
        brought: dict[str, set[str]] = {}
        for page in _everything(sample):
            if isinstance(page, Page):
                brought.setdefault(page.module, set()).update(page.columns)
        assert all(set(fields[module]) <= columns for module, columns in brought.items())

    def test_finished_is_said_once_and_last(self, sample: Sample) -> None:
        for conversation in sample.conversations():
            said = list(_spoken(conversation, sample))
            assert [isinstance(each, Finished) for each in said] == [False] * (len(said) - 1) + [True]

    def test_states_survive_being_written_down(self, sample: Sample) -> None:
        for said in _everything(sample):
            state = getattr(said, "next_state", None)
            if state is not None:
                assert json.loads(json.dumps(state, allow_nan=False)) == state

    def test_what_arrived_is_what_the_vendor_counts(self, sample: Sample) -> None:
        for conversation in sample.conversations():
            said = list(_spoken(conversation, sample))
            arrived = sum(_records(each) for each in said)
            (end,) = (each for each in said if isinstance(each, Finished))
            assert end.vendor_count in (None, arrived)

    # ---- what becomes of it in the store ----

    def test_the_same_source_read_three_times_is_one(self, sample: Sample, store: Store, undisturbed: Facts) -> None:
        for _ in range(3):
            forget_states(store)
            assert not sample.pull(store).failed
        assert facts_of(store) == undisturbed

    def test_a_second_run_without_news_changes_nothing(self, sample: Sample, store: Store, undisturbed: Facts) -> None:
        sample.pull(store)
        again = sample.pull(store)
        assert [(each.changed, each.deleted, each.error) for each in again.modules] == [
            (0, 0, None) for _ in again.modules
        ]
        assert facts_of(store) == undisturbed

    def test_going_on_after_every_interruption_ends_the_same(
        self, sample: Sample, undisturbed: Facts, tmp_path: Path
    ) -> None:
        heard = 1
        for cut in range(10_000):
            with Store.open(tmp_path / f"cut-{cut}.sqlite", create=True) as opened:
                cutting = _Cutting(sample.make_adapter(), after=cut)
                report = sample.pull(opened, cutting)
                assert bool(report.failed) == cutting.was_cut
                assert not sample.pull(opened).failed
                assert facts_of(opened) == undisturbed, f"differs when cut after {cut} words"
            if not cutting.was_cut:
                break
            heard += 1
        assert heard > 1, "nothing was interrupted, so nothing was tested"

    # ---- capabilities ----

    def test_what_is_missing_is_missing_with_a_reason(self, sample: Sample) -> None:
        capabilities = sample.make_adapter().capabilities
        for name in ("incremental", "deletions", "field_write", "record_write"):
            capability = getattr(capabilities, name)
            assert capability.supported or capability.reason, name
        assert capabilities.conversations_at_once >= 1

    def test_incremental_means_that_a_second_run_reads_less(self, sample: Sample, store: Store) -> None:
        if not sample.make_adapter().capabilities.incremental.supported:
            pytest.skip("the adapter declares that it is not incremental")
        assert sample.change is not None, "the sample needs a `change`"
        first = sample.pull(store)
        sample.change()
        second = sample.pull(store)
        assert sum(each.changed for each in second.modules) == 1
        assert sum(each.arrived for each in second.modules) < sum(each.arrived for each in first.modules)

    def test_deletions_mean_that_a_removed_record_is_tombstoned(self, sample: Sample, store: Store) -> None:
        if not sample.make_adapter().capabilities.deletions.supported:
            pytest.skip("the adapter declares that it hears of no deletions")
        assert sample.remove is not None, "the sample needs a `remove`"
        sample.pull(store)
        table, record_id = sample.remove()
        sample.pull(store)
        statement = f"SELECT deleted_at IS NOT NULL FROM {table} WHERE id = ?"  # noqa: S608  # a fact table's name
        assert store.db.conn.execute(statement, (record_id,)).fetchone() == (1,)

    def test_each_change_gets_one_receipt(self, sample: Sample) -> None:
        capabilities = sample.make_adapter().capabilities
        if not (capabilities.field_write.supported or capabilities.record_write.supported):
            pytest.skip("the adapter declares that it writes nothing")
        assert sample.target is not None, "the sample needs a `target` and `changes`"
        assert sample.changes
        talk = sample.make_adapter().push(sample.target, sample.changes)
        said = list(converse(talk, adapter=sample.adapter_name, world=sample.world))
        assert all(isinstance(each, Receipt) for each in said)
        assert sorted(each.change_id for each in said) == sorted(each.id for each in sample.changes)

    # ---- no effects of its own, no errors of its own ----

    def test_the_adapter_touches_nothing_by_itself(self, sample: Sample) -> None:
        list(_everything(sample))  # what it imports lazily is imported now
        for conversation in sample.conversations():
            state: State | None = None
            list(converse(_guarded(conversation.talk(state)), adapter=sample.adapter_name, world=sample.world))
        if sample.target is not None:
            talk = _guarded(sample.make_adapter().push(sample.target, sample.changes))
            list(converse(talk, adapter=sample.adapter_name, world=sample.world))

    def test_an_effect_that_fails_ends_in_an_error_of_ours(self, sample: Sample) -> None:
        for conversation in sample.conversations():
            for failing in range(10_000):
                talk = _Failing(conversation.talk(None), at=failing)
                assert _ends_in_an_error_of_ours(talk, sample)
                if not talk.failed:
                    break
            assert failing, "the conversation has no effects, so nothing was tested"


# ---- the world, watched ----


def facts_of(store: Store) -> Facts:
    """Every fact of a store, tombstones included, in order."""
    return {
        table: sorted(store.db.conn.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)  # noqa: S608  # our own
        for table in FACTS
    }


def forget_states(store: Store) -> None:
    """Have everything read from the beginning."""
    with store.transaction():
        store.writing.execute("DELETE FROM sync_state")


def _everything(sample: Sample) -> Iterator[object]:
    for conversation in sample.conversations():
        yield from _spoken(conversation, sample)


def _spoken(conversation: Conversation, sample: Sample) -> Iterator[object]:
    return converse(conversation.talk(None), adapter=sample.adapter_name, world=sample.world)


def _records(said: object) -> int:
    if isinstance(said, Page):
        return said.count
    return 1 if isinstance(said, Unreadable) else 0


def _ends_in_an_error_of_ours(talk: _Failing, sample: Sample) -> bool:
    """Whether the failure is handled, handed on, or told in the adapter's own words; a crash is none of these."""
    try:
        list(converse(talk.spoken(), adapter=sample.adapter_name, world=sample.world))
    except AdapterError as error:
        return error.__cause__ is None or isinstance(error.__cause__, ConnectorError)
    return True


class _Cutting:
    """An adapter whose conversations break off after a number of words, all together."""

    def __init__(self, adapter: Adapter, *, after: int) -> None:
        self.capabilities = replace(adapter.capabilities, conversations_at_once=1)
        self.was_cut = False
        self._adapter = adapter
        self._left = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def pull(self, modules: Mapping[str, Sequence[str]]) -> Sequence[Conversation]:
        return [replace(each, talk=self._cut(each.talk)) for each in self._adapter.pull(modules)]

    def _cut(self, talk: Callable[[State | None], Generator[Any, Any, None]]) -> Callable[[State | None], Any]:
        def shortened(state: State | None) -> Generator[Any, Any, None]:
            inner = talk(state)
            answer = None
            try:
                while True:
                    said = inner.send(answer)
                    if not isinstance(said, _EFFECTS):
                        self._count()
                    answer = yield said
            except StopIteration:
                return
            finally:
                inner.close()

        return shortened

    def _count(self) -> None:
        if self._left == 0:
            self.was_cut = True
        if self.was_cut:
            raise Unavailable(Message("cut off by the conformance test"))
        self._left -= 1


class _Failing:
    """A conversation of which one effect fails."""

    def __init__(self, talk: Generator[Any, Any, None], *, at: int) -> None:
        self.failed = False
        self.error = Unavailable(Message("made to fail by the conformance test"))
        self._talk = talk
        self._at = at

    def spoken(self) -> Generator[Any, Any, None]:
        answer: Any = None
        effects = 0
        throw = False
        try:
            while True:
                said = self._talk.throw(self.error) if throw else self._talk.send(answer)
                throw = isinstance(said, _EFFECTS) and effects == self._at
                effects += isinstance(said, _EFFECTS)
                self.failed |= throw
                answer = None if throw else (yield said)
        except StopIteration:
            return
        finally:
            self._talk.close()


def _guarded(talk: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
    """The conversation, with the doors to the world shut while its own code runs."""
    answer: Any = None
    try:
        while True:
            with _doors_shut():
                said = talk.send(answer)
                if isinstance(said, WriteFile):
                    said = WriteFile(said.path, list(said.chunks))
            answer = yield said
    except StopIteration:
        return
    finally:
        talk.close()


@contextmanager
def _doors_shut() -> Iterator[None]:
    def shut(*_: Any, **__: Any) -> Any:
        raise AssertionError("the adapter did I/O of its own")

    with ExitStack() as stack:
        for place, name in (
            ("builtins", "open"),
            ("io", "open"),
            ("os", "open"),
            ("os", "scandir"),
            ("os", "stat"),
        ):
            stack.enter_context(patch(f"{place}.{name}", shut))
        stack.enter_context(patch.object(socket.socket, "connect", shut))
        stack.enter_context(patch.object(subprocess, "Popen", shut))
        stack.enter_context(patch.object(time, "sleep", shut))
        yield

"""The adapter contract in executable form.

A third party's test module subclasses `AdapterConformance` and says, in one fixture, how to make the adapter and what
there is to pull::

    class TestMyAdapter(AdapterConformance):
        @pytest.fixture
        def sample(self, tmp_path):
            return Sample(adapter_name="mine", make_adapter=..., mappings={...})

Each test is one promise; its name says which. `sample` says what it is tried on, `watched` how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from connector.config import Credits
from connector.contract import PAGE_ROWS, Finished, Introduction, Page, Place, Receipt, State, Withheld
from connector.kit.sample import NOW, Facts, Sample, facts_of, forget_states
from connector.kit.watched import (
    Cutting,
    Failing,
    credits_of,
    ends_in_an_error_of_ours,
    everything,
    guarded,
    led,
    records,
    spoken,
)
from connector.store import Store

__all__ = ["NOW", "AdapterConformance", "Facts", "Sample", "facts_of", "forget_states"]

MOST_TRIES: Final = 10_000
"""After so many interruptions something never ends."""


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

    # ---- who is at the other end ----

    def test_it_says_once_who_is_at_the_other_end_and_always_the_same(self, sample: Sample) -> None:
        first, second = (list(led(sample.make_adapter().introduce(), sample)) for _ in range(2))
        assert [type(each) for each in first] == [Introduction]
        assert first == second
        (introduction,) = first
        assert introduction.conversations_at_once is None or introduction.conversations_at_once >= 1

    # ---- what a conversation says ----

    def test_every_module_has_a_conversation_and_every_key_is_its_own(self, sample: Sample) -> None:
        conversations = sample.conversations()
        assert {each.module for each in conversations} == set(sample.source().modules())
        assert len({each.key for each in conversations}) == len(conversations)

    def test_pages_are_not_empty_not_too_long_and_their_columns_are_of_one_length(self, sample: Sample) -> None:
        pages = [said for said in everything(sample) if isinstance(said, Page)]
        assert pages
        for page in pages:
            assert 0 < page.count <= PAGE_ROWS
            assert {len(cells) for cells in page.columns.values()} == {page.count}

    def test_pages_bring_the_fields_that_were_asked_for(self, sample: Sample) -> None:
        fields = sample.source().fields()
        brought: dict[str, set[str]] = {}
        for page in everything(sample):
            if isinstance(page, Page):
                brought.setdefault(page.module, set()).update(page.columns)
        assert all(set(fields[module]) <= columns for module, columns in brought.items())

    def test_finished_is_said_once_and_last(self, sample: Sample) -> None:
        for conversation in sample.conversations():
            said = list(spoken(conversation, sample))
            assert [isinstance(each, Finished) for each in said] == [False] * (len(said) - 1) + [True]

    def test_states_survive_being_written_down(self, sample: Sample) -> None:
        for said in everything(sample):
            state = getattr(said, "next_state", None)
            if state is not None:
                assert json.loads(json.dumps(state, allow_nan=False)) == state

    def test_what_arrived_is_what_the_vendor_counts(self, sample: Sample) -> None:
        for conversation in sample.conversations():
            said = list(spoken(conversation, sample))
            arrived = sum(records(each) for each in said)
            (end,) = (each for each in said if isinstance(each, Finished))
            if end.counts_fewer and end.vendor_count is not None:
                assert end.vendor_count <= arrived
            else:
                assert end.vendor_count in (None, arrived)

    def test_what_is_withheld_is_said_before_the_first_page_and_comes_as_none(self, sample: Sample) -> None:
        fields = sample.source().fields()
        for conversation in sample.conversations():
            withheld: set[str] = set()
            pages = 0
            for said in spoken(conversation, sample):
                if isinstance(said, Withheld):
                    assert not pages, "a page came first, and what it lacks was taken for empty"
                    assert said.module == conversation.module
                    withheld = set(said.fields)
                    assert withheld <= set(fields[said.module]), "fields that nobody asked for"
                elif isinstance(said, Page):
                    pages += 1
                    for name in withheld & said.columns.keys():
                        assert set(said.columns[name]) <= {None}

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
        for cut in range(MOST_TRIES):
            with Store.open(tmp_path / f"cut-{cut}.sqlite", create=True) as opened:
                cutting = Cutting(sample.make_adapter(), after=cut)
                report = sample.pull(opened, cutting)
                assert bool(report.failed) == cutting.was_cut
                assert not sample.pull(opened).failed
                assert facts_of(opened) == undisturbed, f"differs when cut after {cut} words"
            if not cutting.was_cut:
                break
            heard += 1
        assert heard > 1, "nothing was interrupted, so nothing was tested"

    def test_when_credits_end_anywhere_what_was_read_is_kept_and_the_next_run_goes_on(
        self, sample: Sample, undisturbed: Facts, tmp_path: Path
    ) -> None:
        ran_out = False
        for allowed in range(1, MOST_TRIES):
            with Store.open(tmp_path / f"credits-{allowed}.sqlite", create=True) as opened:
                report = sample.pull(opened, credits=Credits(a_day=allowed))
                assert not report.failed
                assert not sample.pull(opened).failed
                assert facts_of(opened) == undisturbed, f"differs after a run with {allowed} credits"
            if not report.out_of_credits:
                break
            ran_out = True
        assert ran_out or credits_of(sample) <= 1, "credits never ended, so nothing was tested"

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
        said = list(led(talk, sample))
        assert all(isinstance(each, Receipt) for each in said)
        assert sorted(each.change_id for each in said) == sorted(each.id for each in sample.changes)

    def test_places_that_are_written_to_are_named_once_and_looking_makes_none(self, sample: Sample) -> None:
        target = sample.target
        if target is None:
            pytest.skip("the sample has no `target`")
        for _ in range(2):
            places = list(led(sample.make_adapter().places(target, make=False), sample))
            assert all(isinstance(each, Place) and each.module == target.module for each in places)
            named = [each.field for each in places]
            assert set(named) <= {"", *target.fields}, "fields that nobody writes"
            assert len(set(named)) == len(named)
            assert all(each.state != "made" for each in places)
            assert all(each.message for each in places if each.state == "unfit"), "an unfit place needs its remedy"

    def test_places_that_were_made_are_there(self, sample: Sample) -> None:
        target = sample.target
        if target is None:
            pytest.skip("the sample has no `target`")
        made = list(led(sample.make_adapter().places(target, make=True), sample))
        assert all(each.state != "missing" for each in made)
        again = list(led(sample.make_adapter().places(target, make=False), sample))
        assert [each.state for each in again] == ["unfit" if each.state == "unfit" else "there" for each in made]

    # ---- no effects of its own, no errors of its own ----

    def test_the_adapter_touches_nothing_by_itself(self, sample: Sample) -> None:
        list(everything(sample))  # what it imports lazily is imported now
        for conversation in sample.conversations():
            state: State | None = None
            list(led(guarded(conversation.talk(state)), sample))
        if sample.target is not None:
            list(led(guarded(sample.make_adapter().push(sample.target, sample.changes)), sample))

    def test_an_effect_that_fails_ends_in_an_error_of_ours(self, sample: Sample) -> None:
        for conversation in sample.conversations():
            for failing in range(MOST_TRIES):
                talk = Failing(conversation.talk(None), at=failing)
                assert ends_in_an_error_of_ours(talk, sample)
                if not talk.failed:
                    break
            assert failing, "the conversation has no effects, so nothing was tested"

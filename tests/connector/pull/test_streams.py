"""What comes over a network: page by page, several conversations at once, and every fault at every request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from connector.contract import Deletions, Finished, PullTalk, State
from connector.errors import AuthError, DeletionGuard, Message, StoreError, Unavailable
from connector.kit.conformance import facts_of, forget_states
from connector.kit.fake_adapter import FakeCrmAdapter
from connector.kit.fake_crm import FakeCrm, Fault
from connector.mapping import TableMapping, compile_mapping
from connector.pull import PullReport, Source, pull
from connector.store import Store, facts, runs

from .conftest import Desk, deal, page

NOW = datetime(2024, 6, 1, tzinfo=UTC)
MODULES = ("users", "accounts", "deals")
MAPPINGS: dict[str, dict[str, Any]] = {
    "users": {"id": "id", "columns": {"name": "name"}},
    "accounts": {"id": "id", "columns": {"name": "name"}},
    "deals": {"id": "id", "columns": {"outcome": "outcome", "amount": "amount", "owner_id": "owner"}},
}


@dataclass
class Shop:
    """A CRM with some records, and a store that follows it."""

    store: Store
    crm: FakeCrm = field(default_factory=lambda: FakeCrm(page_size=4))

    def __post_init__(self) -> None:
        for number in range(11):
            self.crm.put("deals", f"d{number}", outcome="won", amount=number, owner="u1")
        for number in range(5):
            self.crm.put("users", f"u{number}", name=f"User {number}")
            self.crm.put("accounts", f"a{number}", name=f"Account {number}")

    def pull(self) -> PullReport:
        compiled = {
            table: compile_mapping(table, TableMapping.model_validate(raw), timezone="UTC", currency="EUR")
            for table, raw in MAPPINGS.items()
        }
        with self.store.transaction():
            run_id = runs.start(self.store, "pull", NOW)
        source = Source("crm", "fake_crm", FakeCrmAdapter(), tuple(compiled.values()))
        return pull(self.store, [source], run_id=run_id, now=NOW, world=self.crm.world())

    def mirrors(self) -> bool:
        """Whether the store holds exactly what the CRM holds."""
        connection = self.store.db.conn
        held = {
            module: {row[0] for row in connection.execute(f"SELECT id FROM {module} WHERE deleted_at IS NULL")}  # noqa: S608  # ours
            for module in MODULES
        }
        amounts = dict(connection.execute("SELECT id, amount FROM deals WHERE deleted_at IS NULL").fetchall())
        truth = {record_id: record["amount"] * 10_000 for record_id, record in self.crm.records("deals").items()}
        return held == {module: set(self.crm.records(module)) for module in MODULES} and amounts == truth


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Store.open(tmp_path / "shop.sqlite", create=True) as store:
        yield Shop(store)
        assert store.verify() == ()


def test_the_store_follows_the_crm(shop: Shop) -> None:
    assert not shop.pull().failed
    assert shop.mirrors()
    shop.crm.put("deals", "d3", amount=99)
    shop.crm.put("deals", "new", outcome="open", amount=1, owner="u2")
    shop.crm.delete("deals", "d4")
    report = shop.pull()
    assert shop.mirrors()
    by_module = {module.module: module for module in report.modules}
    assert (by_module["deals"].changed, by_module["deals"].deleted) == (2, 1)
    assert all(module.complete for module in report.modules)


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERVER_ERROR, Fault.TIMEOUT_AFTER, Fault.RESET_BEFORE])
def test_a_passing_fault_at_any_request_is_not_even_noticed(tmp_path: Path, fault: Fault) -> None:
    for at in range(requests_of_a_quiet_run(tmp_path)):
        with Store.open(tmp_path / f"{at}.sqlite", create=True) as store:
            shop = Shop(store)
            shop.crm.faults[at] = fault
            assert not shop.pull().failed
            assert shop.mirrors()


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.TRUNCATED, Fault.UNAUTHORISED, Fault.REDIRECT])
def test_a_lasting_fault_at_any_request_fails_one_module_and_the_next_run_goes_on(tmp_path: Path, fault: Fault) -> None:
    for at in range(requests_of_a_quiet_run(tmp_path)):
        with Store.open(tmp_path / f"{at}.sqlite", create=True) as store:
            shop = Shop(store)
            shop.crm.faults[at] = fault
            report = shop.pull()
            assert len(report.failed) == (1 if at else len(MODULES)), "the first request asks who is there"
            assert not shop.pull().failed
            assert shop.mirrors()


def requests_of_a_quiet_run(tmp_path: Path) -> int:
    with Store.open(tmp_path / "quiet.sqlite", create=True) as store:
        shop = Shop(store)
        assert not shop.pull().failed
        return len(shop.crm.calls)


def test_a_run_without_news_is_few_calls(shop: Shop) -> None:
    shop.pull()
    before, shop.crm.calls[:] = facts_of(shop.store), []
    shop.pull()
    assert len(shop.crm.calls) <= 3 * len(MODULES) + 1
    assert facts_of(shop.store) == before


# ---- page by page ----


STREAM = {"columns": {"outcome": "stage", "amount": "amount"}, "id": "id"}


def stream(
    *pages: list[dict[str, Any]], ends: Exception | None = None, snapshot: bool = False, count: int | None = None
) -> Any:
    """Pages with a checkpoint behind each."""

    def talk(state: State | None) -> PullTalk:
        begin = (state or {}).get("page", 0)
        for number in range(begin, len(pages)):
            yield page(*pages[number], next_state={"page": number + 1})
        if ends is not None:
            raise ends
        yield Finished("deals", next_state={"page": len(pages)}, snapshot=snapshot, vendor_count=count)

    return talk


@pytest.fixture
def streaming(desk: Desk) -> Desk:
    desk.adapter.atomic = False
    desk.mappings = {"deals": STREAM}
    return desk


def test_pages_before_a_failure_stay_and_the_next_run_goes_on_behind_them(streaming: Desk) -> None:
    streaming.adapter.scripts["deals"] = stream([deal("1")], [deal("2")], ends=Unavailable(Message("down")))
    report = streaming.pull_one()
    assert isinstance(report.error, Unavailable)
    assert streaming.facts() == {"1": "won", "2": "won"}
    assert not streaming.coverage()["deals"].complete
    streaming.adapter.scripts["deals"] = stream([deal("1")], [deal("2")], [deal("3")])
    assert streaming.pull_one().arrived == 1
    assert streaming.adapter.states == [None, {"page": 2}]
    assert streaming.facts() == {"1": "won", "2": "won", "3": "won"}
    assert streaming.coverage()["deals"].complete


@pytest.mark.parametrize("before", [0, 2], ids=["the first", "a later one"])
def test_a_reading_that_was_stopped_between_two_pages_is_known_to_be_incomplete(streaming: Desk, before: int) -> None:
    """A killed process, or a person, leaves nobody behind who could say so."""
    if before:
        streaming.adapter.scripts["deals"] = stream(*([deal(str(number))] for number in range(before)))
        streaming.pull()
        assert streaming.coverage()["deals"].complete
    more = [[deal(str(number), stage="lost")] for number in range(before + 1)]
    streaming.adapter.scripts["deals"] = stream(*more, ends=cast("Exception", KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        streaming.pull()
    assert "lost" in streaming.facts().values()
    assert not streaming.coverage()["deals"].complete
    streaming.adapter.scripts["deals"] = stream(*more)
    streaming.pull()
    assert streaming.coverage()["deals"].complete


def test_another_mapping_begins_anew(streaming: Desk) -> None:
    streaming.adapter.scripts["deals"] = stream([deal("1")])
    streaming.pull()
    streaming.mappings = {"deals": {"id": "id", "columns": {"outcome": "stage", "name": "id"}}}
    streaming.pull()
    assert streaming.adapter.states == [None, None]
    assert streaming.facts("deals", "name") == {"1": "1"}


def test_a_record_that_comes_again_is_its_latest_version(streaming: Desk) -> None:
    streaming.adapter.scripts["deals"] = stream([deal("1"), deal("2")], [deal("1", stage="lost")])
    streaming.pull()
    assert streaming.facts() == {"1": "lost", "2": "won"}
    assert streaming.quarantine() == []


def test_a_record_in_quarantine_is_no_fact_until_it_is_mended(streaming: Desk) -> None:
    streaming.adapter.scripts["deals"] = stream([deal("1")], [deal("1", stage="wonn")])
    report = streaming.pull_one()
    assert streaming.facts() == {}
    assert len(streaming.quarantine()) == 1
    assert (report.quarantined, report.deleted) == (1, 1)
    streaming.adapter.scripts["deals"] = stream([], [], [deal("1")])
    streaming.pull()
    assert streaming.facts() == {"1": "won"}
    assert streaming.quarantine() == []


def test_what_the_vendor_deletes_is_deleted_and_leaves_quarantine(streaming: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        yield page(deal("1"), deal("2"), deal("3", stage="wonn"))
        yield Deletions("deals", ["2", "3", "never seen"])
        yield Finished("deals", next_state={})

    streaming.adapter.scripts["deals"] = talk
    assert streaming.pull_one().deleted == 1
    assert streaming.facts() == {"1": "won"}
    assert streaming.quarantine() == []


def test_a_whole_listing_deletes_what_it_does_not_list(streaming: Desk) -> None:
    everyone = [deal(str(number)) for number in range(10)]
    streaming.adapter.scripts["deals"] = stream(everyone)
    streaming.pull()
    with streaming.store.transaction():
        streaming.store.writing.execute("DELETE FROM sync_state")
    streaming.adapter.scripts["deals"] = stream(everyone[:5], everyone[5:9], snapshot=True)
    assert streaming.pull_one().deleted == 1
    assert list(streaming.deleted()) == ["9"]


def test_a_listing_may_take_several_runs_and_what_each_has_seen_counts(streaming: Desk) -> None:
    everyone = [deal(str(number)) for number in range(10)]
    streaming.adapter.scripts["deals"] = stream(everyone)
    streaming.pull()
    forget_states(streaming.store)
    streaming.adapter.scripts["deals"] = stream(everyone[:5], ends=Unavailable(Message("down")))
    assert streaming.pull_one().error is not None
    assert streaming.deleted() == {}, "it is not known yet what else there is"
    streaming.adapter.scripts["deals"] = stream(everyone[:5], everyone[5:9], snapshot=True)
    assert streaming.pull_one().deleted == 1
    assert list(streaming.deleted()) == ["9"]
    assert streaming.adapter.states == [None, None, {"page": 1}]
    assert streaming.everything()["readings"] == streaming.everything()["reading_ids"] == []


def guarded(desk: Desk) -> Any:
    """The account was shown half of the deals, and the guard stopped a whole listing at its end."""
    everyone = [deal(str(number)) for number in range(10)]
    desk.adapter.scripts["deals"] = stream(everyone)
    desk.pull()
    forget_states(desk.store)
    desk.adapter.scripts["deals"] = stream(everyone[:5], snapshot=True, count=5)
    assert isinstance(desk.pull_one().error, DeletionGuard)
    return everyone


def test_what_a_listing_lacked_and_the_vendor_counts_again_is_not_deleted(streaming: Desk) -> None:
    everyone = guarded(streaming)
    streaming.adapter.scripts["deals"] = stream(everyone, snapshot=True, count=10)
    assert streaming.pull_one().error is None, "it goes on behind its end, so it does not see the others"
    assert (len(streaming.facts()), streaming.coverage()["deals"].complete) == (10, True)
    streaming.adapter.scripts["deals"] = stream(everyone[:9], snapshot=True, count=9)
    assert streaming.pull_one().deleted == 1
    assert streaming.adapter.states == [None, None, {"page": 1}, None]


def test_while_a_listing_lacks_what_the_vendor_does_not_count_either_a_person_is_asked(streaming: Desk) -> None:
    guarded(streaming)
    assert isinstance(streaming.pull_one().error, DeletionGuard)
    assert streaming.adapter.states[-1] == {"page": 1}, "reading all of it again would bring the same"
    assert streaming.pull_one(accept_deletions=True).deleted == 5


def test_what_is_accepted_is_what_is_missing_now(streaming: Desk) -> None:
    everyone = guarded(streaming)
    streaming.adapter.scripts["deals"] = stream(everyone[2:], snapshot=True, count=8)
    assert streaming.pull_one(accept_deletions=True).deleted == 2
    assert streaming.adapter.states[-1] is None
    assert list(streaming.deleted()) == ["0", "1"]


def test_a_first_listing_deletes_nothing_and_keeps_no_ids(streaming: Desk) -> None:
    everyone = [deal(str(number)) for number in range(4)]
    streaming.adapter.scripts["deals"] = stream(everyone, ends=Unavailable(Message("down")), snapshot=True)
    streaming.pull()
    assert streaming.everything()["reading_ids"] == []
    streaming.adapter.scripts["deals"] = stream(everyone, [deal("x")], snapshot=True)
    assert streaming.pull_one().deleted == 0
    assert len(streaming.facts()) == 5


def test_a_listing_that_an_older_version_began_says_nothing_about_deletions(streaming: Desk) -> None:
    everyone = [deal(str(number)) for number in range(10)]
    streaming.adapter.scripts["deals"] = stream(everyone)
    streaming.pull()
    forget_states(streaming.store)
    streaming.adapter.scripts["deals"] = stream(everyone[:5], ends=Unavailable(Message("down")))
    streaming.pull()
    with streaming.store.transaction():
        streaming.store.writing.execute("DELETE FROM readings")
    streaming.adapter.scripts["deals"] = stream(everyone[:5], everyone[5:9], snapshot=True)
    assert streaming.pull_one().deleted == 0, "nobody knows what was on its first page"
    assert streaming.pull_one().deleted == 1
    assert streaming.adapter.states == [None, None, {"page": 1}, None]


def test_a_record_that_comes_twice_in_a_first_listing_is_in_quarantine_once_or_not_at_all(streaming: Desk) -> None:
    bad = deal("1", stage="wonn")
    streaming.adapter.scripts["deals"] = stream([bad, deal("2", stage="wonn")], [bad, deal("2")], snapshot=True)
    streaming.pull()
    assert [each[0] for each in streaming.quarantine()] == ["1"]
    assert streaming.facts() == {"2": "won"}


def test_problems_of_records_that_a_listing_lacks_are_forgotten(streaming: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        rows = [deal("1", stage="wonn"), deal("2")] if state is None else [deal("2")]
        yield page(*rows)
        yield Finished("deals", next_state={"at": len(rows)}, snapshot=True, vendor_count=len(rows))

    streaming.adapter.scripts["deals"] = talk
    streaming.pull()
    assert len(streaming.quarantine()) == 1
    streaming.pull()
    assert streaming.quarantine() == []
    assert streaming.coverage()["deals"].complete


def test_a_format_that_no_longer_fits_stops_before_its_page_is_stored(streaming: Desk) -> None:
    bad = [deal(str(number), amount="1.000,50") for number in range(5)]
    streaming.adapter.scripts["deals"] = stream([deal("a")], bad)
    assert streaming.pull_one().error is not None
    assert streaming.facts() == {"a": "won"}
    assert streaming.pull_one().error is not None, "the state did not pass the bad page"


# ---- slices ----


def sliced(*ids: str, ends: Exception | None = None) -> Any:
    def talk(state: State | None) -> PullTalk:
        if state is None or state.get("left"):
            yield page(*(deal(each) for each in ids), next_state={"left": 1})
        if ends is not None:
            raise ends
        yield Finished("deals", next_state={"left": 0}, snapshot=True, vendor_count=len(ids))

    return talk


def test_a_module_moves_on_when_all_its_slices_have_finished(streaming: Desk) -> None:
    streaming.adapter.at_once = 2
    streaming.adapter.scripts["deals"] = [sliced("1", "2"), sliced("3", ends=AuthError(Message("no")))]
    assert isinstance(streaming.pull_one().error, AuthError)
    assert set(streaming.facts()) <= {"1", "2", "3"}
    states = streaming.store.db.conn.execute("SELECT state FROM sync_state").fetchall()
    assert all('"finished":false' in state for (state,) in states)


def test_slices_together_are_the_snapshot(streaming: Desk) -> None:
    with streaming.store.transaction():
        old = [("crm", str(number), "won") for number in range(20)]
        facts.upsert(streaming.store, "deals", ("connection", "id", "outcome"), old)
    ids = [str(number) for number in range(19)]
    streaming.adapter.at_once = 2
    streaming.adapter.scripts["deals"] = [sliced(*ids[:10]), sliced(*ids[10:])]
    assert streaming.pull_one().deleted == 1
    covered = streaming.coverage()["deals"]
    assert (covered.vendor_count, covered.arrived, covered.complete) == (19, 19, True)


# ---- the end of the world ----


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_store_that_cannot_be_written_ends_the_pull_and_closes_every_conversation(
    streaming: Desk, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    closed = []

    def talk(state: State | None) -> PullTalk:
        try:
            for number in range(500):
                yield page(deal(str(number)))
            yield Finished("deals", next_state={})
        finally:
            closed.append(1)

    def full(*_: Any, **__: Any) -> int:
        raise StoreError(Message("the disk is full"))

    streaming.adapter.at_once = at_once
    streaming.adapter.scripts["deals"] = [talk, talk, talk]
    monkeypatch.setattr(facts, "upsert", full)
    with pytest.raises(StoreError):
        streaming.pull()
    assert len(closed) == (1 if at_once == 1 else 3)
    assert not streaming.store.db.conn.in_transaction


def test_several_conversations_are_bounded_in_what_they_hold(streaming: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead: list[int] = []
    said = [0]
    written = [0]
    real = facts.upsert

    def counted(*args: Any, **how: Any) -> int:
        written[0] += 1
        ahead.append(said[0] - written[0])
        return real(*args, **how)

    def talk(state: State | None) -> PullTalk:
        for number in range(40):
            said[0] += 1
            yield page(deal(str(number)))
        yield Finished("deals", next_state={})

    streaming.adapter.at_once = 2
    streaming.adapter.scripts["deals"] = [talk, talk]
    monkeypatch.setattr(facts, "upsert", counted)
    assert streaming.pull_one().arrived == 80
    assert max(ahead) <= 2 * 2 + 2 + 1, "the queue, what each thread holds in its hand, and the one being written"

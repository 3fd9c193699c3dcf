"""The CRM's count beside ours, after every run, and what is done about a difference."""

from __future__ import annotations

from typing import Any

import pytest

from connector.contract import Finished, PullTalk, State
from connector.errors import Message
from connector.status import incompleteness, told

from .conftest import Desk, deal, page
from .shop import Shop

WHOLE = 2
"""Pages of a whole reading of the deals."""


def test_every_module_states_both_counts_after_every_run(shop: Shop) -> None:
    for _ in range(2):
        found = {each.module: each.counted for each in shop.pull().modules}
        counts = {module: (each.vendor_count, each.arrived) for module, each in found.items() if each}
        assert counts == {"deals": (6, 6), "tasks": (3, 3), "calls": (2, 2)}


def test_a_delta_whose_count_disagrees_is_followed_by_one_whole_reading(shop: Shop) -> None:
    shop.pull()
    shop.lose("d1", "d2")
    report = shop.pulled()
    assert (report.complete, report.changed) == (True, 2)
    assert shop.lists() == 1 + 1 + WHOLE, "the delta, once more what came since, and everything"


def test_what_came_while_it_was_read_is_in_the_next_delta(desk: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        at = (state or {}).get("at", 0)
        yield page(deal(str(at)))
        yield Finished("deals", next_state={"at": at + 1}, vendor_count=max(at + 1, 3))

    desk.adapter.atomic = False
    desk.adapter.scripts["deals"] = talk
    desk.pull()
    assert not desk.coverage()["deals"].complete
    assert desk.pull_one().complete
    assert desk.adapter.states == [None, {"at": 1}, {"at": 2}]


def test_records_that_nobody_shows_us_are_read_for_once_and_not_in_every_run(shop: Shop) -> None:
    shop.crm.hidden = {("deals", "d0"), ("deals", "d1")}
    first = shop.pulled()
    assert (first.complete, shop.lists()) == (False, 1), "a first reading is whole"
    for _ in range(3):
        assert not shop.pulled().complete
        assert shop.lists() == 1, "the difference is known"
    shop.crm.hidden.discard(("deals", "d1"))
    shop.crm.hidden.add(("deals", "d2"))
    shop.crm.put("deals", "d6", outcome="won", amount=1)
    shop.crm.hidden.add(("deals", "d6"))
    shop.pull()
    assert shop.lists() > WHOLE, "another difference is another matter"


def test_records_that_come_and_go_unseen_cost_one_whole_reading_a_day(shop: Shop) -> None:
    """As with approvals: the vendor counts what waits for one, and shows it to nobody."""
    shop.crm.hidden = {("deals", "d0")}
    shop.pull()
    whole = 0
    for number in range(48):
        shop.crm.put("deals", f"w{number}", outcome="won", amount=1)
        shop.crm.hidden.add(("deals", f"w{number}"))
        assert not shop.pulled(days=1 / 24).complete
        whole += shop.lists() > 2
    assert whole == 2


def test_after_a_week_everything_is_read_again(shop: Shop) -> None:
    shop.crm.hidden = {("deals", "d0")}
    shop.pull()
    shop.pull(days=6)
    assert shop.lists() == 1
    shop.pull(days=1)
    assert shop.lists() == 1 + 1 + WHOLE
    shop.pull(days=6)
    assert shop.lists() == 1


def test_an_administrator_may_ask_for_everything(shop: Shop) -> None:
    shop.pull()
    shop.pull(reconcile=True)
    assert shop.lists() == WHOLE
    assert shop.lists("tasks") == 1


def test_an_accepted_difference_is_complete_and_stated(shop: Shop) -> None:
    shop.crm.hidden = {("deals", "d0"), ("deals", "d1")}
    shop.accept_missing = {"deals": 2}
    for _ in range(2):
        report = shop.pulled()
        assert report.complete
        assert report.counted is not None
        assert (report.counted.vendor_count, report.counted.arrived, report.counted.accepted) == (6, 4, 2)
    shop.crm.hidden.add(("deals", "d2"))
    shop.crm.delete("deals", "d2")
    shop.crm.put("deals", "d2", outcome="won", amount=1)
    shop.lose("d2")
    assert not shop.pulled().complete, "one more than was accepted"


def test_what_is_missing_is_said_with_its_remedy(shop: Shop) -> None:
    shop.crm.hidden = {("deals", "d0")}
    shop.pull()
    problem = incompleteness(shop.counted())
    assert problem.where == "crm.deals"
    assert "6 records were announced and 5 arrived" in str(problem.message)
    assert "accept_missing: {deals: 1}" in str(problem.hint)
    assert "permissions" in str(problem.hint)


def ended(*, count: int, rows: int = 2, **how: Any) -> Any:
    def talk(_: State | None) -> PullTalk:
        yield page(*(deal(str(number)) for number in range(rows)))
        yield Finished("deals", next_state={}, vendor_count=count, **how)

    return talk


@pytest.fixture
def streaming(desk: Desk) -> Desk:
    desk.adapter.atomic = False
    return desk


def test_how_it_was_read_is_kept_with_the_counts_and_is_no_remedy(streaming: Desk) -> None:
    note = Message("deals were read by bulk")
    streaming.adapter.scripts["deals"] = ended(count=4, note=note)
    report = streaming.pull_one()
    assert report.counted is not None
    assert told(report.counted) == note
    assert str(incompleteness(report.counted).hint).startswith("permissions or approvals may hide them")


@pytest.mark.parametrize(("count", "complete"), [(1, True), (2, True), (3, False)])
def test_a_count_that_leaves_some_out_may_be_lower(streaming: Desk, count: int, complete: bool) -> None:
    streaming.adapter.scripts["deals"] = ended(count=count, counts_fewer=True)
    assert streaming.pull_one().complete is complete


def test_what_we_have_too_many_is_found_by_a_whole_reading(streaming: Desk) -> None:
    """A deletion that nobody told us of."""

    def talk(state: State | None) -> PullTalk:
        if state is None:
            rows = ["1", "2", "3", "4", "5", "6"] if not streaming.facts() else ["1", "2", "3", "4", "5"]
            yield page(*map(deal, rows))
            yield Finished("deals", next_state={"at": 1}, snapshot=True, vendor_count=len(rows))
            return
        yield Finished("deals", next_state={"at": state["at"] + 1}, vendor_count=5)

    streaming.adapter.scripts["deals"] = talk
    streaming.pull()
    report = streaming.pull_one()
    assert (report.complete, report.deleted) == (True, 1)
    assert list(streaming.deleted()) == ["6"]


def test_records_in_quarantine_have_arrived(streaming: Desk) -> None:
    def talk(_: State | None) -> PullTalk:
        yield page(deal("1"), deal("2", stage="wonn"))
        yield Finished("deals", next_state={}, vendor_count=2)

    streaming.adapter.scripts["deals"] = talk
    assert streaming.pull_one().complete


def test_after_a_failure_the_counts_that_agreed_agree_again(streaming: Desk) -> None:
    streaming.adapter.scripts["deals"] = ended(count=2)
    streaming.pull()
    streaming.adapter.scripts["deals"] = lambda _: (_ for _ in ()).throw(ZeroDivisionError())
    assert streaming.pull_one().error is not None
    assert not streaming.coverage()["deals"].complete
    assert "pull again" in str(incompleteness(streaming.coverage()["deals"]).hint)
    streaming.adapter.scripts["deals"] = ended(count=2)
    assert streaming.pull_one().complete
    assert streaming.coverage()["deals"].complete

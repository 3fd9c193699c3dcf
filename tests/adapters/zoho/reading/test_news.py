"""What changed between runs: found once each, for three calls where nothing did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.zoho.emulator.meta import LOST, WON, PickValue
from adapters.zoho.organisation import Organisation
from adapters.zoho.reading import deleted, list_pages
from connector.contract import Deletions, Page
from connector.errors import RejectedError
from tests.adapters.zoho.reading.organisation import DEAL, START, Zoho, an_id, deals, loaded, mirrored

Connect = Callable[..., Zoho]
WAYS = pytest.mark.parametrize("way", ["list", "coql", "bulk"])


def connected(connect: Connect, count: int = 30, **settings: Any) -> Zoho:
    """An organisation with deals of weeks ago that was read once."""
    org = connect(**settings)
    loaded(org.state, "Deals", deals(count))
    org.run()
    org.later(hours=1)
    return org


def pages(org: Zoho) -> list[Page]:
    return [each for each in org.mirrors["Deals"].said if isinstance(each, Page)]


@WAYS
def test_a_run_without_news_takes_three_calls_and_says_nothing(connect: Connect, way: str) -> None:
    org = connected(connect, way=way)
    before = org.mirrors["Deals"].saved

    calls = org.calls_of()

    mirror = org.mirrors["Deals"]
    assert len(calls) == 3
    assert mirror.said == [mirror.end]
    assert mirror.end.next_state == before
    assert mirror.end.vendor_count == 30
    assert not mirror.end.snapshot


@WAYS
def test_a_change_arrives_alone_and_once(connect: Connect, way: str) -> None:
    org = connected(connect, way=way)
    org.state.update("Deals", an_id(3), {"Amount": 7.0})

    assert org.run().arrived == 1
    assert mirrored(org.mirrors["Deals"]) == org.stored()
    assert org.run().arrived == 0


@WAYS
def test_two_changes_in_one_second_with_a_run_between_them(connect: Connect, way: str) -> None:
    org = connected(connect, way=way)
    org.state.update("Deals", an_id(3), {"Amount": 7.0})
    org.run()
    org.state.update("Deals", an_id(3), {"Amount": 8.0})
    org.state.update("Deals", an_id(2), {"Amount": 9.0})

    assert org.run().arrived == 2
    assert mirrored(org.mirrors["Deals"]) == org.stored()


@WAYS
def test_what_becomes_visible_late_is_found_within_the_overlap(connect: Connect, way: str) -> None:
    org = connected(connect, way=way)
    org.state.update("Deals", an_id(3), {"Amount": 7.0})
    org.run()
    org.state.update("Deals", an_id(4), {"Amount": 8.0}, at=org.state.now() - timedelta(seconds=290))

    assert org.run().arrived == 1
    assert mirrored(org.mirrors["Deals"]) == org.stored()


@WAYS
@pytest.mark.parametrize("first", ["in the first run", "later"])
def test_a_record_stamped_in_the_future_hides_nothing(connect: Connect, way: str, first: str) -> None:
    org = connect(way=way)
    tomorrow = deals(1, at=START + timedelta(days=1), first=900)
    loaded(org.state, "Deals", deals(30) + (tomorrow if first == "in the first run" else []))
    org.run()
    if first == "later":
        loaded(org.state, "Deals", tomorrow)
        org.run()
    for amount in (7.0, 8.0):
        org.later(hours=1)
        org.state.update("Deals", an_id(3), {"Amount": amount})
        assert org.run().arrived == 1
        assert mirrored(org.mirrors["Deals"]) == org.stored()
    assert org.run().said == [org.mirrors["Deals"].end], "it is known, and no news in every run"


@WAYS
@pytest.mark.parametrize("includes", [True, False], ids=["since includes its second", "since excludes it"])
def test_more_on_one_second_than_a_page_holds(connect: Connect, way: str, *, includes: bool) -> None:
    org = connected(connect, 10, way=way, stand_in={"modified_since_includes": includes})
    loaded(org.state, "Deals", deals(2_001, at=org.state.now(), first=100))

    assert org.run().arrived == 2_001
    assert mirrored(org.mirrors["Deals"]) == org.stored()
    org.later(hours=1)
    org.run()
    assert org.run().said == [org.mirrors["Deals"].end], "they are settled, and not read in every run"


@pytest.mark.parametrize("way", ["list", "coql"])
def test_a_full_page_ends_in_the_middle_of_a_second(connect: Connect, way: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(list_pages, "LIST_END", 400)
    org = connected(connect, 10, way=way)
    loaded(org.state, "Deals", deals(390, at=org.state.now(), first=100))
    loaded(org.state, "Deals", deals(390, at=org.state.now() + timedelta(seconds=1), first=500))
    org.later(hours=1)

    org.run()

    assert mirrored(org.mirrors["Deals"]) == org.stored()


def test_more_of_one_second_than_lists_show_is_read_by_coql(connect: Connect, monkeypatch: Any) -> None:
    monkeypatch.setattr(list_pages, "LIST_END", 400)
    org = connected(connect, 10, way="list")
    loaded(org.state, "Deals", deals(401, at=org.state.now(), first=100))
    org.later(hours=1)
    assert mirrored(org.run()) == org.stored()
    assert not org.mirrors["Deals"].end.snapshot


def test_lists_give_up_on_more_of_one_second_than_a_chain_is_long(connect: Connect, monkeypatch: Any) -> None:
    monkeypatch.setattr(list_pages, "LIST_END", 400)
    org = connected(connect, 10, modules={"Deals": {"way": "list"}})
    loaded(org.state, "Deals", deals(401, at=org.state.now(), first=100))
    org.later(hours=1)

    with pytest.raises(RejectedError, match="changed in one second") as caught:
        org.run()
    assert "COQL" in str(caught.value.hint)


# ---- deletions -----------------------------------------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize("permanent", [True, False], ids=["for good", "into the bin"])
def test_a_deletion_is_said_once(connect: Connect, way: str, *, permanent: bool) -> None:
    org = connected(connect, way=way)
    org.state.delete("Deals", an_id(5), permanent=permanent)

    org.run()
    (said,) = (each for each in org.mirrors["Deals"].said if isinstance(each, Deletions))
    assert list(said.ids) == [an_id(5)]
    assert mirrored(org.mirrors["Deals"]) == org.stored()
    assert org.run().said == [org.mirrors["Deals"].end]


@WAYS
@pytest.mark.parametrize("days", [0, 6], ids=["at once", "days later"])
def test_a_restored_record_is_back_though_its_time_of_change_stayed(connect: Connect, way: str, days: int) -> None:
    org = connected(connect, way=way)
    org.state.delete("Deals", an_id(5))
    org.run()
    org.later(days=days)
    org.state.restore("Deals", an_id(5))

    mirror = org.run()

    assert not mirror.end.snapshot, "it is found without reading everything"
    assert mirror.arrived == 1
    assert mirrored(mirror) == org.stored()
    assert org.run().said == [mirror.end]


def test_a_record_that_zoho_forgets_to_list_as_deleted_stays_deleted(connect: Connect) -> None:
    org = connected(connect)
    org.state.delete("Deals", an_id(5))
    org.run()
    org.state.db.execute("DELETE FROM deleted_records")

    org.run()

    assert mirrored(org.mirrors["Deals"]) == org.stored()
    assert org.run().said == [org.mirrors["Deals"].end]


def test_many_deletions_are_paged(connect: Connect) -> None:
    org = connected(connect, 500)
    for number in range(1, 451):
        org.state.delete("Deals", an_id(number))
    org.run()
    assert not org.mirrors["Deals"].end.snapshot
    assert mirrored(org.mirrors["Deals"]) == org.stored()


@pytest.mark.parametrize("apart", [0, 1], ids=["of one second", "within a while"])
def test_many_deletions_are_listed_twice_at_most(connect: Connect, apart: int) -> None:
    org = connected(connect, 500)
    for number in range(1, 481):
        org.later(seconds=apart if number % 2 else 0)
        org.state.delete("Deals", an_id(number))
    org.later(seconds=30)
    assert mirrored(org.run()) == org.stored()
    org.later(seconds=600)
    org.run()
    org.later(seconds=600)
    assert len(org.calls_of()) <= 3
    assert org.mirrors["Deals"].said == [org.mirrors["Deals"].end]


def test_more_deletions_than_pages_by_number_show_have_everything_read(connect: Connect, monkeypatch: Any) -> None:
    monkeypatch.setattr(deleted, "PAGES", 2)
    org = connected(connect, 500)
    for number in range(1, 451):
        org.state.delete("Deals", an_id(number))
    org.run()
    assert org.mirrors["Deals"].end.snapshot
    assert mirrored(org.mirrors["Deals"]) == org.stored()


# ---- everything, now and then --------------------------------------------------------------------------------------


def test_everything_is_read_again_after_a_week(connect: Connect) -> None:
    org = connected(connect)
    org.state.db.execute("UPDATE Deals SET Amount = 1000 WHERE id = ?", (an_id(9),))  # a formula: nothing announces it
    org.later(days=6)
    assert not org.run().end.snapshot
    org.later(days=2)
    assert org.run().end.snapshot
    assert mirrored(org.mirrors["Deals"]) == org.stored()


def test_what_vanished_in_silence_is_noticed_by_the_count(connect: Connect) -> None:
    org = connected(connect)
    org.state.db.execute("DELETE FROM Deals WHERE id = ?", (an_id(9),))
    assert org.run().end.snapshot
    assert mirrored(org.mirrors["Deals"]) == org.stored()


def test_a_clock_that_is_wrong_loses_nothing(connect: Connect) -> None:
    org = connected(connect)
    for shift in (timedelta(days=-400), timedelta(days=400), timedelta()):
        org.state.set_clock(START + timedelta(hours=2) + shift)
        org.run()
        org.state.update("Deals", an_id(3), {"Amount": 100.0}, at=START + timedelta(hours=3))
        org.state.update("Deals", an_id(4), {"Amount": 101.0}, at=START + timedelta(hours=3))
    org.state.set_clock(START + timedelta(hours=4))
    org.run()
    assert mirrored(org.mirrors["Deals"]) == org.stored()


def test_people_who_work_during_a_full_read_leave_no_difference(connect: Connect) -> None:
    org = connect(way="coql")
    loaded(org.state, "Deals", deals(4_500))
    work = [
        lambda: org.state.insert("Deals", {"Deal_Name": "New", "Stage": "Qualification", "Amount": 5.0}),
        lambda: org.state.delete("Deals", an_id(1)),
        lambda: org.state.update("Deals", an_id(2), {"Amount": 6.0}),
    ]

    def meanwhile() -> None:
        if work:
            org.later(seconds=2)
            work.pop()()

    org.meanwhile = meanwhile
    assert org.run().end.snapshot
    assert not work
    assert mirrored(org.run()) == org.stored()
    assert not org.mirrors["Deals"].end.snapshot


def test_news_begin_before_a_full_read_that_took_longer_than_the_overlap(connect: Connect) -> None:
    org = connect(way="coql")
    loaded(org.state, "Deals", deals(4_500))
    work = [
        lambda: org.state.update("Deals", an_id(4_400), {"Amount": 6.0}),  # not read yet: the newest that is seen
        lambda: org.state.update("Deals", an_id(1), {"Amount": 5.0}),  # read already
    ]

    def meanwhile() -> None:
        if work and len(org.mirrors["Deals"].rows):
            org.later(seconds=700)
            work.pop()()

    org.meanwhile = meanwhile
    org.run()
    assert not work
    assert mirrored(org.run()) == org.stored()


# ---- what the organisation changes ---------------------------------------------------------------------------------


def test_a_field_that_is_gone_is_named_with_a_remedy(connect: Connect) -> None:
    org = connected(connect)
    org.state.remove_field("Deals", "Amount")
    org.state.update("Deals", an_id(3), {"Deal_Name": "Other"})

    with pytest.raises(RejectedError, match="Deals: the field Amount is not in the organisation") as caught:
        org.run()
    assert "map the column to null" in str(caught.value.hint)


def test_a_field_that_was_never_there_is_met_with_the_name_that_was_meant(connect: Connect) -> None:
    org = connect()
    with pytest.raises(RejectedError, match="Closing_Dat ") as caught:
        org.run(fields=("id", "Closing_Dat"))
    assert "did you mean Closing_Date?" in str(caught.value.hint)


def test_a_field_that_depends_on_the_edition_is_withheld_and_no_error(connect: Connect) -> None:
    org = connect()
    org.state.remove_field("Deals", "Reason_For_Loss__s")
    org.state.remove_field("Deals", "Currency")
    loaded(org.state, "Deals", deals(3))

    mirror = org.run(fields=(*DEAL, "Reason_For_Loss__s", "Currency"))

    (withheld,) = mirror.withheld
    assert list(withheld.fields) == ["Reason_For_Loss__s"], "without currencies the home currency is meant"
    assert {row["Reason_For_Loss__s"] for row in mirror.rows.values()} == {None}


def test_a_private_field_is_withheld_and_not_asked_for(connect: Connect) -> None:
    org = connect()
    org.state.change_field("Deals", replace(org.state.fields("Deals")["Amount"], private=True))
    loaded(org.state, "Deals", deals(3))
    mirror = org.run()
    (withheld,) = mirror.withheld
    assert list(withheld.fields) == ["Amount"]
    assert {row["Amount"] for row in mirror.rows.values()} == {None}


@pytest.mark.parametrize("withheld", [True, False])
def test_what_the_organisation_begins_or_ceases_to_withhold_is_noticed_at_once(
    connect: Connect, *, withheld: bool
) -> None:
    """Also without news: an empty cell would be taken for an empty field, and its column for one that is filled."""
    org = connect()
    org.state.change_field("Deals", replace(org.state.fields("Deals")["Amount"], private=True))
    loaded(org.state, "Deals", deals(3))
    shown = [not withheld, withheld]
    for each in shown:
        org.adapter._organisation = Organisation("1", withholds=not each)
        mirror = org.run()
        (said,) = mirror.withheld
        assert list(said.fields) == ([] if each else ["Amount"])
        org.later(hours=1)


def test_news_that_were_cut_off_hide_no_deletion_from_a_whole_reading(connect: Connect) -> None:
    """What came with them counts as having come, for the reading goes on."""
    org = connect()
    loaded(org.state, "Deals", deals(10))
    org.run()
    org.later(hours=1)
    org.state.update("Deals", an_id(1), {"Amount": 1.0})
    org.interrupted(1)
    assert org.mirrors["Deals"].midway
    org.later(hours=1)
    org.state.delete("Deals", an_id(1))
    org.later(days=8)
    mirror = org.mirrors["Deals"]
    org.once(mirror)
    assert mirror.end.snapshot
    assert mirrored(mirror) == org.stored()


@pytest.mark.parametrize("way", ["list", "coql", "bulk"])
def test_a_field_that_goes_while_a_full_read_is_interrupted_is_named(connect: Connect, way: str) -> None:
    org = connect(way=way)
    loaded(org.state, "Deals", deals(4_500))
    org.interrupted(3)
    org.state.remove_field("Deals", "Amount")
    with pytest.raises(RejectedError, match="the field Amount is not in the organisation"):
        org.run()


@pytest.mark.parametrize("way", ["list", "coql", "bulk"])
def test_a_field_that_is_withheld_while_a_full_read_is_interrupted_is_withheld_in_all_records(
    connect: Connect, way: str
) -> None:
    org = connect(way=way)
    loaded(org.state, "Deals", deals(4_500))
    org.interrupted(3)
    org.state.change_field("Deals", replace(org.state.fields("Deals")["Amount"], private=True))
    org.state.delete("Deals", an_id(1))
    mirror = org.mirrors["Deals"]
    org.once(mirror)
    (said,) = mirror.withheld
    assert list(said.fields) == ["Amount"]
    assert {row["Amount"] for row in mirror.rows.values()} == {None}
    assert {each for each, _, _ in org.stored()} == mirror.rows.keys(), "what came before and was deleted since is gone"


def test_a_stage_is_won_by_its_marker_and_what_the_marker_says_later_counts(connect: Connect) -> None:
    org = connect()
    stage = org.state.fields("Deals")["Stage"]
    made = (*stage.picklist, PickValue("Handed to finance", id="1", probability=100, forecast_type=WON))
    org.state.change_field("Deals", replace(stage, picklist=made))
    loaded(org.state, "Deals", [{**each, "Stage": "Handed to finance"} for each in deals(2)])
    assert {row["$outcome"] for row in org.run().rows.values()} == {"won"}
    assert {row["$closed_on"] for row in org.mirrors["Deals"].rows.values()} == {"2026-06-30"}

    lost = (*stage.picklist, PickValue("Handed to finance", id="1", probability=0, forecast_type=LOST))
    org.state.change_field("Deals", replace(stage, picklist=lost))
    org.later(days=2)
    org.state.update("Deals", an_id(1), {"Amount": 2.0})
    assert {row["$outcome"] for row in org.run().rows.values()} == {"lost"}, "also of the deal that did not change"


def test_a_new_stage_is_learned_when_a_deal_has_it(connect: Connect) -> None:
    org = connected(connect, 3)
    stage = org.state.fields("Deals")["Stage"]
    made = (*stage.picklist, PickValue("Handed to finance", id="1", probability=100, forecast_type=WON))
    org.state.change_field("Deals", replace(stage, picklist=made))
    org.state.update("Deals", an_id(1), {"Stage": "Handed to finance"})

    mirror = org.run()

    assert mirror.rows[an_id(1)]["$outcome"] == "won"
    assert not mirror.end.snapshot, "nothing else looks different by it"


def test_a_module_that_is_not_there_is_named(connect: Connect) -> None:
    org = connect()
    with pytest.raises(RejectedError, match="no module of this API name"):
        org.run("Surveyz", ("id", "Name"))

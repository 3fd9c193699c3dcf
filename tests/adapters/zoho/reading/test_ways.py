"""The three ways bring the same, and each goes on where Zoho stops it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.zoho.emulator import bulk_read
from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.listing import Listing
from adapters.zoho.emulator.meta import FieldMeta, PickValue
from adapters.zoho.emulator.paging import PageTokens
from adapters.zoho.emulator.state import stamp
from adapters.zoho.reading import list_pages, planner
from adapters.zoho.settings import ZohoSettings
from connector.contract import Page
from connector.errors import RejectedError
from tests.adapters.zoho.reading.organisation import DEAL, START, Mirror, Zoho, an_id, deals, loaded, mirrored

Connect = Callable[..., Zoho]
count = Listing.count
WAYS = pytest.mark.parametrize("way", ["list", "coql", "bulk"])


def everything(state: Any) -> tuple[str, ...]:
    """Deals with a field of each kind; returns the fields to ask for."""
    for field in (
        FieldMeta("Topics", "multiselectpicklist", "Topics", picklist=tuple(map(PickValue, ("A", "B", "产品")))),
        FieldMeta("Urgent", "boolean", "Urgent"),
        FieldMeta("Score", "double", "Score"),
        FieldMeta("Pieces", "integer", "Pieces"),
        FieldMeta("Remark", "textarea", "Remark"),
        FieldMeta("Order", "text", "Order"),
    ):
        state.add_field("Deals", field)
    owner = state.db.execute("SELECT id FROM Users").fetchone()[0]
    rows = deals(3)
    rows[0] |= {"Owner": owner, "Topics": '["A","产品"]', "Urgent": 1, "Score": 0.1, "Pieces": 7, "Remark": 'a\n"b",c'}
    rows[1] |= {"Owner": owner, "Topics": '["B"]', "Urgent": 0, "Score": 1e15, "Pieces": -1, "Remark": "0012"}
    names = list(rows[0])
    rows[0]["Order"], rows[1]["Order"] = "first", "null"
    loaded(state, "Deals", [{**dict.fromkeys([*names, "Order"]), **row} for row in rows])
    return (*DEAL, "Topics", "Urgent", "Score", "Pieces", "Remark", "Order", "Created_Time", "Closing_Date")


def test_records_look_the_same_whatever_way_they_were_read(connect: Connect) -> None:
    found = {}
    for way in ("list", "coql", "bulk"):
        org = connect(way=way)
        fields = everything(org.state)
        found[way] = org.run(fields=fields).rows
    assert found["coql"] == found["list"]
    assert found["bulk"] == found["list"]
    first, second, third = found["list"].values()
    assert (first["Topics"], first["Urgent"], str(first["Score"]), first["Pieces"]) == ("A;产品", True, "0.1", 7)
    assert (second["Urgent"], second["Remark"], second["Order"]) == (False, "0012", "null")
    assert isinstance(first["Owner"], str)
    assert {third[name] for name in ("Topics", "Urgent", "Score", "Remark", "Owner", "Order")} == {None}


@WAYS
def test_only_what_was_asked_for_is_requested_and_said(connect: Connect, way: str) -> None:
    org = connect(way=way)
    loaded(org.state, "Deals", deals(2))
    mirror = org.run(fields=("id", "Deal_Name", "$outcome"))
    assert {name for row in mirror.rows.values() for name in row} == {"id", "Deal_Name", "$outcome"}


@WAYS
def test_an_empty_module_is_empty(connect: Connect, way: str) -> None:
    org = connect(way=way)
    assert org.run().end.vendor_count == 0
    org.later(hours=1)
    org.state.insert("Deals", {"Deal_Name": "First", "Stage": "Qualification", "Amount": 1.0})
    assert mirrored(org.run()) == org.stored()


# ---- the plan ------------------------------------------------------------------------------------------------------


def note(org: Zoho, module: str = "Deals") -> str:
    return str(org.mirrors[module].end.note)


def test_the_way_and_the_reason_are_said(connect: Connect) -> None:
    org = connect()
    loaded(org.state, "Deals", deals(1_500))
    org.run()
    assert note(org) == "Deals was read by coql: about 3 credits for 1500 records, 8 by list"


@pytest.mark.parametrize(
    ("rows", "fields", "first"),
    [(100, 10, "list"), (100, 60, "coql"), (10_000, 10, "coql"), (60_000, 10, "coql"), (400_000, 10, "bulk")],
)
def test_the_cheapest_way_comes_first(rows: int, fields: int, first: str) -> None:
    wish = planner.Wish(bulk_from=50_000)
    assert planner.plan(rows, fields=fields, wish=wish, obstacles={}).ways[0] == first


def test_a_wish_is_followed_where_it_can_be_and_an_order_always() -> None:
    obstacles = {planner.Way.COQL: planner.Message("no")}
    wished = planner.plan(10, fields=1, wish=planner.Wish("coql"), obstacles=obstacles)
    assert wished.ways == (planner.Way.LIST, planner.Way.BULK, planner.Way.COQL)
    ordered = planner.plan(10, fields=1, wish=planner.Wish("coql", insists=True), obstacles=obstacles)
    assert ordered.ways == (planner.Way.COQL,)


def test_leads_are_read_by_lists_converted_ones_too(connect: Connect) -> None:
    org = connect()
    lead = {
        "Last_Name": "Li",
        "Created_Time": "2026-01-01T00:00:00+00:00",
        "Modified_Time": "2026-01-01T00:00:00+00:00",
    }
    loaded(
        org.state,
        "Leads",
        [
            {**lead, "id": an_id(1), "Converted__s": 1, "Converted_Date_Time": "2026-01-02T00:00:00+00:00"},
            {**lead, "id": an_id(2), "Converted__s": 0, "Converted_Date_Time": None},
        ],
    )
    mirror = org.run("Leads", ("id", "Last_Name", "$converted", "Modified_Time"))
    assert {each: row["$converted"] for each, row in mirror.rows.items()} == {an_id(1): True, an_id(2): False}
    assert "lists show converted leads" in note(org, "Leads")
    assert not mirror.end.counts_fewer, "here they are counted, too"


@pytest.mark.parametrize("counted", [True, False])
def test_a_lead_that_is_gone_without_a_word_is_missed_where_zoho_counts_converted_ones_too(
    connect: Connect, monkeypatch: Any, *, counted: bool
) -> None:
    if not counted:
        monkeypatch.setattr(Listing, "count", lambda listing, call: count(listing, dataclasses.replace(call, query={})))
    org = connect()
    lead = {"Last_Name": "Li", "Created_Time": stamp(START), "Modified_Time": stamp(START), "Converted__s": 0}
    loaded(org.state, "Leads", [{**lead, "id": an_id(number), "Converted__s": number % 2} for number in range(8)])
    fields = ("id", "Last_Name", "$converted", "Modified_Time")
    assert org.run("Leads", fields).end.counts_fewer is not counted
    org.later(hours=1)
    org.state.db.execute('DELETE FROM "Leads" WHERE id = ?', (an_id(4),))
    mirror = org.mirrors["Leads"]
    org.once(mirror, "Leads", fields)
    assert mirror.end.counts_fewer is not counted
    assert mirror.end.vendor_count == (7 if counted else 3)


def test_a_way_that_zoho_refuses_gives_way_to_the_next(connect: Connect) -> None:
    org = connect(stand_in={"scopes": frozenset({"ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL"})})
    loaded(org.state, "Deals", deals(300))
    mirror = org.run()
    assert mirrored(mirror) == org.stored()
    assert note(org) == "Deals was read by list, as Zoho refused coql"
    assert mirror.end.vendor_count is None, "nobody may count here, and nothing is made up"
    org.later(hours=1)
    org.state.update("Deals", an_id(1), {"Amount": 5.0})
    assert org.run().arrived == 1
    assert len(org.calls_of()) <= 3


def test_an_order_is_not_replaced_by_another_way(connect: Connect) -> None:
    scopes = frozenset({"ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL"})
    org = connect(stand_in={"scopes": scopes}, modules={"Deals": {"way": "bulk"}})
    with pytest.raises(Exception, match="scope"):
        org.run()


# ---- list pages ----------------------------------------------------------------------------------------------------


def test_more_than_fifty_fields_come_in_passes_and_are_one_record(connect: Connect) -> None:
    org = connect(way="list")
    extra = [f"Extra_{number}" for number in range(60)]
    for name in extra:
        org.state.add_field("Deals", FieldMeta(name, "text", name))
    loaded(org.state, "Deals", [{**row, "Extra_0": row["id"], "Extra_59": row["id"]} for row in deals(450)])
    work = [lambda: org.state.delete("Deals", an_id(1)), lambda: org.state.delete("Deals", an_id(300))]
    org.meanwhile = lambda: work and work.pop()()
    mirror = org.run(fields=(*DEAL, *extra))
    assert all(row["Extra_0"] == row["Extra_59"] == each for each, row in mirror.rows.items())
    assert mirrored(org.run(fields=(*DEAL, *extra))) == org.stored()


@pytest.mark.parametrize("fault", ["duplicate_rows", "reordered_page", "expired_page_token", "empty_204"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_pages_that_are_not_as_they_should_be(connect: Connect, fault: str, at: int) -> None:
    org = connect(way="list")
    loaded(org.state, "Deals", deals(700))
    org.server.faults.plan(fault, at, prefix="/crm/v8/Deals")
    assert mirrored(org.run()) == org.stored()
    assert org.mirrors["Deals"].arrived == 700
    assert "refused" not in note(org)
    assert org.server.faults.played or fault in ("duplicate_rows", "expired_page_token")


@pytest.mark.parametrize("includes", [True, False], ids=["since includes", "since excludes"])
def test_lists_are_not_ended_by_the_end_of_a_chain(connect: Connect, includes: bool, monkeypatch: Any) -> None:
    monkeypatch.setattr(list_pages, "LIST_END", 400)
    org = connect(way="list", stand_in={"modified_since_includes": includes})
    loaded(org.state, "Deals", deals(1_300))
    before = len(org.server.calls)
    mirror = org.run()
    assert mirrored(mirror) == org.stored()
    assert mirror.arrived == 1_300
    assert "refused" not in note(org)
    lists = [each for each in org.server.calls[before:] if each.path == "/crm/v8/Deals"]
    assert len(lists) <= 7 + 2, "whether a second is among what changed since it is found out once"


@pytest.mark.parametrize("counts", [False, True], ids=["a token is a place", "a token counts rows"])
@pytest.mark.parametrize("fault", ["modified_while_paged", "deleted_while_paged"])
def test_people_who_work_while_pages_are_read(connect: Connect, fault: str, *, counts: bool) -> None:
    org = connect(way="list", stand_in={"tokens_count_rows": counts})
    loaded(org.state, "Deals", deals(700))
    org.later(seconds=5)
    for at in (2, 3):
        org.server.faults.plan(fault, at, prefix="/crm/v8/Deals")
    mirror = org.mirrors["Deals"] = Mirror()
    org.once(mirror)
    missing = org.stored() - mirrored(mirror)
    assert {at for _, at, _ in missing} <= {stamp(org.state.now())}, "only what changed since"
    org.later(seconds=5)
    assert mirrored(org.run()) == org.stored()


@pytest.mark.parametrize(("fault", "action"), [("modified_while_paged", "update"), ("deleted_while_paged", "delete")])
def test_people_who_work_while_queries_are_read(connect: Connect, fault: str, action: str) -> None:
    org = connect(way="coql")
    loaded(org.state, "Deals", deals(4_500))
    org.later(seconds=5)
    for at in (1, 3):
        org.server.faults.plan(fault, at, prefix="/crm/v8/coql")
    mirror = org.mirrors["Deals"] = Mirror()
    org.once(mirror)
    assert [entry["action"] for entry in org.server.journal] == [action, action]
    missing = org.stored() - mirrored(mirror)
    assert {at for _, at, _ in missing} <= {stamp(org.state.now())}, "only what changed since"
    org.later(seconds=5)
    assert mirrored(org.run()) == org.stored()


@pytest.mark.parametrize("counts", [False, True], ids=["a token is a place", "a token counts rows"])
def test_a_change_hides_no_other_change_that_is_on_the_next_page(connect: Connect, *, counts: bool) -> None:
    org = connect(way="list", stand_in={"tokens_count_rows": counts})
    loaded(org.state, "Deals", deals(700))
    org.run()
    for number in range(1, 500):
        org.later(seconds=1)
        org.state.update("Deals", an_id(number), {"Amount": 1.0})
    org.later(hours=1)
    org.server.faults.plan("modified_while_paged", 2, prefix="/crm/v8/Deals")
    mirror = org.mirrors["Deals"]
    org.once(mirror)
    assert not mirror.end.snapshot
    assert {each for each, _, _ in org.stored()} == mirror.rows.keys()
    unseen = org.stored() - mirrored(mirror)
    assert unseen == set(), "a second run would not ask for them"


@pytest.mark.parametrize("code", sorted(list_pages.EXPIRED))
def test_a_token_that_never_holds_gives_way(connect: Connect, code: str, monkeypatch: Any) -> None:
    """As when Zoho binds it to something that is never the same twice."""

    def taken(*_: Any, **__: Any) -> Any:
        raise Refusal(400, code, "this token is not good")

    monkeypatch.setattr(PageTokens, "take", taken)
    org = connect(way="list")
    loaded(org.state, "Deals", deals(450, at=START - timedelta(days=1)))
    assert mirrored(org.run()) == org.stored()
    assert note(org) == "Deals was read by coql, as Zoho refused list"
    assert len(org.server.calls) < 20


# ---- bulk ----------------------------------------------------------------------------------------------------------


def jobs(org: Zoho) -> int:
    return sum((each.method, each.path) == ("POST", "/crm/bulk/v8/read") for each in org.server.calls)


def test_a_job_is_waited_for_and_the_file_read(connect: Connect) -> None:
    org = connect(way="bulk", stand_in={"job_seconds": 100.0})
    loaded(org.state, "Deals", deals(50))
    org.world.sleep(0)
    mirror = org.run()
    assert mirrored(mirror) == org.stored()
    assert org.waited[1:5] == [1.0, 2.0, 4.0, 8.0]
    assert jobs(org) == 1


def test_a_job_that_takes_too_long_is_left(connect: Connect) -> None:
    org = connect(way="bulk", bulk_wait_minutes=5, stand_in={"job_seconds": 100_000.0})
    loaded(org.state, "Deals", deals(50))
    assert mirrored(org.run()) == org.stored()
    assert note(org) == "Deals was read by list, as Zoho refused bulk"


def test_a_job_that_fails_gives_way(connect: Connect) -> None:
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(50))
    org.server.faults.plan("failed_job", prefix="/crm/bulk")
    assert mirrored(org.run()) == org.stored()
    assert "as Zoho refused bulk" in note(org)


def test_a_job_that_fails_where_it_was_ordered_is_an_error(connect: Connect) -> None:
    org = connect(modules={"Deals": {"way": "bulk"}})
    loaded(org.state, "Deals", deals(50))
    org.server.faults.plan("failed_job", prefix="/crm/bulk")
    with pytest.raises(RejectedError, match="the bulk job for Deals ended as FAIL"):
        org.run()


@pytest.mark.parametrize("fault", ["truncated_zip", "drop_body", "html_200", "wrong_length"])
def test_half_a_file_is_asked_for_again(connect: Connect, fault: str) -> None:
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(500))
    org.server.faults.plan(fault, 4, prefix="/crm/bulk")
    org.server.faults.plan(fault, 3, prefix="/crm/bulk")
    mirror = org.run()
    assert mirrored(mirror) == org.stored()
    assert mirror.arrived == 500
    assert jobs(org) == 1


def test_several_jobs_for_more_than_one_file_holds(connect: Connect, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk_read.BulkRead.__init__, "__kwdefaults__", {"rows_of_page": 100})
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(250))
    assert mirrored(org.run()) == org.stored()
    assert jobs(org) == 3


@pytest.mark.parametrize("after", [2, 3])
def test_a_job_is_taken_up_again_after_a_crash(connect: Connect, after: int) -> None:
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(4_500))
    org.interrupted(after)
    assert org.mirrors["Deals"].saved is not None
    mirror = org.run()
    assert mirrored(mirror) == org.stored()
    assert jobs(org) == 1
    assert "an earlier run began so" in note(org)
    assert mirror.arrived == 4_500 - 2_000 * (after - 2)


def test_a_job_that_zoho_forgot_begins_again(connect: Connect) -> None:
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(4_500))
    org.interrupted(3)
    saved = dict(org.mirrors["Deals"].saved or {})
    saved["reading"] = {**saved["reading"], "cursor": {**saved["reading"]["cursor"], "id": "999"}}
    org.mirrors["Deals"].saved = saved
    assert mirrored(org.run()) == org.stored()
    assert jobs(org) == 2


def test_the_rest_of_a_job_that_zoho_forgot_is_another_file(connect: Connect, monkeypatch: Any) -> None:
    """Records have left it since, so how many rows of the other were read says nothing of this one."""
    monkeypatch.setattr(bulk_read.BulkRead.__init__, "__kwdefaults__", {"rows_of_page": 3_000})
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(7_000))
    org.interrupted(6)
    saved = dict(org.mirrors["Deals"].saved or {})
    cursor = saved["reading"]["cursor"]
    assert (cursor["page"], cursor["done"]) == (2, 2_000)
    saved["reading"] = {**saved["reading"], "cursor": {**cursor, "id": "999"}}
    org.mirrors["Deals"].saved = saved
    for number in range(3_001, 3_011):
        org.state.delete("Deals", an_id(number))
    org.once(org.mirrors["Deals"])
    assert mirrored(org.mirrors["Deals"]) == org.stored()


def test_a_job_whose_token_has_expired_begins_with_the_first_page(connect: Connect, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk_read.BulkRead.__init__, "__kwdefaults__", {"rows_of_page": 3_000})
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(7_000))
    org.interrupted(7)
    org.later(days=2)
    org.state.db.execute("DELETE FROM bulk_jobs")
    assert mirrored(org.run()) == org.stored()
    assert "an earlier run began so" in note(org)


def test_a_job_that_is_never_found_costs_no_second_one(connect: Connect, monkeypatch: Any) -> None:
    def status(*_: Any) -> Any:
        raise Refusal(404, "RESOURCE_NOT_FOUND", "there is no such job")

    monkeypatch.setattr(bulk_read.BulkRead, "status", status)
    org = connect(way="bulk")
    loaded(org.state, "Deals", deals(50))
    assert mirrored(org.run()) == org.stored()
    assert jobs(org) == 1
    assert "as Zoho refused bulk" in note(org)


@pytest.mark.parametrize("way", ["coql", "list"])
def test_pages_are_taken_up_again_after_a_crash(connect: Connect, way: str) -> None:
    org = connect(way=way)
    loaded(org.state, "Deals", deals(4_500))
    org.interrupted(2)
    mirror = org.run()
    assert mirrored(mirror) == org.stored()
    assert mirror.arrived == 4_500 - (1_990 if way == "list" else 2_000), "a list goes on in the second where it ended"


def test_a_state_of_another_version_is_read_as_none(connect: Connect) -> None:
    org = connect()
    loaded(org.state, "Deals", deals(5))
    org.mirrors["Deals"] = Mirror(saved={"version": 0})
    assert org.run().end.snapshot


# ---- stage history, activities, cases ------------------------------------------------------------------------------


HISTORY = ("id", "Potential_Name", "Stage", "$from_stage", "Modified_Time", "$days_in_stage")


@WAYS
def test_stage_history_without_the_rows_of_deals_that_are_gone(connect: Connect, way: str) -> None:
    org = connect(way=way)
    for name in ("One", "Two"):
        org.state.insert("Deals", {"Deal_Name": name, "Stage": "Qualification", "Amount": 1.0})
    first, second = (each for (each,) in org.state.db.execute("SELECT id FROM Deals ORDER BY id"))
    org.later(days=2)
    org.state.update("Deals", first, {"Stage": "Negotiation"})
    org.state.delete("Deals", second)

    mirror = org.run("DealHistory", HISTORY)

    assert [(row["$from_stage"], row["Stage"]) for row in mirror.rows.values()] == [
        (None, "Qualification"),
        ("Qualification", "Negotiation"),
    ]
    assert mirror.end.vendor_count == 2
    org.later(days=1)
    org.state.update("Deals", first, {"Stage": "Closed won"})
    again = org.run("DealHistory", HISTORY)
    assert [row["$from_stage"] for row in again.rows.values()] == [None, "Qualification", "Negotiation"]
    assert again.end.vendor_count == 3
    assert again.rows[min(again.rows)]["$days_in_stage"] == 2


def test_activities_name_the_record_that_they_are_about(connect: Connect) -> None:
    org = connect()
    times = {"Created_Time": "2026-01-01T00:00:00+00:00", "Modified_Time": "2026-01-01T00:00:00+00:00"}
    call = {**times, "Call_Type": "Outbound", "Call_Start_Time": "2026-01-01T09:00:00+00:00"}
    rows = [
        {"What_Id": an_id(1), "Who_Id": an_id(2), "$se_module": "Deals"},
        {"What_Id": an_id(3), "Who_Id": None, "$se_module": "Leads"},
        {"What_Id": an_id(4), "Who_Id": None, "$se_module": "Accounts", "Call_Type": "Inbound"},
        {"What_Id": None, "Who_Id": an_id(2), "$se_module": None, "Call_Type": "Missed"},
        {"What_Id": None, "Who_Id": None, "$se_module": None, "Outgoing_Call_Status": "Scheduled"},
    ]
    every = dict.fromkeys([*call, "Outgoing_Call_Status"])
    loaded(org.state, "Calls", [{**every, **call, **row, "id": an_id(at)} for at, row in enumerate(rows)])
    about = ("$deal_id", "$lead_id", "$account_id", "$contact_id")
    mirror = org.run("Calls", ("id", *about, "$direction", "$done_at", "Modified_Time"))
    found = [mirror.rows[an_id(at)] for at in range(5)]
    assert [tuple(row[name] and int(row[name][-3:]) for name in about) for row in found] == [
        (1, None, None, 2),
        (None, 3, None, None),
        (None, None, 4, None),
        (None, None, None, 2),
        (None, None, None, None),
    ]
    assert [row["$direction"] for row in found] == ["outbound", "outbound", "inbound", "inbound", "outbound"]
    assert [row["$done_at"] is not None for row in found] == [True, True, True, False, False]
    org.later(hours=1)
    assert len(org.calls_of("Calls", ("id", *about, "$direction", "$done_at", "Modified_Time"))) == 3


def test_settings_name_only_stand_ins_on_this_machine() -> None:
    stated = {"client_id": "1", "client_secret": "2", "refresh_token": "3"}
    for address in ("https://zoho.example", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "http://127.0.0.1/x"):
        with pytest.raises(ValueError, match="only a stand-in on this machine"):
            ZohoSettings.model_validate({**stated, "api_url": address})
    assert "hush" not in repr(ZohoSettings.model_validate({**stated, "client_secret": "hush"}))


def test_pages_are_as_long_as_a_transaction_is_worth(connect: Connect) -> None:
    org = connect(way="list")
    loaded(org.state, "Deals", deals(2_500))
    mirror = org.run()
    assert [each.count for each in mirror.said if isinstance(each, Page)] == [1_991, 509]

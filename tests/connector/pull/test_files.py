"""Files: everything of a file or nothing, deletions by absence, doubles, and what is not read again."""

from __future__ import annotations

from typing import Any

import pytest

from connector.contract import Finished, Page, PullTalk, State, Unreadable
from connector.errors import (
    AdapterError,
    DeletionGuard,
    Message,
    RejectedError,
    SourceChanged,
    UnexpectedResponse,
)
from connector.store import problems

from .conftest import DEALS, Desk, deal, page, snapshot


def test_records_become_facts_and_are_counted(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("2", stage="lost"), deal("3", amount="x"))
    report = desk.pull()
    (module,) = report.modules
    assert report.news
    assert (module.arrived, module.changed, module.deleted, module.quarantined, module.issues) == (3, 3, 0, 0, 1)
    assert desk.facts("deals", "outcome", "amount", "currency") == {
        "1": ("won", 10_000, "EUR"),
        "2": ("lost", 10_000, "EUR"),
        "3": ("won", None, "EUR"),
    }
    covered = desk.coverage()["deals"]
    assert (covered.vendor_count, covered.arrived, covered.facts, covered.quarantined) == (3, 3, 3, 0)
    assert covered.complete
    assert desk.told == ["crm: deals, 2 records", "crm: deals, 3 records"]


def test_without_news_nothing_at_all_is_touched(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal(""), deal("3", amount="x"))
    desk.pull()
    before = desk.everything()
    report = desk.pull()
    assert not report.news
    assert report.modules[0].no_news
    assert desk.everything() == before


def test_the_same_content_in_a_new_file_changes_no_fact(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("2"), version=1)
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("2"), version=2)
    module = desk.pull_one()
    assert (module.arrived, module.changed, module.deleted) == (2, 0, 0)


def test_what_left_the_file_is_deleted_and_comes_back_with_its_record(desk: Desk) -> None:
    everyone = [deal(str(number)) for number in range(10)]
    desk.adapter.scripts["deals"] = snapshot(*everyone)
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot(*everyone[:8])
    assert desk.pull_one().deleted == 2
    assert desk.deleted() == {"8": "2024-06-02T12:00:00Z", "9": "2024-06-02T12:00:00Z"}
    desk.adapter.scripts["deals"] = snapshot(*everyone)
    assert desk.pull_one().changed == 2
    assert desk.deleted() == {}


@pytest.mark.parametrize("left", [7, 1, 0])
def test_too_many_deletions_stop_the_module_and_change_nothing(desk: Desk, left: int) -> None:
    everyone = [deal(str(number)) for number in range(10)]
    desk.adapter.scripts["deals"] = snapshot(*everyone)
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot(*everyone[:left])
    report = desk.pull()
    (failed,) = report.failed
    assert isinstance(failed.error, DeletionGuard)
    assert "--accept-deletions" in str(failed.error.hint)
    assert not report.news
    assert len(desk.facts()) == 10
    assert not desk.coverage()["deals"].complete
    accepted = desk.pull_one(accept_deletions=True)
    assert accepted.deleted == 10 - left
    assert desk.coverage()["deals"].complete


def test_a_failure_makes_the_table_incomplete_until_the_source_is_as_it_was(desk: Desk) -> None:
    good = snapshot(deal("1"))
    desk.adapter.scripts["deals"] = good
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot()
    assert desk.pull_one().error
    assert not desk.coverage()["deals"].complete
    desk.adapter.scripts["deals"] = good
    module = desk.pull_one()
    assert module.no_news
    assert module.complete
    assert desk.coverage()["deals"].complete


def test_a_module_that_failed_at_once_is_known_to_be_incomplete(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = failing(RejectedError(Message("no such file")))
    assert not desk.pull_one().complete
    assert not desk.coverage()["deals"].complete


def failing(error: Exception, *before: Page) -> Any:
    def talk(state: State | None) -> PullTalk:
        yield from before
        raise error

    return talk


@pytest.mark.parametrize("error", [RejectedError(Message("broken")), ValueError("an adapter's fault")])
def test_a_failed_module_is_undone_and_the_others_go_on(desk: Desk, error: Exception) -> None:
    desk.mappings = {"deals": DEALS, "users": {"id": "id", "columns": {"name": "name"}}}
    desk.adapter.scripts["deals"] = failing(error, page(deal("1"), source="deals.csv"))
    desk.adapter.scripts["users"] = snapshot({"id": "u", "name": "Ann"}, module="users")
    report = desk.pull()
    assert [module.module for module in report.failed] == ["deals"]
    assert isinstance(report.failed[0].error, AdapterError)
    assert report.news
    assert desk.facts() == {}
    assert desk.facts("users", "name") == {"u": "Ann"}


def test_stopped_by_a_person_everything_of_the_open_file_is_undone(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = failing(KeyboardInterrupt(), page(deal("1"), source="deals.csv"))  # type: ignore[arg-type]  # not an Exception, and meant
    before = desk.everything()
    with pytest.raises(KeyboardInterrupt):
        desk.pull()
    assert desk.everything() == before


# ---- quarantine ----


def test_records_that_cannot_be_used_wait_in_quarantine(desk: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        yield Unreadable("deals", "deals.csv", 2, "a,b,c", Message("it has 3 cells, not 4"))
        yield page(deal("1"), deal(""), deal("3", stage="wonn"), source="deals.csv", first=3)
        yield Finished("deals", next_state={"n": 1}, snapshot=True, vendor_count=4)

    desk.adapter.scripts["deals"] = talk
    module = desk.pull_one()
    assert (module.arrived, module.quarantined) == (4, 3)
    assert desk.quarantine() == [
        ("3", 5, "wonn is not a word of this column: did you mean won?"),
        (None, 2, "it has 3 cells, not 4"),
        (None, 4, "the record has no id"),
    ]
    assert [each.told.template for each in problems.quarantined(desk.store)][-1] == "it has 3 cells, not 4"
    assert all(each.message and str(each.told) == each.reason for each in problems.quarantined(desk.store))
    covered = desk.coverage()["deals"]
    assert (covered.arrived, covered.facts, covered.quarantined, covered.complete) == (4, 1, 3, True)


def test_what_becomes_empty_is_told_in_any_language_too(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1", amount="a lot"), *(deal(str(at)) for at in range(2, 60)))
    desk.pull()
    (found,) = problems.issues(desk.store)
    assert found.message
    assert str(found.told) == found.reason


def test_quarantine_is_tried_again_when_the_mapping_changes(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("2", stage="wonn"))
    desk.pull()
    assert len(desk.quarantine()) == 1
    columns = {**DEALS["columns"], "outcome": {"from": "stage", "values": {"wonn": "won"}}}
    desk.mappings = {"deals": {**DEALS, "columns": columns}}
    desk.pull()
    assert desk.quarantine() == []
    assert desk.facts() == {"1": "won", "2": "won"}


def test_quarantine_is_tried_again_when_the_record_changes(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("2", stage="wonn"), deal("3", amount="x"))
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("2"), deal("3"))
    desk.pull()
    assert (desk.quarantine(), desk.issues()) == ([], [])


def test_a_record_in_quarantine_is_no_fact_any_more(desk: Desk) -> None:
    everyone = [deal(str(number)) for number in range(9)]
    desk.adapter.scripts["deals"] = snapshot(*everyone, deal("9"))
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot(*everyone, deal("9", stage="wonn"))
    desk.pull()
    assert "9" not in desk.facts()
    covered = desk.coverage()["deals"]
    assert (covered.arrived, covered.facts, covered.quarantined) == (10, 9, 1)


def test_a_column_that_is_no_longer_mapped_is_emptied(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"))
    desk.pull()
    desk.mappings = {"deals": {"id": "id", "columns": {"outcome": "stage"}}}
    desk.pull()
    assert desk.facts("deals", "amount", "currency") == {"1": (None, None)}


def test_extra_columns_are_made_and_filled(desk: Desk) -> None:
    columns = {**DEALS["columns"], "x_tier": "tier", "x_list_price": {"from": "price", "type": "money"}}
    desk.mappings = {"deals": {**DEALS, "columns": columns}}
    desk.adapter.scripts["deals"] = snapshot(deal("1", tier="gold", price="5"))
    desk.pull()
    assert desk.facts("deals", "x_tier", "x_list_price") == {"1": ("gold", 50_000)}


def test_a_column_in_another_format_stops_the_file(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(*(deal(str(number)) for number in range(6)))
    desk.pull()
    changed = [deal(str(number), amount="1.000,50") for number in range(6)]
    desk.adapter.scripts["deals"] = snapshot(*changed)
    error = desk.pull_one().error
    assert isinstance(error, RejectedError)
    assert str(error).startswith("deals.csv, line 2, column amount: 1.000,50 is not a number")
    assert "crm-kpi check" in str(error.hint)
    assert set(desk.facts("deals", "amount").values()) == {10_000}


# ---- doubles ----


def test_an_id_twice_in_one_file_is_no_fact_the_second_time(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"), deal("1", stage="lost"), deal("2"), deal(1, stage="open"))
    module = desk.pull_one()
    assert desk.facts() == {"1": "won", "2": "won"}
    assert desk.quarantine() == [
        ("1", 3, "the id 1 was there before, further up"),
        ("1", 5, "the id 1 was there before, further up"),
    ]
    assert (module.quarantined, desk.coverage()["deals"].arrived) == (2, 4)


def test_a_record_in_two_files_of_a_snapshot_is_the_later_ones(desk: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        yield page(deal("1"), deal("2"), source="2023.csv")
        yield page(deal("2", stage="lost"), deal("3"), deal("3"), source="2024.csv")
        yield Finished("deals", next_state={"n": 1}, snapshot=True, vendor_count=5)

    desk.adapter.scripts["deals"] = talk
    desk.pull()
    assert desk.facts() == {"1": "won", "2": "lost", "3": "won"}
    assert [each[0] for each in desk.quarantine()] == ["3"]
    assert desk.issues() == [("2", None, "an earlier file has this record too; this one counts")]
    covered = desk.coverage()["deals"]
    assert (covered.vendor_count, covered.arrived, covered.facts, covered.quarantined) == (4, 4, 3, 1)
    assert covered.complete


TEAMS = {"teams": {"id": "manager", "distinct": True, "columns": {"name": "manager", "parent_id": "region"}}}


def person(manager: str, region: str) -> dict[str, str]:
    return {"manager": manager, "region": region}


def test_rows_that_say_the_same_are_one_fact_in_a_distinct_table(desk: Desk) -> None:
    desk.mappings = TEAMS
    people = [person("Ann", "East"), person("Ann", "East"), person("Bob", "West"), person("Ann", "East")]
    desk.adapter.scripts["teams"] = snapshot(*people, module="teams")
    module = desk.pull_one()
    assert (module.arrived, module.changed, module.quarantined) == (4, 2, 0)
    covered = desk.coverage()["teams"]
    assert (covered.vendor_count, covered.arrived, covered.facts, covered.complete) == (2, 2, 2, True)


def test_rows_that_differ_are_not_one_fact(desk: Desk) -> None:
    desk.mappings = TEAMS
    people = [person("Ann", "East"), person("Ann", "West"), person("Ann", "East"), person("Bob", "")]
    desk.adapter.scripts["teams"] = snapshot(*people, module="teams", source="people.csv")
    desk.pull()
    assert desk.facts("teams", "parent_id") == {"Ann": "East", "Bob": None}
    assert [(each[0], each[1]) for each in desk.quarantine()] == [("Ann", 3)]


def test_minus_one_and_minus_two_differ(desk: Desk) -> None:
    """Python gives both the same hash."""
    columns = {"kind": {"constant": "csat"}, "score": "score"}
    desk.mappings = {"survey_responses": {"id": "id", "distinct": True, "columns": columns}}
    answers = [{"id": "1", "score": "-1"}, {"id": "1", "score": "-2"}]
    desk.adapter.scripts["survey_responses"] = snapshot(*answers, module="survey_responses")
    assert desk.pull_one().quarantined == 1


# ---- additions (append) ----


def additions(*files: tuple[str, list[dict[str, Any]]]) -> Any:
    def talk(state: State | None) -> PullTalk:
        known = (state or {}).get("files", [])
        for name, records in files:
            if name not in known:
                yield page(*records, source=name)
        if state is not None and {name for name, _ in files} <= set(known):
            yield Finished("deals", next_state=state)
            return
        count = sum(len(records) for name, records in files if name not in known)
        everyone = sorted({*known, *(name for name, _ in files)})
        yield Finished("deals", next_state={"files": everyone}, vendor_count=count)

    return talk


def test_additions_delete_nothing_and_a_later_file_counts(desk: Desk) -> None:
    first = ("1.csv", [deal("1"), deal("2"), deal("", amount="5")])
    second = ("2.csv", [deal("2", stage="lost"), deal("3")])
    desk.adapter.scripts["deals"] = additions(first)
    desk.pull()
    desk.adapter.scripts["deals"] = additions(second)
    module = desk.pull_one()
    assert (module.arrived, module.deleted) == (2, 0)
    assert desk.facts() == {"1": "won", "2": "lost", "3": "won"}
    covered = desk.coverage()["deals"]
    assert (covered.arrived, covered.facts, covered.quarantined, covered.complete) == (4, 3, 1, True)
    assert desk.pull_one().no_news


def test_both_files_in_one_run_end_the_same(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = additions(("1.csv", [deal("1"), deal("2")]), ("2.csv", [deal("2", stage="lost")]))
    desk.pull()
    assert desk.facts() == {"1": "won", "2": "lost"}
    assert (desk.quarantine(), desk.issues()) == ([], [])


def test_a_file_that_is_read_again_replaces_what_was_wrong_with_it(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = additions(("1.csv", [deal("1"), deal("", amount="5")]), ("2.csv", [deal("")]))
    desk.pull()
    assert len(desk.quarantine()) == 2

    def talk(state: State | None) -> PullTalk:
        yield page(deal("1", stage="wonn"), deal("5"), source="1.csv")
        yield Finished("deals", next_state={"files": ["1.csv", "2.csv"], "again": 1}, vendor_count=2)

    desk.adapter.scripts["deals"] = talk
    desk.pull()
    assert [(each[0], each[1]) for each in desk.quarantine() if each[0]] == [("1", 2)]
    assert len(desk.quarantine()) == 2, "the other file's record still waits"
    assert desk.facts() == {"5": "won"}


# ---- a file that changes while it is read ----


def changing(times: int) -> Any:
    left = [times]

    def talk(state: State | None) -> PullTalk:
        yield page(deal("1", amount=left[0]), source="deals.csv")
        if left[0]:
            left[0] -= 1
            raise SourceChanged(Message("deals.csv changed while it was read"))
        yield Finished("deals", next_state={"n": 1}, snapshot=True, vendor_count=1)

    return talk


@pytest.mark.parametrize("times", [1, 2])
def test_it_is_read_again(desk: Desk, times: int) -> None:
    desk.adapter.scripts["deals"] = changing(times)
    assert desk.pull_one().error is None
    assert desk.facts("deals", "amount") == {"1": 0}


def test_it_is_left_for_the_next_run_when_it_does_not_settle(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("1"))
    desk.pull()
    before = desk.everything()
    desk.adapter.scripts["deals"] = changing(9)
    report = desk.pull()
    assert report.modules[0].error is None
    assert "changed while" in str(report.modules[0].note)
    assert not report.news
    assert desk.everything() == before


# ---- what no adapter may do ----


def test_an_end_without_an_end_is_an_adapters_fault(desk: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        yield page(deal("1"), source="deals.csv")

    desk.adapter.scripts["deals"] = talk
    error = desk.pull_one().error
    assert isinstance(error, UnexpectedResponse)
    assert "scripted" in str(error)
    assert desk.facts() == {}


def test_an_atomic_module_is_one_conversation(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = [snapshot(deal("1")), snapshot(deal("2"))]
    assert isinstance(desk.pull_one().error, UnexpectedResponse)


def test_a_module_that_it_does_not_know(desk: Desk) -> None:
    assert isinstance(desk.pull_one().error, UnexpectedResponse)


def test_fewer_records_than_the_vendor_counts_are_incomplete(desk: Desk) -> None:
    def talk(state: State | None) -> PullTalk:
        yield page(deal("1"), source="deals.csv")
        yield Finished("deals", next_state={"n": 1}, snapshot=True, vendor_count=2)

    desk.adapter.scripts["deals"] = talk
    module = desk.pull_one()
    assert module.error is None
    assert not module.complete
    assert not desk.coverage()["deals"].complete


@pytest.mark.parametrize(("before", "after"), [("5", "5.0"), ("007", "7"), ("7", "007")])
def test_ids_that_a_spreadsheet_has_rewritten_are_no_deletions(desk: Desk, before: str, after: str) -> None:
    others = [deal(f"D{number}") for number in range(10)]
    desk.adapter.scripts["deals"] = snapshot(deal(before), *others, version=1)
    desk.pull()
    kept = desk.facts("deals", "outcome")
    desk.adapter.scripts["deals"] = snapshot(deal(after), *others, version=2)
    (module,) = desk.pull().modules
    assert isinstance(module.error, DeletionGuard)
    assert f"{before} is {after} now" in str(module.error)
    assert desk.facts("deals", "outcome") == kept


def test_other_ids_that_look_alike_may_be_accepted(desk: Desk) -> None:
    desk.adapter.scripts["deals"] = snapshot(deal("7"), *(deal(f"D{number}") for number in range(10)), version=1)
    desk.pull()
    desk.adapter.scripts["deals"] = snapshot(deal("007"), *(deal(f"D{number}") for number in range(10)), version=2)
    (module,) = desk.pull(accept_deletions=True).modules
    assert (module.error, module.deleted) == (None, 1)

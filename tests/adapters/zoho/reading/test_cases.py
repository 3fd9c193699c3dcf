"""When a case was answered and solved, which Zoho has no field for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.zoho.adapter import ZohoAdapter
from adapters.zoho.emulator import histories
from adapters.zoho.emulator.state import stamp
from adapters.zoho.settings import CaseTimes
from tests.adapters.zoho.reading.organisation import Zoho, an_id, loaded

Connect = Callable[..., Zoho]
CASE_TIMES = ("id", "Subject", "$first_response_at", "$first_resolved_at", "$resolved_at", "Modified_Time")
SOLVED = {"first_response": "outgoing_activity", "solved": ["Solved", "Closed"]}


def opened_case(org: Zoho) -> str:
    return str(org.state.insert("Cases", {"Subject": "A", "Status": "New"})["id"])


def called(org: Zoho, case: str, **more: Any) -> None:
    at = stamp(org.state.now())
    about = {"What_Id": case, "$se_module": "Cases", "Call_Start_Time": at, "Call_Type": "Outbound"}
    org.state.insert("Calls", {"Subject": "B", **about, **more})


def test_the_first_outgoing_call_may_stand_for_the_first_answer(connect: Connect) -> None:
    org = connect(cases={"first_response": "outgoing_activity"})
    times = {"Created_Time": "2026-01-01T00:00:00+00:00", "Modified_Time": "2026-01-01T00:00:00+00:00"}
    loaded(org.state, "Cases", [{**times, "id": an_id(1), "Subject": "A"}, {**times, "id": an_id(2), "Subject": "B"}])
    starts = ("2026-01-03T09:00:00+00:00", "2026-01-02T09:00:00+00:00", "2026-01-01T09:00:00+00:00")
    loaded(
        org.state,
        "Calls",
        [
            {
                **times,
                "id": an_id(10 + at),
                "What_Id": an_id(1),
                "$se_module": "Cases",
                "Call_Start_Time": start,
                "Call_Type": "Inbound" if at == 2 else "Outbound",
            }
            for at, start in enumerate(starts)
        ],
    )
    mirror = org.run("Cases", ("id", "Subject", "$first_response_at", "Modified_Time"))
    assert mirror.rows[an_id(1)]["$first_response_at"] == "2026-01-02T09:00:00+00:00"
    assert mirror.rows[an_id(2)]["$first_response_at"] is None


def test_what_the_settings_say_later_counts_for_all_cases(connect: Connect) -> None:
    org = connect(cases=SOLVED)
    case = opened_case(org)
    called(org, case)
    assert org.run("Cases", CASE_TIMES).rows[case]["$first_response_at"]
    org.later(hours=1)
    stated = org.adapter._settings.model_copy(update={"cases": CaseTimes()})
    org.adapter = ZohoAdapter(stated, Path())
    mirror = org.run("Cases", CASE_TIMES)
    assert mirror.rows[case]["$first_response_at"] is None
    assert [list(each.fields) for each in mirror.withheld] == [list(CASE_TIMES[2:5])]
    org.adapter = ZohoAdapter(
        stated.model_copy(update={"cases": CaseTimes(first_response="outgoing_activity")}), Path()
    )
    assert org.run("Cases", CASE_TIMES).rows[case]["$first_response_at"]


def test_a_call_is_noticed_although_its_case_does_not_change(connect: Connect) -> None:
    org = connect(cases=SOLVED)
    case, other = opened_case(org), opened_case(org)
    org.run("Cases", CASE_TIMES)
    org.later(hours=1)
    called(org, other, Call_Type="Inbound")
    called(org, "4900000000000000001", **{"$se_module": "Deals"})
    mirror = org.run("Cases", CASE_TIMES)
    assert [row["$first_response_at"] for row in mirror.rows.values()] == [None, None]
    org.later(hours=1)
    called(org, case)
    answered = stamp(org.state.now())
    mirror = org.run("Cases", CASE_TIMES)
    assert {each: row["$first_response_at"] for each, row in mirror.rows.items()} == {case: answered, other: None}
    org.later(hours=1)
    before = mirror.saved
    assert len(org.calls_of("Cases", CASE_TIMES)) == 4, "changes, calls, deletions and the count"
    assert mirror.said == [mirror.end]
    assert mirror.saved == before


def test_when_a_case_was_solved_comes_from_the_history_of_its_status(connect: Connect) -> None:
    org = connect(cases=SOLVED)
    histories.track(org.state, histories.CASES)
    case = opened_case(org)
    org.run("Cases", CASE_TIMES)
    moments = []
    for status in ("Solved", "New", "Closed"):
        org.later(hours=1)
        org.state.update("Cases", case, {"Status": status})
        moments.append(stamp(org.state.now()))
    row = org.run("Cases", CASE_TIMES).rows[case]
    assert (row["$first_resolved_at"], row["$resolved_at"]) == (moments[0], moments[2])
    org.state.db.execute("DELETE FROM modules WHERE api_name = 'Status_History'")
    org.state.modules().pop("Status_History")
    org.state.update("Cases", case, {"Status": "New"})
    mirror = org.run("Cases", CASE_TIMES)
    assert mirror.end.snapshot
    assert mirror.withheld[-1].fields == ("$first_resolved_at", "$resolved_at"), "unknown, and not unsolved"


@pytest.mark.parametrize(
    ("cases", "withheld"),
    [
        ({}, CASE_TIMES[2:5]),
        ({"first_response": "outgoing_activity"}, CASE_TIMES[3:5]),
        (SOLVED, CASE_TIMES[3:5]),
    ],
    ids=["nothing is stated", "only calls", "no history is kept"],
)
def test_times_that_cannot_be_had_are_withheld_and_not_empty(connect: Connect, cases: Any, withheld: Any) -> None:
    org = connect(cases=cases)
    called(org, opened_case(org))
    mirror = org.run("Cases", CASE_TIMES)
    assert [each.fields for each in mirror.withheld] == [withheld]
    assert not withheld or mirror.rows


def test_calls_that_are_not_shown_to_us_are_not_calls_that_nobody_made(connect: Connect) -> None:
    org = connect(cases=SOLVED)
    case = opened_case(org)
    org.run("Cases", CASE_TIMES)
    called(org, case)
    org.state.modules().pop("Calls")
    mirror = org.run("Cases", CASE_TIMES)
    assert mirror.end.snapshot, "what can be had is found out anew"
    assert "$first_response_at" in mirror.withheld[-1].fields
    assert org.run("Cases", CASE_TIMES).said == [mirror.end], "it is not tried again in every run"

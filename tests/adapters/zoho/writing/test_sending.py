"""A push: calls of a hundred, a verdict on each record, and never a guess where the answer was lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.zoho.writing import push
from connector.contract import Change, FieldShape, Receipt, WriteTarget
from connector.errors import RejectedError, Unavailable
from tests.adapters.zoho.writing.little_zoho import (
    ACCOUNTS,
    API,
    REFUSALS,
    LittleZoho,
    accounts_target,
    changes,
    meta,
    outcomes,
    refused,
)
from tests.effort import examples as effort

REPORT = [
    meta("Name", "text", length=120),
    meta("KPI_Key", "text", length=255, unique={"case_sensitive": False}),
    meta("KPI_Code", "text", length=255),
    meta("KPI_Value", "double", decimal_place=4),
]


def zoho(**more: Any) -> LittleZoho:
    return LittleZoho(ACCOUNTS, **more)


def pushed(server: LittleZoho, sent: list[Change], target: WriteTarget | None = None) -> list[Receipt]:
    return server.answers(push(target or accounts_target(), sent, api=API, refusals=REFUSALS))


def report_changes(count: int, **more: Any) -> list[Change]:
    return [
        Change(f"c{n}", f"won|team|{n}|year|2025-01-01", {"kpi": "won", "value": n / 3}, **more) for n in range(count)
    ]


REPORT_TARGET = WriteTarget("report", "records", "KPI_Reports", (), ("kpi", "value"))


def test_nothing_to_write_asks_nothing() -> None:
    server = zoho()
    assert pushed(server, []) == []
    assert not server.writes


def test_a_hundred_records_a_call_and_a_credit_for_ten() -> None:
    server = zoho()
    assert Counter(outcomes(pushed(server, changes(215))).values()) == {"done": 215}
    assert [(each.method, each.url, each.credits) for each in server.writes] == [
        ("PUT", "/crm/v8/Accounts", 10),
        ("PUT", "/crm/v8/Accounts", 10),
        ("PUT", "/crm/v8/Accounts", 2),
    ]
    assert server.held["7"] == {"KPI_Won": 7.5}


def test_workflows_are_not_triggered_and_only_our_fields_are_sent() -> None:
    server = zoho()
    pushed(server, changes(1))
    assert json.loads(server.writes[0].body or b"") == {"data": [{"id": "0", "KPI_Won": 0.5}], "trigger": []}


def test_report_records_are_said_by_their_key() -> None:
    server = LittleZoho(REPORT)
    said = pushed(server, report_changes(3), REPORT_TARGET)
    assert outcomes(said) == {"c0": "done", "c1": "done", "c2": "done"}
    (request,) = server.writes
    assert (request.method, request.url) == ("POST", "/crm/v8/KPI_Reports/upsert")
    body = json.loads(request.body or b"")
    assert body["duplicate_check_fields"] == ["KPI_Key"]
    assert body["data"][1] == {
        "KPI_Key": "won|team|1|year|2025-01-01",
        "KPI_Code": "won",
        "KPI_Value": 0.3333,
        "Name": "won|team|1|year|2025-01-01",
    }


@pytest.mark.parametrize("bad", range(100))
def test_one_bad_row_in_a_hundred_is_named_and_the_others_go_on(bad: int) -> None:
    server = zoho(refuses={str(bad): refused(api_name="KPI_Won")})
    said = pushed(server, changes(100))
    assert outcomes(said) == {f"c{n}": "rejected" if n == bad else "done" for n in range(100)}
    words = str(said[bad].message)
    assert words.startswith("invalid data (INVALID_DATA, field KPI_Won): ")
    assert len(server.held) == 99


@pytest.mark.parametrize("bad", range(100))
@pytest.mark.parametrize("wrapped", [False, True], ids=["flat", "wrapped"])
def test_one_row_that_poisons_its_call_is_found_and_the_others_go_on(bad: int, wrapped: bool) -> None:
    server = zoho(poison={str(bad)}, wrapped=wrapped)
    said = pushed(server, changes(100))
    assert outcomes(said) == {f"c{n}": "rejected" if n == bad else "done" for n in range(100)}
    assert len(server.writes) <= 15, "found by halving"
    assert Counter(key for key, _ in server.journal).most_common(1)[0][1] == 1


OUTCOMES = st.sampled_from(["done", "rejected", "later", "odd"])


@effort(quick=60, thorough=2_000)
def test_every_mix_of_results_gives_each_record_its_own_verdict(examples: int) -> None:
    @settings(max_examples=examples)
    @given(st.lists(OUTCOMES, min_size=1, max_size=130), st.sampled_from([200, 201, 207, 400]))
    def check(mix: list[str], status: int) -> None:
        refuses = {
            str(n): {"rejected": refused(), "later": refused("RECORD_LOCKED"), "odd": {"status": "error"}}[kind]
            for n, kind in enumerate(mix)
            if kind != "done"
        }
        server = zoho(refuses=refuses, status=lambda _: status)
        said = outcomes(pushed(server, changes(len(mix))))
        expected = {"done": "done", "rejected": "rejected", "later": "unknown", "odd": "unknown"}
        assert said == {f"c{n}": expected[kind] for n, kind in enumerate(mix)}
        assert [key for key, _ in server.journal] == [str(n) for n, kind in enumerate(mix) if kind == "done"]

    check()


@pytest.mark.parametrize(
    "mangle",
    [
        pytest.param(lambda results: results[:-1], id="one result fewer"),
        pytest.param(lambda results: [], id="no results"),
        pytest.param(lambda results: None, id="an empty answer"),
        pytest.param(lambda results: [*results, results[0]], id="one result more"),
        pytest.param(lambda results: results[::-1], id="in another order"),
        pytest.param(lambda results: [{}, *results[1:]], id="a result without a code"),
        pytest.param(lambda results: ["SUCCESS", *results[1:]], id="a result that is no object"),
        pytest.param(lambda results: {"code": "SUCCESS"}, id="no list"),
    ],
)
def test_what_an_answer_does_not_say_is_read_back_and_not_written_again(mangle: Any) -> None:
    server = zoho(mangle=mangle)
    assert set(outcomes(pushed(server, changes(10))).values()) == {"done"}
    assert Counter(key for key, _ in server.journal) == {str(n): 1 for n in range(10)}
    assert len(server.writes) == 1


def test_results_in_another_order_are_not_taken_for_another_records() -> None:
    server = zoho(refuses={"3": refused(id="3")}, mangle=lambda results: results[::-1])
    assert outcomes(pushed(server, changes(10))) == {f"c{n}": "rejected" if n == 3 else "done" for n in range(10)}


def test_a_duplicate_names_the_other_record_and_is_not_taken_for_it() -> None:
    server = zoho(refuses={"3": refused("DUPLICATE_DATA", "duplicate data", api_name="KPI_Won", id="7")})
    assert outcomes(pushed(server, changes(10))) == {f"c{n}": "rejected" if n == 3 else "done" for n in range(10)}
    assert len(server.writes) == 1


@pytest.mark.parametrize("kind", ["fields", "records"])
@pytest.mark.parametrize("lost", ["after", "html"])
def test_a_thousand_writes_whose_answers_are_lost_are_each_done_once(kind: str, lost: str) -> None:
    fields, target, sent = (
        (ACCOUNTS, accounts_target(), changes(1_000))
        if kind == "fields"
        else (REPORT, REPORT_TARGET, report_changes(1_000))
    )
    server = LittleZoho(fields, lose=lambda _: lost)
    assert Counter(outcomes(pushed(server, sent, target)).values()) == {"done": 1_000}
    assert set(Counter(key for key, _ in server.journal).values()) == {1}
    assert len(server.journal) == 1_000


def test_a_write_that_never_arrived_is_sent_again_after_looking() -> None:
    server = zoho(lose=lambda number: "before" if number == 0 else "")
    assert set(outcomes(pushed(server, changes(100))).values()) == {"done"}
    assert (len(server.writes), len(server.reads)) == (2, 1)
    assert server.waited > 0


def test_what_never_arrives_stays_unknown() -> None:
    server = zoho(lose=lambda _: "before")
    assert set(outcomes(pushed(server, changes(100))).values()) == {"unknown"}
    assert len(server.writes) == 3
    assert not server.journal


@pytest.mark.parametrize("kind", ["fields", "records"])
def test_what_cannot_be_read_back_is_unknown_and_the_rest_is_left_to_the_next_run(kind: str) -> None:
    fields, target, sent = (
        (ACCOUNTS, accounts_target(), changes(250))
        if kind == "fields"
        else (REPORT, REPORT_TARGET, report_changes(250))
    )
    server = LittleZoho(fields, lose=lambda _: "after", silent=lambda _: True)
    with pytest.raises(Unavailable, match="the line is dead"):
        pushed(server, sent, target)
    assert outcomes(server.said) == {f"c{n}": "unknown" for n in range(100)}
    assert len(server.writes) == 1, "nobody is asked again and again who does not answer"


@pytest.mark.parametrize("kind", ["fields", "records"])
def test_what_an_earlier_run_may_have_written_is_looked_at_first(kind: str) -> None:
    fields, target = (ACCOUNTS, accounts_target()) if kind == "fields" else (REPORT, REPORT_TARGET)
    make = changes if kind == "fields" else report_changes
    server = LittleZoho(fields)
    pushed(server, make(60), target)
    server.writes.clear()
    said = pushed(server, make(100, uncertain=True), target)
    assert set(outcomes(said).values()) == {"done"}
    assert [len(json.loads(each.body or b"")["data"]) for each in server.writes] == [40]
    assert set(Counter(key for key, _ in server.journal).values()) == {1}


def test_two_changes_of_one_record_are_one_record_of_the_call_and_the_later_counts() -> None:
    server = zoho()
    sent = [
        Change("old", "1", {"KPI_Won": 1.0, "KPI_Status": "ok"}),
        Change("other", "2", {"KPI_Won": 2.0}),
        Change("new", "1", {"KPI_Won": 3.0}),
    ]
    assert outcomes(pushed(server, sent)) == {"old": "done", "new": "done", "other": "done"}
    assert server.journal == [("1", {"KPI_Won": 3, "KPI_Status": "ok"}), ("2", {"KPI_Won": 2})]


def test_a_value_that_does_not_fit_is_refused_by_itself() -> None:
    server = zoho()
    sent = [*changes(2), Change("long", "7", {"KPI_Status": "a text that is far too long"})]
    said = pushed(server, sent)
    assert outcomes(said) == {"long": "rejected", "c0": "done", "c1": "done"}
    assert "KPI_Status holds 14 characters at most" in str(said[0].message)


def test_a_refusal_of_the_call_names_nobody() -> None:
    server = zoho(poison={"5"}, flat=refused("INVALID_MODULE", "the module name given seems to be invalid"))
    with pytest.raises(RejectedError, match=r"PUT /crm/v8/Accounts names no module \(INVALID_MODULE\)") as raised:
        pushed(server, changes(100))
    assert str(raised.value.hint) == "check it"
    assert server.said == []
    assert len(server.writes) == 1


def test_a_code_that_nobody_knows_and_every_record_gets_is_the_calls() -> None:
    server = zoho(poison={str(n) for n in range(100)}, flat=refused("NOVEL", "something new"))
    with pytest.raises(RejectedError, match="every record was refused in the same words"):
        pushed(server, changes(250))
    assert server.said == []


def test_a_few_records_that_all_poison_their_call_are_bad_records() -> None:
    server = zoho(poison={"0", "1"})
    assert outcomes(pushed(server, changes(2))) == {"c0": "rejected", "c1": "rejected"}


def test_a_field_that_is_gone_is_said_before_anything_is_sent() -> None:
    server = LittleZoho([meta("id", "bigint")])
    with pytest.raises(RejectedError, match="Accounts has no field KPI_Won") as raised:
        pushed(server, changes(3))
    assert "crm-kpi apply --yes" in str(raised.value.hint)
    assert not server.writes


def test_a_key_that_is_not_unique_any_more_would_make_every_record_twice() -> None:
    fields = [each | {"unique": {}} for each in REPORT]
    server = LittleZoho(fields)
    with pytest.raises(RejectedError, match=r"KPI_Reports\.KPI_Key cannot be written: it must not allow duplicate"):
        pushed(server, report_changes(3), REPORT_TARGET)
    assert not server.writes


def test_a_field_that_somebody_made_another_is_not_written_to() -> None:
    fields = [each | {"data_type": "text"} if each["api_name"] == "KPI_Rate" else each for each in ACCOUNTS]
    server = LittleZoho(fields)
    target = accounts_target("KPI_Rate", shapes={"KPI_Rate": FieldShape("Win rate", "percent", 2)})
    with pytest.raises(RejectedError, match=r"Accounts\.KPI_Rate cannot be written: it is a text field"):
        pushed(server, [Change("c", "1", {"KPI_Rate": 0.5})], target)
    assert not server.writes


def test_many_fields_are_read_back_in_parts() -> None:
    names = [f"KPI_F{n}" for n in range(70)]
    server = LittleZoho([meta(name, "integer", length=9) for name in names], lose=lambda _: "after")
    sent = [Change("c", "1", dict.fromkeys(names, 4))]
    assert outcomes(pushed(server, sent, accounts_target(*names))) == {"c": "done"}
    assert [len(each.query["fields"].split(",")) for each in server.reads] == [50, 20]
    assert len(server.journal) == 1

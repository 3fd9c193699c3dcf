"""Planning: what is wanted, less what the CRM was last acknowledged to hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.config import FieldSource
from connector.config.write_back import plan_basis
from connector.errors import Message, WriteBackRefused
from connector.plan import difference, plan, same
from connector.plan.wanted import cell, shown_period
from connector.status import status
from connector.store import coverage, facts, gaps, outbox, runs
from connector.store.coverage import Coverage
from connector.store.sync import save_state
from kpi_engine.period import Calendar

cells = st.one_of(st.none(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.text())
records = st.dictionaries(st.sampled_from("ABCD"), cells)


# ---- pure ----------------------------------------------------------------------------------------------------------


@given(wanted=records, held=records)
def test_what_is_held_and_the_difference_together_are_what_is_wanted(
    wanted: dict[str, Any], held: dict[str, Any]
) -> None:
    after = held | difference(wanted, held)
    assert all(same(after.get(name), cell) for name, cell in wanted.items())


@given(wanted=records)
def test_nothing_is_sent_twice(wanted: dict[str, Any]) -> None:
    assert difference(wanted, wanted) == {}


@given(wanted=records, held=records)
def test_of_a_record_once_written_to_every_field_is_known_in_the_end(
    wanted: dict[str, Any], held: dict[str, Any]
) -> None:
    assert (held | difference(wanted, held)).keys() >= wanted.keys(), "an empty one too: an earlier store may fill it"


@given(wanted=records, held=records, held_back=st.sets(st.sampled_from("ABCD")))
def test_fields_on_incomplete_facts_are_left_alone(
    wanted: dict[str, Any], held: dict[str, Any], held_back: set[str]
) -> None:
    assert not held_back & difference(wanted, held, held_back=held_back).keys()


@pytest.mark.parametrize(
    ("new", "old", "alike"),
    [
        pytest.param(0.1 + 0.2, 0.3, True, id="the last digit of a float"),
        pytest.param(1.0, 1.0 + 1e-8, False, id="more than the tolerance"),
        pytest.param(None, 0, False, id="nothing is not zero"),
        pytest.param("", None, False, id="an empty text is not nothing"),
        pytest.param(1, "1", False, id="a number is not its text"),
        pytest.param(0.0, 1e-300, False, id="the tolerance is relative, and zero is exact"),
    ],
)
def test_cells_that_nobody_could_tell_apart(new: Any, old: Any, alike: bool) -> None:
    assert same(new, old) is alike


@pytest.mark.parametrize(
    ("source", "until", "expected"),
    [
        pytest.param({"period": "quarter"}, None, "2025-04-01", id="the running one"),
        pytest.param({"period": "quarter", "periods_back": 2}, None, "2024-10-01", id="some periods before"),
        pytest.param({"period": "quarter"}, date(2025, 1, 1), "2024-10-01", id="the last one computed"),
        pytest.param({"period": "quarter"}, date(2099, 1, 1), "2025-04-01", id="not one of the future"),
        pytest.param({"period": "all", "periods_back": 3}, None, "", id="all has none before it"),
    ],
)
def test_which_period_a_field_shows(source: dict[str, Any], until: date | None, expected: str) -> None:
    now = datetime(2025, 5, 20, tzinfo=UTC)
    shown = shown_period(Calendar("UTC"), FieldSource(kpi="won_amount", **source), as_of=now, until=until)
    assert shown.key == expected


def test_the_moment_is_read_on_the_organisations_clocks() -> None:
    new_years_eve = datetime(2024, 12, 31, 16, tzinfo=UTC)
    source = FieldSource(kpi="won_amount", period="year")
    assert shown_period(Calendar("Asia/Shanghai"), source, as_of=new_years_eve, until=None).key == "2025-01-01"


@pytest.mark.parametrize(
    ("part", "content", "shown"),
    [("value", 0.75, None), ("ci_low", 0.5, None), ("n", 4, 4), ("status", "insufficient_n", "insufficient_n")],
)
def test_a_number_that_is_not_ok_is_no_number_but_its_counts_are_told(part: str, content: Any, shown: Any) -> None:
    assert cell(part, content, unit="percent", status="insufficient_n") == shown


# ---- over a store --------------------------------------------------------------------------------------------------


def planned(desk: Any) -> Any:
    return plan(desk.config, desk.store, desk.adapters, now=desk.now)


def changes(desk: Any, target: str = "accounts") -> dict[str, dict[str, Any]]:
    waiting = outbox.pending(desk.store, target=target)
    return {each.change.record_id: dict(each.change.fields) for each in waiting}


def settle(desk: Any) -> None:
    """Let the CRM take everything that is planned."""
    from connector.apply import apply

    apply(desk.config, desk.store, desk.adapters, yes=True, now=desk.now)


def test_the_first_plan_has_every_record_with_a_number(desk: Any) -> None:
    desk.accounts("Acme", "Bolt", "Cog")
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("win_rate", "Bolt", 0.5)])
    report = planned(desk)
    assert changes(desk) == {"Acme": {"Won": 10.0, "Rate": None}, "Bolt": {"Won": None, "Rate": 0.5}}
    assert report.targets[0].first
    assert (report.targets[0].changed_fields, report.targets[0].cleared_fields, report.calls) == (2, 0, 1)


def test_only_live_records_are_written_to(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("won_amount", "Ghost", 5.0)])
    planned(desk)
    assert changes(desk).keys() == {"Acme"}


def test_only_what_changed_is_sent(desk: Any) -> None:
    desk.accounts("Acme", "Bolt")
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("won_amount", "Bolt", 7.0)])
    planned(desk)
    settle(desk)
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("won_amount", "Bolt", 8.0)])
    report = planned(desk)
    assert changes(desk) == {"Bolt": {"Won": 8.0}}
    assert report.targets[0].changed_share == 0.5


def test_a_value_that_went_away_becomes_empty(desk: Any) -> None:
    desk.accounts("Acme", "Bolt")
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("won_amount", "Bolt", 7.0)])
    planned(desk)
    settle(desk)
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("won_amount", "Bolt", 7.0, status="missing_fx")])
    report = planned(desk)
    assert changes(desk) == {"Bolt": {"Won": None}}
    assert report.targets[0].cleared_fields == 1


def test_values_on_incomplete_facts_stay_as_they_are(desk: Any) -> None:
    desk.accounts("Acme", "Bolt")
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("won_amount", "Bolt", 7.0)])
    planned(desk)
    settle(desk)
    desk.values([desk.value("won_amount", "Acme", 3.0, status="incomplete"), desk.value("win_rate", "Acme", 0.5)])
    report = planned(desk)
    assert changes(desk) == {"Acme": {"Rate": 0.5}}, "Bolt has no value for now, which is no reason to clear it"
    assert report.targets[0].held_back == 2


def test_what_the_organisation_lacks_every_scope_lacks_and_no_scope_lacks_for_another(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 10.0), desk.value("win_rate", "Acme", 0.5)])
    planned(desk)
    settle(desk)
    desk.values(
        [
            desk.value("won_amount", "", 12.0, status="incomplete"),
            desk.value("win_rate", "ann", 0.4, scope="owner", status="incomplete"),
        ]
    )
    planned(desk)
    assert changes(desk) == {"Acme": {"Rate": None}}, "the amount may be there, only unread"


def test_report_records_say_whose_number_it_is_and_how_to_read_it(desk: Any) -> None:
    desk.values([desk.value("won_deals", "", 3.0)])
    planned(desk)
    (record,) = changes(desk, "report").items()
    assert record[0] == "won_deals|organisation||year|2025-01-01"
    assert record[1] == record[1] | {"kpi_name": "Won deals", "value": 3, "status": "ok", "n": 2}
    assert isinstance(record[1]["value"], int), "a count is a whole number"


def test_a_report_record_that_nobody_wants_any_more_is_emptied_once(desk: Any) -> None:
    desk.values([desk.value("won_deals", "", 3.0)])
    planned(desk)
    settle(desk)
    desk.values([])
    planned(desk)
    ((_, fields),) = changes(desk, "report").items()
    assert set(fields.values()) == {None}
    settle(desk)
    assert planned(desk).plan_id == ""


def test_without_anything_new_there_is_no_plan(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 10.0)])
    planned(desk)
    settle(desk)
    before = desk.store.db.conn.total_changes
    assert planned(desk).plan_id == ""
    assert desk.store.db.conn.total_changes == before


def test_planning_twice_is_one_plan(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 10.0)])
    first = planned(desk)
    later = plan(desk.config, desk.store, desk.adapters, now=desk.now + timedelta(hours=1))
    assert later == first
    assert len(outbox.pending(desk.store)) == 1


def test_the_same_change_made_again_later_is_another_plan(desk: Any) -> None:
    desk.accounts("Acme")
    ids = set()
    for number in (1.0, 2.0, 1.0, 2.0):
        desk.values([desk.value("won_amount", "Acme", number)])
        ids.add(planned(desk).plan_id)
        settle(desk)
    assert len(ids) == 4


def test_a_new_plan_takes_the_place_of_one_that_was_not_sent(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    desk.values([desk.value("won_amount", "Acme", 2.0)])
    report = planned(desk)
    assert {each.plan_id for each in outbox.pending(desk.store)} == {report.plan_id}


def test_what_was_refused_is_not_sent_again_until_there_is_something_else_to_say(desk: Any) -> None:
    desk.accounts("Acme")
    desk.crm.refuses = {"Acme"}
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    settle(desk)
    assert planned(desk).plan_id == ""
    desk.values([desk.value("won_amount", "Acme", 2.0)])
    planned(desk)
    assert changes(desk) == {"Acme": {"Won": 2.0, "Rate": None}}


def test_another_output_knows_nothing_of_what_the_first_one_holds(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    settle(desk)
    desk.settings(lambda text: text.replace("out/accounts.csv", "elsewhere/accounts.csv"))
    report = planned(desk)
    assert changes(desk) == {"Acme": {"Won": 1.0, "Rate": None}}
    assert report.targets[0].first


def test_what_may_or_may_not_have_arrived_is_said_again(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    settle(desk)
    desk.crm.silent_about = {"Acme"}
    desk.values([desk.value("won_amount", "Acme", 2.0)])
    planned(desk)
    settle(desk)
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    latest = outbox.pending(desk.store, target="accounts")[-1]
    assert latest.change.fields == {"Won": 1.0}, "acknowledged is 1.0, but the CRM may hold 2.0"


def lost(desk: Any, *rows: Any) -> None:
    """The answer to these values is lost: the CRM may hold them, or not."""
    desk.crm.silent_about = {"Acme", "won_deals|organisation||year|2025-01-01"}
    desk.values(rows)
    planned(desk)
    settle(desk)
    desk.crm.silent_about = set()


def test_what_may_have_arrived_is_not_cleared_when_its_facts_are_incomplete_now(desk: Any) -> None:
    desk.accounts("Acme")
    lost(desk, desk.value("won_amount", "Acme", 2.0), desk.value("win_rate", "Acme", 0.5))
    desk.values([desk.value("won_amount", "Acme", 1.0, status="incomplete"), desk.value("win_rate", "Acme", 0.4)])
    planned(desk)
    assert outbox.pending(desk.store)[-1].change.fields == {"Won": 2.0, "Rate": 0.4}
    settle(desk)
    assert desk.crm.held["accounts", "Acme"] == {"Won": 2.0, "Rate": 0.4}
    assert set(outbox.counts(desk.store)) == {"done"}


@pytest.mark.parametrize("still_there", [True, False])
def test_a_report_record_that_may_have_arrived_is_not_emptied_when_its_facts_are_incomplete(
    desk: Any, still_there: bool
) -> None:
    lost(desk, desk.value("won_deals", "", 3.0))
    now = desk.value("won_deals", "", 1.0, status="incomplete")
    desk.values([now] if still_there else [now | {"period_start": "2024-01-01"}])
    planned(desk)
    settle(desk)
    assert desk.crm.held["report", "won_deals|organisation||year|2025-01-01"]["value"] == 3


def test_of_a_record_that_was_never_written_to_incomplete_facts_are_not_said_to_be_none(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0, status="incomplete"), desk.value("win_rate", "Acme", 0.4)])
    report = planned(desk)
    assert changes(desk) == {"Acme": {"Rate": 0.4}}, "an earlier store may have written an amount there"
    assert report.targets[0].held_back == 1


def test_a_number_of_an_earlier_store_does_not_stay_where_ours_was_held_back_at_first(desk: Any) -> None:
    desk.accounts("Acme")
    desk.crm.held["accounts", "Acme"] = {"Won": 9.0}
    desk.values([desk.value("won_amount", "Acme", 1.0, status="incomplete"), desk.value("win_rate", "Acme", 0.4)])
    planned(desk)
    settle(desk)
    desk.values([desk.value("win_rate", "Acme", 0.4)])
    report = planned(desk)
    assert report.targets[0].cleared_fields == 1, "what nobody knows may be lost, and the guard counts it"
    settle(desk)
    assert desk.crm.held["accounts", "Acme"] == {"Won": None, "Rate": 0.4}
    assert planned(desk).plan_id == ""


def test_a_record_that_is_new_loses_nothing(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    settle(desk)
    desk.accounts("Acme", "Bolt")
    desk.values([desk.value("won_amount", "Acme", 1.0), desk.value("won_amount", "Bolt", 2.0)])
    report = planned(desk)
    assert changes(desk) == {"Bolt": {"Won": 2.0, "Rate": None}}
    assert (report.targets[0].changed_fields, report.targets[0].cleared_fields) == (1, 0)


def test_a_kpi_that_could_not_be_computed_takes_no_number_back(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0), desk.value("win_rate", "Acme", 0.4)])
    planned(desk)
    settle(desk)
    desk.values([desk.value("won_amount", "", None, status="error"), desk.value("win_rate", "Acme", 0.4)])
    assert planned(desk).plan_id == ""


def test_a_field_that_left_the_settings_is_not_written_to_any_more(desk: Any) -> None:
    desk.accounts("Acme")
    lost(desk, desk.value("won_amount", "Acme", 2.0), desk.value("win_rate", "Acme", 0.5))
    desk.settings(lambda text: text.replace("        Rate: {kpi: win_rate, period: year}\n", ""))
    desk.values([desk.value("won_amount", "Acme", 3.0)])
    planned(desk)
    settle(desk)
    _, sent = desk.crm.pushes[-1]
    assert [(each.record_id, dict(each.fields)) for each in sent] == [("Acme", {"Won": 3.0})]


def test_when_all_that_may_have_arrived_left_the_settings_it_is_over(desk: Any) -> None:
    desk.accounts("Acme")
    lost(desk, desk.value("win_rate", "Acme", 0.5))
    desk.settings(lambda text: text.replace("Won: {kpi: won_amount", "Total: {kpi: won_amount").replace("Rate:", "R:"))
    desk.values([])
    assert planned(desk).plan_id == ""
    assert outbox.counts(desk.store) == {}
    assert outbox.current_plan(desk.store) is None


@pytest.mark.parametrize("before", ["refused", "lost"])
def test_what_was_said_of_a_record_that_is_gone_is_over(desk: Any, before: str) -> None:
    desk.accounts("Acme", "Bolt")
    if before == "refused":
        desk.crm.refuses = {"Acme"}
    else:
        desk.crm.silent_about = {"Acme"}
    numbers = [desk.value("won_amount", "Acme", 2.0), desk.value("won_amount", "Bolt", 2.0)]
    desk.values(numbers)
    planned(desk)
    settle(desk)
    with desk.store.transaction():
        facts.tombstone(desk.store, "accounts", "crm", ["Acme"], "2025-05-20T09:00:00Z")
    desk.values(numbers[1:])
    assert planned(desk).plan_id == ""
    assert outbox.counts(desk.store) == {"done": 1}
    assert status(desk.store, now=desk.now).advice == ()
    desk.crm.refuses, desk.crm.silent_about = set(), set()
    desk.accounts("Acme")
    desk.values(numbers)
    planned(desk)
    assert changes(desk) == {"Acme": {"Won": 2.0, "Rate": None}}, "it was restored, and nobody knows what it holds"


def test_what_is_left_of_a_target_that_left_the_settings_is_over(desk: Any) -> None:
    desk.accounts("Acme")
    lost(desk, desk.value("won_amount", "Acme", 2.0))
    desk.settings(lambda text: text.replace("- name: accounts", "- name: clients"))
    planned(desk)
    assert [(each.target, each.status) for each in outbox.pending(desk.store)] == [("clients", "planned")]


def test_another_place_has_refused_nothing_yet(desk: Any) -> None:
    desk.accounts("Acme")
    desk.crm.refuses = {"Acme"}
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    settle(desk)
    desk.settings(lambda text: text.replace("out/accounts.csv", "elsewhere/accounts.csv"))
    planned(desk)
    assert changes(desk) == {"Acme": {"Won": 1.0, "Rate": None}}


def test_what_was_refused_is_planned_again_when_a_person_asks(desk: Any) -> None:
    desk.accounts("Acme", "Bolt")
    desk.crm.refuses = {"Acme"}
    desk.values([desk.value("won_amount", name, 1.0) for name in ("Acme", "Bolt")])
    planned(desk)
    settle(desk)
    assert planned(desk).plan_id == ""
    report = plan(desk.config, desk.store, desk.adapters, now=desk.now, again=True)
    assert (changes(desk), planned(desk)) == ({"Acme": {"Won": 1.0, "Rate": None}}, report)
    desk.crm.refuses = set()
    settle(desk)
    assert status(desk.store, now=desk.now).advice == ()
    assert plan(desk.config, desk.store, desk.adapters, now=desk.now, again=True).plan_id == ""


def test_what_was_refused_is_sent_again_when_its_record_changed(desk: Any) -> None:
    desk.accounts("Acme", "Bolt")
    desk.crm.refuses = {"Acme", "Bolt"}
    desk.values([desk.value("won_amount", name, 1.0) for name in ("Acme", "Bolt")])
    planned(desk)
    settle(desk)
    with desk.store.transaction():
        stamps = [("crm", "Acme", "2025-05-20T08:00:01Z"), ("crm", "Bolt", "2025-05-20T07:59:59Z")]
        facts.upsert(desk.store, "accounts", ("connection", "id", "modified_at"), stamps)
    planned(desk)
    assert changes(desk).keys() == {"Acme"}


def test_a_file_is_written_again_when_the_file_that_it_copies_was_replaced(desk: Any) -> None:
    from connector.store import sync

    desk.crm.whole_file_write = True
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    settle(desk)
    assert planned(desk).plan_id == ""
    with desk.store.transaction():
        sync.save_state(desk.store, "crm", "accounts", {"sha256": "another"}, basis="b", at="2025-05-20T09:00:00Z")
    report = planned(desk)
    assert [each.rewrite for each in report.targets] == [True, False]
    assert report.changed_records == 0


def test_a_plan_over_a_network_predicts_its_calls(desk: Any) -> None:
    names = [f"A{number:03d}" for number in range(101)]
    desk.accounts(*names)
    desk.values([desk.value("won_amount", name, 1.0) for name in names])
    assert planned(desk).calls == 2


def test_what_the_adapter_cannot_do_is_refused_with_its_reason(desk: Any) -> None:
    desk.crm.able = False
    with pytest.raises(WriteBackRefused) as refused:
        planned(desk)
    assert "its licence does not allow it" in str(refused.value.hint)
    assert isinstance(refused.value.message, Message)


def test_a_standing_plan_is_made_anew_when_the_facts_turn_out_incomplete(desk: Any) -> None:
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 1.0)])
    planned(desk)
    before = outbox.current_plan(desk.store)
    counts = Coverage("crm", "deals", "deals", 9, 8, 8, 0, 0, complete=False, checked_at="2025-05-20T09:00:00Z")
    with desk.store.transaction():
        coverage.save(desk.store, counts)
    planned(desk)
    after = outbox.current_plan(desk.store)
    assert before is not None
    assert after is not None
    assert before.basis != after.basis


# ---- gaps as fields -----------------------------------------------------------------------------------------------


def gap_row(scope_id: str, **more: Any) -> tuple[Any, ...]:
    row = dict.fromkeys(gaps.GAP_COLUMNS) | {
        "target_id": f"won {scope_id}",
        "connection": "crm",
        "kpi": "won_amount",
        "scope": "account",
        "scope_id": scope_id,
        "period": "year",
        "period_start": "2025-01-01",
        "unit": "money",
        "rag": "grey",
        "status": "target_not_set",
    }
    return tuple((row | more).values())


def judged(desk: Any, *rows: tuple[Any, ...]) -> None:
    with desk.store.transaction():
        run_id = runs.start(desk.store, "compute", desk.now)
        gaps.write(desk.store, rows, run_id)
        runs.finish(desk.store, run_id, "done", desk.now, {})


WON = "        Won: {kpi: won_amount, period: year}\n"
SHOWN = {"Target": "target", "Gap": "gap", "Attained": "attainment", "Colour": "rag", "State": "gap_status"}


def test_target_gap_and_colour_stand_beside_the_number(desk: Any) -> None:
    lines = [f"        {name}: {{kpi: won_amount, period: year, show: {part}}}\n" for name, part in SHOWN.items()]
    desk.settings(lambda text: text.replace(WON, WON + "".join(lines)))
    desk.accounts("Acme", "Bolt", "Coda")
    desk.values([desk.value("won_amount", name, 80.0) for name in ("Acme", "Bolt", "Coda")])
    numbers = {"target": 100.0, "gap": -20.0, "attainment": 0.8}
    judged(
        desk,
        gap_row("Acme", rag="red", status="ok", **numbers),
        gap_row("Bolt"),
        gap_row("Coda", status="stale", **numbers),
    )
    planned(desk)
    sent = {each.change.record_id: each.change.fields for each in outbox.pending(desk.store, target="accounts")}
    shown = {name: [fields[field] for field in SHOWN] for name, fields in sent.items()}
    assert shown == {
        "Acme": [100.0, -20.0, 0.8, "red", "ok"],
        "Bolt": [None, None, None, "grey", "target_not_set"],
        "Coda": [100.0, None, None, "grey", "stale"],  # what cannot be judged is not shown as if it could
    }


def test_a_standing_plan_is_made_anew_when_a_gap_changes(desk: Any) -> None:
    desk.settings(lambda text: text.replace(WON, "        Colour: {kpi: won_amount, period: year, show: rag}\n"))
    desk.accounts("Acme")
    desk.values([desk.value("won_amount", "Acme", 80.0)])
    judged(desk, gap_row("Acme", rag="amber", status="ok"))
    planned(desk)
    judged(desk, gap_row("Acme", rag="green", status="ok"))
    planned(desk)
    assert outbox.pending(desk.store, target="accounts")[0].change.fields["Colour"] == "green"


@pytest.mark.parametrize(("whole", "stale"), [(True, True), (False, False)])
def test_a_new_watermark_makes_a_plan_stale_only_where_a_file_is_rewritten_from_it(
    desk: Any, monkeypatch: pytest.MonkeyPatch, whole: bool, stale: bool
) -> None:
    crm = desk.crm
    crm.whole_file_write = whole
    monkeypatch.setattr(type(desk.config.connections["crm"]), "connect", lambda _: crm)
    before = plan_basis(desk.config, desk.store)
    with desk.store.transaction():
        save_state(desk.store, "crm", "accounts", {"since": "2025-05-21"}, basis="b", at="2025-05-21T00:00:00Z")
    assert (plan_basis(desk.config, desk.store) != before) is stale

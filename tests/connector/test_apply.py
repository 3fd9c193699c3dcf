"""Applying: nothing unseen is sent, nothing is lost on the way, and what is repeated does no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.apply import apply, confirmed
from connector.config.write_back import REPORT_FIELDS, confirmation_digest
from connector.errors import RejectedError, StoreError, Unavailable, WriteBackRefused
from connector.plan import plan
from connector.store import acknowledged, outbox, runs
from connector.store.outbox import ChangeStatus


def prepared(desk: Any, **amounts: float) -> str:
    """A plan for these accounts' amounts; returns its id."""
    desk.accounts(*amounts)
    desk.values([desk.value("won_amount", name, amount) for name, amount in amounts.items()])
    report = plan(desk.config, desk.store, desk.adapters, now=desk.now)
    return str(report.plan_id)


def applied(desk: Any, *, yes: bool = True) -> Any:
    return apply(desk.config, desk.store, desk.adapters, yes=yes, now=desk.now)


def held(desk: Any, target: str = "accounts") -> dict[str, dict[str, Any]]:
    return dict(acknowledged.acknowledged(desk.store, "crm", target))


def statuses(desk: Any) -> dict[str, int]:
    return outbox.counts(desk.store)


def test_what_was_planned_is_sent_and_acknowledged(desk: Any) -> None:
    plan_id = prepared(desk, Acme=1.0, Bolt=2.0)
    report = applied(desk)
    assert (report.plan_id, report.done, report.rejected) == (plan_id, 2, ())
    assert desk.crm.held == {
        ("accounts", "Acme"): {"Won": 1.0, "Rate": None},
        ("accounts", "Bolt"): {"Won": 2.0, "Rate": None},
    }
    assert held(desk) == {"Acme": {"Won": 1.0, "Rate": None}, "Bolt": {"Won": 2.0, "Rate": None}}
    assert outbox.current_plan(desk.store) is None


def test_only_fields_of_the_settings_are_named(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    applied(desk)
    ((target, changes),) = desk.crm.pushes
    assert (target.fields, target.id_fields, target.module) == (("Won", "Rate"), ("Id",), "accounts")
    assert all(change.fields.keys() <= {"Won", "Rate"} for change in changes)


def test_nothing_is_sent_before_a_person_agreed(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    with pytest.raises(WriteBackRefused, match="nobody agreed yet") as refused:
        applied(desk, yes=False)
    assert "crm-kpi apply --yes" in str(refused.value.hint)
    assert desk.crm.pushes == []
    assert statuses(desk) == {"planned": 1}


def test_once_confirmed_the_next_plan_goes_without_asking(desk: Any) -> None:
    prepared(desk, Acme=1.0, Bolt=2.0)
    applied(desk)
    assert confirmed(desk.config, desk.store)
    prepared(desk, Acme=1.0, Bolt=3.0)
    assert applied(desk, yes=False).done == 1


def test_another_write_back_configuration_is_asked_for_again(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    applied(desk)
    desk.settings(lambda text: text.replace("Won: {kpi: won_amount", "Won_Total: {kpi: won_amount"))
    prepared(desk, Acme=1.0)
    with pytest.raises(WriteBackRefused, match="nobody agreed yet"):
        applied(desk, yes=False)


def test_too_much_change_at_once_waits_for_a_person(desk: Any) -> None:
    prepared(desk, Acme=1.0, Bolt=2.0, Cog=3.0)
    applied(desk)
    prepared(desk, Acme=5.0, Bolt=6.0, Cog=3.0)
    with pytest.raises(WriteBackRefused, match=r"accounts: 2 of 3 fields would change.*0\.5"):
        applied(desk, yes=False)
    assert len(desk.crm.pushes) == 1
    assert applied(desk, yes=True).done == 2


def test_the_first_write_is_not_measured_against_nothing(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    with desk.store.transaction():
        from connector.config.write_back import confirmation_digest

        outbox.confirm(desk.store, confirmation_digest(desk.config), "2025-05-20T08:00:00Z")
    assert applied(desk, yes=False).done == 1


@pytest.mark.parametrize("later", ["values", "facts", "settings"])
def test_a_stale_plan_is_refused(desk: Any, later: str) -> None:
    prepared(desk, Acme=1.0)
    match later:
        case "values":
            desk.values([desk.value("won_amount", "Acme", 2.0)])
        case "facts":
            from datetime import timedelta

            with desk.store.transaction():
                run_id = runs.start(desk.store, "pull", desk.now)
                runs.note_news(desk.store, run_id, desk.now + timedelta(hours=1))
        case _:
            desk.settings(lambda text: text.replace("max_changed_share: 0.5", "max_changed_share: 0.9"))
    with pytest.raises(WriteBackRefused, match="older than the data or the settings") as refused:
        applied(desk)
    assert "crm-kpi plan" in str(refused.value.hint)
    assert desk.crm.pushes == []


def test_without_a_plan_there_is_nothing_to_do(desk: Any) -> None:
    assert applied(desk).plan_id == ""
    assert desk.crm.pushes == []


def test_a_refused_record_keeps_the_vendors_words_and_the_others_go_on(desk: Any) -> None:
    desk.crm.refuses = {"Acme"}
    prepared(desk, Acme=1.0, Bolt=2.0)
    report = applied(desk)
    assert [(each.record_id, each.reason) for each in report.rejected] == [("Acme", "RECORD_LOCKED")]
    assert report.done == 1
    assert held(desk).keys() == {"Bolt"}


def test_a_broken_line_leaves_what_was_not_answered_to_the_next_run(desk: Any) -> None:
    desk.crm.breaks_after = 1
    prepared(desk, Acme=1.0, Bolt=2.0, Cog=3.0)
    with pytest.raises(Unavailable):
        applied(desk)
    assert statuses(desk) == {"sending": 3}, "receipts of an unfinished batch are not trusted"
    desk.crm.breaks_after = None
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert applied(desk, yes=False).done == 3
    assert held(desk).keys() == {"Acme", "Bolt", "Cog"}
    assert statuses(desk) == {"done": 3}


def test_credits_that_end_before_the_plan_does_are_no_failure(desk: Any) -> None:
    names = {f"A{number:03d}": float(number) for number in range(150)}
    desk.crm.affords = 120
    prepared(desk, **names)
    report = applied(desk)
    assert (report.done, str(report.out_of_credits), report.left_out) == (100, "it can go on tomorrow", True)
    assert statuses(desk) == {"done": 100, "sending": 50}
    desk.crm.affords = None
    assert applied(desk, yes=False).done == 50
    assert statuses(desk) == {"done": 150}


def test_batches_that_were_answered_are_not_sent_again(desk: Any) -> None:
    names = {f"A{number:03d}": float(number) for number in range(150)}
    desk.crm.breaks_after = 120
    prepared(desk, **names)
    with pytest.raises(Unavailable):
        applied(desk)
    desk.crm.breaks_after = None
    applied(desk)
    assert len(desk.crm.pushes[1][1]) == 50
    assert statuses(desk) == {"done": 150}


def test_a_change_without_an_answer_is_unknown_and_sent_again(desk: Any) -> None:
    desk.crm.silent_about = {"Acme"}
    prepared(desk, Acme=1.0, Bolt=2.0)
    report = applied(desk)
    assert (report.done, report.unknown) == (1, 1)
    desk.crm.silent_about = set()
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert applied(desk).done >= 1
    assert "unknown" not in statuses(desk)
    assert held(desk)["Acme"] == {"Won": 1.0, "Rate": None}


def test_changes_are_marked_before_anything_leaves(desk: Any) -> None:
    seen: list[dict[str, int]] = []
    push = desk.crm.push

    def watched(*arguments: Any) -> Any:
        seen.append(statuses(desk))
        assert not desk.store.db.conn.in_transaction
        yield from push(*arguments)

    desk.crm.push = watched
    prepared(desk, Acme=1.0)
    applied(desk)
    assert seen == [{"sending": 1}]
    assert outbox.pending(desk.store, statuses=(ChangeStatus.DONE,))[0].attempts == 1


@pytest.mark.parametrize(("days", "kept"), [(90, 3), (91, 2)])
def test_of_changes_long_ago_only_the_latest_of_each_record_is_kept(desk: Any, days: int, kept: int) -> None:
    desk.crm.refuses = {"Bolt"}
    prepared(desk, Acme=1.0, Bolt=1.0)
    applied(desk)
    desk.now += timedelta(days=days)
    prepared(desk, Acme=2.0, Bolt=1.0)
    applied(desk)
    numbers = [each[0] for each in desk.store.db.execute("SELECT number FROM changes")]
    assert (len(numbers), statuses(desk)["rejected"]) == (kept, 1)
    assert [each.change.record_id for each in outbox.rejected(desk.store, "crm", "accounts")] == ["Bolt"]


# ---- places ---------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_shown_and_made_only_when_a_person_agreed(desk: Any) -> None:
    desk.crm.lacks = {"Won", "Rate"}
    plan_id = prepared(desk, Acme=1.0)
    report = plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert report.plan_id == plan_id
    assert [(each.module, each.field, each.type, each.label) for each in report.places] == [
        ("accounts", "Won", "money", "Won amount (EUR), year"),
        ("accounts", "Rate", "percent", "Win rate, year"),
    ]
    confirm(desk)
    with pytest.raises(
        WriteBackRefused, match=r"accounts needs what the CRM does not have: accounts\.Won; "
    ) as refused:
        applied(desk, yes=False)
    assert "crm-kpi apply --yes" in str(refused.value.hint)
    assert (desk.crm.pushes, desk.crm.looked, statuses(desk)) == ([], [False], {"planned": 1})
    assert applied(desk, yes=True).done == 1
    assert desk.crm.looked == [False, True]


def confirm(desk: Any) -> None:
    with desk.store.transaction():
        outbox.confirm(desk.store, confirmation_digest(desk.config), "2025-05-20T08:00:00Z")


def test_what_was_seen_is_not_looked_for_again_until_the_target_asks_for_more(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    applied(desk)
    prepared(desk, Acme=2.0)
    assert plan(desk.config, desk.store, desk.adapters, now=desk.now).places == ()
    applied(desk)
    assert len(desk.crm.looked) == 1
    desk.settings(lambda text: text.replace("Rate: {kpi: win_rate", "Deals: {kpi: won_deals"))
    prepared(desk, Acme=3.0)
    places = plan(desk.config, desk.store, desk.adapters, now=desk.now).places
    assert [(each.field, each.type) for each in places] == [("Deals", "integer")]
    applied(desk)
    assert desk.crm.looked == [True, False, True], "what somebody removed is noted before it is made"


def test_a_field_that_cannot_hold_it_stops_the_write_back_before_it_begins(desk: Any) -> None:
    desk.crm.unfit = {"Rate"}
    prepared(desk, Acme=1.0)
    with pytest.raises(WriteBackRefused, match=r"cannot be written: accounts\.Rate \(it is a text field\)"):
        applied(desk)
    assert (desk.crm.pushes, statuses(desk)) == ([], {"planned": 1})
    assert not confirmed(desk.config, desk.store)


def test_a_target_that_refuses_everything_is_looked_at_anew(desk: Any) -> None:
    prepared(desk, Acme=1.0, Bolt=1.0, Cog=1.0)
    applied(desk)
    desk.crm.refuses_targets, desk.crm.lacks = {"accounts"}, {"Won"}
    prepared(desk, Acme=2.0, Bolt=1.0, Cog=1.0)
    with pytest.raises(RejectedError):
        applied(desk)
    desk.crm.refuses_targets = set()
    with pytest.raises(WriteBackRefused, match="does not have"):
        applied(desk, yes=False)
    assert applied(desk).done == 1
    assert held(desk)["Acme"]["Won"] == 2.0


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_field_that_is_made_again_is_filled_on_every_record(desk: Any, yes_first: bool) -> None:
    prepared(desk, Acme=1.0, Bolt=1.0, Cog=1.0)
    applied(desk)
    desk.crm.refuses_targets, desk.crm.lacks = {"accounts"}, {"Won"}
    prepared(desk, Acme=2.0, Bolt=1.0, Cog=1.0)
    with pytest.raises(RejectedError):
        applied(desk)
    desk.crm.refuses_targets = set()
    if not yes_first:
        with pytest.raises(WriteBackRefused, match="does not have"):
            applied(desk, yes=False)
    applied(desk)
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert {each.change.record_id: each.change.fields for each in outbox.pending(desk.store)} == {
        "Bolt": {"Won": 1.0},
        "Cog": {"Won": 1.0},
    }


@pytest.mark.parametrize("there", [True, False])
def test_a_field_that_is_new_to_us_is_emptied_where_we_have_no_number_and_something_may_stand(
    desk: Any, there: bool
) -> None:
    desk.settings(lambda text: text.replace("        Rate: {kpi: win_rate, period: year}\n", ""))
    prepared(desk, Acme=1.0, Bolt=1.0)
    applied(desk)
    desk.settings(
        lambda text: text.replace(
            "      options: {output: out/acc",
            "        Rate: {kpi: win_rate, period: year}\n      options: {output: out/acc",
        )
    )
    rows = [desk.value("won_amount", each, 1.0) for each in ("Acme", "Bolt")]
    desk.values([*rows, desk.value("win_rate", "Acme", 0.5)])
    if there:
        desk.crm.held["accounts", "Bolt"]["Rate"] = 0.9
    else:
        desk.crm.lacks = {"Rate"}
    sent = []
    while plan(desk.config, desk.store, desk.adapters, now=desk.now).plan_id:
        sent.append({each.change.record_id: each.change.fields for each in outbox.pending(desk.store)})
        applied(desk)
    assert sent == [{"Acme": {"Rate": 0.5}}, *([{"Bolt": {"Rate": None}}] if there else [])]


def test_a_report_module_that_is_made_again_gets_every_record(desk: Any) -> None:
    desk.values([desk.value("won_deals", "", 3.0), desk.value("won_deals", "", 2.0, period_start="2024-01-01")])
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    applied(desk)
    desk.crm.refuses_targets, desk.crm.lacks = {"report"}, {""}
    desk.values([desk.value("won_deals", "", 4.0), desk.value("won_deals", "", 2.0, period_start="2024-01-01")])
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    with pytest.raises(RejectedError):
        applied(desk)
    desk.crm.refuses_targets = set()
    applied(desk)
    (_, (change,)) = desk.crm.pushes[-1]
    assert set(change.fields) == set(REPORT_FIELDS)
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    (missing,) = outbox.pending(desk.store)
    assert missing.change.record_id == "won_deals|organisation||year|2024-01-01"
    assert set(missing.change.fields) == set(REPORT_FIELDS)


def test_a_report_needs_its_module_and_all_of_its_fields(desk: Any) -> None:
    desk.values([desk.value("won_deals", "", 3.0)])
    report = plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert [(each.field, each.type, each.label) for each in report.places[:3]] == [
        ("", "", "KPI Reports"),
        ("key", "text", "Key"),
        ("kpi", "text", "KPI id"),
    ]
    assert len(report.places) == 2 + len(REPORT_FIELDS)


# ---- who is at the other end ----------------------------------------------------------------------------------------


def test_another_organisation_gets_nothing(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    applied(desk)
    prepared(desk, Acme=2.0)
    desk.crm.identity = "fake 1 sandbox"
    with pytest.raises(StoreError, match="the store holds the facts of Fake Inc"):
        applied(desk)
    assert (len(desk.crm.pushes), statuses(desk)) == (1, {"done": 1, "planned": 1})


def test_who_has_nothing_to_hear_is_not_asked(desk: Any) -> None:
    prepared(desk, Acme=1.0)
    applied(desk)
    applied(desk)
    assert desk.crm.introduced == 1


# ---- what an earlier run may have sent ------------------------------------------------------------------------------


def test_what_may_have_been_sent_is_said_to_be_uncertain(desk: Any) -> None:
    desk.crm.silent_about = {"Acme"}
    prepared(desk, Acme=1.0, Bolt=2.0)
    applied(desk)
    prepared(desk, Acme=1.0, Bolt=3.0)
    applied(desk)
    _, changes = desk.crm.pushes[-1]
    assert {(each.record_id, each.uncertain) for each in changes} == {("Acme", True), ("Bolt", False)}


def test_a_record_that_is_never_answered_for_has_one_open_change_however_often_it_is_said(desk: Any) -> None:
    desk.crm.silent_about = {"Acme"}
    for number in range(5):
        prepared(desk, Acme=1.0 + number, Bolt=2.0)
        report = applied(desk)
    assert (report.unknown, statuses(desk)["unknown"]) == (1, 1)
    desk.crm.silent_about = set()
    prepared(desk, Acme=7.0, Bolt=3.0)
    assert applied(desk).done == 2
    assert set(statuses(desk)) == {"done"}
    assert held(desk)["Acme"] == {"Won": 7.0, "Rate": None}


def test_a_plan_that_was_agreed_to_is_finished_without_asking_again(desk: Any) -> None:
    prepared(desk, Acme=1.0, Bolt=2.0, Cog=3.0)
    applied(desk)
    prepared(desk, Acme=5.0, Bolt=6.0, Cog=3.0)
    desk.crm.breaks_after = 1
    with pytest.raises(Unavailable):
        applied(desk, yes=True)
    desk.crm.breaks_after = None
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert applied(desk, yes=False).done == 2


def test_a_report_record_is_always_said_as_a_whole(desk: Any) -> None:
    desk.values([desk.value("won_deals", "", 3.0)])
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    applied(desk)
    desk.values([desk.value("won_deals", "", 4.0)])
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    (planned,) = outbox.pending(desk.store)
    assert set(planned.change.fields) == {"value"}, "only what changed is planned"
    applied(desk)
    _, (change,) = desk.crm.pushes[-1]
    assert set(change.fields) == set(REPORT_FIELDS), "somebody may have deleted the record in the CRM"
    assert change.fields["value"] == 4


# ---- files, which are written whole --------------------------------------------------------------------------------


def test_a_file_is_handed_every_record(desk: Any) -> None:
    desk.crm.whole_file_write = True
    prepared(desk, Acme=1.0, Bolt=2.0)
    applied(desk)
    prepared(desk, Acme=1.0, Bolt=3.0)
    report = applied(desk)
    assert report.done == 1
    sent = {change.record_id: change.fields for change in desk.crm.pushes[1][1]}
    assert sent == {"Acme": {"Won": 1.0, "Rate": None}, "Bolt": {"Won": 3.0, "Rate": None}}


def test_a_report_record_that_nobody_wants_leaves_the_file(desk: Any) -> None:
    desk.crm.whole_file_write = True
    desk.accounts("Acme")
    desk.values([desk.value("won_deals", "", 3.0)])
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    applied(desk)
    desk.values([])
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    assert applied(desk).done == 1
    assert [len(changes) for target, changes in desk.crm.pushes if target.name == "report"] == [1, 0]
    assert statuses(desk) == {"done": 2}


def test_a_file_whose_source_was_replaced_is_written_again_once(desk: Any) -> None:
    from connector.store import sync

    desk.crm.whole_file_write = True
    prepared(desk, Acme=1.0)
    applied(desk)
    with desk.store.transaction():
        sync.save_state(desk.store, "crm", "accounts", {"sha256": "new"}, basis="b", at="2025-05-20T09:00:00Z")
    plan(desk.config, desk.store, desk.adapters, now=desk.now)
    applied(desk)
    assert len(desk.crm.pushes) == 2
    assert plan(desk.config, desk.store, desk.adapters, now=desk.now).plan_id == ""

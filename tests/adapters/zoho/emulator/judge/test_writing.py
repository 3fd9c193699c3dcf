"""Zoho's SDK writes: each record has its result, and the stand-in holds afterwards what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.zoho.emulator.judge.judged import Judged, picked, rows

pytestmark = pytest.mark.slow

SUCCESS, REFUSED = "SuccessResponse", "APIException"


def lead(judged: Judged, record: str) -> dict[str, Any]:
    """As the stand-in holds it."""
    found = judged.after.get("Leads", record)
    assert found is not None
    return found


def test_create(judged: Judged) -> None:
    made = judged.step("create")
    assert [(each["class"], each["message"]) for each in made] == [(SUCCESS, "record added")] * 3
    held = [each for each in judged.served.journal if each["action"] == "insert"][:3]
    assert [each["record_id"] for each in held] == [each["details"]["id"] for each in made]
    assert [each["data"] for each in held] == [
        {"Last_Name": name, "Company": "Judge & Söhne 公司", "Email": f"{name.lower()}@judge.example"}
        for name in ("One", "Two", "Three")
    ]
    assert made[0]["details"]["Created_Time"] == lead(judged, made[0]["details"]["id"])["Created_Time"]


def test_update(judged: Judged) -> None:
    made = [each["details"]["id"] for each in judged.step("create")]
    changed = judged.step("update many")
    assert [(each["message"], each["details"]["id"]) for each in changed] == [
        ("record updated", record) for record in made[:2]
    ]
    (alone,) = judged.step("update one")
    assert (alone["code"], alone["details"]["id"]) == ("SUCCESS", made[2])
    updates = [(each["record_id"], each["data"]) for each in judged.served.journal if each["action"] == "update"]
    assert updates[:3] == [
        (made[0], {"Company": "New & Co."}),
        (made[1], {"Phone": "+1 312 5550101"}),
        (made[2], {"Phone": "+1 312 5550102"}),
    ]
    assert lead(judged, made[0])["Company"] == "New & Co."


def test_update_of_a_record_that_is_not_there(judged: Judged) -> None:
    nobody, other = judged.step("update nobody")
    assert (nobody["class"], nobody["code"], nobody["details"]["api_name"]) == (REFUSED, "INVALID_DATA", "id")
    assert (other["class"], other["code"]) == (SUCCESS, "SUCCESS")


def test_upsert_with_one_bad_record(judged: Judged) -> None:
    """Three results, in the order of the records."""
    found, bad, new = judged.step("upsert")
    one = judged.step("create")[0]["details"]["id"]
    assert (found["class"], found["action"], found["duplicate_field"]) == (SUCCESS, "update", "Email")
    assert found["details"]["id"] == one
    assert (bad["class"], bad["code"]) == (REFUSED, "MANDATORY_NOT_FOUND")
    assert bad["details"] == {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"}
    assert (new["class"], new["action"]) == (SUCCESS, "insert")
    assert lead(judged, one)["Phone"] == "+1 312 5550105"
    assert lead(judged, new["details"]["id"])["Company"] == "Fourth"
    addresses = [address for (address,) in rows(judged.after, "Leads", "Email", where="Email LIKE '%@judge.example'")]
    assert sorted(addresses) == ["bulk@judge.example", "four@judge.example", "one@judge.example"]


def test_delete(judged: Judged) -> None:
    one, two, three = (each["details"]["id"] for each in judged.step("create"))
    (alone,) = judged.step("delete one")
    assert (alone["message"], alone["details"]["id"]) == ("record deleted", three)
    done, refused = judged.step("delete many")
    assert (done["code"], done["details"]["id"], refused["code"]) == ("SUCCESS", two, "INVALID_DATA")
    assert judged.after.get("Leads", one)
    assert judged.after.get("Leads", two) is judged.after.get("Leads", three) is None


def test_deleted_records(judged: Judged) -> None:
    held = judged.after.db.execute(
        "SELECT CAST(id AS INTEGER), display_name, type, deleted_time FROM deleted_records WHERE module = 'Leads'"
    ).fetchall()
    found = judged.step("deleted")
    assert sorted(picked(found, "id", "display_name", "type", "deleted_time")) == sorted(held)
    assert sorted(each["display_name"] for each in found) == ["Three", "Two"]
    assert {str(each["deleted_by"]["id"]) for each in found} == {judged.after.current_user}


def test_nothing_fired_where_the_sdk_said_so(judged: Judged) -> None:
    assert judged.served.workflow_runs == []


def test_a_new_field(judged: Judged) -> None:
    (made,) = judged.step("new field")
    field = judged.after.fields("Accounts")["KPI_Score"]
    assert (made["code"], str(made["details"]["id"])) == ("SUCCESS", field.id)
    assert (field.data_type, field.label, field.length, field.decimal_place) == ("double", "KPI Score", 10, 2)
    assert "KPI_Score" not in judged.before.fields("Accounts")


def test_a_stage_that_changes_leaves_its_history(judged: Judged) -> None:
    made, moved = judged.step("move a deal")
    assert made["details"]["id"] == moved["details"]["id"]
    deal = judged.after.get("Deals", made["details"]["id"])
    assert deal
    assert (deal["Stage"], deal["Amount"], deal["Closing_Date"]) == ("Closed won", 1234.5, "2026-06-30")
    held = rows(
        judged.after, "DealHistory", "Stage", "Moved_To__s", where=f"Potential_Name = '{deal['id']}'", order="id"
    )
    assert held == [("Qualification", "Closed won"), ("Closed won", None)]

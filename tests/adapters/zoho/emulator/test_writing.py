"""Writing: one result for each record, in the order of input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.zoho.emulator import writing
from adapters.zoho.emulator.answers import Refusal
from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.state import State
from adapters.zoho.emulator.workflows import Workflow, add_workflow, workflow_runs
from tests.adapters.zoho.emulator.client import Client

Make = Callable[..., StandIn]
GOOD: dict[str, Any] = {"Account_Name": "New"}
BAD: dict[str, Any] = {"Account_Name": "Other", "Employees": "many"}


def some(state: State, module: str, count: int = 1) -> list[str]:
    return [row for (row,) in state.db.execute(f"SELECT id FROM {module} ORDER BY id LIMIT ?", (count,))]  # noqa: S608


@pytest.mark.parametrize(
    ("items", "status", "codes"),
    [
        ([GOOD], 201, ["SUCCESS"]),
        ([GOOD, BAD, {}], 207, ["SUCCESS", "INVALID_DATA", "MANDATORY_NOT_FOUND"]),
        ([BAD, GOOD], 207, ["INVALID_DATA", "SUCCESS"]),
        ([BAD, 7], 400, ["INVALID_DATA", "INVALID_DATA"]),
    ],
    ids=["all good", "mixed", "bad first", "all bad"],
)
def test_results_come_in_order(client: Client, items: list[Any], status: int, codes: list[str]) -> None:
    reply = client.write("POST", "/Accounts", {"data": items})
    assert (reply.status, [item["code"] for item in reply.data]) == (status, codes)


def test_a_new_record(client: Client, state: State) -> None:
    owner = some(state, "Users", 3)[2]
    values = {"Account_Name": "Neu", "Annual_Revenue": 12.345, "Owner": {"id": int(owner)}, "Nonsense": 1}
    item = client.write("POST", "/Accounts", {"data": [values]}).data[0]
    assert len(item["details"]["id"]) == 19
    assert item["details"]["Created_By"]["id"] == state.current_user
    row = client.get(f"/Accounts/{item['details']['id']}").data[0]
    assert (row["Account_Name"], row["Annual_Revenue"], row["Owner"]["id"]) == ("Neu", 12.35, owner)


@pytest.mark.parametrize(
    ("module", "values", "details"),
    [
        ("Accounts", {"Employees": 1.5}, {"api_name": "Employees", "expected_data_type": "integer"}),
        ("Accounts", {"Employees": "7"}, {"api_name": "Employees", "expected_data_type": "integer"}),
        ("Accounts", {"Employees": 10**9}, {"api_name": "Employees", "maximum_length": 9}),
        ("Accounts", {"Annual_Revenue": "12.5"}, {"api_name": "Annual_Revenue", "expected_data_type": "double"}),
        ("Accounts", {"Account_Name": "x" * 201}, {"api_name": "Account_Name", "maximum_length": 200}),
        ("Accounts", {"Annual_Revenue": "x"}, {"api_name": "Annual_Revenue", "expected_data_type": "double"}),
        ("Accounts", {"Annual_Revenue": True}, {"api_name": "Annual_Revenue", "expected_data_type": "double"}),
        ("Accounts", {"Parent_Account": {"id": "1"}}, {"api_name": "Parent_Account", "id": "1"}),
        ("Accounts", {"Owner": "x"}, {"api_name": "Owner", "expected_data_type": "jsonobject"}),
        ("Contacts", {"Email": "nobody"}, {"api_name": "Email", "expected_data_type": "email"}),
        ("Deals", {"Closing_Date": "2025-W05-6"}, {"api_name": "Closing_Date", "expected_data_type": "date"}),
        ("Deals", {"Closing_Date": "1.2.2025"}, {"api_name": "Closing_Date", "expected_data_type": "date"}),
        ("Cases", {"Is_Complaint": "yes"}, {"api_name": "Is_Complaint", "expected_data_type": "boolean"}),
        (
            "Cases", {"Resolution_Time": "2025-01-01T00:00:00"},
            {"api_name": "Resolution_Time", "expected_data_type": "datetime"},
        ),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_values_of_the_wrong_kind(
    client: Client, state: State, module: str, values: dict[str, Any], details: dict[str, Any]
) -> None:
    record = some(state, module)[0]
    before = state.get(module, record)
    reply = client.write("PUT", f"/{module}/{record}", {"data": [values]})
    assert (reply.status, reply.data[0]["code"]) == (400, "INVALID_DATA")
    path = f"$.data[0].{next(iter(values))}"
    assert reply.data[0]["details"] == {**details, "json_path": path}
    assert state.get(module, record) == before


def test_a_value_outside_its_list_names_the_list(client: Client, state: State) -> None:
    details = client.write("PUT", f"/Deals/{some(state, 'Deals')[0]}", {"data": [{"Stage": "Won!"}]}).data[0]["details"]
    assert "Closed won" in details["supported_values"]


def test_a_text_is_kept_without_the_blanks_around_it(client: Client, state: State) -> None:
    item = client.write("POST", "/Accounts", {"data": [{"Account_Name": "  A B ", "Phone": "  "}]}).data[0]
    row = client.get(f"/Accounts/{item['details']['id']}").data[0]
    assert (row["Account_Name"], row["Phone"]) == ("A B", None)
    blank = client.write("POST", "/Accounts", {"data": [{"Account_Name": "  "}]}).data[0]
    assert blank["code"] == "MANDATORY_NOT_FOUND"


def test_an_update_moves_modified_time_and_the_journal(client: Client, state: State) -> None:
    record = some(state, "Accounts")[0]
    before = state.get("Accounts", record)
    state.advance(60)
    reply = client.write("PUT", "/Accounts", {"data": [{"id": int(record), "Phone": "1"}]})
    assert reply.status == 200
    after = state.get("Accounts", record)
    assert before is not None
    assert after is not None
    assert after["Modified_Time"] == "2025-12-01T18:01:00+00:00" > before["Modified_Time"]
    assert after["Created_Time"] == before["Created_Time"]
    entry = state.journal()[-1]
    assert (entry["action"], entry["record_id"], entry["data"]) == ("update", record, {"Phone": "1"})
    assert entry["request"] == client.app.calls[-1].number


@pytest.mark.parametrize("record", ["1", None])
def test_an_update_of_nothing(client: Client, record: str | None) -> None:
    item = client.write("PUT", "/Accounts", {"data": [{"id": record, "Phone": "1"}]}).data[0]
    assert item["code"] == ("INVALID_DATA" if record else "MANDATORY_NOT_FOUND")
    assert item["details"].get("id") == record


@pytest.mark.parametrize(
    ("column", "value", "code"), [("Locked__s", 1, "RECORD_LOCKED"), ("$approval_state", "waiting", "NOT_APPROVED")]
)
def test_some_records_are_not_to_be_changed(client: Client, state: State, column: str, value: Any, code: str) -> None:
    shut, open_ = some(state, "Accounts", 2)
    state.update("Accounts", shut, {column: value})
    reply = client.write("PUT", "/Accounts", {"data": [{"id": each, "Phone": "1"} for each in (shut, open_)]})
    assert (reply.status, [item["code"] for item in reply.data]) == (207, [code, "SUCCESS"])
    assert state.get("Accounts", shut)["Phone"] != "1"  # type: ignore[index]


@pytest.mark.parametrize("trigger", ["workflow", ["workflows"], [None], [[]]], ids=str)
def test_triggers_that_there_are_not(client: Client, trigger: Any) -> None:
    reply = client.write("POST", "/Accounts", {"data": [GOOD], "trigger": trigger})
    assert (reply.status, reply.json["code"], reply.json["details"]["api_name"]) == (400, "INVALID_DATA", "trigger")


def test_one_address_is_of_one_record(client: Client, state: State) -> None:
    record = some(state, "Accounts")[0]
    two = client.write("PUT", f"/Accounts/{record}", {"data": [{"Phone": "1"}, {"Phone": "2"}]})
    assert (two.status, two.json["code"], two.json["details"]["maximum_length"]) == (400, "LIMIT_EXCEEDED", 1)
    for path, body in ((f"/Accounts/{record}", {}), ("/Accounts/actions/mass_update", {"ids": [record]})):
        method = "POST" if body else "PUT"
        item = client.write(method, path, {"data": ["x"], **body}).data[0]
        assert (item["code"], item["details"]["expected_data_type"]) == ("INVALID_DATA", "jsonobject")


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (-1, 412)])
def test_unmodified_since(client: Client, state: State, seconds: int, status: int) -> None:
    record = some(state, "Accounts")[0]
    state.update("Accounts", record, {"Phone": "0"})
    since = "2025-12-01T18:00:00+00:00" if seconds == 0 else "2025-12-01T17:59:59+00:00"
    body = {"data": [{"Phone": "1"}]}
    reply = client.write("PUT", f"/Accounts/{record}", body, headers={"If-Unmodified-Since": since})
    assert reply.status == status
    assert state.get("Accounts", record)["Phone"] == ("1" if status == 200 else "0")  # type: ignore[index]
    if status == 412:
        assert reply.data[0]["code"] == "ALREADY_MODIFIED"
        assert reply.data[0]["details"]["Modified_Time"] == "2025-12-01T12:00:00-06:00"


def test_an_upsert_updates_what_it_finds(client: Client, state: State) -> None:
    record = some(state, "Contacts")[0]
    email = state.get("Contacts", record)["Email"]  # type: ignore[index]
    items = [{"Email": email, "Last_Name": "A"}, {"Email": "new@x.example", "Last_Name": "B"}, {"Email": "c@x.example"}]
    reply = client.write("POST", "/Contacts/upsert", {"data": items})
    assert reply.status == 207
    first, second, third = reply.data
    assert (first["action"], first["duplicate_field"], first["details"]["id"]) == ("update", "Email", record)
    assert (second["action"], second["duplicate_field"]) == ("insert", None)
    assert third["code"] == "MANDATORY_NOT_FOUND"
    again = client.write("POST", "/Contacts/upsert", {"data": items[1:2]}).data[0]
    assert (again["action"], again["details"]["id"]) == ("update", second["details"]["id"])


KEY = FieldMeta("Key", "text", "Key", length=50, custom=True, unique=True)


def upserted(client: Client, items: list[dict[str, Any]], *names: str) -> list[Any]:
    body = {"data": items, "trigger": []} | ({"duplicate_check_fields": [*names]} if names else {})
    found: list[Any] = client.write("POST", "/Accounts/upsert", body).data
    return found


def test_an_upsert_by_named_fields_looks_in_their_order(client: Client, state: State) -> None:
    state.add_field("Accounts", KEY)
    one, two = upserted(client, [{"Account_Name": "One", "Key": "k1"}, {"Account_Name": "Two", "Key": "k2"}], "Key")
    both = {"Account_Name": "Two", "Key": "k1", "Phone": "1"}
    (found,) = upserted(client, [both], "Key", "Account_Name")
    assert (found["details"]["id"], found["duplicate_field"]) == (one["details"]["id"], "Key")
    (found,) = upserted(client, [{"Account_Name": "Two", "Phone": "1"}], "Account_Name", "Key")
    assert found["details"]["id"] in (one["details"]["id"], two["details"]["id"])
    assert found["duplicate_field"] == "Account_Name"


def test_an_upsert_without_names_looks_in_zohos_own_field_and_then_in_unique_ones(client: Client, state: State) -> None:
    state.add_field("Accounts", KEY)
    (made,) = upserted(client, [{"Account_Name": "One", "Key": "k1"}])
    (found,) = upserted(client, [{"Account_Name": "Another", "Key": "k1"}])
    assert (found["details"]["id"], found["duplicate_field"]) == (made["details"]["id"], "Key")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["Tax_Number"], "INVALID_DATA"),
        (["Nothing"], "INVALID_DATA"),
        (["Account_Name", 5], "INVALID_DATA"),
        ("Account_Name", "INVALID_DATA"),
        (["Account_Name"] * 11, "LIMIT_EXCEEDED"),
    ],
    ids=["not unique", "no field", "no name", "no list", "too many"],
)
def test_an_upsert_finds_records_only_by_what_tells_them_apart(client: Client, names: Any, code: str) -> None:
    reply = client.write("POST", "/Accounts/upsert", {"data": [GOOD], "duplicate_check_fields": names})
    assert (reply.status, reply.json["code"]) == (400, code)


def test_unique_values_differ_in_more_than_capitals_and_blanks(client: Client, state: State) -> None:
    state.add_field("Accounts", KEY)
    first, second = upserted(
        client, [{"Account_Name": "A", "Key": "North"}, {"Account_Name": "B", "Key": " nORTH "}], "Key"
    )
    assert (second["action"], second["details"]["id"]) == ("update", first["details"]["id"])
    item = client.write("POST", "/Accounts", {"data": [{"Account_Name": "C", "Key": "NORTH"}]}).data[0]
    assert (item["code"], item["details"]["id"]) == ("DUPLICATE_DATA", first["details"]["id"])


@pytest.mark.parametrize(("count", "credits"), [(1, 1), (10, 1), (11, 2), (100, 10)])
def test_a_write_costs_a_credit_for_ten_records(client: Client, count: int, credits: int) -> None:
    client.write("POST", "/Accounts", {"data": [{"Account_Name": f"N{n}"} for n in range(count)], "trigger": []})
    assert client.app.calls[-1].credits == credits


def test_a_hundred_records_at_most(client: Client) -> None:
    reply = client.write("POST", "/Accounts", {"data": [GOOD] * 101})
    assert (reply.status, reply.json["code"], reply.json["details"]["maximum_length"]) == (400, "LIMIT_EXCEEDED", 100)
    reply = client.send("DELETE", "/crm/v8/Accounts", query={"ids": ",".join(map(str, range(101)))})
    assert reply.json["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(("trigger", "runs"), [(None, 1), (["workflow"], 1), ([], 0), (["approval"], 0)])
def test_workflows_run_unless_they_are_told_not_to(
    client: Client, state: State, trigger: list[str] | None, runs: int
) -> None:
    add_workflow(state, Workflow("Touch", module="Accounts", events=("edit",), sets={"Description": "touched"}))
    record = some(state, "Accounts")[0]
    body = {"data": [{"id": record, "Phone": "1"}]} | ({} if trigger is None else {"trigger": trigger})
    client.write("PUT", "/Accounts", body)
    recorded = state.db.execute("SELECT workflow, record_id FROM workflow_runs").fetchall()
    assert recorded == [("Notify the owner", record), ("Touch", record)] * runs
    assert state.get("Accounts", record)["Description"] == ("touched" if runs else None)  # type: ignore[index]


@pytest.mark.parametrize(("asked", "runs"), [("false", 0), ("False", 0), ("true", 1), (None, 1)])
def test_deleting_fires_unless_it_is_told_not_to(client: Client, state: State, asked: str | None, runs: int) -> None:
    (lead,) = some(state, "Leads", 1)
    reply = client.send("DELETE", f"/crm/v8/Leads/{lead}", query={"wf_trigger": asked} if asked else {})
    assert reply.status == 200
    assert len(workflow_runs(state)) == runs


def test_finding_by_a_unique_field_does_not_read_the_whole_module(client: Client, state: State) -> None:
    state.add_field("Accounts", FieldMeta("Key", "text", "Key", custom=True, unique=True))
    asked: list[str] = []
    state.db.set_trace_callback(asked.append)
    client.write("POST", "/Accounts/upsert", {"data": [{"Account_Name": "A", "Key": "1"}]})
    state.db.set_trace_callback(None)
    finding = [each for each in asked if each.startswith('SELECT id FROM "Accounts"')]
    for statement, name in zip(finding, ("Account_Name", "Key", "Key"), strict=True):
        plan = state.db.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        assert f"INDEX Accounts with {name} ({name}=?)" in plan[0][-1]
    state.remove_field("Accounts", "Key")
    assert client.get("/Accounts", fields="Key", per_page=1).data[0].keys() == {"id"}


def test_a_record_is_written_with_all_that_follows_or_not_at_all(
    client: Client, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any, **__: Any) -> None:
        raise Refusal(400, "RECORD_LOCKED", "record is locked")

    monkeypatch.setattr(writing, "fire", locked)
    before = state.db.execute("SELECT count(*) FROM Accounts").fetchone()
    reply = client.write("POST", "/Accounts", {"data": [GOOD]})
    assert (reply.status, reply.data[0]["code"]) == (400, "RECORD_LOCKED")
    assert state.db.execute("SELECT count(*) FROM Accounts").fetchone() == before
    assert state.journal() == []


def test_a_stage_change_is_history(client: Client, state: State) -> None:
    record = state.db.execute("SELECT id FROM Deals WHERE Stage = 'Qualification' LIMIT 1").fetchone()[0]
    client.write("PUT", "/Deals", {"data": [{"id": record, "Stage": "Closed won"}], "trigger": []})
    rows = client.get(f"/Deals/{record}/Stage_History", fields="Stage,Moved_To__s,Modified_Time").data
    assert [(row["Stage"], row["Moved_To__s"]) for row in rows[:2]] == [
        ("Closed won", None),
        ("Qualification", "Closed won"),
    ]
    deal = state.get("Deals", record)
    assert deal is not None
    assert (deal["Probability"], deal["Expected_Revenue"]) == (100, deal["Amount"])
    client.write("PUT", "/Deals", {"data": [{"id": record, "Next_Step": "call"}], "trigger": []})
    assert len(client.get(f"/Deals/{record}/Stage_History", fields="Stage").data) == len(rows)


def test_full_names_follow(client: Client, state: State) -> None:
    item = client.write("POST", "/Leads", {"data": [{"Last_Name": "Li", "First_Name": "Na", "Company": "C"}]}).data[0]
    assert state.get("Leads", item["details"]["id"])["Full_Name"] == "Na Li"  # type: ignore[index]


def test_deleting_and_restoring(client: Client, state: State) -> None:
    deal, other = some(state, "Deals", 2)
    name = state.get("Deals", deal)["Deal_Name"]  # type: ignore[index]
    history = state.db.execute("SELECT count(*) FROM DealHistory WHERE Potential_Name = ?", (deal,)).fetchone()[0]
    reply = client.send("DELETE", "/crm/v8/Deals", query={"ids": f"{deal},1"})
    assert (reply.status, [item["status"] for item in reply.data]) == (207, ["success", "error"])
    state.advance(60)
    state.delete("Deals", other, permanent=True)
    rows = client.get("/Deals/deleted").data
    assert [(row["id"], row["type"], row["display_name"]) for row in rows] == [
        (other, "permanent", None),
        (deal, "recycle", name),
    ]
    assert rows[1]["deleted_by"]["id"] == state.current_user
    for since in ("2025-12-01T18:00:01+00:00", "2025-12-01T18:01:00+00:00"):
        late = client.get("/Deals/deleted", {"If-Modified-Since": since}).data
        assert [row["id"] for row in late] == [other]
    assert client.get("/Deals/deleted", type="recycle").json["info"]["count"] == 1
    orphans = state.db.execute(
        'SELECT count(*) FROM DealHistory WHERE "$parent" = ? AND Potential_Name IS NULL', (deal,)
    )
    assert orphans.fetchone()[0] == history
    assert state.restore("Deals", deal)
    assert not state.restore("Deals", other)
    assert client.get("/Deals/deleted").json["info"]["count"] == 1
    assert client.get(f"/Deals/{deal}").status == 200
    assert len(client.get(f"/Deals/{deal}/Stage_History", fields="Stage").data) == history


def test_merging_moves_what_pointed_to_the_loser(client: Client, state: State) -> None:
    loser = state.db.execute("SELECT Account_Name FROM Deals LIMIT 1").fetchone()[0]
    winner = next(each for each in some(state, "Accounts", 3) if each != loser)
    count = "SELECT count(*) FROM Deals WHERE Account_Name = ?"
    together = sum(state.db.execute(count, (each,)).fetchone()[0] for each in (winner, loser))
    state.merge("Accounts", winner, loser)
    assert state.db.execute(count, (winner,)).fetchone()[0] == together
    assert client.get("/Accounts/deleted").data[0]["id"] == loser


def test_mass_update(client: Client, state: State) -> None:
    ids = some(state, "Accounts", 3)
    reply = client.write("POST", "/Accounts/actions/mass_update", {"data": [{"Rating": "Active"}], "ids": [*ids, "1"]})
    assert (reply.status, [item["code"] for item in reply.data]) == (207, ["SUCCESS"] * 3 + ["INVALID_DATA"])
    assert {state.get("Accounts", each)["Rating"] for each in ids} == {"Active"}  # type: ignore[index]


def test_history_cannot_be_written(client: Client) -> None:
    assert client.write("POST", "/DealHistory", {"data": [{"Stage": "x"}]}).json["code"] == "NOT_SUPPORTED"


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'{"data": {}}', b'{"data": []}'])
def test_bodies_that_are_none(client: Client, body: bytes) -> None:
    reply = client.send("POST", "/crm/v8/Accounts", body=body)
    assert reply.status == 400
    assert reply.json["code"] in ("INVALID_DATA", "MANDATORY_NOT_FOUND")

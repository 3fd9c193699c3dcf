"""Metadata, and making fields and modules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from adapters.zoho.emulator.app import StandIn
from adapters.zoho.emulator.filling import fill
from adapters.zoho.emulator.state import State
from connector.sample import generate
from tests.adapters.zoho.emulator.client import Client

Make = Callable[..., StandIn]
SCORE = {"field_label": "KPI Score", "data_type": "double", "length": 10, "decimal_place": 2}


def fields(client: Client, module: str) -> dict[str, Any]:
    return {each["api_name"]: each for each in client.get("/settings/fields", module=module).json["fields"]}


def test_stage_says_what_is_won_and_lost(client: Client) -> None:
    stage = fields(client, "Deals")["Stage"]
    kinds = {each["display_value"]: each["forecast_type"] for each in stage["pick_list_values"]}
    assert kinds["Closed won"] == "Closed Won"
    assert kinds["No decision"] == "Closed Lost"
    assert kinds["Proposal"] == "Open"
    assert stage["history_tracking"]["module"]["api_name"] == "DealHistory"
    layout = client.get("/settings/layouts", module="Deals").json["layouts"][0]
    pipelines = client.get("/settings/pipeline", layout_id=layout["id"]).json["pipeline"]
    assert [each["display_value"] for each in pipelines] == ["Direct sales", "Partner sales"]
    assert {each["actual_value"]: each["forecast_type"] for each in pipelines[0]["maps"]} == kinds


def test_every_field_says_what_typed_clients_ask(client: Client) -> None:
    for module in client.get("/settings/modules").json["modules"]:
        for field in client.get("/settings/fields", module=module["api_name"]).json["fields"]:
            assert field["json_type"] in ("string", "integer", "long", "double", "boolean", "jsonobject", "jsonarray")
            assert len(field["id"]) == 19
            assert isinstance(field["operation_type"]["api_update"], bool)
            assert (field["data_type"] == "lookup") == bool(field["lookup"]) or field["api_name"] == "What_Id"
            assert not field["api_name"].startswith("$")


def test_labels_are_in_the_orgs_language() -> None:
    state = State.open()
    try:
        sample = generate("small", until=date(2025, 12, 1), language="zh-CN", scale=0.1)
        fill(state, sample, edition="free", environment="sandbox", modules=["Deals"])
        assert state.modules()["Deals"].plural == "商机"
        own = {name: field.label for name, field in state.fields("Deals").items() if field.api_shown}
        assert {name for name, label in own.items() if label.isascii()} == set()
        assert "赢单" in [each.value for each in state.fields("Deals")["Stage"].picklist]
        assert state.setting("org")["type"] == "sandbox"
    finally:
        state.close()


def test_a_new_field_is_named_after_its_label_and_holds_values(client: Client, state: State) -> None:
    reply = client.send(
        "POST",
        "/crm/v8/settings/fields?module=Accounts",
        body=b'{"fields": [{"field_label": "KPI Score", "data_type": "double", "length": 10, "decimal_place": 2}]}',
    )
    assert (reply.status, reply.json["fields"][0]["code"]) == (201, "SUCCESS")
    made = fields(client, "Accounts")["KPI_Score"]
    assert (made["id"], made["custom_field"]) == (reply.json["fields"][0]["details"]["id"], True)
    account = state.db.execute("SELECT id FROM Accounts LIMIT 1").fetchone()[0]
    client.write("PUT", "/Accounts", {"data": [{"id": account, "KPI_Score": 7.256}], "trigger": []})
    assert client.get(f"/Accounts/{account}", fields="KPI_Score").data[0]["KPI_Score"] == 7.26


def test_a_label_can_change_and_the_name_stays(client: Client) -> None:
    made = client.write("POST", "/settings/fields?module=Accounts", {"fields": [SCORE]}).json["fields"][0]
    body = {"fields": [{"id": made["details"]["id"], "field_label": "得分"}]}
    assert client.write("PATCH", "/settings/fields?module=Accounts", body).status == 200
    assert fields(client, "Accounts")["KPI_Score"]["field_label"] == "得分"
    gone = client.write("DELETE", f"/settings/fields/{made['details']['id']}?module=Accounts")
    assert gone.status == 200
    assert "KPI_Score" not in fields(client, "Accounts")


@pytest.mark.parametrize(
    ("field", "code", "where"),
    [
        ({"data_type": "text"}, "MANDATORY_NOT_FOUND", "field_label"),
        ({"field_label": "A"}, "MANDATORY_NOT_FOUND", "data_type"),
        ({"field_label": "A", "data_type": "subform"}, "INVALID_DATA", "data_type"),
        ({"field_label": "A" * 51, "data_type": "text"}, "INVALID_DATA", "field_label"),
        ({"field_label": "Account Name", "data_type": "text"}, "DUPLICATE_DATA", "field_label"),
        ({"field_label": "A", "data_type": "currency"}, "MANDATORY_NOT_FOUND", "currency"),
        ({"field_label": "A", "data_type": "picklist"}, "MANDATORY_NOT_FOUND", "pick_list_values"),
        ({"field_label": "A", "data_type": "double", "decimal_place": 10}, "INVALID_DATA", "decimal_place"),
        ({"field_label": "A", "data_type": "text", "length": 256}, "INVALID_DATA", "length"),
        ({"field_label": "A", "data_type": "lookup"}, "INVALID_DATA", "lookup"),
        ({"field_label": "A", "data_type": ["text"]}, "INVALID_DATA", "data_type"),
        ({"field_label": "A", "data_type": "text", "unique": True}, "INVALID_DATA", "unique"),
        ({"field_label": "A", "data_type": "double", "unique": {"case_sensitive": False}}, "INVALID_DATA", "unique"),
        (
            {"field_label": "A", "data_type": "text", "unique": {"case_sensitive": True}},
            "INVALID_DATA",
            "case_sensitive",
        ),
        ({"field_label": "A", "data_type": "lookup", "lookup": "Deals"}, "INVALID_DATA", "lookup"),
        ({"field_label": "A", "data_type": "picklist", "pick_list_values": ["x"]}, "INVALID_DATA", "pick_list_values"),
    ],
    ids=lambda value: str(value)[:45],
)
def test_fields_that_cannot_be_made(client: Client, field: dict[str, Any], code: str, where: str) -> None:
    reply = client.write("POST", "/settings/fields?module=Accounts", {"fields": [SCORE, field]})
    item = reply.json["fields"][1]
    assert (reply.status, item["code"], item["details"]["api_name"]) == (207, code, where)
    assert item["details"]["json_path"].startswith("$.fields[1]")


@pytest.mark.parametrize(
    ("label", "code"),
    [("Phone", "DUPLICATE_DATA"), ("x" * 51, "INVALID_DATA"), ("KPI Score", "SUCCESS"), ("x" * 50, "SUCCESS")],
    ids=["taken", "too long", "its own", "long"],
)
def test_a_new_label_keeps_the_rules_of_a_first_one(client: Client, label: str, code: str) -> None:
    made = client.write("POST", "/settings/fields?module=Accounts", {"fields": [SCORE]}).json["fields"][0]
    body = {"fields": [{"id": made["details"]["id"], "field_label": label}]}
    assert client.write("PATCH", "/settings/fields?module=Accounts", body).json["fields"][0]["code"] == code


def test_zohos_own_fields_keep_their_labels(client: Client) -> None:
    body = {"fields": [{"id": fields(client, "Accounts")["Phone"]["id"], "field_label": "Ring"}]}
    assert client.write("PATCH", "/settings/fields?module=Accounts", body).json["fields"][0]["code"] == "INVALID_DATA"
    assert fields(client, "Accounts")["Phone"]["field_label"] == "Phone"


def test_names_that_differ_in_capitals_alone_are_told_apart_by_a_number(client: Client) -> None:
    body = {"fields": [{"field_label": label, "data_type": "text"} for label in ("KPI Key", "kpi.key")]}
    assert client.write("POST", "/settings/fields?module=Accounts", body).status == 201
    assert {"KPI_Key", "kpi_key1"} <= fields(client, "Accounts").keys()


def test_five_fields_at_most(client: Client) -> None:
    reply = client.write("POST", "/settings/fields?module=Accounts", {"fields": [SCORE] * 6})
    assert (reply.status, reply.json["fields"][0]["code"]) == (400, "LIMIT_EXCEEDED")


def module_body(client: Client, **changes: Any) -> dict[str, Any]:
    profile = client.get("/settings/profiles").json["profiles"][0]["id"]
    found = {
        "singular_label": "KPIReport",
        "plural_label": "KPIReports",
        "api_name": "KPIReports",
        "profiles": [{"id": profile}],
        "display_field": {"field_label": "Report Name", "data_type": "text"},
        **changes,
    }
    return {"modules": [found]}


def test_a_custom_module_costs_500_credits_and_works(client: Client) -> None:
    reply = client.write("POST", "/settings/modules", module_body(client))
    assert (reply.status, client.app.calls[-1].credits) == (201, 500)
    made = client.get("/settings/modules/KPIReports").json["modules"][0]
    assert (made["id"], made["generated_type"]) == (reply.json["modules"][0]["details"]["id"], "custom")
    assert fields(client, "KPIReports")["Name"]["field_label"] == "Report Name"
    assert client.write("POST", "/KPIReports", {"data": [{"Name": "Q1"}]}).status == 201
    assert [row["Name"] for row in client.rows("KPIReports", fields="Name")] == ["Q1"]
    assert client.write("POST", "/settings/modules", module_body(client)).status == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"singular_label": ""}, "MANDATORY_NOT_FOUND"),
        ({"plural_label": "x" * 26}, "INVALID_DATA"),
        ({"plural_label": "KPI (reports)"}, "INVALID_DATA"),
        ({"singular_label": 7}, "INVALID_DATA"),
        ({"api_name": "Käse"}, "INVALID_DATA"),
        ({"api_name": "KPI__Reports"}, "INVALID_DATA"),
        ({"api_name": "KPI_Reports_"}, "INVALID_DATA"),
        ({"api_name": "_Reports"}, "INVALID_DATA"),
        ({"api_name": "x" * 51}, "INVALID_DATA"),
        ({"api_name": "deals"}, "DUPLICATE_DATA"),
        ({"api_name": "journal"}, "RESERVED_KEYWORD_NOT_ALLOWED"),
        ({"profiles": "all"}, "INVALID_DATA"),
        ({"display_field": "Name"}, "INVALID_DATA"),
        ({"api_name": "users"}, "RESERVED_KEYWORD_NOT_ALLOWED"),
        ({"api_name": "Deals"}, "DUPLICATE_DATA"),
        ({"singular_label": "Deal"}, "DUPLICATE_DATA"),
        ({"profiles": [{"id": "1"}]}, "INVALID_DATA"),
        ({"display_field": {"field_label": "x", "data_type": "date"}}, "INVALID_DATA"),
    ],
    ids=str,
)
def test_modules_that_cannot_be_made(client: Client, changes: dict[str, Any], code: str) -> None:
    before = list(client.app.state.modules())
    reply = client.write("POST", "/settings/modules", module_body(client, **changes))
    assert (reply.status, reply.json["modules"][0]["code"]) == (400, code)
    assert list(client.app.state.modules()) == before


def test_a_module_without_a_name_is_called_after_its_label(client: Client) -> None:
    body = module_body(client, plural_label="KPI Reports", api_name=None)
    assert client.write("POST", "/settings/modules", body).status == 201
    assert "KPI_Reports" in client.app.state.modules()


def test_the_edition_limits_custom_modules(client: Client) -> None:
    client.app.state.set_setting("edition", "free")
    reply = client.write("POST", "/settings/modules", module_body(client))
    assert (reply.json["code"], reply.json["details"]) == ("LIMIT_EXCEEDED", {"limit": 0})


def test_the_org_and_its_people(client: Client, state: State) -> None:
    org = client.get("/org").json["org"][0]
    assert (org["time_zone"], org["iso_code"], org["type"]) == ("America/Chicago", "USD", "production")
    assert org["license_details"]["paid_type"] == "enterprise"
    me = client.get("/users", type="CurrentUser").json["users"]
    assert [each["id"] for each in me] == [state.current_user]
    everybody = client.get("/users").json["users"]
    active = client.get("/users", type="ActiveUsers").json["users"]
    gone = client.get("/users", type="DeactiveUsers").json["users"]
    assert len(everybody) == len(active) + len(gone) == 33
    assert len(gone) == 2
    roles = {each["id"]: each for each in client.get("/settings/roles").json["roles"]}
    assert all(each["role"]["name"] == roles[each["role"]["id"]]["name"] for each in everybody)
    assert client.get("/users/deleted-nobody").status == 204
    assert client.get("/users", type="Nobody").json["code"] == "INVALID_DATA"
    page = client.get("/users", per_page=20, page=2).json
    assert (page["info"]["count"], page["info"]["more_records"]) == (13, False)


def test_currencies(client: Client, state: State) -> None:
    found = {each["iso_code"]: each for each in client.get("/org/currencies").json["currencies"]}
    assert (found["USD"]["is_base"], found["USD"]["exchange_rate"]) == (True, "1.000000000")
    assert 0.5 < float(found["EUR"]["exchange_rate"]) < 1
    state.set_setting("org", {**state.setting("org"), "mc_status": False})
    assert client.get("/org/currencies").status == 204
    assert client.get("/settings/fiscal_year").json["fiscal_year"]["start_month"] == "JANUARY"

"""Zoho's SDK signs in and reads how the organisation is set up: it finds what the stand-in holds."""

from __future__ import annotations

import pytest

from adapters.zoho.emulator.metadata import layout_id
from tests.adapters.zoho.emulator.judge.judged import Judged, rows

pytestmark = pytest.mark.slow


def test_everything_was_understood(judged: Judged) -> None:
    """The SDK keeps silent about what it cannot read; here nothing stopped it."""
    assert [text for name, text in judged.found.items() if name.startswith("broken")] == []


def test_it_signs_in_and_takes_the_host_from_the_token(judged: Judged) -> None:
    address, org = judged.before.user_names[judged.before.current_user][1], judged.before.setting("org")
    assert judged.step("initialise") == {"api_domain": judged.served.url, "user": f"{address}:{org['zgid']}"}
    asked = [each.path for each in judged.served.calls[:3]]
    assert asked == ["/oauth/v2/token", "/crm/v8/users", "/crm/v8/org"]


def test_users(judged: Judged) -> None:
    users = rows(judged.before, "Users", "id", "full_name", "email", "status")
    found = [(each["id"], each["full_name"], each["email"], each["status"]) for each in judged.step("all users")]
    assert sorted(found) == sorted(users)
    (me,) = judged.step("current user")
    assert str(me["id"]) == judged.before.current_user
    assert (me["role"]["name"], me["profile"]["name"]) == ("Northfield Hardware", "Administrator")


def test_org(judged: Judged) -> None:
    held, (org,) = judged.before.setting("org"), judged.step("org")
    for name in ("company_name", "zgid", "time_zone", "iso_code", "currency", "mc_status", "primary_email", "type"):
        assert org[name] == held[name], name
    assert org["license_details"]["paid_type"] == "enterprise"
    assert not org["zgid"].startswith("0")


def test_modules(judged: Judged) -> None:
    held = {
        name: (meta.api_supported, "custom" if meta.custom else "default", meta.plural)
        for name, meta in judged.before.modules().items()
    }
    assert {
        each["api_name"]: (each["api_supported"], each["generated_type"], each["plural_label"])
        for each in judged.step("modules")
    } == held


@pytest.mark.parametrize("module", ["Deals", "Accounts", "Surveys"])
def test_fields(judged: Judged, module: str) -> None:
    shown = [each for each in judged.before.fields(module).values() if each.api_shown]
    found = judged.step("fields")[module]
    assert [(each["api_name"], each["data_type"], each["id"]) for each in found] == [
        (each.api_name, "text" if each.data_type == "tags" else each.data_type, int(each.id)) for each in shown
    ]
    for field, held in zip(found, shown, strict=True):
        values = [each["actual_value"] for each in field["pick_list_values"]]
        assert values == [each.value for each in held.picklist], held.api_name
        assert field["system_mandatory"] == held.mandatory, held.api_name
    lookups = {
        each["api_name"]: each["lookup"]["module"]["api_name"] for each in found if each["data_type"] == "lookup"
    }
    assert lookups == {each.api_name: each.lookup for each in shown if each.data_type == "lookup"}


def test_layouts(judged: Judged) -> None:
    (layout,) = judged.step("layouts")
    assert (layout["id"], layout["name"]) == (int(layout_id(judged.before, "Deals")), "Standard")
    fields = [field["api_name"] for section in layout["sections"] for field in section["fields"]]
    shown = [name for name, each in judged.before.fields("Deals").items() if each.api_shown]
    assert {"Deal_Name", "Stage", "Amount"} <= set(fields) <= set(shown)
    required = {field["api_name"] for section in layout["sections"] for field in section["fields"] if field["required"]}
    assert required == {name for name in fields if judged.before.fields("Deals")[name].mandatory}


def test_pipelines(judged: Judged) -> None:
    def stages(pipeline: dict[str, object]) -> object:
        maps = pipeline["maps"]
        assert isinstance(maps, list)
        return [(each["actual_value"], each["forecast_type"], each["forecast_category"]["name"]) for each in maps]

    held = {each["actual_value"]: stages(each) for each in judged.before.documents("pipeline")}
    assert {each["actual_value"]: stages(each) for each in judged.step("pipelines")} == held
    assert {kind for stage in held.values() for _, kind, _ in stage} == {"Open", "Closed Won", "Closed Lost"}


def test_currencies(judged: Judged) -> None:
    names = ("iso_code", "exchange_rate", "is_base", "is_active", "symbol")
    held = [tuple(each[name] for name in names) for each in judged.before.documents("currency")]
    assert [tuple(each[name] for name in names) for each in judged.step("currencies")] == held
    assert len(held) > 1


def test_roles(judged: Judged) -> None:
    held = judged.before.documents("role")
    found = judged.step("roles")
    assert [(each["id"], each["name"]) for each in found] == [(int(each["id"]), each["name"]) for each in held]
    above = [each["reporting_to"] and str(each["reporting_to"]["id"]) for each in found]
    assert above == [each["reporting_to"] and each["reporting_to"]["id"] for each in held]
    people = {name for name, _ in judged.before.user_names.values()}
    assert {each["forecast_manager"]["name"] for each in found if each["forecast_manager"]} <= people


def test_profiles(judged: Judged) -> None:
    held = [(int(each["id"]), each["name"]) for each in judged.before.documents("profile")]
    assert [(each["id"], each["name"]) for each in judged.step("profiles")] == held


def test_fiscal_year(judged: Judged) -> None:
    held = judged.before.setting("fiscal_year")
    assert judged.step("fiscal year")["start_month"] == held["start_month"]


def test_related_lists(judged: Judged) -> None:
    found = {each["api_name"]: each["module"]["api_name"] for each in judged.step("related lists")}
    assert found["Stage_History"] == "DealHistory"
    assert found["Tasks"] == "Tasks"

"""Links by name across modules: the order of pulling, circles, and what is read again when a name changes."""

from __future__ import annotations

from typing import Any

from connector.mapping import CompiledMapping, TableMapping, compile_mapping
from connector.pull.order import levels

from .conftest import Desk, deal, snapshot

BY_NAME = {"link": {"by": "name"}}

ACCOUNTS = {"id": "id", "columns": {"name": "name"}}
DEALS = {"id": "id", "columns": {"outcome": "stage", "account_id": {"from": "account", **BY_NAME}}}


def account(record_id: str, name: str) -> dict[str, str]:
    return {"id": record_id, "name": name}


def modules(**tables: Any) -> dict[str, list[CompiledMapping]]:
    compiled = {
        table: compile_mapping(table, TableMapping.model_validate(raw), timezone="UTC", currency="EUR")
        for table, raw in tables.items()
    }
    return {table: [mapping] for table, mapping in compiled.items()}


def test_names_come_before_what_looks_them_up() -> None:
    leads = {"id": "id", "columns": {"deal_id": {"from": "d", **BY_NAME}}}
    assert levels(modules(leads=leads, deals=DEALS, accounts=ACCOUNTS)) == [["accounts"], ["deals"], ["leads"]]


def test_links_by_id_need_no_order() -> None:
    deals = {"id": "id", "columns": {"outcome": "stage", "account_id": "a"}}
    assert levels(modules(deals=deals, accounts=ACCOUNTS)) == [["accounts", "deals"]]


def test_in_a_circle_teams_come_first() -> None:
    users = {"id": "id", "columns": {"name": "n", "team_id": {"from": "t", **BY_NAME}}}
    teams = {"id": "id", "columns": {"name": "n", "manager_id": {"from": "m", **BY_NAME}}}
    assert levels(modules(users=users, teams=teams)) == [["teams"], ["users"]]


def test_a_table_of_which_nothing_is_pulled_is_no_reason_to_wait() -> None:
    assert levels(modules(deals=DEALS)) == [["deals"]]


def test_deals_find_their_accounts(desk: Desk) -> None:
    desk.mappings = {"deals": DEALS, "accounts": ACCOUNTS}
    desk.adapter.scripts["deals"] = snapshot(deal("1", account="ACME corp"), deal("2", account="Nobody"))
    desk.adapter.scripts["accounts"] = snapshot(account("a", "Acme Corp."), module="accounts")
    desk.pull()
    assert desk.facts("deals", "account_id") == {"1": "a", "2": None}
    assert desk.issues() == [("2", "Nobody", "none of the accounts is called Nobody")]


def test_a_renamed_account_has_its_deals_read_again(desk: Desk) -> None:
    desk.mappings = {"deals": DEALS, "accounts": ACCOUNTS}
    desk.adapter.scripts["deals"] = snapshot(deal("1", account="Globex"))
    desk.adapter.scripts["accounts"] = snapshot(account("a", "Acme"), module="accounts")
    desk.pull()
    assert desk.facts("deals", "account_id") == {"1": None}
    desk.adapter.scripts["accounts"] = snapshot(account("a", "Globex"), module="accounts")
    desk.pull()
    assert desk.facts("deals", "account_id") == {"1": "a"}
    assert desk.issues() == []
    assert [module.no_news for module in desk.pull().modules] == [True, True]


def test_a_new_account_without_a_new_name_changes_nothing_for_deals(desk: Desk) -> None:
    desk.mappings = {"deals": DEALS, "accounts": ACCOUNTS}
    desk.adapter.scripts["deals"] = snapshot(deal("1", account="Acme"))
    desk.adapter.scripts["accounts"] = snapshot(account("a", "Acme"), module="accounts")
    desk.pull()
    desk.adapter.scripts["accounts"] = snapshot(account("a", "Acme"), module="accounts", version=2)
    accounts, deals = desk.pull().modules
    assert (accounts.arrived, deals.arrived) == (1, 0)
    assert (accounts.no_news, deals.no_news) == (True, True)


def test_managers_are_found_in_their_own_table(desk: Desk) -> None:
    columns = {"name": "name", "manager_id": {"from": "boss", **BY_NAME}}
    desk.mappings = {"users": {"id": "id", "columns": columns}}
    people = [
        {"id": "1", "name": "Ann", "boss": ""},
        {"id": "2", "name": "Bob", "boss": "Ann"},
        {"id": "3", "name": "Cid", "boss": "Zoe"},
    ]
    desk.adapter.scripts["users"] = snapshot(*people, module="users")
    module = desk.pull_one()
    assert desk.facts("users", "manager_id") == {"1": None, "2": "1", "3": None}
    assert desk.issues() == [("3", "Zoe", "none of the users is called Zoe")]
    assert (module.arrived, module.issues) == (3, 1)
    before = desk.everything()
    assert desk.pull_one().no_news
    assert desk.everything() == before


def test_teams_and_users_that_name_each_other_settle_in_one_run(desk: Desk) -> None:
    desk.mappings = {
        "users": {"id": "id", "columns": {"name": "name", "team_id": {"from": "team", **BY_NAME}}},
        "teams": {"id": "id", "columns": {"name": "name", "manager_id": {"from": "head", **BY_NAME}}},
    }
    desk.adapter.scripts["users"] = snapshot({"id": "u", "name": "Ann", "team": "East"}, module="users")
    desk.adapter.scripts["teams"] = snapshot({"id": "t", "name": "East", "head": "Ann"}, module="teams")
    desk.pull()
    assert desk.facts("users", "team_id") == {"u": "t"}
    assert desk.facts("teams", "manager_id") == {"t": "u"}
    assert desk.issues() == []
    assert not desk.pull().news

"""Scopes: two stages, no more than is needed, and only names that Zoho knows."""

from __future__ import annotations

import re

import pytest

from adapters.zoho.scopes import needed_scopes

READS = {"Deals": ("Amount",), "DealHistory": (), "Accounts": (), "Users": (), "Roles": (), "Surveys": ()}
KNOWN = re.compile(
    r"ZohoCRM\.(modules\.(leads|accounts|contacts|deals|campaigns|tasks|cases|events|calls|salesorders|invoices|custom)"
    r"|settings\.(modules|fields|layouts|pipeline|profiles|roles|currencies|fiscal_year)|users|org|coql|bulk)"
    r"\.(READ|CREATE|UPDATE)|ZohoSearch\.securesearch\.READ"
)


@pytest.mark.parametrize("writes", [None, [], ["Accounts", "KPI_Reports"]])
def test_only_names_that_zoho_knows_and_never_all_or_delete(writes: list[str] | None) -> None:
    modules = ("Leads", "Contacts", "Tasks", "Events", "Calls", "Cases", "Campaigns", "Sales_Orders", "Invoices")
    scopes = needed_scopes(READS | dict.fromkeys(modules, ()), writes)
    assert [scope for scope in scopes if not KNOWN.fullmatch(scope)] == []
    assert list(scopes) == sorted(set(scopes))


def test_reading_asks_for_reading_only() -> None:
    operations = {scope.rsplit(".", 1)[1] for scope in needed_scopes(READS, None) if "bulk" not in scope}
    assert operations == {"READ"}


def test_modules_that_are_not_read_are_not_asked_for() -> None:
    scopes = needed_scopes({"Accounts": ()}, None)
    assert "ZohoCRM.modules.accounts.READ" in scopes
    assert not [scope for scope in scopes if "deals" in scope or "pipeline" in scope or "users" in scope]


def test_history_goes_with_deals_because_zoho_knows_no_scope_of_its_own() -> None:
    assert set(needed_scopes({"DealHistory": ()}, None)) == set(needed_scopes({"Deals": ()}, None))


def test_writing_changes_what_is_there_and_makes_only_our_own() -> None:
    more = set(needed_scopes(READS, ["Accounts", "KPI_Reports"])) - set(needed_scopes(READS, None))
    assert more == {
        "ZohoCRM.modules.accounts.UPDATE",
        "ZohoCRM.modules.custom.CREATE",
        "ZohoCRM.modules.custom.UPDATE",
        "ZohoCRM.settings.fields.CREATE",
        "ZohoCRM.settings.fields.UPDATE",
        "ZohoCRM.settings.modules.CREATE",
        "ZohoCRM.settings.profiles.READ",
    }


def test_before_anything_is_configured_writing_means_the_default_placement() -> None:
    assert set(needed_scopes(READS, [])) == set(needed_scopes(READS, ["Accounts", "KPI_Reports"]))

"""A small org for tests of the stand-in: three modules whose fields have every type that matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta
from adapters.zoho.emulator.state import State

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_FIRST_ID = 4_000_000_000_000_000_000


def an_id(number: int) -> str:
    """An id as Zoho writes them."""
    return str(_FIRST_ID + number)


USERS = [
    {"id": an_id(1), "full_name": "Ada Lovelace", "last_name": "Lovelace", "email": "ada@example.com"},
    {"id": an_id(2), "full_name": "Bob Noyce", "last_name": "Noyce", "email": "bob@example.com"},
]
ACCOUNTS = [
    {"id": an_id(11), "Account_Name": "Acme", "Industry": "IT", "Owner": an_id(1), "Parent_Account": None},
    {"id": an_id(12), "Account_Name": "Bolt", "Industry": "Food", "Owner": an_id(2), "Parent_Account": an_id(11)},
    {"id": an_id(13), "Account_Name": None, "Industry": None, "Owner": None, "Parent_Account": an_id(12)},
]
USER_FIELDS = {"id": "bigint", "full_name": "text", "last_name": "text", "email": "email"}
ACCOUNT_FIELDS = {
    "id": "bigint",
    "Account_Name": "text",
    "Industry": "picklist",
    "Owner": "ownerlookup Users",
    "Parent_Account": "lookup Accounts",
}
DEAL_FIELDS = {
    "id": "bigint",
    "Deal_Name": "text",
    "Owner": "ownerlookup Users",
    "Created_Time": "datetime",
    "Modified_Time": "datetime",
    "Account_Name": "lookup Accounts",
    "What_Id": "lookup se_module",
    "Stage": "picklist",
    "Amount": "currency",
    "Probability": "integer",
    "Closing_Date": "date",
    "Starred": "boolean",
    "Products": "multiselectpicklist",
    "Description": "textarea",
    "Tag": "tags",
    "Items": "subform",
    "Partners": "multiselectlookup",
    "Files": "fileupload",
    "Photo": "imageupload",
    "Order": "text",
    "Salary": "currency",
}


MODULES = [
    (ModuleMeta("Users", "User", "Users", name_field="full_name", api_supported=False), USER_FIELDS),
    (ModuleMeta("Accounts", "Account", "Accounts", name_field="Account_Name"), ACCOUNT_FIELDS),
    (ModuleMeta("Deals", "Deal", "Deals", name_field="Deal_Name"), DEAL_FIELDS),
]


def small_org(*, deals: Iterable[Mapping[str, Any]] = ()) -> State:
    """The org with its users, accounts and some deals; its clock stands still."""
    state = State.open(":memory:", now=lambda: NOW)
    for meta, types in MODULES:
        state.create_module(meta, [_field(name, *words.split()) for name, words in types.items()])
    state.set_setting("current_user", an_id(1))
    for module, records in (("Users", USERS), ("Accounts", ACCOUNTS), ("Deals", deals)):
        for record in records:
            state.store(module, record)
    state.read_users()
    return state


def _field(name: str, data_type: str, lookup: str | None = None) -> FieldMeta:
    return FieldMeta(name, data_type, name, lookup=lookup, private=name == "Salary", read_only=name == "id")

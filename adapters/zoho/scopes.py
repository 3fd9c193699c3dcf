"""Scopes: what a refresh token may do, in two stages, and no more than the mapping and the write-back need.

Zoho refuses a whole grant for one scope that it does not know, so only names of its own list are asked for: standard
modules have a word each, custom ones share a word, and modules that Zoho makes itself (`DealHistory`) have none and go
with the module that they belong to. No `.ALL`, and nothing that deletes.
https://www.zoho.com/crm/developer/docs/api/v8/scopes.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from connector.contract import ANY_MODULE

CUSTOM: Final = "custom"
_WORDS: Final[Mapping[str, str]] = {
    **{
        module: module.replace("_", "").lower()
        for module in (
            "Leads",
            "Accounts",
            "Contacts",
            "Deals",
            "Campaigns",
            "Tasks",
            "Cases",
            "Events",
            "Calls",
            "Solutions",
            "Products",
            "Vendors",
            "Price_Books",
            "Quotes",
            "Sales_Orders",
            "Purchase_Orders",
            "Invoices",
            "Notes",
            "Services",
            "Appointments__s",
        )
    },
    "Appointments__s": "appointments",
    "DealHistory": "deals",
    "Stage_History": "deals",
}
"""Module -> its word in a scope."""

_NO_RECORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Users": ("ZohoCRM.users.READ",),
    "Roles": ("ZohoCRM.settings.roles.READ",),
    "Currencies": ("ZohoCRM.settings.currencies.READ",),
}
"""What is read like a module and is none."""

_ALWAYS: Final = (
    "ZohoCRM.org.READ",  # whose data it is, the edition, the zone
    "ZohoCRM.settings.modules.READ",
    "ZohoCRM.settings.fields.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.CREATE",  # a bulk read job is made,
    "ZohoCRM.bulk.READ",  # looked at and fetched
    "ZohoSearch.securesearch.READ",  # counts, which completeness is checked against
    "ZohoCRM.settings.currencies.READ",
    "ZohoCRM.settings.fiscal_year.READ",
)
_FIRST_DAY: Final = ("Invoices", CUSTOM)
"""What `init` looks at beside the modules of our own mapping: orders may be invoices, and surveys or costs are modules
that an organisation made."""
_STAGES: Final = ("ZohoCRM.settings.layouts.READ", "ZohoCRM.settings.pipeline.READ")
"""Which stages are won and lost."""
_SET_UP: Final = (
    "ZohoCRM.settings.fields.CREATE",
    "ZohoCRM.settings.fields.UPDATE",  # a field is made with an ASCII name, and gets its label then
    "ZohoCRM.settings.modules.CREATE",
    "ZohoCRM.settings.profiles.READ",  # a module is made for profiles
)

_DEFAULT_PLACEMENT: Final = ("Accounts", "KPI_Reports")
"""Where values go unless the settings say otherwise: fields of the accounts, and records of a module of our own."""


def scope_word(module: str) -> str:
    """How a scope calls a module.

    >>> scope_word("Sales_Orders"), scope_word("KPI_Reports"), scope_word("DealHistory")
    ('salesorders', 'custom', 'deals')
    """
    return _WORDS.get(module, CUSTOM)


def needed_scopes(reads: Mapping[str, Sequence[str]], writes: Collection[str] | None) -> tuple[str, ...]:
    """The scopes for reading these modules, and for writing into those; sorted, each once.

    Args:
        reads: modules, and the fields that are read of them; `ANY_MODULE` for what `init` looks at.
        writes: modules whose records are written, empty where that is not settled; None where nothing is written.

    >>> [each for each in needed_scopes({"Sales_Orders": []}, None) if "modules." in each]
    ['ZohoCRM.modules.salesorders.READ', 'ZohoCRM.settings.modules.READ']
    >>> [each for each in needed_scopes({}, ["KPI_Reports"]) if "custom" in each]
    ['ZohoCRM.modules.custom.CREATE', 'ZohoCRM.modules.custom.READ', 'ZohoCRM.modules.custom.UPDATE']
    """
    scopes = {*_ALWAYS, *_of_reading(reads)}
    if writes is not None:
        scopes |= {*_SET_UP, *_of_writing(writes or _DEFAULT_PLACEMENT)}
    return tuple(sorted(scopes))


def _of_reading(modules: Iterable[str]) -> Iterator[str]:
    for module in _named(modules):
        yield from _NO_RECORDS.get(module) or (f"ZohoCRM.modules.{scope_word(module)}.READ",)
        if scope_word(module) == "deals":
            yield from _STAGES


def _named(modules: Iterable[str]) -> Iterator[str]:
    for module in modules:
        yield from _FIRST_DAY if module == ANY_MODULE else (module,)


def _of_writing(modules: Iterable[str]) -> Iterator[str]:
    """Written values are read back; only records of our own module are made."""
    for module in modules:
        word = scope_word(module)
        yield from (f"ZohoCRM.modules.{word}.{operation}" for operation in ("READ", "UPDATE"))
        if word == CUSTOM:
            yield f"ZohoCRM.modules.{word}.CREATE"

"""A module's fields, out of Zoho's metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from adapters.zoho.metadata import is_private
from adapters.zoho.virtual import VIRTUAL
from connector.contract import FieldInfo

TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("text", "textarea", "email", "phone", "website", "autonumber"), "text"),
    "picklist": "choice",
    "multiselectpicklist": "choices",
    **dict.fromkeys(("integer", "bigint", "double", "long"), "number"),
    "currency": "money",
    "percent": "percent",
    "boolean": "boolean",
    "date": "date",
    "datetime": "instant",
    **dict.fromkeys(("lookup", "ownerlookup", "userlookup"), "link"),
}
"""`data_type` -> what it is to others; what is missing holds no fact."""
CALCULATED: Final = frozenset(("formula", "rollup_summary"))
UNUSED: Final = frozenset(("-None-", ""))
"""Picklist entries that are no value."""


def described(rows: Iterable[Mapping[str, Any]], module: str, *, private_shown: bool) -> Iterator[FieldInfo]:
    """What `init` and `check` are told of a module's fields, those included that are made here.

    Args:
        rows: Zoho's `/settings/fields`.
        module: API name.
        private_shown: The organisation is known to keep nothing from the API.
    """
    names: set[str] = set()
    for meta in rows:
        names.add(str(meta.get("api_name")))
        yield _field(meta, private_shown=private_shown)
    if "id" not in names:
        yield FieldInfo("id", type="text")
    for name in VIRTUAL.get(module, {}):
        yield FieldInfo(name)


def _field(meta: Mapping[str, Any], *, private_shown: bool) -> FieldInfo:
    name = str(meta.get("api_name"))
    return FieldInfo(
        name=name,
        label=str(meta.get("display_label") or meta.get("field_label") or name),
        type="text" if name == "id" else _type(meta),
        values=_values(meta.get("pick_list_values")),
        withheld=not private_shown and is_private(meta.get("private")),
        links=_target(meta),
    )


def _type(meta: Mapping[str, Any]) -> str:
    kind = str(meta.get("data_type") or "")
    if kind in CALCULATED:
        detail = meta.get(kind)
        kind = str(detail.get("return_type") or "") if isinstance(detail, dict) else ""
    return TYPES.get(kind, "")


def _values(said: Any) -> tuple[str, ...]:
    entries = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    words = [str(each.get("actual_value") or "") for each in entries if each.get("type") != "unused"]
    return tuple(word for word in words if word not in UNUSED)


def _target(meta: Mapping[str, Any]) -> str:
    """The module that a lookup leads to."""
    if meta.get("data_type") in ("ownerlookup", "userlookup"):
        return "Users"
    lookup = meta.get("lookup")
    module = lookup.get("module") if isinstance(lookup, dict) else None
    if isinstance(module, dict):
        module = module.get("api_name")
    return module if isinstance(module, str) else ""

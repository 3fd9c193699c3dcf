"""What a module and a field are: the facts that metadata, answers, checks and storage are all made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

OPEN, WON, LOST = "Open", "Closed Won", "Closed Lost"
"""The pipeline's own markers (`forecast_type`); stages may be called anything."""
LOOKUPS = frozenset({"lookup", "ownerlookup", "userlookup"})
ARRAYS = frozenset({"multiselectpicklist", "multiselectlookup", "multiuserlookup", "subform", "tags", "fileupload"})
_SQL_TYPES = {
    "integer": "INTEGER", "bigint": "INTEGER", "boolean": "INTEGER",
    "double": "REAL", "currency": "REAL", "percent": "REAL",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PickValue:
    """A value of a picklist; those of Deals.Stage also say how likely and of what kind they are."""

    value: str
    id: str = ""
    probability: int | None = None
    forecast_type: str | None = None


@dataclass(frozen=True, slots=True)
class FieldMeta:
    """A field. Names of columns and keys of JSON are `api_name`; what people see is `label`."""

    api_name: str
    data_type: str
    label: str
    id: str = ""
    length: int | None = None
    decimal_place: int | None = None
    lookup: str | None = None
    """Api name of the module that a lookup points to; `se_module` where each record says which one."""
    picklist: tuple[PickValue, ...] = ()
    custom: bool = False
    read_only: bool = False
    mandatory: bool = False
    """For every way in (`system_mandatory`)."""
    unique: bool = False
    private: bool = False
    """Personal data whose values the org's privacy settings keep from the API."""
    visible: bool = True
    api_shown: bool = True
    """False for columns that only the stand-in needs."""

    @property
    def sql_type(self) -> str:
        """Type of its column."""
        return _SQL_TYPES.get(self.data_type, "TEXT")

    @property
    def is_lookup(self) -> bool:
        """Whether its column holds the id of another record."""
        return self.data_type in LOOKUPS

    @property
    def is_array(self) -> bool:
        """Whether its column holds a JSON array."""
        return self.data_type in ARRAYS

    def as_json(self) -> dict[str, Any]:
        """For the table `fields`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> FieldMeta:
        """Back from the table `fields`."""
        return cls(**{**values, "picklist": tuple(PickValue(**each) for each in values["picklist"])})


@dataclass(frozen=True, slots=True)
class ModuleMeta:
    """A module."""

    api_name: str
    singular: str
    plural: str
    id: str = ""
    module_name: str = ""
    """Internal name; equal to the api name for standard modules."""
    generated_type: str = "default"
    name_field: str = "Name"
    """The field that a lookup shows."""
    api_supported: bool = True
    editable: bool = True
    status: str = "visible"
    parent: str | None = None
    modified_time: str | None = None
    profiles: tuple[str, ...] = field(default=())

    @property
    def custom(self) -> bool:
        """Made by an admin, not by Zoho."""
        return self.generated_type == "custom"

    @property
    def scope_word(self) -> str:
        """What scopes call it: every module of an admin's `custom`, a history what it is the history of.

        >>> ModuleMeta("Sales_Orders", "", "").scope_word, ModuleMeta("DealHistory", "", "", parent="Deals").scope_word
        ('salesorders', 'deals')
        """
        if self.custom:
            return "custom"
        return (self.parent or self.api_name).removesuffix("__s").replace("_", "").lower()

    def as_json(self) -> dict[str, Any]:
        """For the table `modules`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ModuleMeta:
        """Back from the table `modules`."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known} | {
            "profiles": tuple(values.get("profiles", ()))
        })  # fmt: skip

"""How modules are written down here (one line a field), and how the lines become metadata.

A line is `Api_Name data_type [argument] [marks]`. The argument is a length, the module of a lookup, or the name of a
list of values; marks are `!` mandatory, `=` read only, `+` custom, `?` unique, `$` no field of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.zoho.emulator.labels import field_label
from adapters.zoho.emulator.meta import FieldMeta, PickValue

MARKS = "!=+?$"
LENGTHS = {
    "text": 255, "textarea": 32_000, "email": 100, "phone": 30, "website": 450, "picklist": 120, "integer": 9,
    "bigint": 18, "double": 16, "currency": 16, "percent": 5, "multiselectpicklist": 4_000, "date": 20,
    "datetime": 120, "lookup": 120, "ownerlookup": 120, "userlookup": 120, "autonumber": 255,
}  # fmt: skip
DECIMALS = {"double": 2, "currency": 2, "percent": 2}

COMMON = """
id bigint =
Owner ownerlookup Users
Created_By ownerlookup Users =
Modified_By ownerlookup Users =
Created_Time datetime =
Modified_Time datetime =
Last_Activity_Time datetime =
Tag tags
Record_Status__s picklist record_statuses =
Locked__s boolean =
Currency picklist currencies
Exchange_Rate double
"""
CUSTOM = """
Name text 120 !
Email email
Secondary_Email email
Email_Opt_Out boolean
"""
"""What Zoho gives every custom module beside the common fields."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Values of picklists by the lists' names, and the language of the labels."""

    language: str
    values: Mapping[str, Sequence[PickValue]]


def parsed(text: str, lists: Lists) -> Iterator[FieldMeta]:
    """The fields of some lines."""
    for line in text.strip().splitlines():
        yield _field(line.split(), lists)


def _field(words: list[str], lists: Lists) -> FieldMeta:
    name, data_type, *rest = words
    marks = {each for each in rest if each in MARKS}
    argument = next((each for each in rest if each not in MARKS), "")
    is_list = data_type in ("picklist", "multiselectpicklist")
    return FieldMeta(
        api_name=name,
        data_type=data_type,
        label=field_label(name, lists.language),
        length=int(argument) if argument.isdigit() else LENGTHS.get(data_type),
        decimal_place=9 if name == "Exchange_Rate" else DECIMALS.get(data_type),
        lookup=argument if data_type in ("lookup", "ownerlookup", "userlookup") else None,
        picklist=tuple(lists.values[argument]) if is_list else (),
        custom="+" in marks,
        read_only="=" in marks,
        mandatory="!" in marks,
        unique="?" in marks,
        api_shown="$" not in marks,
    )

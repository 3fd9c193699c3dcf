"""What our fields and records are called in Zoho: ASCII API names beginning with `KPI_`, and a key a report record.

Zoho derives a new field's API name from its label, so the names follow its rules: letters, digits and single
underscores, beginning with a letter and not ending in an underscore (https://www.zoho.com/crm/help/api-names.html).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from connector.contract import WriteTarget

PREFIX: Final = "KPI_"
KEY: Final = "key"
"""What a target calls the id of a report record."""
KEY_FIELD: Final = "KPI_Key"
NAME_FIELD: Final = "Name"
"""Every custom module has it: the title that lists and lookups show."""
NAME_LENGTH: Final = 120
NAME_RULE: Final = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_LONGEST_NAME: Final = 50
_ODD: Final[Mapping[str, str]] = {"kpi": "KPI_Code", "kpi_name": "KPI_Title"}
"""`KPI_Kpi` would read badly, and `KPI_Name` be taken for the record's own name."""
_PLAIN_KEY: Final = re.compile(r"[a-z0-9_|.:-]{1,200}")


def is_name(name: str) -> bool:
    """Whether Zoho could have a field or module of this API name.

    >>> is_name("KPI_Won"), is_name("KPI__Won"), is_name("KPI_Won_"), is_name("KPI_成交")
    (True, False, False, False)
    """
    return NAME_RULE.fullmatch(name) is not None and len(name) <= _LONGEST_NAME


def may_be_made(name: str) -> bool:
    """Whether we make a field of this name; others are used where an administrator made them."""
    return name.startswith(PREFIX) and is_name(name)


def api_name(target: WriteTarget, field: str) -> str:
    """What one of the target's fields is called in Zoho.

    >>> report = WriteTarget("report", "records", "KPI_Reports", (), ("kpi", "period_start"))
    >>> [api_name(report, name) for name in ("key", "kpi", "period_start")]
    ['KPI_Key', 'KPI_Code', 'KPI_Period_Start']
    """
    if target.kind == "fields":
        return field
    return _ODD.get(field) or PREFIX + field.title()


def key_of(record_id: str) -> str:
    """The key of a report record: its id where Zoho surely keeps that as it is, else as much of it and a digest.

    A unique field of Zoho does not tell capitals from small letters, trims spaces and holds 255 characters: two values
    for "North" and "north" would be one record.

    >>> key_of("win_rate|team|4150868000001|quarter|2025-01-01")
    'win_rate|team|4150868000001|quarter|2025-01-01'
    >>> key_of("won|product|North|year|2025-01-01") == key_of("won|product|north|year|2025-01-01")
    False
    """
    if _PLAIN_KEY.fullmatch(record_id):
        return record_id
    kpi = re.sub(r"[^a-z0-9_]", "", record_id.partition("|")[0])[:60]
    return f"{kpi}|{hashlib.sha256(record_id.encode()).hexdigest()[:32]}"


def title_of(record_id: str, fields: Mapping[str, Any]) -> str:
    """The name of a report record: KPI, whose, and when; its id where nothing is left of it.

    >>> title_of("won|team|7|year|2025-01-01", {"kpi_name": "Won", "scope_name": "North", "period_start": "2025-01-01"})
    'Won, North, 2025-01-01'
    >>> title_of("won|team|7|year|2025-01-01", {"kpi_name": None})
    'won|team|7|year|2025-01-01'
    """
    if not fields.get("kpi_name"):
        return record_id[:NAME_LENGTH]
    whose = fields.get("scope_name") or fields.get("scope_id")
    parts = (fields["kpi_name"], whose, fields.get("period_start") or fields.get("period"))
    return ", ".join(str(part) for part in parts if part)[:NAME_LENGTH]

"""What there may be once: unique fields, and the fields by which an upsert finds the record that is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.zoho.emulator.answers import Refusal, invalid_data
from adapters.zoho.emulator.state import State, quoted

MOST_CHECKED = 10
SYSTEM_DEFINED: Mapping[str, str] = {
    "Leads": "Email",
    "Contacts": "Email",
    "Accounts": "Account_Name",
    "Deals": "Deal_Name",
    "Campaigns": "Campaign_Name",
    "Cases": "Subject",
    "Products": "Product_Name",
    "Sales_Orders": "Subject",
    "Invoices": "Subject",
}
"""The field by which Zoho itself tells the records of a module apart; it need not be unique."""


class Duplicates:
    """Looks for records that hold a value already. Letters of a text are the same in either case."""

    def __init__(self, state: State) -> None:
        self.state = state

    def fields(self, module: str) -> list[str]:
        """What records can be found by, in the order in which Zoho looks."""
        known = self.state.fields(module)
        own = SYSTEM_DEFINED.get(module)
        unique = [name for name, field in known.items() if field.unique and name != own]
        return [*([own] if own in known else []), *unique]

    def asked(self, module: str, names: Any) -> Sequence[str]:
        """The fields that the caller of an upsert names; all that there are where it names none.

        Raises:
            Refusal: too many, or one by which no record can be found.
        """
        allowed, key = self.fields(module), "duplicate_check_fields"
        if names is None or names == []:
            return allowed
        if not isinstance(names, list):
            raise invalid_data(api_name=key, json_path=f"$.{key}", expected_data_type="jsonarray")
        if len(names) > MOST_CHECKED:
            details = {"api_name": key, "json_path": f"$.{key}", "maximum_length": MOST_CHECKED}
            raise Refusal(400, "LIMIT_EXCEEDED", "too many fields", details=details)
        for place, name in enumerate(names):
            if name not in allowed:
                raise invalid_data(api_name=key, json_path=f"$.{key}[{place}]", supported_values=allowed)
        return names

    def refuse(self, module: str, values: Mapping[str, Any], path: str, *, but: str = "") -> None:
        """Let nothing through that another record holds.

        Args:
            module: Api name.
            values: What is written, in stored form.
            path: JSON path of the record.
            but: The record itself.

        Raises:
            Refusal: DUPLICATE_DATA.
        """
        for name, field in self.state.fields(module).items():
            if not field.unique or values.get(name) is None:
                continue
            if other := self.found(module, name, values[name], but=but):
                raise self._duplicate(module, name, path, other=other)

    def found(self, module: str, name: str, value: Any, *, but: str = "") -> str | None:
        """The first record that holds the value; None where there is none."""
        row = self.state.db.execute(
            f"SELECT id FROM {quoted(module)} WHERE {quoted(name)} = ? COLLATE NOCASE AND id <> ? "  # noqa: S608
            "ORDER BY id LIMIT 1",
            (value, but),
        ).fetchone()
        return None if row is None else str(row[0])

    def _duplicate(self, module: str, name: str, path: str, *, other: str) -> Refusal:
        owner = (self.state.get(module, other) or {}).get("Owner")
        record = {"id": other, "Owner": self.state.person(owner), "module": {"api_name": module}}
        details = {"api_name": name, "json_path": f"{path}.{name}", "id": other, "duplicate_record": record}
        return Refusal(400, "DUPLICATE_DATA", "duplicate data", details={**details, "more_records": False})

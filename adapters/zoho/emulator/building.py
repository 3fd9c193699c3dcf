"""Building fields: custom ones are created, relabelled, deleted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from adapters.zoho.emulator.answers import Answer, Refusal, results
from adapters.zoho.emulator.calls import JSON, Call, Endpoint
from adapters.zoho.emulator.meta import FieldMeta, PickValue
from adapters.zoho.emulator.parameters import module_asked
from adapters.zoho.emulator.schema import DECIMALS, LENGTHS
from adapters.zoho.emulator.state import State

MOST_FIELDS, MOST_LABEL = 5, 50
CREATABLE = frozenset({
    "text", "textarea", "email", "phone", "picklist", "multiselectpicklist", "date", "datetime", "integer",
    "autonumber", "currency", "percent", "bigint", "double", "website", "boolean", "lookup", "userlookup",
})  # fmt: skip
UNIQUE = frozenset({"text", "email", "phone", "integer", "bigint", "website"})
_TEXTAREAS = {"small": 2_000, "large": 32_000, "rich_text": 50_000}


class FieldBuilding:
    """The handlers."""

    def __init__(self, state: State) -> None:
        self.state = state

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        fields, scope = "/crm/v8/settings/fields", "ZohoCRM.settings.fields"
        return (
            Endpoint("POST", fields, self.create_fields, f"{scope}.CREATE"),
            Endpoint("PATCH", fields, self.change_fields, f"{scope}.UPDATE"),
            Endpoint("PATCH", f"{fields}/{{id}}", self.change_fields, f"{scope}.UPDATE"),
            Endpoint("DELETE", f"{fields}/{{id}}", self.delete_field, f"{scope}.DELETE"),
        )

    def create_fields(self, call: Call) -> Answer:
        """Up to five; api names follow from labels."""
        module, items = module_asked(self.state, call.query), items_of(call, "fields", most=MOST_FIELDS)
        return results([self._create(module, item, place) for place, item in enumerate(items)], root="fields",
                       created=True)  # fmt: skip

    def change_fields(self, call: Call) -> Answer:
        """Labels and values of custom fields; api names stay."""
        module, items = module_asked(self.state, call.query), items_of(call, "fields", most=MOST_FIELDS)
        if only := call.parameters.get("id"):
            items = [{**items[0], "id": only}]
        return results([self._change(module, item, place) for place, item in enumerate(items)], root="fields")

    def delete_field(self, call: Call) -> Answer:
        """A custom field and its values."""
        module = module_asked(self.state, call.query)
        field = self._by_id(module, call.parameters["id"])
        if field is None or not field.custom:
            item = Refusal(400, "INVALID_DATA", "invalid data", details={"id": call.parameters["id"]}).item()
        else:
            self.state.remove_field(module, field.api_name)
            item = success(field.id, "field deleted successfully")
        return results([item], root="fields")

    def _create(self, module: str, item: JSON, place: int) -> JSON:
        try:
            with self.state.transaction():
                field = self.state.add_field(module, self._new_field(module, item, f"$.fields[{place}]"))
        except Refusal as refusal:
            return refusal.item()
        return success(field.id, "field created")

    def _new_field(self, module: str, item: JSON, path: str) -> FieldMeta:
        label, data_type = self._label(module, item.get("field_label"), path), item.get("data_type")
        if data_type is None:
            raise missing("data_type", path)
        if not isinstance(data_type, str) or data_type not in CREATABLE:
            raise invalid("data_type", path, supported_values=sorted(CREATABLE))
        return FieldMeta(
            api_name=self._api_name(module, label),
            data_type=data_type,
            label=label,
            length=self._length(item, data_type, path),
            decimal_place=self._decimals(item, data_type, path),
            lookup=self._target(item, data_type, path),
            picklist=_values(item, data_type, path),
            custom=True,
            unique=_unique(item, data_type, path),
        )

    def _label(self, module: str, label: Any, path: str, *, but: str = "") -> str:
        """A label that no other field of the module has; `but` is the field itself."""
        if not isinstance(label, str) or not label.strip():
            raise missing("field_label", path)
        if len(label) > MOST_LABEL:
            raise invalid("field_label", path, maximum_length=MOST_LABEL)
        others = (each for each in self.state.fields(module).values() if each.id != but)
        if any(each.label.lower() == label.lower() for each in others):
            details = {"api_name": "field_label", "json_path": f"{path}.field_label"}
            raise Refusal(400, "DUPLICATE_DATA", "duplicate data", details=details)
        return label

    def _api_name(self, module: str, label: str) -> str:
        """The label in ASCII with underscores; a label without any letter of it is called Field and a number."""
        name = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_") or "Field"
        if not name[0].isalpha():
            name = f"Field_{name}"
        known, number, found = {each.lower() for each in self.state.fields(module)}, 1, name
        while found.lower() in known:
            found, number = f"{name}{number}", number + 1
        return found

    def _length(self, item: JSON, data_type: str, path: str) -> int | None:
        if data_type == "textarea":
            kind = _object(item, "textarea", path).get("type", "small")
            if str(kind) not in _TEXTAREAS:
                raise invalid("textarea", path, supported_values=list(_TEXTAREAS))
            return _TEXTAREAS[str(kind)]
        length, most = item.get("length"), LENGTHS.get(data_type)
        if length is None:
            return most
        if isinstance(length, bool) or not isinstance(length, int) or not 0 < length <= (most or length):
            raise invalid("length", path, maximum_length=most)
        return length

    def _decimals(self, item: JSON, data_type: str, path: str) -> int | None:
        if data_type == "currency" and "currency" not in item:
            raise missing("currency", path)
        if data_type not in DECIMALS:
            return None
        given = item.get("decimal_place", _object(item, "currency", path).get("precision", DECIMALS[data_type]))
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 9:
            raise invalid("decimal_place", path, range={"from": 0, "to": 9})
        return given

    def _target(self, item: JSON, data_type: str, path: str) -> str | None:
        if data_type == "userlookup":
            return "Users"
        if data_type != "lookup":
            return None
        target = str(_object(_object(item, "lookup", path), "module", path).get("api_name"))
        if target not in self.state.modules():
            raise invalid("lookup", path)
        return target

    def _change(self, module: str, item: JSON, place: int) -> JSON:
        path = f"$.fields[{place}]"
        field = self._by_id(module, str(item.get("id", "")))
        if field is None or not field.custom:
            return Refusal(400, "INVALID_DATA", "invalid data", details={"json_path": f"{path}.id"}).item()
        values = field.picklist
        try:
            wanted = item.get("field_label") or item.get("display_label") or field.label
            label = self._label(module, wanted, path, but=field.id)
            if "pick_list_values" in item:
                values = tuple(replace(each, id=self.state.new_id()) for each in _values(item, field.data_type, path))
        except Refusal as refusal:
            return refusal.item()
        self.state.change_field(module, replace(field, label=label, picklist=values))
        return success(field.id, "field updated successfully")

    def _by_id(self, module: str, field_id: str) -> FieldMeta | None:
        return next((each for each in self.state.fields(module).values() if each.id == field_id), None)


def _object(item: JSON, name: str, path: str) -> JSON:
    """A part of a field's description; an empty one where it is not said."""
    given = item.get(name)
    if given is not None and not isinstance(given, dict):
        raise invalid(name, path, expected_data_type="jsonobject")
    return given or {}


def _unique(item: JSON, data_type: str, path: str) -> bool:
    """Whether there may be each value once. That capitals are no other letters cannot be chosen otherwise."""
    given = _object(item, "unique", path)
    if not given:
        return False
    if data_type not in UNIQUE:
        raise invalid("unique", path, supported_data_types=sorted(UNIQUE))
    if str(given.get("case_sensitive", given.get("casesensitive", False))).lower() != "false":
        raise invalid("case_sensitive", f"{path}.unique", supported_values=[False])
    return True


def _values(item: JSON, data_type: str, path: str) -> tuple[PickValue, ...]:
    if data_type not in ("picklist", "multiselectpicklist"):
        return ()
    given = item.get("pick_list_values")
    if not isinstance(given, list) or not given:
        raise missing("pick_list_values", path)
    if not all(isinstance(each, dict) for each in given):
        raise invalid("pick_list_values", path, expected_data_type="jsonobject")
    found = [str(each.get("actual_value") or each.get("display_value") or "") for each in given]
    if "" in found or len(set(found)) != len(found):
        raise invalid("pick_list_values", path)
    return tuple(map(PickValue, found))


def missing(name: str, path: str) -> Refusal:
    """What has to be said."""
    details = {"api_name": name, "json_path": f"{path}.{name}"}
    return Refusal(400, "MANDATORY_NOT_FOUND", "required field not found", details=details)


def invalid(name: str, path: str, **more: Any) -> Refusal:
    """What cannot be so."""
    details = {"api_name": name, "json_path": f"{path}.{name}", **more}
    return Refusal(400, "INVALID_DATA", "invalid data", details=details)


def success(record: str, message: str) -> JSON:
    """What was done."""
    return {"code": "SUCCESS", "details": {"id": record}, "message": message, "status": "success"}


def items_of(call: Call, root: str, *, most: int) -> list[Any]:
    """The things that a request wants built.

    Raises:
        Refusal: there are none, or too many.
    """
    items = call.json().get(root)
    if not isinstance(items, list) or not items or not all(isinstance(each, dict) for each in items):
        raise Refusal(400, "MANDATORY_NOT_FOUND", "required field not found", details={"api_name": root})
    if len(items) > most:
        details = {"api_name": root, "json_path": f"$.{root}", "limit": most}
        raise Refusal(400, "LIMIT_EXCEEDED", "limit exceeded", details=details, wrapped=root)
    return items

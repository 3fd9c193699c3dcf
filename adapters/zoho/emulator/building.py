"""Building: custom fields (create, relabel, delete) and custom modules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.zoho.emulator.answers import Answer, Refusal, results
from adapters.zoho.emulator.calls import JSON, Call, Endpoint
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta, PickValue
from adapters.zoho.emulator.schema import COMMON, CUSTOM, DECIMALS, LENGTHS, Lists, parsed
from adapters.zoho.emulator.state import State

MOST_FIELDS, MOST_LABEL = 5, 50
MOST_MODULE_LABEL, MOST_MODULE_NAME = 25, 50
CREATABLE = frozenset({
    "text", "textarea", "email", "phone", "picklist", "multiselectpicklist", "date", "datetime", "integer",
    "autonumber", "currency", "percent", "bigint", "double", "website", "boolean", "lookup", "userlookup",
})  # fmt: skip
_TEXTAREAS = {"small": 2_000, "large": 32_000, "rich_text": 50_000}
CUSTOM_MODULES: Mapping[str, int] = {
    "free": 0, "standard": 10, "professional": 25, "enterprise": 200, "ultimate": 500,
}  # fmt: skip
RESERVED = frozenset({"id", "modules", "settings", "users", "org", "coql", "upload"})


class Building:
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
            Endpoint(
                "POST", "/crm/v8/settings/modules", self.create_module, "ZohoCRM.settings.modules.CREATE", credits=500
            ),
        )

    def create_fields(self, call: Call) -> Answer:
        """Up to five; api names follow from labels."""
        module, items = self._module(call), self._items(call, "fields", most=MOST_FIELDS)
        return results([self._create(module, item, place) for place, item in enumerate(items)], root="fields",
                       created=True)  # fmt: skip

    def change_fields(self, call: Call) -> Answer:
        """Labels and values of custom fields; api names stay."""
        module, items = self._module(call), self._items(call, "fields", most=MOST_FIELDS)
        if only := call.parameters.get("id"):
            items = [{**items[0], "id": only}]
        return results([self._change(module, item, place) for place, item in enumerate(items)], root="fields")

    def delete_field(self, call: Call) -> Answer:
        """A custom field and its values."""
        module = self._module(call)
        field = self._by_id(module, call.parameters["id"])
        if field is None or not field.custom:
            item = Refusal(400, "INVALID_DATA", "invalid data", details={"id": call.parameters["id"]}).item()
        else:
            self.state.remove_field(module, field.api_name)
            item = _success(field.id, "field deleted successfully")
        return results([item], root="fields")

    def create_module(self, call: Call) -> Answer:
        """One custom module."""
        item = self._items(call, "modules", most=1)[0]
        most = CUSTOM_MODULES[str(self.state.setting("edition", "enterprise"))]
        if sum(each.custom for each in self.state.modules().values()) >= most:
            raise Refusal(400, "LIMIT_EXCEEDED", "the limit of custom modules is reached", details={"limit": most})
        try:
            made = self._create_module(item)
        except Refusal as refusal:
            return results([refusal.item()], root="modules")
        return results([_success(made.id, "module created successfully")], root="modules", created=True)

    # ---- fields ------------------------------------------------------------------------------------------------------

    def _create(self, module: str, item: JSON, place: int) -> JSON:
        try:
            with self.state.transaction():
                field = self.state.add_field(module, self._new_field(module, item, f"$.fields[{place}]"))
        except Refusal as refusal:
            return refusal.item()
        return _success(field.id, "field created")

    def _new_field(self, module: str, item: JSON, path: str) -> FieldMeta:
        label, data_type = item.get("field_label"), item.get("data_type")
        if not isinstance(label, str) or not label.strip():
            raise _missing("field_label", path)
        if data_type is None:
            raise _missing("data_type", path)
        if data_type not in CREATABLE:
            raise _invalid("data_type", path, supported_values=sorted(CREATABLE))
        if len(label) > MOST_LABEL:
            raise _invalid("field_label", path, maximum_length=MOST_LABEL)
        if any(each.label.lower() == label.lower() for each in self.state.fields(module).values()):
            raise Refusal(400, "DUPLICATE_DATA", "duplicate data", details={
                "api_name": "field_label", "json_path": f"{path}.field_label"
            })  # fmt: skip
        return FieldMeta(
            api_name=self._api_name(module, label),
            data_type=data_type,
            label=label,
            length=self._length(item, data_type, path),
            decimal_place=self._decimals(item, data_type, path),
            lookup=self._target(item, data_type, path),
            picklist=_values(item, data_type, path),
            custom=True,
            unique=bool(item.get("unique")),
        )

    def _api_name(self, module: str, label: str) -> str:
        """The label in ASCII with underscores; a label without any letter of it is called Field and a number."""
        name = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_") or "Field"
        if not name[0].isalpha():
            name = f"Field_{name}"
        known, number, found = self.state.fields(module), 1, name
        while found in known:
            found, number = f"{name}{number}", number + 1
        return found

    def _length(self, item: JSON, data_type: str, path: str) -> int | None:
        if data_type == "textarea":
            kind = (item.get("textarea") or {}).get("type", "small")
            if kind not in _TEXTAREAS:
                raise _invalid("textarea", path, supported_values=list(_TEXTAREAS))
            return _TEXTAREAS[kind]
        length, most = item.get("length"), LENGTHS.get(data_type)
        if length is None:
            return most
        if isinstance(length, bool) or not isinstance(length, int) or not 0 < length <= (most or length):
            raise _invalid("length", path, maximum_length=most)
        return length

    def _decimals(self, item: JSON, data_type: str, path: str) -> int | None:
        if data_type == "currency" and "currency" not in item:
            raise _missing("currency", path)
        if data_type not in DECIMALS:
            return None
        given = item.get("decimal_place", (item.get("currency") or {}).get("precision", DECIMALS[data_type]))
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 9:
            raise _invalid("decimal_place", path, range={"from": 0, "to": 9})
        return given

    def _target(self, item: JSON, data_type: str, path: str) -> str | None:
        if data_type == "userlookup":
            return "Users"
        if data_type != "lookup":
            return None
        target = ((item.get("lookup") or {}).get("module") or {}).get("api_name")
        if target not in self.state.modules():
            raise _invalid("lookup", path)
        return str(target)

    def _change(self, module: str, item: JSON, place: int) -> JSON:
        path = f"$.fields[{place}]"
        field = self._by_id(module, str(item.get("id", "")))
        if field is None:
            return Refusal(400, "INVALID_DATA", "invalid data", details={"json_path": f"{path}.id"}).item()
        label = str(item.get("field_label") or item.get("display_label") or field.label)
        values = field.picklist
        try:
            if "pick_list_values" in item:
                values = tuple(replace(each, id=self.state.new_id()) for each in _values(item, field.data_type, path))
        except Refusal as refusal:
            return refusal.item()
        self.state.change_field(module, replace(field, label=label, picklist=values))
        return _success(field.id, "field updated successfully")

    def _by_id(self, module: str, field_id: str) -> FieldMeta | None:
        return next((each for each in self.state.fields(module).values() if each.id == field_id), None)

    # ---- modules -----------------------------------------------------------------------------------------------------

    def _create_module(self, item: JSON) -> ModuleMeta:
        path = "$.modules[0]"
        for name in ("singular_label", "plural_label", "profiles", "display_field"):
            if not item.get(name) and not (name == "profiles" and item.get("access_type") == "team_based"):
                raise _missing(name, path)
        for name in ("singular_label", "plural_label"):
            if len(item[name]) > MOST_MODULE_LABEL:
                raise _invalid(name, path, maximum_length=MOST_MODULE_LABEL)
        api_name = item.get("api_name") or re.sub(r"[^A-Za-z0-9]", "", item["plural_label"])
        if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{MOST_MODULE_NAME - 1}}}", api_name):
            raise _invalid("api_name", path)
        if api_name.lower() in RESERVED:
            raise Refusal(400, "RESERVED_KEYWORD_NOT_ALLOWED", "reserved keyword", details={"api_name": "api_name"})
        self._check_new(item, api_name, path)
        display = item["display_field"]
        number = sum(each.custom for each in self.state.modules().values()) + 1
        meta = ModuleMeta(
            api_name=api_name,
            singular=item["singular_label"],
            plural=item["plural_label"],
            module_name=f"CustomModule{number}",
            generated_type="custom",
        )
        fields = [_display(each, display) for each in parsed(COMMON + CUSTOM.lstrip(), self._lists())]
        return self.state.create_module(meta, fields)

    def _check_new(self, item: JSON, api_name: str, path: str) -> None:
        profiles = {each["id"] for each in self.state.documents("profile")}
        if any(str(each.get("id")) not in profiles for each in item.get("profiles") or ()):
            raise _invalid("profiles", path)
        if item["display_field"].get("data_type") not in ("text", "autonumber"):
            raise _invalid("display_field", path, supported_values=["text", "autonumber"])
        for each in self.state.modules().values():
            for name, taken in (
                ("api_name", each.api_name == api_name),
                ("singular_label", each.singular == item["singular_label"]),
                ("plural_label", each.plural == item["plural_label"]),
            ):
                if taken:
                    details = {"api_name": name, "json_path": f"{path}.{name}"}
                    raise Refusal(400, "DUPLICATE_DATA", "duplicate data", details=details)

    def _lists(self) -> Lists:
        """The lists that every module shares, out of a module that has them."""
        known = self.state.fields("Accounts")
        values = {"record_statuses": known["Record_Status__s"].picklist, "currencies": known["Currency"].picklist}
        return Lists(str(self.state.setting("language", "en")), values)

    # ---- both --------------------------------------------------------------------------------------------------------

    def _module(self, call: Call) -> str:
        name = call.query.get("module")
        if not name:
            text = "One of the expected parameter is missing"
            raise Refusal(400, "REQUIRED_PARAM_MISSING", text, details={"param_name": "module"})
        if name not in self.state.modules():
            details = {"param_name": "module"}
            raise Refusal(400, "INVALID_MODULE", "the module name given seems to be invalid", details=details)
        return name

    def _items(self, call: Call, root: str, *, most: int) -> list[Any]:
        items = call.json().get(root)
        if not isinstance(items, list) or not items or not all(isinstance(each, dict) for each in items):
            raise Refusal(400, "MANDATORY_NOT_FOUND", "required field not found", details={"api_name": root})
        if len(items) > most:
            details = {"api_name": root, "json_path": f"$.{root}", "limit": most}
            raise Refusal(400, "LIMIT_EXCEEDED", "limit exceeded", details=details, wrapped=root)
        return items


def _display(field: FieldMeta, display: JSON) -> FieldMeta:
    """The field that names a record, as the caller wants it."""
    if field.api_name != "Name":
        return field
    numbered = display.get("data_type") == "autonumber"
    return replace(
        field,
        label=display.get("field_label", field.label),
        data_type="autonumber" if numbered else "text",
        mandatory=not numbered,
        read_only=numbered,
    )


def _values(item: JSON, data_type: str, path: str) -> tuple[PickValue, ...]:
    if data_type not in ("picklist", "multiselectpicklist"):
        return ()
    given = item.get("pick_list_values")
    if not isinstance(given, list) or not given:
        raise _missing("pick_list_values", path)
    found = [str(each.get("actual_value") or each.get("display_value") or "") for each in given]
    if "" in found or len(set(found)) != len(found):
        raise _invalid("pick_list_values", path)
    return tuple(map(PickValue, found))


def _missing(name: str, path: str) -> Refusal:
    details = {"api_name": name, "json_path": f"{path}.{name}"}
    return Refusal(400, "MANDATORY_NOT_FOUND", "required field not found", details=details)


def _invalid(name: str, path: str, **more: Any) -> Refusal:
    details = {"api_name": name, "json_path": f"{path}.{name}", **more}
    return Refusal(400, "INVALID_DATA", "invalid data", details=details)


def _success(record: str, message: str) -> JSON:
    return {"code": "SUCCESS", "details": {"id": record}, "message": message, "status": "success"}

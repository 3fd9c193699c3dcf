"""Building modules: an admin's own, within what the edition allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.zoho.emulator.answers import Answer, Refusal, results
from adapters.zoho.emulator.building import invalid, items_of, missing, success
from adapters.zoho.emulator.calls import JSON, Call, Endpoint
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta
from adapters.zoho.emulator.schema import COMMON, CUSTOM, Lists, parsed
from adapters.zoho.emulator.state import State

MOST_MODULE_LABEL, MOST_MODULE_NAME = 25, 50
CUSTOM_MODULES: Mapping[str, int] = {
    "free": 0, "standard": 10, "professional": 25, "enterprise": 200, "ultimate": 500,
}  # fmt: skip
_MODULE_NAME = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")
RESERVED = frozenset({"id", "modules", "settings", "users", "org", "coql", "upload"})


class ModuleBuilding:
    """The handler."""

    def __init__(self, state: State) -> None:
        self.state = state

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its route."""
        scope = "ZohoCRM.settings.modules.CREATE"
        return (Endpoint("POST", "/crm/v8/settings/modules", self.create_module, scope, credits=500),)

    def create_module(self, call: Call) -> Answer:
        """One custom module."""
        item = items_of(call, "modules", most=1)[0]
        most = CUSTOM_MODULES[str(self.state.setting("edition", "enterprise"))]
        if sum(each.custom for each in self.state.modules().values()) >= most:
            raise Refusal(400, "LIMIT_EXCEEDED", "the limit of custom modules is reached", details={"limit": most})
        try:
            made = self._create_module(item)
        except Refusal as refusal:
            return results([refusal.item()], root="modules")
        return results([success(made.id, "module created successfully")], root="modules", created=True)

    def _create_module(self, item: JSON) -> ModuleMeta:
        path = "$.modules[0]"
        _check_complete(item, path)
        api_name = item.get("api_name") or re.sub(r"[^A-Za-z0-9]+", "_", item["plural_label"]).strip("_")
        if not isinstance(api_name, str) or len(api_name) > MOST_MODULE_NAME or not _MODULE_NAME.fullmatch(api_name):
            raise invalid("api_name", path)
        if self._is_reserved(api_name):
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
        if any(
            not isinstance(each, dict) or str(each.get("id")) not in profiles for each in item.get("profiles") or ()
        ):
            raise invalid("profiles", path)
        for each in self.state.modules().values():
            for name, given, has in (
                ("api_name", api_name, each.api_name),
                ("singular_label", item["singular_label"], each.singular),
                ("plural_label", item["plural_label"], each.plural),
            ):
                if given.lower() == has.lower():
                    details = {"api_name": name, "json_path": f"{path}.{name}"}
                    raise Refusal(400, "DUPLICATE_DATA", "duplicate data", details=details)

    def _is_reserved(self, api_name: str) -> bool:
        """Whether it is a word of Zoho's, or the stand-in keeps something of its own under it."""
        tables = {name.lower() for (name,) in self.state.db.execute("SELECT name FROM sqlite_master")}
        modules = {name.lower() for name in self.state.modules()}
        return api_name.lower() in RESERVED | (tables - modules)

    def _lists(self) -> Lists:
        """The lists that every module shares, out of a module that has them."""
        known = self.state.fields("Accounts")
        values = {"record_statuses": known["Record_Status__s"].picklist, "currencies": known["Currency"].picklist}
        return Lists(str(self.state.setting("language", "en")), values)


def _check_complete(item: JSON, path: str) -> None:
    """Whether all is there that a module needs, in words that Zoho takes: letters, digits and blanks."""
    for name in ("singular_label", "plural_label", "profiles", "display_field"):
        if not item.get(name) and not (name == "profiles" and item.get("access_type") == "team_based"):
            raise missing(name, path)
    for name in ("singular_label", "plural_label"):
        if not isinstance(item[name], str) or not item[name].replace(" ", "").isalnum():
            raise invalid(name, path)
        if len(item[name]) > MOST_MODULE_LABEL:
            raise invalid(name, path, maximum_length=MOST_MODULE_LABEL)
    if not isinstance(item.get("profiles", []), list):
        raise invalid("profiles", path, expected_data_type="jsonarray")
    display = item["display_field"]
    if not isinstance(display, dict) or display.get("data_type") not in ("text", "autonumber"):
        raise invalid("display_field", path, supported_values=["text", "autonumber"])


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

"""Reading what the org looks like: modules, fields, layouts, pipelines, related lists."""

from __future__ import annotations

from typing import Any

from adapters.zoho.emulator.answers import NOTHING, Answer, Refusal, invalid_data, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.field_json import field_json
from adapters.zoho.emulator.meta import ModuleMeta
from adapters.zoho.emulator.parameters import module_asked
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.related import related_lists
from adapters.zoho.emulator.state import State

STATUSES = ("visible", "user_hidden", "system_hidden", "scheduled_for_deletion")


class Metadata:
    """The handlers of GET under /settings."""

    def __init__(self, state: State) -> None:
        self.state = state

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        base = "/crm/v8/settings"
        return (
            Endpoint("GET", f"{base}/modules", self.modules, "ZohoCRM.settings.modules.READ"),
            Endpoint("GET", f"{base}/modules/{{name}}", self.module, "ZohoCRM.settings.modules.READ"),
            Endpoint("GET", f"{base}/fields", self.fields, "ZohoCRM.settings.fields.READ"),
            Endpoint("GET", f"{base}/fields/{{id}}", self.field, "ZohoCRM.settings.fields.READ"),
            Endpoint("GET", f"{base}/layouts", self.layouts, "ZohoCRM.settings.layouts.READ"),
            Endpoint("GET", f"{base}/layouts/{{id}}", self.layouts, "ZohoCRM.settings.layouts.READ"),
            Endpoint("GET", f"{base}/pipeline", self.pipelines, "ZohoCRM.settings.pipeline.READ"),
            Endpoint("GET", f"{base}/related_lists", self.related, "ZohoCRM.settings.related_lists.READ"),
        )

    def modules(self, call: Call) -> Answer:
        """All modules."""
        wanted = [part for part in call.query.get("status", "").split(",") if part]
        if any(each not in STATUSES for each in wanted):
            raise invalid_data(param_name="status", supported_values=list(STATUSES))
        found = [self._module(each) for each in self.state.modules().values() if not wanted or each.status in wanted]
        return ok({"modules": found}) if found else NOTHING

    def module(self, call: Call) -> Answer:
        """One module, by api name or id."""
        asked = call.parameters["name"]
        for each in self.state.modules().values():
            if asked in (each.api_name, each.id):
                return ok({"modules": [self._module(each) | {"related_list_properties": {}, "$properties": []}]})
        raise Refusal(400, "INVALID_MODULE", "the module name given seems to be invalid")

    def fields(self, call: Call) -> Answer:
        """All fields of a module."""
        module = module_asked(self.state, call.query)
        kind = call.query.get("type", "all")
        known = [each for each in self.state.fields(module).values() if each.api_shown]
        found = [] if kind == "unused" else [field_json(self.state, module, each) for each in known]
        return ok({"fields": found}) if found else NOTHING

    def field(self, call: Call) -> Answer:
        """One field."""
        module = module_asked(self.state, call.query)
        for each in self.state.fields(module).values():
            if each.id == call.parameters["id"] and each.api_shown:
                return ok({"fields": [field_json(self.state, module, each)]})
        return NOTHING

    def layouts(self, call: Call) -> Answer:
        """The one layout of a module, section by section."""
        module = module_asked(self.state, call.query)
        layout = self._layout(module)
        if call.parameters.get("id", layout["id"]) != layout["id"]:
            return NOTHING
        return ok({"layouts": [layout]})

    def pipelines(self, call: Call) -> Answer:
        """The pipelines of the layout of deals."""
        layout = call.query.get("layout_id")
        if layout is None:
            text = "One of the expected parameter is missing"
            raise Refusal(400, "REQUIRED_PARAM_MISSING", text, details={"param_name": "layout_id"})
        if layout != layout_id(self.state, "Deals"):
            raise invalid_data(param_name="layout_id")
        return ok({"pipeline": self.state.documents("pipeline")})

    def related(self, call: Call) -> Answer:
        """What hangs on a record of a module."""
        found = [
            {
                "id": f"{self.state.modules()[each.module].id}",
                "api_name": each.name,
                "name": each.name.replace("_", " "),
                "display_label": self.state.modules()[each.module].plural,
                "module": {"api_name": each.module, "id": self.state.modules()[each.module].id},
                "href": f"{module_asked(self.state, call.query)}/{{ENTITYID}}/{each.name}",
                "type": "default",
                "sequence_number": str(place),
                "action": None,
                "connectedmodule": None,
                "linkingmodule": None,
            }
            for place, each in enumerate(related_lists(self.state, module_asked(self.state, call.query)), start=1)
        ]
        return ok({"related_lists": found}) if found else NOTHING

    def _module(self, module: ModuleMeta) -> dict[str, Any]:
        editable, speak = module.editable, zoned(str(self.state.setting("zone", "UTC")))
        profiles = [{"id": each["id"], "name": each["name"]} for each in self.state.documents("profile")]
        return {
            "id": module.id,
            "api_name": module.api_name,
            "module_name": module.module_name,
            "singular_label": module.singular,
            "plural_label": module.plural,
            "actual_singular_label": module.singular,
            "actual_plural_label": module.plural,
            "generated_type": module.generated_type,
            "api_supported": module.api_supported,
            "creatable": editable,
            "editable": editable,
            "deletable": editable,
            "viewable": True,
            "visible": module.status == "visible",
            "status": module.status,
            "show_as_tab": module.status == "visible",
            "quick_create": editable,
            "global_search_supported": editable,
            "recycle_bin_on_delete": editable,
            "has_more_profiles": False,
            "isBlueprintSupported": editable,
            "feeds_required": False,
            "scoring_supported": False,
            "webform_supported": editable,
            "triggers_supported": editable,
            "inventory_template_supported": False,
            "emailTemplate_support": editable,
            "email_parser_supported": False,
            "filter_supported": True,
            "presence_sub_menu": False,
            "business_card_field_limit": 5,
            "sequence_number": list(self.state.modules()).index(module.api_name) + 1,
            "web_link": None,
            "modified_by": None,
            "modified_time": module.modified_time and speak(module.modified_time),
            "parent_module": {"api_name": module.parent, "id": self.state.modules()[module.parent].id}
            if module.parent
            else {},
            "profiles": profiles,
            "arguments": [],
            "profile_count": len(profiles),
            "access_type": "org_based",
            "display_field": {
                "api_name": module.name_field,
                "id": self.state.fields(module.api_name)[module.name_field].id,
            },
        }

    def _layout(self, module: str) -> dict[str, Any]:
        known = [each for each in self.state.fields(module).values() if each.api_shown]
        fields = [
            field_json(self.state, module, each) | {"required": each.mandatory, "sequence_number": place}
            for place, each in enumerate(known, start=1)
        ]
        label = self.state.modules()[module].singular
        section = {
            "display_label": label,
            "name": f"{module} Information",
            "api_name": f"{module}_Information",
            "sequence_number": 1,
            "column_count": 2,
            "tab_traversal": 2,
            "isSubformSection": False,
            "generated_type": "default",
            "fields": fields,
        }
        return {
            "id": layout_id(self.state, module),
            "name": "Standard",
            "display_label": "Standard",
            "api_name": "Standard",
            "status": "active",
            "visible": True,
            "source": "default",
            "generated_type": "system",
            "mode": "edit",
            "show_business_card": True,
            "created_for": None,
            "created_by": None,
            "modified_by": None,
            "profiles": [
                {"id": each["id"], "name": each["name"], "default": True} for each in self.state.documents("profile")
            ],
            "actions_allowed": {"edit": True, "rename": True, "clone": True, "delete": False},
            "sections": [section],
        }


def layout_id(state: State, module: str) -> str:
    """The id of a module's layout: the one after the module's own."""
    return str(int(state.modules()[module].id) + 500_000_000)

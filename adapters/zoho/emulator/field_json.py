"""A field as `/settings/fields` describes it, in all the detail that typed clients want."""

from __future__ import annotations

from typing import Any

from adapters.zoho.emulator.histories import tracked
from adapters.zoho.emulator.meta import ARRAYS, LOST, OPEN, WON, FieldMeta
from adapters.zoho.emulator.state import State

_JSON_TYPES = {
    "integer": "integer", "bigint": "long", "double": "double", "currency": "double", "percent": "double",
    "boolean": "boolean", "lookup": "jsonobject", "ownerlookup": "jsonobject", "userlookup": "jsonobject",
}  # fmt: skip
_SHOWN_TYPES = {"tags": "text", "fileupload": "text"}
"""Types that only the stand-in tells apart."""
FORECAST_CATEGORIES = {OPEN: "Pipeline", WON: "Closed", LOST: "Omitted"}
SYSTEM_FIELDS = frozenset({"Created_By", "Modified_By", "Created_Time", "Modified_Time", "Last_Activity_Time"})


def field_json(state: State, module: str, field: FieldMeta) -> dict[str, Any]:
    """The whole description."""
    writable = not field.read_only and field.api_name not in SYSTEM_FIELDS
    return {
        "id": field.id,
        "api_name": field.api_name,
        "field_label": field.label,
        "display_label": field.label,
        "data_type": _SHOWN_TYPES.get(field.data_type, field.data_type),
        "json_type": json_type(field),
        "length": field.length,
        "decimal_place": field.decimal_place,
        "custom_field": field.custom,
        "system_mandatory": field.mandatory,
        "read_only": field.read_only,
        "field_read_only": field.read_only,
        "visible": field.visible,
        "type": "used",
        "operation_type": {
            "web_view": True,
            "web_create": writable,
            "web_update": writable,
            "api_create": writable,
            "api_update": writable,
        },
        "view_type": {"view": field.visible, "edit": writable, "quick_create": False, "create": writable},
        "unique": {"casesensitive": False} if field.unique else {},
        "pick_list_values": [_pick_value(field, place) for place in range(len(field.picklist))],
        "pick_list_values_sorted_lexically": False,
        "lookup": _lookup(state, field),
        "multiselectlookup": {},
        "formula": {},
        "rollup_summary": {},
        "currency": _currency(field),
        "auto_number": {"prefix": "", "start_number": 1, "suffix": ""} if field.data_type == "autonumber" else {},
        "sortable": field.api_name in ("id", "Created_Time", "Modified_Time"),
        "filterable": field.data_type not in ARRAYS and field.data_type != "textarea",
        "searchable": field.data_type in ("text", "email", "phone", "picklist"),
        "mass_update": writable and not field.unique,
        "virtual_field": False,
        "external": None,
        "crypt": None,
        "private": {"type": "High", "restricted": True, "export": True} if field.private else None,
        "history_tracking": _tracking(state, module, field),
        "convert_mapping": None,
        "tooltip": None,
        "quick_sequence_number": None,
        "businesscard_supported": False,
        "webhook": True,
        "blueprint_supported": writable,
        "created_source": "default",
        "global_picklist": None,
        "profiles": [
            {"id": each["id"], "name": each["name"], "permission_type": "read_write" if writable else "read_only"}
            for each in state.documents("profile")
        ],
    }


def json_type(field: FieldMeta) -> str:
    """Which kind of JSON a record holds there."""
    if field.is_array:
        return "jsonarray"
    return _JSON_TYPES.get(field.data_type, "string")


def _pick_value(field: FieldMeta, place: int) -> dict[str, Any]:
    value = field.picklist[place]
    found: dict[str, Any] = {
        "id": value.id,
        "display_value": value.value,
        "actual_value": value.value,
        "reference_value": value.value,
        "sequence_number": place + 1,
        "type": "used",
        "colour_code": None,
        "maps": [],
    }
    if value.forecast_type is not None:
        found |= {
            "probability": value.probability,
            "forecast_type": value.forecast_type,
            "forecast_category": {"name": FORECAST_CATEGORIES[value.forecast_type], "id": value.id},
            "deal_category": value.forecast_type,
        }
    return found


def _lookup(state: State, field: FieldMeta) -> dict[str, Any]:
    if not field.is_lookup or field.lookup not in state.modules() or field.lookup == "Users":
        return {}
    module = state.modules()[field.lookup]
    return {
        "display_label": field.label,
        "api_name": field.api_name,
        "id": field.id,
        "module": {"api_name": module.api_name, "id": module.id},
        "query_details": {},
    }


def _currency(field: FieldMeta) -> dict[str, Any]:
    return {"rounding_option": "normal", "precision": field.decimal_place} if field.data_type == "currency" else {}


def _tracking(state: State, module: str, field: FieldMeta) -> dict[str, Any] | None:
    """Where the history of a tracked picklist is."""
    history = tracked(state, module)
    if history is None or history.field != field.api_name:
        return None
    return {
        "module": {"api_name": history.rows},
        "duration_configured_field": {"api_name": history.duration},
        "related_list_name": history.related_list,
        "duration_configuration": "days",
        "followed_fields": [],
    }
